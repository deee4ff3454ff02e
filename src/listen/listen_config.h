// How to listen on one interface, and how an operator writes it:
//
//   eth1                                              capture: nothing is ever sent
//   eth1,mode=adjacency                               area and timers as the first hello says
//   eth1,mode=adjacency,area=0.0.0.1,hello=10,dead=40,router-id=192.0.2.7,network=point-to-point
//   eth2,promiscuous=yes                              a mirror port
//
// Pure text to values; whether the interface is there is for whoever opens it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "listen/adjacency_config.h"

namespace anemone {

enum class ListenMode : std::uint8_t { kCapture, kAdjacency };

struct ListenConfig {
  std::string interface;
  ListenMode mode = ListenMode::kCapture;
  bool promiscuous = false;
  bool kind_given = false;    // else as the device is: broadcast, or a tunnel with one far end
  AdjacencyConfig adjacency;  // address, mask and MTU are the interface's own, where not given
};

// An error quotes the part that is wrong, and says what can stand there.
Result<ListenConfig> parse_listen_config(std::string_view text);

}  // namespace anemone
