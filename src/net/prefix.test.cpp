#include "net/prefix.h"

#include <doctest/doctest.h>

#include "base/random.h"
#include "net/prefix_map.h"

using namespace anemone;

namespace {
Prefix p(const char* text) { return *parse_prefix(text); }
IpAddress a(const char* text) { return *parse_address(text); }

// A prefix of either family among few bits, so that many nest.
Prefix random_prefix(Random& random) {
  if (random.below(2) == 0) {
    return {IpAddress(Ipv4{0x0a000000 | random.below(256) << 8 | random.below(4)}),
            static_cast<int>(random.below(33))};
  }
  return {IpAddress(0x20010db8'00000000 | random.below(16), std::uint64_t{random.below(8)} << 61),
          static_cast<int>(random.below(129))};
}
}  // namespace

TEST_CASE("addresses of both families print as they are written") {
  for (const char* text : {"10.1.2.3", "0.0.0.0", "255.255.255.255", "2001:db8::1", "fe80::1:2"}) {
    CHECK(print_address(a(text)) == text);
  }
  CHECK(a("::ffff:1.2.3.4") == a("1.2.3.4"));
  for (const char* text : {"10.1.2", "10.1.2.256", "x", "", "1::2::3"}) CHECK_FALSE(parse_address(text));
}

TEST_CASE("an area is a number or a dotted quad") {}

TEST_CASE("the bits behind a prefix's length do not count") {
  CHECK(p("10.1.2.3/16") == p("10.1.0.0/16"));
  CHECK(print_prefix(p("10.1.2.3/16")) == "10.1.0.0/16");
  CHECK(print_prefix(p("10.1.2.3")) == "10.1.2.3/32");
  CHECK(print_prefix(p("2001:db8:1::/33")) == "2001:db8::/33");
  CHECK_FALSE(parse_prefix("10.0.0.0/33"));
  CHECK_FALSE(parse_prefix("10.0.0.0/"));
}

TEST_CASE("a prefix contains what starts with it, of its own family") {
  CHECK(p("10.1.0.0/16").contains(a("10.1.255.255")));
  CHECK_FALSE(p("10.1.0.0/16").contains(a("10.2.0.0")));
  CHECK(p("0.0.0.0/0").contains(a("192.0.2.1")));
  CHECK_FALSE(p("0.0.0.0/0").contains(a("2001:db8::1")));
  CHECK_FALSE(p("::/0").contains(a("192.0.2.1")));
  CHECK(p("10.0.0.0/8").contains(p("10.1.0.0/16")));
  CHECK_FALSE(p("10.1.0.0/16").contains(p("10.0.0.0/8")));
}

TEST_CASE("a mask is ones followed by zeros") {
  CHECK(*mask_length(*parse_ipv4("255.255.255.252")) == 30);
  CHECK(*mask_length(*parse_ipv4("0.0.0.0")) == 0);
  CHECK_FALSE(mask_length(*parse_ipv4("255.0.255.0")));
}

TEST_CASE("the longest prefix that holds an address is found, as by trying them all") {
  Random random(3);
  for (int round = 0; round < 200; ++round) {
    std::vector<std::pair<Prefix, int>> entries;
    const std::uint32_t size = random.below(40);
    for (std::uint32_t i = 0; i < size; ++i) entries.emplace_back(random_prefix(random), static_cast<int>(i));
    const PrefixMap<int> map(entries);
    for (int i = 0; i < 50; ++i) {
      const IpAddress address = random_prefix(random).address();
      const std::pair<Prefix, int>* best = nullptr;
      for (const auto& entry : entries) {
        if (!entry.first.contains(address)) continue;
        if (best == nullptr || entry.first.length() >= best->first.length()) best = &entry;
      }
      const auto [prefix, value] = map.find(address);
      REQUIRE((value == nullptr) == (best == nullptr));
      if (best == nullptr) continue;
      CHECK(*prefix == best->first);
      CHECK(*value == best->second);
    }
  }
}
