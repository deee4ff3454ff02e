#include "server/uncertain_load.h"

#include <algorithm>
#include <map>
#include <vector>

#include "load/destination_routes.h"
#include "load/link_shares.h"

namespace anemone {
namespace {

using Shares = std::unordered_map<std::string, double>;  // of a demand, by the link's name

// The routes of those demands of a part that span an end of it.
class SplitRoutes {
 public:
  SplitRoutes(const Topology& topology, const TrafficMatrix& matrix,
              const std::vector<std::uint32_t>& demands)
      : shares_(matrix.demands.size()) {
    std::map<PrefixId, std::vector<std::uint32_t>> by_destination;
    for (const std::uint32_t demand : demands) {
      if (demand != kNoDemand) by_destination[matrix.demands[demand].to.prefix].push_back(demand);
    }
    DestinationRoutes destinations(topology);
    for (const auto& [prefix, to_it] : by_destination) {
      const RoutesTo& routes = destinations.to({NodeId{}, prefix});
      for (const std::uint32_t demand : to_it) {
        Shares& shares = shares_[demand];
        if (!shares.empty() || !routes.reachable(matrix.demands[demand].ingress)) continue;
        for (const RouteShare& step : route_of(topology, routes, matrix.demands[demand].ingress)) {
          shares[link_name(topology, step.link)] = step.share;
        }
      }
    }
  }
  const Shares& of(std::uint32_t demand) const { return demand == kNoDemand ? none_ : shares_[demand]; }

 private:
  std::vector<Shares> shares_;
  const Shares none_;
};

double share_in(const Shares& shares, const std::string& link) {
  const auto found = shares.find(link);
  return found == shares.end() ? 0 : found->second;
}

}  // namespace

double UncertainLoad::share(double load_bytes) const {
  const double below = load_bytes > 0 ? down / load_bytes : 0;
  const double above = up > 0 ? up / (std::max(load_bytes, 0.0) + up) : 0;
  return std::clamp(std::max(below, above), 0.0, 1.0);
}

std::unordered_map<std::string, UncertainLoad> uncertain_loads(std::span<const Epoch> epochs,
                                                               const MeasuredMatrix& matrix) {
  std::unordered_map<std::string, UncertainLoad> uncertain;
  for (std::size_t i = 0; i + 1 < epochs.size(); ++i) {
    const std::vector<SplitBytes>& split = matrix.parts[i].split;
    std::vector<std::uint32_t> before;
    std::vector<std::uint32_t> after;
    for (const SplitBytes& one : split) {
      before.push_back(one.before);
      after.push_back(one.after);
    }
    const SplitRoutes old_routes(*epochs[i].topology, matrix.parts[i].matrix, before);
    const SplitRoutes new_routes(*epochs[i + 1].topology, matrix.parts[i + 1].matrix, after);
    for (const SplitBytes& one : split) {
      const Shares& was = old_routes.of(one.before);
      const Shares& is = new_routes.of(one.after);
      const auto note = [&](const std::string& link, double more_after) {
        if (more_after == 0) return;
        UncertainLoad& load = uncertain[link];
        load.up += more_after > 0 ? more_after * one.bytes_before : -more_after * one.bytes_after;
        load.down += more_after > 0 ? more_after * one.bytes_after : -more_after * one.bytes_before;
      };
      for (const auto& [link, share] : was) note(link, share_in(is, link) - share);
      for (const auto& [link, share] : is) {
        if (!was.contains(link)) note(link, share);
      }
    }
  }
  return uncertain;
}

}  // namespace anemone
