// The names of IP's protocols (the field `protocol`, IPv6's next header), for people: "tcp", "icmp6".
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace anemone {

// Empty where it has no name here.
std::string_view protocol_name(std::uint8_t protocol);

// Reads a name or a number.
std::optional<std::uint8_t> protocol_number(std::string_view text);

}  // namespace anemone
