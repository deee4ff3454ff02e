#include "filter/filter.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "base/random.h"
#include "filter/filter_text.h"
#include "filter/filter_words.h"

namespace anemone {
namespace {

// As it is printed, or why it is refused.
std::string canonical(const std::string& text) {
  auto filter = parse_filter(text);
  return filter ? print_filter(*filter) : filter.error().message;
}

std::string some_name(Random& random) {
  static const std::vector<std::string> names = {"nginx", "a b",   "*.service", "and",      "in",  "\"x\\",
                                                 "443",   "r1-r2", "tcp,udp",   "(kernel)", "ä;!", ""};
  return names[random.below(static_cast<std::uint32_t>(names.size()))];
}

Prefix some_prefix(Random& random) {
  if (random.below(2) == 0) {
    return {IpAddress(Ipv4{static_cast<std::uint32_t>(random.next())}), static_cast<int>(random.below(33))};
  }
  return {IpAddress(0x2001'0db8'0000'0000U | random.below(65536), random.next()),
          static_cast<int>(random.below(129))};
}

FilterRange some_range(const FilterWord& word, Random& random) {
  std::uint64_t low = random.next() >> random.below(64);
  std::uint64_t high = random.next() >> random.below(64);
  if (low > word.most) low %= word.most + 1;
  if (high > word.most) high %= word.most + 1;
  if (low > high) std::swap(low, high);
  const bool one = word.values == FilterValues::kFlags || word.values == FilterValues::kDirections;
  if (one || random.below(3) == 0) return {low, low};
  if (random.below(3) == 0) return {low, word.most};
  if (random.below(3) == 0) return {0, high};
  return {low, high};
}

Filter some_test(Random& random) {
  const FilterWord& word = filter_words()[random.below(static_cast<std::uint32_t>(filter_words().size()))];
  FilterTest test;
  test.field = word.field;
  if (word.has_ends) test.end = FilterEnd{static_cast<std::uint8_t>(random.below(3))};
  test.layer = FilterLayer{static_cast<std::uint8_t>(random.below(3))};
  for (std::uint32_t i = 0; i <= random.below(3); ++i) {
    if (word.values == FilterValues::kPrefixes) {
      test.prefixes.push_back(some_prefix(random));
    } else if (word.values == FilterValues::kNames) {
      test.names.push_back(some_name(random));
    } else {
      test.ranges.push_back(some_range(word, random));
    }
  }
  if (word.values == FilterValues::kNamesOrNumbers) test.names.push_back(some_name(random));
  return filter_of(test);
}

Filter some_filter(Random& random, int depth) {
  const std::uint32_t what = depth > 4 ? 0 : random.below(8);
  if (what < 3) return some_test(random);
  if (what == 3) return {};
  if (what == 4) return none_of(some_filter(random, depth + 1));
  std::vector<Filter> parts;
  for (std::uint32_t i = 0; i < 2 + random.below(3); ++i) parts.push_back(some_filter(random, depth + 1));
  return what % 2 == 0 ? all_of(parts) : any_of(parts);
}

}  // namespace

TEST_CASE("a filter is printed in one way, however it was written") {
  CHECK(canonical("src net 10.0.0.0/8 and dst port 443 and process nginx") ==
        "src net 10.0.0.0/8 and dst port 443 and process nginx");
  CHECK(canonical("(src net 10/8)&&( host 10.0.0.1 || ip 2001:DB8::1 )") ==
        "src net 10.0.0.0/8 and (ip 10.0.0.1 or ip 2001:db8::1)");
  CHECK(canonical("port in [ 53 80, 8000-8080 ]") == "port 53,80,8000-8080");
  CHECK(canonical("port > 1023 or dst port != 80") == "port >= 1024 or not dst port 80");
  CHECK(canonical("src or dst port 53") == "port 53");
  CHECK(canonical("src and dst net 10.0.0.0/8") == "src net 10.0.0.0/8 and dst net 10.0.0.0/8");
  CHECK(canonical("src 10.0.0.1") == "src ip 10.0.0.1");
  CHECK(canonical("packets > 1k and bytes >= 1500000 and duration < 1000") ==
        "packets >= 1001 and bytes >= 1500k and duration <= 999999us");
  CHECK(canonical("rtt > 50ms and retransmits > 0") == "rtt >= 50001us and retransmits >= 1");
  CHECK(canonical("proto 6 or proto udp,47") == "proto tcp or proto udp,gre");
  CHECK(canonical("flags SA and not flags AFRPU and tos 0x10") == "flags SA and not flags FRPAU and tos 16");
  CHECK(canonical("direction in and interface eth0,3") == "direction in and interface 3,eth0");
  CHECK(canonical("unit nginx.service and exe \"/opt/my tools/*\"") ==
        "unit nginx.service and executable \"/opt/my tools/*\"");
  CHECK(canonical("over link r1-r2 and via router r7 and src site fra") ==
        "over link r1-r2 and via router r7 and src site fra");
  CHECK(canonical("outer dst host 10.1.1.1 and inner src net 192.168/16") ==
        "outer dst ip 10.1.1.1 and inner src net 192.168.0.0/16");
  CHECK(canonical("") == "any");
}

TEST_CASE("\"and\" binds before \"or\", \"not\" before both") {
  const Filter loose = *parse_filter("proto tcp or proto udp and not port 53 or port 80");
  REQUIRE(loose.kind == Filter::Kind::kOr);
  CHECK(loose.parts.size() == 3);
  CHECK(loose.parts[1].kind == Filter::Kind::kAnd);
  CHECK(canonical("not (proto tcp or port 53)") == "not (proto tcp or port 53)");
}

TEST_CASE("what is wrong is told with its column and what was expected") {
  CHECK(canonical("src net 10.0.0.0/8 and") ==
        "column 23: expected a word as net, port, proto or process, not the end");
  CHECK(canonical("dst port http") == "column 10: expected a number after port, not 'http'");
  CHECK(canonical("port 80-") == "column 6: expected a number after port, not ''");
  CHECK(canonical("port 65536") == "column 6: '65536' is more than a port can be (65535)");
  CHECK(canonical("net 10.0.0.0/33").starts_with("column 5: expected an address or a network"));
  CHECK(canonical("(proto tcp") == "column 11: expected ')', not the end");
  CHECK(canonical("proto tcp port 80") == "column 11: expected 'and', 'or' or the end, not 'port'");
  CHECK(canonical("src proto tcp") == "column 5: 'proto' has no src and dst");
  CHECK(canonical("process and port 80") == "column 9: expected a value for process, not 'and'");
  CHECK(canonical("process \"nginx") == "column 9: a quote that is never closed");
  CHECK(canonical("rtt > fast") == "column 7: expected a time as 50ms or 10s after rtt, not 'fast'");
  CHECK(canonical("via link x") == "column 5: expected 'router', not 'link'");
  CHECK(canonical("port < 0") == "column 8: no port is < that");
}

TEST_CASE("too long and too deep filters are refused") {
  CHECK(canonical(std::string(5000, ' ')).starts_with("a filter of 5000 bytes"));
  CHECK(canonical(std::string(200, '(')).ends_with("nested too deep"));
  std::string nots;
  for (int i = 0; i < 200; ++i) nots += "not ";
  CHECK(canonical(nots + "port 1").ends_with("nested too deep"));
}

TEST_CASE("every tree, printed and read again, is the same tree") {
  Random random(20261123);
  const FilterLimits wide{.length = 1 << 20, .depth = 64};
  for (int i = 0; i < 20'000; ++i) {
    const Filter filter = some_filter(random, 0);
    const std::string text = print_filter(filter);
    CAPTURE(text);
    const auto again = parse_filter(text, wide);
    REQUIRE_MESSAGE(again.has_value(), (again ? "" : again.error().message));
    if (*again != filter) {
      const auto was = tests_of(filter);
      const auto is = tests_of(*again);
      REQUIRE(was.size() == is.size());
      for (std::size_t t = 0; t < was.size(); ++t) {
        INFO(print_filter(filter_of(*was[t])));
        CHECK(*was[t] == *is[t]);
      }
    }
    REQUIRE(*again == filter);
    REQUIRE(print_filter(*again) == text);
  }
}

TEST_CASE("globs match the whole of a name") {
  CHECK(glob_matches("nginx", "nginx"));
  CHECK_FALSE(glob_matches("nginx", "nginx2"));
  CHECK(glob_matches("*.service", "nginx.service"));
  CHECK(glob_matches("ng*x", "nginx"));
  CHECK(glob_matches("n?inx", "nginx"));
  CHECK_FALSE(glob_matches("n?inx", "ninx"));
  CHECK(glob_matches("*", ""));
  CHECK_FALSE(glob_matches("?", ""));
  CHECK(glob_matches("*a*b*", "xxaxxbxx"));
  CHECK_FALSE(glob_matches(std::string(40, '*') + "b", std::string(2000, 'a')));
}

TEST_CASE("who cannot answer a test says so with its column") {
  const Filter filter = *parse_filter("port 80 and over link r1-r2");
  CHECK(not_here(*tests_of(filter)[1], "an agent knows no links").message ==
        "column 13: not here: 'over link r1-r2': an agent knows no links");
}

}  // namespace anemone
