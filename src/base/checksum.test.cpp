#include "base/checksum.h"

#include <doctest/doctest.h>

#include <string_view>
#include <vector>

#include "base/random.h"

using namespace anemone;

TEST_CASE("the Internet checksum of RFC 1071's example is the RFC's") {
  const std::vector<std::uint8_t> bytes = {0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7};
  CHECK(ones_complement_sum(bytes) == 0x2ddf0);
  CHECK(folded_checksum(ones_complement_sum(bytes)) == 0x220d);
}

TEST_CASE("the two sums of Fletcher are the published ones") {
  // Fletcher-16 of "abcde" is 0xc8f0 in every table of examples: c1 = 0xc8, c0 = 0xf0.
  const std::string_view text = "abcde";
  std::vector<std::uint8_t> bytes(text.begin(), text.end());
  CHECK_FALSE(fletcher_ok(bytes));
  bytes.insert(bytes.end(), {0, 0});
  const std::uint16_t sum = fletcher_checksum(bytes, 5);
  bytes[5] = static_cast<std::uint8_t>(sum >> 8);
  bytes[6] = static_cast<std::uint8_t>(sum);
  CHECK(fletcher_ok(bytes));
  CHECK(bytes[5] == (255 * 2 - 0xf0 - 0xc8) % 255);  // x = -(c0 + c1), y = c1, where they stand last
  CHECK(bytes[6] == 0xc8);
}

TEST_CASE("a Fletcher checksum makes any bytes right, however many and wherever it stands") {
  Random random(11);
  for (std::size_t length : {2U, 3U, 4095U, 4096U, 4097U, 9000U}) {
    for (int round = 0; round < 20; ++round) {
      std::vector<std::uint8_t> bytes(length, 0xff);
      if (round > 0) {
        for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random.next());
      }
      const std::size_t at = random.below(static_cast<std::uint32_t>(length - 1));
      const std::uint16_t sum = fletcher_checksum(bytes, at);
      bytes[at] = static_cast<std::uint8_t>(sum >> 8);
      bytes[at + 1] = static_cast<std::uint8_t>(sum);
      CHECK(fletcher_ok(bytes));
      bytes[at] ^= 1;
      CHECK_FALSE(fletcher_ok(bytes));
    }
  }
}
