// Which ways changed between two topologies: for every router and every prefix, whether packets take the same
// links from the one to the other.
//
// A router's way changes with its own next hops, or with those of a router behind them.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "topology/topology.h"

namespace anemone {

enum class PathChangeKind : std::uint8_t { kOther, kCost, kLost, kWon };
const char* print_path_change(PathChangeKind kind);  // "other", "cost", "lost", "won"

struct PathChange {
  PathChangeKind kind{};
  std::string router;
  Prefix prefix;
  Cost was = kUnreachable;
  Cost is = kUnreachable;
};

struct PathChanges {
  std::size_t pairs = 0;  // of a router and a prefix that it reaches before or after
  std::size_t other = 0;  // other links are taken
  std::size_t cost = 0;   // the same links, at another cost
  std::size_t lost = 0;
  std::size_t won = 0;
  std::vector<PathChange> list;  // by router, then prefix, those that `wanted` takes; no more than kListMax
  std::size_t left_out = 0;      // of those

  static constexpr std::size_t kListMax = 10'000;
};

// Lists what `wanted(router name, prefix)` takes.
PathChanges path_changes(const Topology& before, const Topology& after,
                         const std::function<bool(const std::string&, const Prefix&)>& wanted);

}  // namespace anemone
