#include "flow/flow_definition.h"

#include <algorithm>

namespace anemone {
namespace {

std::uint64_t first_bits(std::uint64_t value, int bits) {
  if (bits <= 0) return 0;
  return bits >= 64 ? value : value & ~std::uint64_t{0} << (64 - bits);
}

IpAddress cut(const IpAddress& address, const FlowDefinition& definition) {
  if (!address.is_v4()) {
    return {first_bits(address.high(), definition.v6_bits),
            first_bits(address.low(), definition.v6_bits - 64)};
  }
  const std::uint64_t v4 = std::uint64_t{address.v4().value} << 32;
  return Ipv4{static_cast<std::uint32_t>(first_bits(v4, std::min<int>(definition.v4_bits, 32)) >> 32)};
}

}  // namespace

FlowKey FlowDefinition::key_of(const FlowKey& key) const {
  FlowKey kept{cut(key.src, *this), cut(key.dst, *this), 0, 0, 0};
  if (ports) {
    kept.src_port = key.src_port;
    kept.dst_port = key.dst_port;
  }
  if (protocol) kept.protocol = key.protocol;
  return kept;
}

}  // namespace anemone
