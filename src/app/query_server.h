// A question to all agents through a running server (docs/formats/agent-api.md), and what came back.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace anemone {

struct ServerQuestion {
  std::string define;
  std::string from;  // RFC 3339; both, or
  std::string to;
  std::string last;  // "10m"
  std::uint64_t wait_ms = 2000;
};
std::string print_question(const ServerQuestion& question);  // as JSON

struct ServerAnswer {
  std::string from;
  std::string to;
  std::size_t agents = 0;
  std::size_t answered = 0;
  std::vector<std::string> problems;           // of those that did not, one line each
  std::vector<std::vector<std::string>> rows;  // the columns that were asked for; empty where a flow has none
  std::string json;                            // as it came; with the flows cut to `top`
};

// Rows have the keys `columns` of the flows. With `top`, only so many flows, those with most bytes first; 0 =
// all as they came.
Result<ServerAnswer> read_server_answer(const std::string& json, const std::vector<std::string>& columns,
                                        std::size_t top);

}  // namespace anemone
