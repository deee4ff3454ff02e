#include "topology/host_names.h"

#include <algorithm>
#include <map>
#include <string_view>

namespace anemone {

void give_host_names(std::vector<std::pair<RouterId, std::string>> names, TopologyParts& parts) {
  if (names.empty()) return;
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  std::map<std::string_view, int> claims;
  for (const auto& [router, name] : names) ++claims[name];
  for (const Node& node : parts.nodes) {
    if (const auto taken = claims.find(node.name); taken != claims.end()) ++taken->second;
  }
  for (Node& node : parts.nodes) {
    if (node.kind != NodeKind::kRouter) continue;
    const auto said = std::lower_bound(names.begin(), names.end(), std::pair(node.router_id, std::string()));
    if (said == names.end() || said->first != node.router_id) continue;
    if (claims[said->second] == 1 && !parse_address(said->second)) node.name = said->second;
  }
}

}  // namespace anemone
