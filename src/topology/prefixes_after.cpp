#include "topology/prefixes_after.h"

namespace anemone {

// Both lists ascend, and a prefix stands before all that it contains: one walk through both, with a stack of
// those that hold where we are.
std::vector<PrefixId> prefixes_after(const Topology& before, const Topology& after) {
  std::vector<PrefixId> found;
  std::vector<PrefixId> holding;
  const auto leave = [&](const Prefix& prefix) {
    while (!holding.empty() && !after.prefix(holding.back()).contains(prefix)) holding.pop_back();
  };
  PrefixId next{0U};
  for (const PrefixId id : indices<PrefixId>(before.prefix_count())) {
    const Prefix& prefix = before.prefix(id);
    for (; next.value() < after.prefix_count() && after.prefix(next) <= prefix;
         next = PrefixId{next.value() + 1}) {
      leave(after.prefix(next));
      holding.push_back(next);
    }
    leave(prefix);
    found.push_back(holding.empty() ? PrefixId{} : holding.back());
  }
  return found;
}

}  // namespace anemone
