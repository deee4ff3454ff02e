#include "load/row_pour.h"

#include <utility>

namespace anemone {

RowPour::RowPour(const RouteGraph& graph)
    : graph_(graph), delta_(graph.place_count()), pending_(graph.place_count()) {}

void RowPour::pour(const Row& row, Split split, std::span<const Inflow> inflows, Sums& sums) {
  count_users(row);
  for (const Inflow& inflow : inflows) delta_[inflow.place] += inflow.quanta;
  for (std::uint32_t place = 0; place < graph_.place_count(); ++place) {
    if (pending_[place] == 0) ready_.push_back(place);
  }
  while (!ready_.empty()) {
    const std::uint32_t place = ready_.back();
    ready_.pop_back();
    pour_from(row, split, place, sums);
  }
}

void RowPour::count_users(const Row& row) {
  for (std::uint32_t place = 0; place < graph_.place_count(); ++place) {
    const std::uint8_t hop = row.hop[place];
    if (hop < Row::kSeveral) {
      ++pending_[graph_.out_arc(graph_.first_out(place) + hop).place];
    } else if (hop == Row::kSeveral) {
      for (std::uint32_t arc = graph_.first_out(place); arc < graph_.first_out(place + 1); ++arc) {
        if (row.takes(graph_, place, arc)) ++pending_[graph_.out_arc(arc).place];
      }
    }
  }
}

void RowPour::pour_from(const Row& row, Split split, std::uint32_t place, Sums& sums) {
  const Quanta delta = std::exchange(delta_[place], 0);
  const Quanta before = row.flow[place];
  row.written[place] += delta;
  const std::uint8_t hop = row.hop[place];
  if (hop == Row::kNoHop) {
    if (row.distance[place] >= RouteGraph::kFar) sums.unrouted += delta;
  } else if (hop == Row::kSeveral) {
    const auto is_taken = [&](std::uint32_t at, std::uint32_t arc) { return row.takes(graph_, at, arc); };
    each_share(graph_, split, place, is_taken, [&](std::uint32_t arc, auto part) {
      pass_on(arc, part(before + delta) - part(before), sums);
    });
  } else {
    pass_on(graph_.first_out(place) + hop, delta, sums);
  }
}

void RowPour::pass_on(std::uint32_t arc, Quanta flow, Sums& sums) {
  const std::uint32_t to = graph_.out_arc(arc).place;
  sums.on_arc[arc] += flow;
  delta_[to] += flow;
  if (--pending_[to] == 0) ready_.push_back(to);
}

void RowPour::sources(const Row& row, Split split, std::vector<Quanta>& own) const {
  own.assign(row.flow, row.flow + graph_.place_count());
  const auto is_taken = [&](std::uint32_t at, std::uint32_t arc) { return row.takes(graph_, at, arc); };
  for (std::uint32_t place = 0; place < graph_.place_count(); ++place) {
    if (row.hop[place] == Row::kNoHop) continue;
    each_share(graph_, split, place, is_taken, [&](std::uint32_t arc, auto part) {
      own[graph_.out_arc(arc).place] -= part(row.flow[place]);
    });
  }
}

}  // namespace anemone
