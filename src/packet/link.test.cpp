#include "packet/link.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "base/text.h"

namespace anemone {
namespace {

// "00 1a 45" as bytes; "x12" repeats the byte before it, twelve times in all.
std::vector<std::uint8_t> hex(const std::string& text) {
  std::vector<std::uint8_t> bytes;
  for (const std::string_view word : words(text)) {
    if (word[0] == 'x') {
      bytes.insert(bytes.end(), std::stoul(std::string(word.substr(1))) - 1, bytes.back());
    } else {
      bytes.push_back(static_cast<std::uint8_t>(std::stoul(std::string(word), nullptr, 16)));
    }
  }
  return bytes;
}

// "4 at 14", "osi at 17", "not ip" or "cut".
std::string found(LinkType link, const std::string& frame) {
  const auto bytes = hex(frame);
  const IpPlace place = find_ip(link, bytes);
  if (place.found == Found::kCut) return "cut";
  if (place.found == Found::kNotIp) return "not ip";
  if (place.found == Found::kOsi) return "osi at " + std::to_string(place.offset);
  return std::to_string(place.version) + " at " + std::to_string(place.offset);
}

}  // namespace

TEST_CASE("Ethernet: IP by its type, behind VLAN tags, in 802.2 with SNAP; nothing else") {
  const std::string ends = "02 x12 ";
  CHECK(found(LinkType::kEthernet, ends + "08 00 45") == "4 at 14");
  CHECK(found(LinkType::kEthernet, ends + "86 dd 60") == "6 at 14");
  CHECK(found(LinkType::kEthernet, ends + "81 00 00 05 08 00 45") == "4 at 18");
  CHECK(found(LinkType::kEthernet, ends + "88 a8 00 05 81 00 00 06 86 dd 60") == "6 at 22");
  CHECK(found(LinkType::kEthernet, ends + "91 00 00 05 81 00 00 06 81 00 00 07 08 00 45") == "4 at 26");
  CHECK(found(LinkType::kEthernet, ends + "00 30 aa aa 03 00 00 00 08 00 45") == "4 at 22");
  CHECK(found(LinkType::kEthernet, ends + "00 30 42 42 03 00 00 00 08 00 45") == "not ip");
  CHECK(found(LinkType::kEthernet, ends + "08 06 00 01") == "not ip");
  CHECK(found(LinkType::kEthernet, ends + "81 00 00") == "cut");
  CHECK(found(LinkType::kEthernet, "02 x9") == "cut");
}

TEST_CASE("a frame of nothing but VLAN tags is not IP, however long") {
  std::string frame = "02 x12 ";
  for (int i = 0; i < 100; ++i) frame += "81 00 00 05 ";
  CHECK(found(LinkType::kEthernet, frame + "08 00 45") == "not ip");
}

TEST_CASE("frame relay: IP by its own number, in SNAP, or behind Cisco's Ethernet type; LMI is not IP") {
  CHECK(found(LinkType::kFrameRelay, "18 61 03 cc 45") == "4 at 4");
  CHECK(found(LinkType::kFrameRelay, "18 61 03 8e 60") == "6 at 4");
  CHECK(found(LinkType::kFrameRelay, "18 61 03 00 80 00 00 00 08 00 45") == "4 at 10");
  CHECK(found(LinkType::kFrameRelay, "18 61 03 00 80 00 00 00 08 06 00") == "not ip");
  CHECK(found(LinkType::kFrameRelay, "18 61 08 00 45") == "4 at 4");
  CHECK(found(LinkType::kFrameRelay, "18 60 60 61 08 00 45") == "4 at 6");  // a four-byte address
  CHECK(found(LinkType::kFrameRelay, "00 01 03 08 00 75") == "not ip");
  CHECK(found(LinkType::kFrameRelay, "18 61 03 00 80 00 00") == "cut");
}

TEST_CASE("MPLS: below the bottom of the stack the first nibble tells, 0 is an Ethernet pseudowire") {
  const std::string ends = "02 x12 88 47 ";
  CHECK(found(LinkType::kEthernet, ends + "00 01 00 40 00 01 11 40 45") == "4 at 22");
  CHECK(found(LinkType::kEthernet, ends + "00 01 01 40 60") == "6 at 18");
  CHECK(found(LinkType::kEthernet, ends + "00 01 01 40 00 00 00 00 02 x12 08 00 45") == "4 at 36");
  CHECK(found(LinkType::kEthernet, ends + "00 01 01 40 f0") == "not ip");
  CHECK(found(LinkType::kEthernet, ends + "00 01 00 40 00") == "cut");
}

TEST_CASE("Cisco FabricPath carries Ethernet") {
  CHECK(found(LinkType::kEthernet, "02 x12 89 03 40 20 02 x12 81 00 00 07 08 00 45") == "4 at 34");
}

TEST_CASE("PPPoE sessions hold IP, discovery does not") {
  CHECK(found(LinkType::kEthernet, "02 x12 88 64 11 00 00 01 00 20 00 21 45") == "4 at 22");
  CHECK(found(LinkType::kEthernet, "02 x12 88 64 11 00 00 01 00 20 00 57 60") == "6 at 22");
  CHECK(found(LinkType::kEthernet, "02 x12 88 64 11 00 00 01 00 20 c0 21 01") == "not ip");
  CHECK(found(LinkType::kEthernet, "02 x12 88 63 11 09 00 00 00 20") == "not ip");
}

TEST_CASE("Linux cooked captures, both versions, with VLAN tags") {
  CHECK(found(LinkType::kLinuxCooked, "00 x14 08 00 45") == "4 at 16");
  CHECK(found(LinkType::kLinuxCooked, "00 x14 81 00 00 05 86 dd 60") == "6 at 20");
  CHECK(found(LinkType::kLinuxCooked2, "08 00 00 x18 45") == "4 at 20");
  CHECK(found(LinkType::kLinuxCooked2, "08 06 00 x18 00") == "not ip");
  CHECK(found(LinkType::kLinuxCooked2, "08 00 00 x10") == "cut");
}

TEST_CASE("raw IP goes by its own version, or by the link type where that says it") {
  for (const LinkType link : {LinkType::kRaw, LinkType::kRawBsd, LinkType::kRawOpenBsd}) {
    CHECK(found(link, "45 00") == "4 at 0");
    CHECK(found(link, "60 00") == "6 at 0");
    CHECK(found(link, "12 00") == "not ip");
    CHECK(found(link, "") == "cut");
  }
  CHECK(found(LinkType::kIpv4, "45") == "4 at 0");
  CHECK(found(LinkType::kIpv6, "60") == "6 at 0");
}

TEST_CASE("loopback: the address family in either byte order, with every system's number for IPv6") {
  CHECK(found(LinkType::kNull, "02 00 00 00 45") == "4 at 4");
  CHECK(found(LinkType::kNull, "00 00 00 02 45") == "4 at 4");
  CHECK(found(LinkType::kNull, "1e 00 00 00 60") == "6 at 4");
  CHECK(found(LinkType::kLoop, "00 00 00 18 60") == "6 at 4");
  CHECK(found(LinkType::kNull, "17 00 00 00 ff") == "not ip");
  CHECK(found(LinkType::kNull, "02 00") == "cut");
}

TEST_CASE("PPP, Cisco HDLC and PPI lead to IP as well") {
  CHECK(found(LinkType::kPpp, "ff 03 00 21 45") == "4 at 4");
  CHECK(found(LinkType::kPpp, "21 45") == "4 at 1");
  CHECK(found(LinkType::kPppHdlc, "0f 00 08 00 45") == "4 at 4");
  CHECK(found(LinkType::kCiscoHdlc, "0f 00 86 dd 60") == "6 at 4");
  CHECK(found(LinkType::kPpi, "00 00 08 00 01 00 00 00 02 x12 08 00 45") == "4 at 22");
  CHECK(found(LinkType::kPpi, "00 00 08 00 c0 00 00 00 00 00 08 00 c0 00 00 00") == "not ip");
}

TEST_CASE("ISO protocols: in 802.2 on Ethernet, behind VLAN tags, in jumbo frames and cooked captures") {
  const std::string ends = "02 x12 ";
  CHECK(found(LinkType::kEthernet, ends + "00 30 fe fe 03 83 1b") == "osi at 17");
  CHECK(found(LinkType::kEthernet, ends + "81 00 00 05 00 30 fe fe 03 83") == "osi at 21");
  CHECK(found(LinkType::kEthernet, ends + "88 70 fe fe 03 83") == "osi at 17");
  CHECK(found(LinkType::kLinuxCooked, "00 x14 00 04 fe fe 03 83") == "osi at 19");
  CHECK(found(LinkType::kEthernet, ends + "00 30 fe fe 30 83") == "not ip");
  CHECK(found(LinkType::kEthernet, ends + "00 30 fe fe 03") == "cut");
  CHECK(found(LinkType::kEthernet, ends + "00 30 fe fe") == "cut");
}

TEST_CASE("ISO protocols on Cisco HDLC, padded or not, on PPP and on frame relay") {
  CHECK(found(LinkType::kCiscoHdlc, "8f 00 fe fe 03 83") == "osi at 5");
  CHECK(found(LinkType::kCiscoHdlc, "8f 00 fe fe 83") == "osi at 4");
  CHECK(found(LinkType::kPpp, "ff 03 00 23 83") == "osi at 4");
  CHECK(found(LinkType::kPppHdlc, "0f 00 fe fe 03 83") == "osi at 5");
  CHECK(found(LinkType::kFrameRelay, "18 61 03 83") == "osi at 3");
  CHECK(found(LinkType::kFrameRelay, "18 61 03 00 83") == "osi at 4");
  CHECK(found(LinkType::kFrameRelay, "18 60 60 61 fe fe 03 83") == "osi at 7");
}

TEST_CASE("Juniper's captures of Ethernet, with extensions or without") {
  CHECK(found(LinkType::kJuniperEther, "4d 47 43 00 02 x12 08 00 45") == "4 at 18");
  CHECK(found(LinkType::kJuniperEther, "4d 47 43 80 00 03 ff x3 02 x12 00 30 fe fe 03 83") == "osi at 26");
  CHECK(found(LinkType::kJuniperEther, "4d 47 43 02 02 x12 08 00 45") == "not ip");
  CHECK(found(LinkType::kJuniperEther, "4d 47 00 00 02 x12 08 00 45") == "not ip");
  CHECK(found(LinkType::kJuniperEther, "4d 47 43 80 00 10") == "cut");
}

TEST_CASE("a link type that is not looked into is not IP") {
  CHECK(found(static_cast<LinkType>(127), "08 00 45 00") == "not ip");
}

}  // namespace anemone
