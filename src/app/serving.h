// Serving is the whole platform in one process: what `serve` and `demo` both run.
//
//   host captures -> events -> flows -> records --+
//                                                 +--> platform <-> store; platform -> API -> console
//   OSPF captures -> LSAs -> LSDB -> topologies --+
//
// or, live:
//
//   agents -> HTTP -> intake -> store -> LiveTraffic --+
//                                                      +--> platform <-> store; platform -> API -> console
//   LSA logs -> merged by time -> LSDB -> topologies --+
//
// either rail without the other, too. Beside a recording agents' records are kept, and join nothing.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "app/listen_options.h"
#include "base/result.h"
#include "base/time.h"
#include "io/tls.h"

namespace anemone {

// Where routing is heard: log files that listeners write, interfaces of this machine.
struct LiveRoutingConfig {
  std::vector<std::string> logs;
  ListenOptions listen;   // and this machine's own interfaces
  std::string inventory;  // names and capacities, when given

  bool any() const { return !logs.empty() || !listen.interfaces.empty(); }
};

// Who can reach it, and what it takes to be let in.
struct ReachConfig {
  std::string listen = "127.0.0.1";
  TlsFiles tls;
  std::string tokens;  // file
};

struct ServingConfig {
  std::string mode = "serve";
  std::string recording;              // folder; or, instead,
  LiveRoutingConfig live;             // what hears the routing protocol as it happens
  bool agents = false;                // accept agents, beside either or alone
  std::vector<std::string> counters;  // files of interface counters to follow
  ReachConfig reach;
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
