#include "ospf/checksum.h"

#include "base/checksum.h"

namespace anemone::ospf {
namespace {

constexpr std::size_t kAgeSize = 2;
constexpr std::size_t kChecksumAt = 16;  // in the LSA

}  // namespace

std::uint16_t packet_checksum(Bytes packet) {
  return folded_checksum(ones_complement_sum(packet.first(16)) + ones_complement_sum(packet.subspan(24)));
}

bool lsa_checksum_ok(Bytes lsa) { return fletcher_ok(lsa.subspan(kAgeSize)); }

std::uint16_t lsa_checksum(Bytes lsa) {
  return fletcher_checksum(lsa.subspan(kAgeSize), kChecksumAt - kAgeSize);
}

}  // namespace anemone::ospf
