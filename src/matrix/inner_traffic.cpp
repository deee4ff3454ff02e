#include "matrix/inner_traffic.h"

#include <algorithm>
#include <compare>
#include <map>
#include <unordered_set>
#include <utility>

namespace anemone {
namespace {

// What an outer record must be; `src` or `dst` may be none for any.
struct OuterFlow {
  ObserverId observer;
  IpAddress src;
  IpAddress dst;
  std::uint8_t protocol = 0;  // 0: any

  auto operator<=>(const OuterFlow&) const = default;
};

std::uint8_t protocol_of(const std::string& technology) {
  if (technology == "gre") return 47;
  if (technology == "ipip") return 4;
  if (technology == "6in4" || technology == "sit") return 41;
  if (technology == "vxlan" || technology == "geneve" || technology == "wireguard") return 17;
  return 0;
}

// A host's tunnel stands as seen from that host; one that was read from packets, as they went.
OuterFlow outer_of(const FlowRecord& inner, const Tunnel& tunnel) {
  OuterFlow outer{inner.observer, tunnel.src, tunnel.dst, protocol_of(tunnel.technology)};
  if (inner.key.direction == Direction::kIn) std::swap(outer.src, outer.dst);
  return outer;
}

struct Bundle {
  std::vector<std::uint32_t> inner;  // records
  double inner_bytes = 0;
  double outer_bytes = 0;                          // of all parts
  std::vector<std::vector<std::uint32_t>> placed;  // places in PartMatrix::placed, by part
};

using Bundles = std::map<OuterFlow, Bundle>;

// The tunnels that an outer record may be of: with both ends known, with one, of any protocol or its own.
Bundle* find_bundle(Bundles& bundles, const FlowRecord& outer) {
  for (const std::uint8_t protocol : {outer.key.protocol, std::uint8_t{0}}) {
    for (const int ends : {3, 2, 1}) {
      const OuterFlow wanted{outer.observer, (ends & 1) != 0 ? outer.key.src : IpAddress{},
                             (ends & 2) != 0 ? outer.key.dst : IpAddress{}, protocol};
      const auto found = bundles.find(wanted);
      if (found != bundles.end()) return &found->second;
    }
  }
  return nullptr;
}

// The inner bytes that a part's outer ones are, and which.
void explain(std::span<const FlowRecord> records, const Bundle& bundle, std::size_t number,
             PartMatrix& part) {
  const double share = std::min(1.0, bundle.outer_bytes / bundle.inner_bytes);
  for (std::uint32_t at : bundle.placed[number]) {
    PlacedRecord& placed = part.placed[at];
    const double of_outer = placed.bytes / bundle.outer_bytes;
    placed.explained = bundle.inner_bytes * share * of_outer;
    for (std::uint32_t record : bundle.inner) {
      part.inner.push_back({record, placed.demand,
                            static_cast<double>(records[record].bytes) * share * of_outer,
                            static_cast<double>(records[record].packets) * share * of_outer, 0});
    }
  }
}

Bundles bundle(std::span<const FlowRecord> records, std::span<const InnerRecord> inner,
               const TunnelTable& tunnels, std::size_t parts) {
  Bundles bundles;
  for (const InnerRecord& one : inner) {
    const FlowRecord& record = records[one.record];
    const OuterFlow outer = outer_of(record, tunnels[record.origin.tunnel]);
    if (outer.src.is_none() && outer.dst.is_none()) continue;
    Bundle& bundle = bundles[outer];
    bundle.placed.resize(parts);
    bundle.inner.push_back(one.record);
    bundle.inner_bytes += static_cast<double>(record.bytes);
  }
  return bundles;
}

void find_outer(std::span<const FlowRecord> records, const MeasuredMatrix& matrix, Bundles& bundles) {
  std::vector<char> has_tunnels;
  for (const auto& [outer, bundle] : bundles) {
    if (outer.observer.value() >= has_tunnels.size()) has_tunnels.resize(outer.observer.value() + 1);
    has_tunnels[outer.observer.value()] = 1;
  }
  for (std::size_t number = 0; number < matrix.parts.size(); ++number) {
    const std::vector<PlacedRecord>& placed = matrix.parts[number].placed;
    for (std::uint32_t at = 0; at < placed.size(); ++at) {
      const FlowRecord& outer = records[placed[at].record];
      if (outer.observer.value() >= has_tunnels.size() || has_tunnels[outer.observer.value()] == 0) continue;
      Bundle* bundle = find_bundle(bundles, outer);
      if (bundle == nullptr) continue;
      bundle->placed[number].push_back(at);
      bundle->outer_bytes += placed[at].bytes;
    }
  }
}

}  // namespace

void explain_tunnels(std::span<const FlowRecord> records, std::span<const InnerRecord> inner,
                     const TunnelTable& tunnels, MeasuredMatrix& matrix) {
  Bundles bundles = bundle(records, inner, tunnels, matrix.parts.size());
  find_outer(records, matrix, bundles);
  std::unordered_set<std::uint32_t> explaining;
  for (const auto& [outer, bundle] : bundles) {
    if (bundle.outer_bytes <= 0 || bundle.inner_bytes <= 0) continue;
    for (std::size_t i = 0; i < matrix.parts.size(); ++i) explain(records, bundle, i, matrix.parts[i]);
    matrix.bytes.inner += bundle.inner_bytes;
    explaining.insert(bundle.inner.begin(), bundle.inner.end());
  }
  for (const InnerRecord& one : inner) {
    if (one.owned && !explaining.contains(one.record))
      matrix.bytes.unexplained += static_cast<double>(records[one.record].bytes);
  }
}

}  // namespace anemone
