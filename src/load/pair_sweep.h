// Sweeps over failures that happen two at a time: for every pair of some, what every link would carry.
//
// There are millions of pairs. But most failures do not matter to each other: where what one touches of a
// destination's row (failure_touches.h) has nothing in common with what the other touches, the two together
// do there what each does alone, and that is known from a sweep of single ones. Only the rest is computed, as
// the second failure's difference after the first. Nothing is left out or estimated: the result is that of
// RoutedLoads::change() with both, to the last bit, whatever the number of threads.
//
// Memory: some 200 bytes for each pair of a destination and a node, and 8 for each pair of a failure and a
// link: 400 MB at 1,000 routers. Demands that are not kept in rows (RoutedLoads says which) are computed from
// nothing for each pair: affordable in small networks only.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <span>

#include "load/failure_sweep.h"
#include "load/routed_loads.h"

namespace anemone {

// Two failures, the lower number first; or one, or none.
struct FailurePair {
  static constexpr std::uint32_t kNone = 0xffff'ffff;
  std::uint32_t first = kNone;
  std::uint32_t second = kNone;
  bool operator==(const FailurePair&) const = default;
};

// What a pair leaves; valid while it is visited.
struct PairLoads {
  FailurePair failures;
  std::span<const double> loads;  // by LinkId
  double unrouted;
};

// Calls `visit` once for each pair of different failures, from `threads` threads at once and in no order.
// `base` is what they happen to, with its costs as they are; it must not change meanwhile.
void sweep_pairs(const RoutedLoads& base, std::span<const Failure> failures, unsigned threads,
                 const std::function<void(const PairLoads&)>& visit);

// The most that each link has to carry: without a failure, in each alone and in each pair.
struct WorstOfPairs {
  PerLink<double> loads;
  PerLink<FailurePair> failures;  // what leads to it: the fewest, then the first
  double unrouted = 0;
  FailurePair unrouted_failures;
};
WorstOfPairs worst_of_pairs(const RoutedLoads& base, std::span<const Failure> failures, unsigned threads);

}  // namespace anemone
