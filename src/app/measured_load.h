// What `anemone load` and `anemone top` print of measured traffic, from a server or a store.
#pragma once

#include <string>
#include <vector>

#include "app/server_options.h"

namespace anemone {

struct MeasuredOptions {
  ServerOptions server;
  std::string store;
  std::vector<std::string> counters;  // files of interface counters, of a store's time
  std::string at;
  std::string last;
  std::string by;     // of `top`
  std::string count;  // the same
  std::string format = "table";
};

// Prints loads, or a ranking where `by` is given; the exit code.
int print_measured(const char* command, const MeasuredOptions& options);

}  // namespace anemone
