// Serving is the whole platform in one process: what `serve` and `demo` both run.
//
//   host captures -> events -> flows -> records --+
//                                                 +--> platform <-> store; platform -> API -> console
//   OSPF captures -> LSAs -> LSDB -> topologies --+
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "base/time.h"

namespace anemone {

struct ServingConfig {
  std::string mode = "serve";
  std::string recording;      // folder
  std::string store;          // folder
  std::string console;        // folder of the console's files; empty: looked for beside the program
  std::uint64_t port = 8080;  // 0 = any that is free
  double speed = 10;
  Duration bin = 10s;
  Duration keep{};  // forget what is older; 0 = nothing
  bool whole_is_known = false;
  bool check_only = false;  // build everything, start nothing
};

// Runs until the process is told to end (SIGINT, SIGTERM). The exit code.
int run_serving(const ServingConfig& config);

}  // namespace anemone
