#include "load/row_block.h"

#include "base/vector_clones.h"

namespace anemone {

RowBlock::RowBlock(const RouteGraph& graph) : block_(graph), hops_(graph.place_count() * kRows) {}

void RowBlock::fill(std::span<const Target> targets, std::span<const Row> rows) {
  block_.clear();
  for (std::size_t lane = 0; lane < targets.size(); ++lane) {
    for (const Target::Seed& seed : targets[lane].seeds) block_.seed(lane, seed.place, seed.distance);
  }
  block_.find();
  find_hops();
  const std::size_t places = block_.graph().place_count();
  const auto* distances = reinterpret_cast<const std::int32_t*>(block_.distances().data());
  constexpr std::size_t kTile = 16;  // places whose lanes are turned together
  for (std::size_t first = 0; first < places; first += kTile) {
    const std::size_t end = std::min(first + kTile, places);
    for (std::size_t lane = 0; lane < rows.size(); ++lane) {
      for (std::size_t place = first; place < end; ++place) {
        rows[lane].distance[place] = static_cast<RouteGraph::Distance>(distances[place * kRows + lane]);
        rows[lane].hop[place] = hops_[place * kRows + lane];
      }
    }
  }
  mark_seeds(targets, rows);
}

// For every place and lane the arc that makes up the distance, or that several do.
ANEMONE_VECTOR_CLONES
void RowBlock::find_hops() {
  const RouteGraph& graph = block_.graph();
  const auto distances = block_.distances();
  constexpr std::int32_t kNoHop = Row::kNoHop;
  constexpr std::int32_t kSeveral = Row::kSeveral;
  for (std::uint32_t place = 0; place < graph.place_count(); ++place) {
    const Lanes::Sixteen here = distances[place].all;
    Lanes::Sixteen found = Lanes::Sixteen{} + kNoHop;
    std::int32_t index = 0;
    for (const RouteGraph::Arc& arc : graph.out(place)) {
      const Lanes::Sixteen equal = here == distances[arc.place].all + static_cast<std::int32_t>(arc.cost);
      const Lanes::Sixteen hop =
          found == kNoHop ? Lanes::Sixteen{} + std::min(index, kSeveral) : Lanes::Sixteen{} + kSeveral;
      found = equal ? hop : found;
      ++index;
    }
    for (std::size_t lane = 0; lane < kRows; ++lane) {
      hops_[place * kRows + lane] = static_cast<std::uint8_t>(found[lane]);
    }
  }
}

// Where a destination is, packets have arrived, whatever arcs would cost as little.
void RowBlock::mark_seeds(std::span<const Target> targets, std::span<const Row> rows) {
  for (std::size_t lane = 0; lane < rows.size(); ++lane) {
    for (const Target::Seed& seed : targets[lane].seeds) {
      if (rows[lane].distance[seed.place] == seed.distance) rows[lane].hop[seed.place] = Row::kNoHop;
    }
  }
}

}  // namespace anemone
