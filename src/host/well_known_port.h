// The name of an application by its well-known port: the best a capture allows, and shown as such.
//
// A host's agent knows the program behind a packet; a capture knows ports. Of the two ports the one that
// has a name here wins, the lower one where both or neither have; a port without a name is "tcp/8123".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace anemone {

struct PortPair {  // in any order
  std::uint16_t one = 0;
  std::uint16_t other = 0;
};

// Empty where neither has a name, or the protocol has no ports.
std::string_view well_known_port(std::uint8_t protocol, PortPair ports);

// Never empty.
std::string application_by_port(std::uint8_t protocol, PortPair ports);

}  // namespace anemone
