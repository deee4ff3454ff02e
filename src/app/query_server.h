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
  std::vector<std::string> heads;              // all keys of the flows, in the order in which they came
  std::vector<std::vector<std::string>> rows;  // as heads; empty where a flow has no such key
  std::string json;                            // as it came; with the flows cut to `top`
};

// With `top`, only so many flows, those with most bytes first; 0 = all as they came.
Result<ServerAnswer> read_server_answer(const std::string& json, std::size_t top);

}  // namespace anemone
