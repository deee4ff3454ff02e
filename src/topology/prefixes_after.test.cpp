#include "topology/prefixes_after.h"

#include <doctest/doctest.h>

#include <string_view>
#include <utility>

#include "base/random.h"

namespace anemone {
namespace {

Topology with_prefixes(const std::vector<Prefix>& prefixes) {
  TopologyParts parts;
  Node node;
  node.name = "a";
  parts.nodes.push_back(std::move(node));
  for (const Prefix& prefix : prefixes) {
    Attachment at;
    at.prefix = prefix;
    at.node = NodeId{0U};
    parts.attachments.push_back(at);
  }
  return Topology(std::move(parts));
}

TEST_CASE("prefixes after a change: the same one, though a longer begins with the same address") {
  const auto of = [](std::string_view text) { return *parse_prefix(text); };
  const Topology before = with_prefixes({of("10.0.0.0/8"), of("10.1.0.0/16"), of("10.1.0.0/24")});
  const Topology after = with_prefixes({of("0.0.0.0/0"), of("10.1.0.0/16"), of("10.1.0.0/24")});
  const std::vector<PrefixId> found = prefixes_after(before, after);
  CHECK(after.prefix(found[0]) == of("0.0.0.0/0"));
  CHECK(after.prefix(found[1]) == of("10.1.0.0/16"));
  CHECK(after.prefix(found[2]) == of("10.1.0.0/24"));
  CHECK_FALSE(prefixes_after(before, with_prefixes({of("10.1.0.0/24")}))[1].valid());
}

TEST_CASE("prefixes after a change: on random ones, what looking through all of them finds") {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    const auto some = [&] {
      std::vector<Prefix> prefixes;
      for (std::uint32_t i = random.below(30); i > 0; --i) {
        const int length = static_cast<int>(random.below(9));
        prefixes.emplace_back(Ipv4{random.below(256) << 24}, length);
        if (random.below(4) == 0) prefixes.emplace_back(IpAddress(), length);
      }
      return prefixes;
    };
    const Topology before = with_prefixes(some());
    const Topology after = with_prefixes(some());
    const std::vector<PrefixId> found = prefixes_after(before, after);
    for (const PrefixId id : indices<PrefixId>(before.prefix_count())) {
      PrefixId want;
      for (const PrefixId other : indices<PrefixId>(after.prefix_count())) {
        if (!after.prefix(other).contains(before.prefix(id))) continue;
        if (!want.valid() || after.prefix(other).bits128() > after.prefix(want).bits128()) want = other;
      }
      CHECK(found[id.value()] == want);
    }
  }
}

}  // namespace
}  // namespace anemone
