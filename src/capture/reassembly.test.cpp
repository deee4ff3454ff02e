#include "capture/reassembly.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>
#include <vector>

using namespace anemone;

namespace {

constexpr Time kNow = Time{std::chrono::seconds(1000)};

// A datagram of 40 bytes, and pieces of it as packets.
struct Cut {
  std::vector<std::uint8_t> bytes = std::vector<std::uint8_t>(40);
  std::uint32_t id = 7;

  Cut() { std::iota(bytes.begin(), bytes.end(), std::uint8_t{0}); }
  IpPacket piece(std::uint16_t from, std::uint16_t to) const {
    IpPacket packet;
    packet.src = Ipv4{1};
    packet.dst = Ipv4{2};
    packet.protocol = kOspf;
    packet.fragment = true;
    packet.fragments_follow = to < bytes.size();
    packet.fragment_offset = from;
    packet.fragment_id = id;
    packet.header_length = 20;
    packet.length = 20U + to - from;
    packet.payload = Bytes(bytes).subspan(from, static_cast<std::size_t>(to - from));
    return packet;
  }
};

}  // namespace

TEST_CASE("a datagram is whole when its last missing fragment came, whatever the order") {
  const Cut cut;
  std::vector<std::pair<std::uint16_t, std::uint16_t>> pieces = {{0, 16}, {16, 24}, {24, 40}};
  do {
    Reassembly reassembly;
    IpPacket whole;
    CHECK_FALSE(reassembly.add(kNow, cut.piece(pieces[0].first, pieces[0].second), whole));
    CHECK_FALSE(reassembly.add(kNow, cut.piece(pieces[0].first, pieces[0].second), whole));  // a copy
    CHECK_FALSE(reassembly.add(kNow, cut.piece(pieces[1].first, pieces[1].second), whole));
    REQUIRE(reassembly.add(kNow, cut.piece(pieces[2].first, pieces[2].second), whole));
    CHECK(std::equal(whole.payload.begin(), whole.payload.end(), cut.bytes.begin(), cut.bytes.end()));
    CHECK_FALSE(whole.fragment);
    CHECK(whole.length == 60);
    CHECK(reassembly.waiting() == 0);
    CHECK(reassembly.dropped() == 0);
  } while (std::next_permutation(pieces.begin(), pieces.end()));
}

TEST_CASE("fragments that overlap or contradict each other drop their datagram") {
  const Cut cut;
  Reassembly reassembly;
  IpPacket whole;
  CHECK_FALSE(reassembly.add(kNow, cut.piece(0, 16), whole));
  CHECK_FALSE(reassembly.add(kNow, cut.piece(8, 24), whole));
  CHECK(reassembly.dropped() == 1);
  CHECK_FALSE(reassembly.add(kNow, cut.piece(24, 40), whole));  // says where the end is
  IpPacket beyond = cut.piece(0, 16);
  beyond.fragment_offset = 40;
  CHECK_FALSE(reassembly.add(kNow, beyond, whole));
  CHECK(reassembly.dropped() == 2);
  CHECK(reassembly.waiting() == 0);
}

TEST_CASE("datagrams of other ids wait beside each other, the one longest unheard of gives way") {
  Reassembly reassembly;
  IpPacket whole;
  Cut cut;
  for (std::uint32_t id = 0; id <= Reassembly::kDatagrams; ++id) {
    cut.id = id;
    CHECK_FALSE(reassembly.add(kNow + std::chrono::milliseconds(id), cut.piece(0, 16), whole));
  }
  CHECK(reassembly.waiting() == Reassembly::kDatagrams);
  CHECK(reassembly.dropped() == 1);
  CHECK(reassembly.add(kNow + 1s, cut.piece(16, 40), whole));
  cut.id = 0;
  CHECK_FALSE(reassembly.add(kNow + 1s, cut.piece(16, 40), whole));
  CHECK_FALSE(reassembly.add(kNow + 1min, cut.piece(0, 16), whole));  // too late for those that waited
  CHECK(reassembly.waiting() == 1);
}
