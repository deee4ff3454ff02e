#include "topology/network_file.h"

#include <algorithm>
#include <utility>

namespace anemone {

Error at_line(std::size_t line, const std::string& message) {
  return {"line " + std::to_string(line) + ": " + message};
}

NodeId NetworkBuilder::node(std::string_view name) {
  if (auto found = by_name_.find(name); found != by_name_.end()) return found->second;
  Node node;
  node.name = name;
  file_.parts.nodes.push_back(std::move(node));
  const NodeId id{file_.parts.nodes.size() - 1};
  by_name_.emplace(name, id);
  return id;
}

Result<NodeId> NetworkBuilder::add_node(std::string_view name, NodeKind kind) {
  if (by_name_.contains(name)) return Error{"there is a node '" + std::string(name) + "' already"};
  const NodeId id = node(name);
  file_.parts.nodes[id.value()].kind = kind;
  return id;
}

Result<void> NetworkBuilder::add_arc(const Link& link) {
  const Node& from = file_.parts.nodes[link.from.value()];
  const Node& to = file_.parts.nodes[link.to.value()];
  if (link.from == link.to) return Error{"a link from '" + from.name + "' to itself"};
  if (from.kind == NodeKind::kNetwork && to.kind == NodeKind::kNetwork) {
    return Error{"a link between the networks '" + from.name + "' and '" + to.name + "': want a router"};
  }
  Link added = link;
  if (from.kind == NodeKind::kNetwork) {
    added.cost = 0;
  } else if (added.cost < 1 || added.cost > kLinkCostMax) {
    return Error{"cost must be 1 to " + std::to_string(kLinkCostMax) + ", not " + std::to_string(added.cost)};
  }
  file_.parts.links.push_back(std::move(added));
  return {};
}

Result<void> NetworkBuilder::add_link(const Link& link) {
  if (auto done = add_arc(link); !done) return done;
  Link back = link;
  std::swap(back.from, back.to);
  std::swap(back.address, back.neighbor);
  back.interface.clear();
  return add_arc(back);
}

Result<NetworkFile> NetworkBuilder::finish() && {
  // A shortest path leaves each node once at most: the sum of the dearest links bounds every path.
  std::vector<std::uint64_t> dearest(file_.parts.nodes.size(), 0);
  for (const Link& link : file_.parts.links) {
    std::uint64_t& most = dearest[link.from.value()];
    most = std::max<std::uint64_t>(most, link.cost);
  }
  std::uint64_t sum = 0;
  for (std::uint64_t cost : dearest) sum += cost;
  if (sum > kPathCostMax) {
    return Error{"costs are too large to add up: a path could cost " + std::to_string(sum) + ", more than " +
                 std::to_string(kPathCostMax)};
  }
  return std::move(file_);
}

}  // namespace anemone
