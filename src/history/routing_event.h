// What happened in the network, as the routing protocol told it: plain values.
#pragma once

#include <string>
#include <vector>

#include "base/time.h"
#include "topology/topology.h"

namespace anemone {

struct RoutingEvent {
  Time time{};
  std::string kind;  // print_change_kind()
  std::string text;
  std::vector<std::string> links;
};

// A link that was up and is not any more.
struct DownLink {
  std::string id;
  Link link;  // as it was when last seen; its ends by name
  std::string from;
  std::string to;
};

}  // namespace anemone
