#include "topology/router_nodes.h"

#include <algorithm>
#include <utility>

namespace anemone {

void RouterNodes::add(std::vector<RouterId> ids) {
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  std::vector<RouterId> all;
  std::vector<NodeId> nodes;
  all.reserve(ids_.size() + ids.size());
  nodes.reserve(ids_.size() + ids.size());
  std::size_t known = 0;
  const auto keep = [&] {
    all.push_back(ids_[known]);
    nodes.push_back(nodes_[known++]);
  };
  for (const RouterId id : ids) {
    while (known < ids_.size() && ids_[known] < id) keep();
    if (known < ids_.size() && ids_[known] == id) continue;
    all.push_back(id);
    nodes.emplace_back(parts_.nodes.size());
    Node node;
    node.name = print_address(id);
    node.router_id = id;
    parts_.nodes.push_back(std::move(node));
  }
  while (known < ids_.size()) keep();
  ids_ = std::move(all);
  nodes_ = std::move(nodes);
}

NodeId RouterNodes::find(RouterId id) const {
  const auto at = std::lower_bound(ids_.begin(), ids_.end(), id);
  if (at == ids_.end() || *at != id) return NodeId{};
  return nodes_[static_cast<std::size_t>(at - ids_.begin())];
}

}  // namespace anemone
