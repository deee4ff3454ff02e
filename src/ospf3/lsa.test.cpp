#include "ospf3/lsa.h"

#include <doctest/doctest.h>

using namespace anemone;
using namespace anemone::ospf3;

namespace {

PrefixField field(std::string_view text, std::uint16_t extra = 0, std::uint8_t options = 0) {
  return from_prefix(*parse_prefix(text), extra, options);
}

const RouterLsa kRouterLsa{true,
                           false,
                           true,
                           true,
                           kOptionV6 | kOptionExternal | kOptionRouter,
                           {{LinkType::kPointToPoint, 10, 2, 3, Ipv4{0x0aff0002}},
                            {LinkType::kTransit, 1, 4, 4, Ipv4{0x0aff0001}},
                            {LinkType::kVirtual, 20, 7, 8, Ipv4{0x0aff0003}}}};
const NetworkLsa kNetworkLsa{kOptionV6, {Ipv4{0x0aff0001}, Ipv4{0x0aff0002}}};
const InterAreaPrefixLsa kInterAreaPrefixLsa{30, field("fd00:1::/64")};
const InterAreaRouterLsa kInterAreaRouterLsa{kOptionV6, 20, Ipv4{0x0aff000d}};
const ExternalLsa kExternalLsa{true, 20, field("2001:db8:64::/48"), from_address({0xfd00'0000'0000'0000, 1}),
                               7,    {}};
const LinkLsa kLinkLsa{1,
                       kOptionV6 | kOptionRouter,
                       from_address({0xfe80'0000'0000'0000, 1}),
                       {field("fd00:2::/64"), field("::/0")}};
const IntraAreaPrefixLsa kIntraAreaPrefixLsa{
    {LsaType::kRouter, Ipv4{0}, Ipv4{0x0aff0001}},
    {field("fd00:3::/64", 10), field("fd00::1/128", 0, kPrefixLocal)}};

LsaHeader header(LsaType type) {
  LsaHeader header;
  header.age_s = 5;
  header.key = {type, Ipv4{1}, Ipv4{0x0aff0001}};
  header.sequence = -100;
  return header;
}

std::vector<std::vector<std::uint8_t>> one_of_each() {
  ExternalLsa nssa = kExternalLsa;
  nssa.forwarding.reset();
  nssa.tag.reset();
  nssa.prefix.extra = 0x2001;
  nssa.referenced_id = 9;
  return {write_lsa(header(LsaType::kRouter), kRouterLsa),
          write_lsa(header(LsaType::kNetwork), kNetworkLsa),
          write_lsa(header(LsaType::kInterAreaPrefix), kInterAreaPrefixLsa),
          write_lsa(header(LsaType::kInterAreaRouter), kInterAreaRouterLsa),
          write_lsa(header(LsaType::kExternal), kExternalLsa),
          write_lsa(header(LsaType::kNssa), nssa),
          write_lsa(header(LsaType::kLink), kLinkLsa),
          write_lsa(header(LsaType::kIntraAreaPrefix), kIntraAreaPrefixLsa)};
}

Refusal read(Bytes bytes) {
  ByteReader in(bytes);
  LsaView lsa;
  return read_lsa(in, lsa);
}

}  // namespace

TEST_CASE("LSAs come back as they were written") {
  for (const auto& bytes : one_of_each()) {
    ByteReader in(bytes);
    LsaView lsa;
    REQUIRE(read_lsa(in, lsa) == Refusal::kNone);
    CHECK(in.left() == 0);
    CHECK(lsa.header.length == bytes.size());
    CHECK(write_lsa(lsa.header, lsa.body()) == bytes);
  }
  const auto each = one_of_each();
  auto body = [&](std::size_t i) { return Bytes(each[i]).subspan(kLsaHeaderSize); };
  CHECK(read_router_lsa(body(0)) == kRouterLsa);
  CHECK(read_network_lsa(body(1)) == kNetworkLsa);
  CHECK(read_inter_area_prefix_lsa(body(2)) == kInterAreaPrefixLsa);
  CHECK(read_inter_area_router_lsa(body(3)) == kInterAreaRouterLsa);
  CHECK(read_external_lsa(body(4)) == kExternalLsa);
  CHECK(read_external_lsa(body(5))->referenced_id == 9);
  CHECK(read_link_lsa(body(6)) == kLinkLsa);
  CHECK(read_intra_area_prefix_lsa(body(7)) == kIntraAreaPrefixLsa);
}

TEST_CASE("every beginning of a good LSA is refused, not read past") {
  for (const auto& bytes : one_of_each()) {
    for (std::size_t length = 0; length < bytes.size(); ++length) {
      CHECK(read(Bytes(bytes).first(length)) == Refusal::kBadLsaLength);
    }
  }
}

TEST_CASE("a body that is cut, or longer than what it says, does not fit its type") {
  for (const auto& bytes : one_of_each()) {
    const Bytes body = Bytes(bytes).subspan(kLsaHeaderSize);
    ByteReader in(bytes);
    const LsaHeader as_was = read_lsa_header(in);
    // Router- and network-LSAs are as long as they are: one link or one router less is no contradiction.
    const std::size_t item = as_was.key.type == LsaType::kRouter    ? 16
                             : as_was.key.type == LsaType::kNetwork ? 4
                                                                    : 1000;
    for (std::size_t length = 0; length < body.size(); ++length) {
      if (length >= 4 && (length - 4) % item == 0 && item < 1000) continue;
      CAPTURE(length);
      CHECK(read(write_lsa(as_was, body.first(length))) == Refusal::kBadLsaBody);
    }
    std::vector<std::uint8_t> longer(body.begin(), body.end());
    longer.push_back(0);
    CHECK(read(write_lsa(as_was, Bytes(longer))) == Refusal::kBadLsaBody);
  }
}

TEST_CASE("a count that the bytes cannot hold is refused before anything is made for it") {
  ByteWriter body;
  body.u32(0);
  body.u64(0);
  body.u64(0);
  body.u32(0xffff'ffff);  // prefixes
  body.u32(0);
  CHECK_FALSE(read_link_lsa(body.bytes()));
}

TEST_CASE("a flipped bit is a wrong checksum") {
  for (auto bytes : one_of_each()) {
    bytes.back() ^= 1;
    CHECK(read(bytes) == Refusal::kBadLsaChecksum);
  }
}

TEST_CASE(
    "the type says how far an LSA is flooded; unknown ones stay on the link unless their U bit is set") {
  CHECK(scope_of(LsaType::kLink) == Scope::kLink);
  CHECK(scope_of(LsaType::kRouter) == Scope::kArea);
  CHECK(scope_of(LsaType::kExternal) == Scope::kAs);
  CHECK(scope_of(LsaType::kExtendedExternal) == Scope::kAs);
  CHECK(scope_of(static_cast<LsaType>(0x4123)) == Scope::kLink);
  CHECK(scope_of(static_cast<LsaType>(0xc123)) == Scope::kAs);
  CHECK(scope_of(static_cast<LsaType>(0xa123)) == Scope::kArea);
  CHECK(scope_of(static_cast<LsaType>(0x6123)) == Scope::kReserved);
}

TEST_CASE("unknown and extended LSAs are kept as they are; the reserved scope is refused") {
  const std::vector<std::uint8_t> body = {1, 2, 3};
  for (int type : {0x2123, 0xa123, 0xa021, 0xc00c}) {
    CHECK(read(write_lsa(header(static_cast<LsaType>(type)), Bytes(body))) == Refusal::kNone);
  }
  CHECK(read(write_lsa(header(static_cast<LsaType>(0xe001)), Bytes(body))) == Refusal::kBadLsaScope);
  CHECK(std::string(print_lsa_type(static_cast<LsaType>(0xa123))) == "other");
  CHECK(std::string(print_lsa_type(LsaType::kExtendedRouter)) == "extended-router");
}

TEST_CASE("the DoNotAge bit is not part of the age") {
  LsaHeader h = header(LsaType::kExternal);
  h.do_not_age = true;
  ByteWriter out;
  write_lsa_header(h, out);
  CHECK(out.bytes()[0] == 0x80);
  ByteReader in(out.bytes());
  const LsaHeader back = read_lsa_header(in);
  CHECK(back == h);
  CHECK(back.age_s == 5);
}
