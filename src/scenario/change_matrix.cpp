#include "scenario/change_matrix.h"

#include <algorithm>
#include <utility>

#include "scenario/things.h"
#include "topology/own_prefix.h"
#include "topology/prefixes_after.h"

namespace anemone {

class MatrixChangeMaker {
 public:
  MatrixChangeMaker(const Topology& after, const Things& things, MatrixChange& change)
      : after_(after), things_(things), change_(change) {}

  Result<void> operator()(const Scale& scale, const TextPlace& place) {
    if (!scale.filter.is_everything()) return unknown(place);
    MatrixChange::Step step;
    step.factor = scale.factor;
    for (const auto& [thing, ends] : {std::pair(&scale.from, &step.from), std::pair(&scale.to, &step.to)}) {
      if (!*thing) continue;
      if (auto found = find_ends(**thing, *ends); !found) return found;
    }
    change_.steps_.push_back(std::move(step));
    return {};
  }

  Result<void> operator()(const Move& move, const TextPlace& place) {
    if (!move.things) return unknown(place);
    MatrixChange::Step step;
    step.moves = true;
    if (auto found = find_ends(*move.things, step.from); !found) return found;
    const auto target = things_.nodes(move.to);
    if (!target) return target.error();
    step.node = target->front();
    step.destination = {step.node, PrefixId{}};
    const auto own = has_areas(after_) ? own_prefix(after_, step.node) : std::nullopt;
    if (own) step.destination = {NodeId{}, *own};
    change_.steps_.push_back(std::move(step));
    return {};
  }

  Result<void> operator()(const AddHosts&, const TextPlace& place) { return unknown(place); }

  template <class Other>
  Result<void> operator()(const Other&, const TextPlace&) {
    return {};
  }

 private:
  static Error unknown(const TextPlace& place) {
    return at_place(place, "a matrix from a file knows neither hosts nor processes; name routers or sites");
  }

  Result<void> find_ends(const Thing& thing, MatrixChange::Ends& ends) const {
    const auto nodes = things_.nodes(thing);
    if (!nodes) return nodes.error();
    ends.all = false;
    ends.nodes.assign(after_.node_count(), 0);
    for (const NodeId node : *nodes) ends.nodes[node.value()] = 1;
    ends.prefixes.assign(after_.prefix_count(), 0);
    for (const PrefixId prefix : indices<PrefixId>(after_.prefix_count())) {
      for (const Attachment& at : after_.attachments(prefix)) {
        if (at.kind <= PrefixKind::kNetwork && ends.nodes[at.node.value()] != 0)
          ends.prefixes[prefix.value()] = 1;
      }
    }
    return {};
  }

  const Topology& after_;
  const Things& things_;
  MatrixChange& change_;
};

Result<MatrixChange> MatrixChange::make(const Scenario& scenario, const Places& places,
                                        const Topology& before, const Topology& after) {
  const auto things = Things::make(scenario, after, places);
  if (!things) return things.error();
  MatrixChange change;
  change.prefix_after_ = prefixes_after(before, after);
  MatrixChangeMaker maker(after, *things, change);
  for (const Change& one : scenario.changes) {
    const auto made = std::visit([&](const auto& what) { return maker(what, one.place); }, one.what);
    if (!made) return made.error();
  }
  return change;
}

ChangedMatrix MatrixChange::changed(const TrafficMatrix& matrix) const {
  ChangedMatrix changed;
  for (std::uint32_t i = 0; i < matrix.demands.size(); ++i) {
    Demand demand = matrix.demands[i];
    if (demand.to.prefix.valid()) {
      demand.to.prefix = prefix_after_[demand.to.prefix.value()];
      if (!demand.to.prefix.valid()) {
        changed.homeless += demand.traffic;
        continue;
      }
    }
    for (const Step& step : steps_) {
      const bool from = step.from.has(demand.ingress);
      if (!step.moves) {
        if (from && step.to.has(demand.to)) demand.traffic = demand.traffic * step.factor;
        continue;
      }
      if (step.from.has(demand.to)) demand.to = step.destination;
      if (from) demand.ingress = step.node;
    }
    changed.matrix.demands.push_back(demand);
    changed.was.push_back(i);
  }
  return changed;
}

}  // namespace anemone
