#include "topology/node_places.h"

#include <functional>
#include <string>
#include <utility>

namespace anemone {
namespace {

// Spreads a number over 64 bits (splitmix64's last steps).
std::uint64_t spread(std::uint64_t value) {
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
  value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
  return value ^ (value >> 31);
}

std::uint64_t identity_of(const Node& node) {
  if (node.kind == NodeKind::kNetwork) return spread(std::hash<Prefix>{}(node.prefix) + 1);
  if (node.router_id.value != 0) return spread(node.router_id.value + (std::uint64_t{1} << 32));
  return spread(std::hash<std::string>{}(node.name));
}

}  // namespace

const std::vector<std::uint32_t>& NodePlaces::take(const Topology& topology, std::span<const NodeId> nodes) {
  std::vector<std::uint64_t> identities;
  identities.reserve(nodes.size());
  for (NodeId node : nodes) identities.push_back(identity_of(topology.node(node)));
  if (identities == identities_) return taken_;
  ++rounds_;
  taken_.clear();
  for (const std::uint64_t identity : identities) taken_.push_back(place_of(identity));
  identities_ = std::move(identities);
  return taken_;
}

std::uint32_t NodePlaces::place_of(std::uint64_t identity) {
  while (true) {
    const auto [at, is_new] = places_.try_emplace(identity, static_cast<std::uint32_t>(places_.size()));
    if (is_new) round_.push_back(0);
    std::uint32_t& round = round_[at->second];
    if (round != rounds_) {
      round = rounds_;
      return at->second;
    }
    identity = spread(identity + 1);  // somebody else has it already
  }
}

}  // namespace anemone
