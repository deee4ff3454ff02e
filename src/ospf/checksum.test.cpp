#include "ospf/checksum.h"

#include <doctest/doctest.h>

#include <vector>

#include "base/random.h"

using namespace anemone;

TEST_CASE(
    "an LSA with the checksum that was computed for it is right, and with any other byte wrong is not") {
  Random random(7);
  for (int round = 0; round < 200; ++round) {
    std::vector<std::uint8_t> lsa(20 + random.below(100));
    for (auto& byte : lsa) byte = static_cast<std::uint8_t>(random.next());
    const std::uint16_t sum = ospf::lsa_checksum(lsa);
    lsa[16] = static_cast<std::uint8_t>(sum >> 8);
    lsa[17] = static_cast<std::uint8_t>(sum);
    CHECK(ospf::lsa_checksum_ok(lsa));
    const std::size_t at = 2 + random.below(static_cast<std::uint32_t>(lsa.size() - 2));
    lsa[at] ^= 0x10;
    CHECK_FALSE(ospf::lsa_checksum_ok(lsa));
  }
}

TEST_CASE("the age is outside of an LSA's checksum, so that an LSA can age on its way") {
  std::vector<std::uint8_t> lsa(24, 3);
  const std::uint16_t sum = ospf::lsa_checksum(lsa);
  lsa[16] = static_cast<std::uint8_t>(sum >> 8);
  lsa[17] = static_cast<std::uint8_t>(sum);
  lsa[0] = 14;
  lsa[1] = 16;
  CHECK(ospf::lsa_checksum_ok(lsa));
}

TEST_CASE("a router-LSA recorded from FRR has the checksum that FRR gave it") {
  // r3's in area 1 of tests/data/lab/six, as it first stood in an update: one stub network.
  const std::vector<std::uint8_t> lsa = {0x00, 0x02, 0x02, 0x01, 0x0a, 0xff, 0x00, 0x03, 0x0a,
                                         0xff, 0x00, 0x03, 0x80, 0x00, 0x00, 0x02, 0x1a, 0xca,
                                         0x00, 0x24, 0x01, 0x00, 0x00, 0x01, 0x0a, 0x01, 0x00,
                                         0x40, 0xff, 0xff, 0xff, 0xfc, 0x03, 0x00, 0x00, 0x0a};
  CHECK(ospf::lsa_checksum(lsa) == 0x1aca);
  CHECK(ospf::lsa_checksum_ok(lsa));
}
