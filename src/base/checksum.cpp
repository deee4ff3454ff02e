#include "base/checksum.h"

#include <algorithm>

namespace anemone {
namespace {

// Both sums modulo 255. They are reduced once a block: 4,096 bytes cannot overflow 32 bits.
class Fletcher {
 public:
  void add(Bytes bytes) {
    while (!bytes.empty()) {
      const Bytes block = bytes.first(std::min<std::size_t>(bytes.size(), 4096));
      for (std::uint8_t byte : block) {
        c0 += byte;
        c1 += c0;
      }
      c0 %= 255;
      c1 %= 255;
      bytes = bytes.subspan(block.size());
    }
  }

  std::uint32_t c0 = 0;
  std::uint32_t c1 = 0;
};

}  // namespace

std::uint64_t ones_complement_sum(Bytes bytes) {
  ByteReader in(bytes);
  std::uint64_t sum = 0;
  while (in.left() >= 2) sum += in.u16();
  if (in.left() == 1) sum += std::uint32_t{in.u8()} << 8;
  return sum;
}

std::uint16_t folded_checksum(std::uint64_t sum) {
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<std::uint16_t>(~sum);
}

bool fletcher_ok(Bytes bytes) {
  Fletcher sum;
  sum.add(bytes);
  return sum.c0 == 0 && sum.c1 == 0;
}

std::uint16_t fletcher_checksum(Bytes bytes, std::size_t at) {
  constexpr std::uint8_t kNoChecksum[2] = {0, 0};
  Fletcher sum;
  sum.add(bytes.first(at));
  sum.add(kNoChecksum);
  sum.add(bytes.subspan(at + 2));
  // Choose the two bytes x, y so that both sums come to 0 (RFC 905 B.3).
  const auto after = static_cast<std::int64_t>(bytes.size() - at - 1);
  const auto c0 = static_cast<std::int64_t>(sum.c0);
  const auto c1 = static_cast<std::int64_t>(sum.c1);
  std::int64_t x = (after * c0 - c1) % 255;
  if (x <= 0) x += 255;
  std::int64_t y = 510 - c0 - x;
  if (y > 255) y -= 255;
  return static_cast<std::uint16_t>(x << 8 | y);
}

}  // namespace anemone
