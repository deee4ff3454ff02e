// BlockPour pours the traffic of up to sixteen destinations in one go, along the distances of a
// DistanceBlock. It gives what `pour` gives along RoutesTo, for a dense matrix several times as fast.
//
// Routes are not listed: which links lie on a shortest path is seen from the distances, again for all
// sixteen by a few vector instructions. Nor are nodes sorted by distance: one is poured as soon as all
// that pour into it have been, which a counter tells.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "matrix/traffic_matrix.h"
#include "route/distance_block.h"

namespace anemone {

class BlockPour {
 public:
  // REQUIRES: DistanceBlock::fits(topology).
  explicit BlockPour(const Topology& topology);

  // Pours up to kLanes groups of demands, each group not empty and for one node. Returns the unrouted.
  Traffic pour(std::span<const std::span<const Demand>> groups);

  // Adds what all that was poured since the last time puts on each link.
  void take(PerLink<Traffic>& links);

 private:
  // One place on the way to one destination; two to a line of cache.
  struct alignas(32) Station {
    Traffic traffic;
    std::uint32_t next;     // the place it pours into; kNone at the destination and where there is no way
    std::uint32_t arc;      // the arc it takes there
    std::uint32_t pending;  // how many places are still to pour into it; kDone once it has been poured
  };
  static constexpr std::uint32_t kNone = 0xffff'ffff;
  static constexpr std::uint32_t kSeveral = 0xffff'fffe;  // as `next`: equal arcs share
  static constexpr std::uint32_t kDone = 0xffff'ffff;

  void find_next_arcs();
  Traffic pour_lane(std::size_t lane, std::span<const Demand> demands);
  void pour_from(std::size_t lane, std::uint32_t place);
  void split(std::size_t lane, std::uint32_t place);
  std::size_t place_count() const { return block_.graph().place_count(); }
  std::span<Station> stations(std::size_t lane) {
    return std::span(stations_).subspan(lane * place_count(), place_count());
  }

  DistanceBlock block_;
  std::vector<Lanes> pending_;     // by place: minus how many arcs into it are taken
  std::vector<Station> stations_;  // by lane, then by place
  std::vector<Traffic> on_arc_;
  std::vector<std::uint32_t> ready_;  // places that a split has made ready
};

}  // namespace anemone
