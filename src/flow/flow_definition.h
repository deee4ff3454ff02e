// A FlowDefinition says what makes two events one flow: which fields of the key count, and how much of the
// addresses. It is data: to change what a flow is, hand the FlowTable another one.
#pragma once

#include <cstdint>

#include "capture/event.h"

namespace anemone {

struct FlowDefinition {
  std::uint8_t v4_bits = 32;  // of both addresses; the rest is zeroed
  std::uint8_t v6_bits = 128;
  bool ports = true;
  bool protocol = true;

  bool is_whole_key() const { return v4_bits >= 32 && v6_bits >= 128 && ports && protocol; }
  FlowKey key_of(const FlowKey& key) const;
};

}  // namespace anemone
