#include "ospf3/prefix.h"

#include <doctest/doctest.h>

using namespace anemone;
using namespace anemone::ospf3;

namespace {

Prefix prefix(std::string_view text) { return *parse_prefix(text); }

std::vector<std::uint8_t> written(const PrefixField& field) {
  ByteWriter out;
  write_prefix(field, out);
  return out.bytes();
}

}  // namespace

TEST_CASE("a prefix takes as many words as its length needs, and comes back") {
  struct Example {
    const char* text;
    std::size_t size;
    Family family;
  };
  for (const Example& example :
       {Example{"::/0", 4, Family::kIpv6}, Example{"2001:db8::/32", 8, Family::kIpv6},
        Example{"2001:db8:1::/33", 12, Family::kIpv6}, Example{"fd00:0:0:7::/64", 12, Family::kIpv6},
        Example{"fd00::7/128", 20, Family::kIpv6}, Example{"0.0.0.0/0", 4, Family::kIpv4},
        Example{"10.1.0.0/16", 8, Family::kIpv4}, Example{"10.255.0.1/32", 8, Family::kIpv4}}) {
    CAPTURE(example.text);
    const auto bytes = written(from_prefix(prefix(example.text), 42, kPrefixLocal));
    CHECK(bytes.size() == example.size);
    ByteReader in(bytes);
    const PrefixField field = read_prefix(in);
    CHECK(in.ok());
    CHECK(in.left() == 0);
    CHECK(field.extra == 42);
    CHECK(field.options == kPrefixLocal);
    CHECK(to_prefix(field, example.family) == prefix(example.text));
  }
}

TEST_CASE("every beginning of a prefix, and a length that no address has, are refused") {
  const auto bytes = written(from_prefix(prefix("2001:db8::/48")));
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    ByteReader in(Bytes(bytes).first(length));
    read_prefix(in);
    CHECK_FALSE(in.ok());
  }
  std::vector<std::uint8_t> long_one(100, 0);
  long_one[0] = 129;
  ByteReader in(long_one);
  read_prefix(in);
  CHECK_FALSE(in.ok());
}

TEST_CASE("bits behind the length do not count") {
  const std::vector<std::uint8_t> bytes = {33, 0, 0, 0, 0x20, 0x01, 0x0d, 0xb8, 0xff, 0xff, 0xff, 0xff};
  ByteReader in(bytes);
  CHECK(to_prefix(read_prefix(in), Family::kIpv6) == prefix("2001:db8:8000::/33"));
}

TEST_CASE("the instance tells the family, and a prefix that the family cannot have is none") {
  CHECK(family_of(0) == Family::kIpv6);
  CHECK(family_of(31) == Family::kIpv6);
  CHECK(family_of(32) == Family::kMulticast);
  CHECK(family_of(64) == Family::kIpv4);
  CHECK(family_of(95) == Family::kIpv4);
  CHECK(family_of(96) == Family::kMulticast);
  CHECK(family_of(128) == Family::kOther);
  CHECK_FALSE(to_prefix(from_prefix(prefix("2001:db8::/48")), Family::kIpv4));
  CHECK_FALSE(to_prefix(from_prefix(prefix("2001:db8::/32")), Family::kMulticast));
  PrefixField mapped{104, 0, 0, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10}};
  CHECK_FALSE(to_prefix(mapped, Family::kIpv6));  // it would pass for 10.0.0.0/8
}

TEST_CASE("an IPv4 address stands in the first four bytes of an address field") {
  const IpAddress v4 = Ipv4{0x0a000001};
  const IpAddress v6(0xfe80'0000'0000'0000, 9);
  CHECK(from_address(v4)[0] == 10);
  CHECK(to_address(from_address(v4), Family::kIpv4) == v4);
  CHECK(to_address(from_address(v6), Family::kIpv6) == v6);
}
