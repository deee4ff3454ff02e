#include "flow/flow_definition.h"

#include <doctest/doctest.h>

#include <string>

#include "base/random.h"
#include "filter/filter_text.h"

namespace anemone {
namespace {

std::string canonical(const std::string& text) {
  auto definition = parse_flow_definition(text);
  return definition ? print_flow_definition(*definition) : definition.error().message;
}

}  // namespace

TEST_CASE("a definition is printed in one way, with all that is in force") {
  CHECK(canonical("key src/24 dst dport proto process; where not port 53; slice 10s; idle 15s") ==
        "key src/24/64 dst dport proto process; where not port 53; slice 10s; idle 15s");
  CHECK(canonical("idle 0s; slice 1m ;key user,unit; name per-user") ==
        "name per-user; key user unit; slice 60s; idle 0s");
  CHECK(canonical("key none; active 30m; slice 500ms") == "key none; slice 500ms; idle 15s; active 1800s");
  CHECK(canonical("key src/32 dst/0/48 ports owner") ==
        "key src dst/0/48 sport dport process executable user unit container; slice 10s; idle 15s");
  CHECK(
      canonical("where process \"a;b\" and port 1;") ==
      "key src dst sport dport proto direction interface process executable user unit container app tunnel; "
      "where process \"a;b\" and port 1; slice 10s; idle 15s");
  CHECK(*parse_flow_definition("") == FlowDefinition{});
  CHECK(parse_flow_definition("key all")->key == KeyFields::all());
}

TEST_CASE("what is wrong in a definition is told with its column") {
  CHECK(canonical("key src colour") ==
        "column 9: there is no field 'colour' (there are src dst sport dport proto tos "
        "direction interface pid process executable user unit container app tunnel "
        "ports owner)");
  CHECK(canonical("key src; where port http") == "column 21: expected a number after port, not 'http'");
  CHECK(canonical("key src/33") ==
        "column 5: expected bits as /24, or for IPv4 and IPv6 as /24/64, not '/33'");
  CHECK(canonical("key dport/8") == "column 5: only src and dst have bits: 'dport/8'");
  CHECK(canonical("key src src") == "column 9: 'src' for the second time");
  CHECK(canonical("slice 1s; slice 2s") == "column 11: 'slice' for the second time");
  CHECK(canonical("slice soon") == "column 7: expected a time as 10s or 5m after slice");
  CHECK(canonical("slice 1us") == "column 7: slice is 0s (never), or 1ms to 1d");
  CHECK(canonical("key") == "column 4: expected fields after key, or all, or none");
  CHECK(canonical("cut 1s") == "column 1: expected name, key, where, slice, idle or active, not 'cut'");
  CHECK(canonical("name a b").starts_with("column 6: expected a name"));
  CHECK(canonical(std::string(9000, ' ')).starts_with("a definition of 9000 bytes"));
}

TEST_CASE("every definition, printed and read again, is the same") {
  Random random(4);
  for (int i = 0; i < 5'000; ++i) {
    FlowDefinition definition;
    definition.key = KeyFields{random.below(1U << kKeyFields)};
    const auto bits = [&] {
      return KeyBits{static_cast<std::uint8_t>(random.below(33)),
                     static_cast<std::uint8_t>(random.below(129))};
    };
    if (definition.key.has(KeyField::kSrc)) definition.src = bits();
    if (definition.key.has(KeyField::kDst)) definition.dst = bits();
    definition.slice = Duration{1000 * random.below(100'000)};
    definition.idle = Duration{1000 + random.below(1'000'000)};
    definition.active = Duration{1'000'000 * random.below(100)};
    if (random.below(2) == 0) definition.where = *parse_filter("port 53 or not process \"a;\\\"b\"");
    if (random.below(2) == 0) definition.name = "n" + std::to_string(i);
    const std::string text = print_flow_definition(definition);
    CAPTURE(text);
    const auto again = parse_flow_definition(text);
    REQUIRE(again.has_value());
    REQUIRE(*again == definition);
  }
}

TEST_CASE("a definition keeps as much of an address as it says, in each family") {
  const FlowDefinition definition = *parse_flow_definition("key src/24/48 dport");
  const FlowKey v4{Ipv4{0x0a010203}, Ipv4{0x0a000001}, 4000, 443, 6, Direction::kOut};
  CHECK(definition.key_of(v4) == FlowKey{Ipv4{0x0a010200}, {}, 0, 443, 0, Direction::kUnknown});
  const FlowKey v6{{0x20010db800010002, 5}, {0x20010db800010002, 6}, 4000, 443, 6, Direction::kOut};
  CHECK(definition.key_of(v6).src == IpAddress(0x20010db800010000, 0));
  CHECK_FALSE(definition.is_whole_key());
  CHECK(FlowDefinition{}.is_whole_key());
  CHECK(FlowDefinition{}.key_of(v6) == v6);
}

}  // namespace anemone
