#include "ospf/checksum.h"

namespace anemone::ospf {
namespace {

constexpr std::size_t kAgeSize = 2;
constexpr std::size_t kChecksumAt = 16;  // in the LSA

struct Fletcher {
  std::uint32_t c0 = 0;
  std::uint32_t c1 = 0;

  void add(std::uint32_t byte) {
    c0 = (c0 + byte) % 255;
    c1 = (c1 + c0) % 255;
  }
};

std::uint32_t sum_words(Bytes bytes) {
  ByteReader in(bytes);
  std::uint32_t sum = 0;
  while (in.left() >= 2) sum += in.u16();
  if (in.left() == 1) sum += std::uint32_t{in.u8()} << 8;
  return sum;
}

}  // namespace

std::uint16_t packet_checksum(Bytes packet) {
  std::uint32_t sum = sum_words(packet.first(16)) + sum_words(packet.subspan(24));
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<std::uint16_t>(~sum);
}

bool lsa_checksum_ok(Bytes lsa) {
  Fletcher sum;
  for (std::uint8_t byte : lsa.subspan(kAgeSize)) sum.add(byte);
  return sum.c0 == 0 && sum.c1 == 0;
}

std::uint16_t lsa_checksum(Bytes lsa) {
  Fletcher sum;
  for (std::size_t i = kAgeSize; i < lsa.size(); ++i) {
    sum.add(i == kChecksumAt || i == kChecksumAt + 1 ? 0 : lsa[i]);
  }
  // Choose the two bytes x, y so that both sums come to 0 (RFC 905 B.3).
  const auto after = static_cast<std::int64_t>(lsa.size() - kChecksumAt - 1);
  const auto c0 = static_cast<std::int64_t>(sum.c0);
  const auto c1 = static_cast<std::int64_t>(sum.c1);
  std::int64_t x = (after * c0 - c1) % 255;
  if (x <= 0) x += 255;
  std::int64_t y = 510 - c0 - x;
  if (y > 255) y -= 255;
  return static_cast<std::uint16_t>(x << 8 | y);
}

}  // namespace anemone::ospf
