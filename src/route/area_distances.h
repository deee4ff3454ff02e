// AreaDistances keeps everybody's shortest distance to everybody in one area, through the changes of its
// links.
//
// Why not compute them anew? Because a changed link changes few of them: with 1,000 routers a link is on
// the way to almost half of the destinations, but only for some nodes each. Per destination it takes one
// comparison to see whether a link that got worse was used, or one that got better will be; then only
// the nodes that lose or gain by it are looked at (Ramalingam and Reps, J. Algorithms 21, 1996).
// docs/benchmarks.md has what that gains.
//
// Equal-cost next hops follow from the distances and take no room: a link is one when its cost and the
// distance from its end make up the distance from its beginning.
//
// Routers that do not forward for others (Node::forwards) begin and end ways and are never passed through.
//
// The distances take four bytes for each pair of nodes. Areas whose distances do not fit into `bytes_max`,
// and those where others than networks have links without cost, are not kept: to() then computes what is
// asked for. One thread at a time.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "route/routes_to.h"
#include "topology/node_places.h"
#include "topology/topology.h"

namespace anemone {

class AreaDistances {
 public:
  static constexpr std::size_t kBytesMax = std::size_t{512} << 20;  // some 11,500 nodes

  explicit AreaDistances(AreaId area, std::size_t bytes_max = kBytesMax)
      : area_(area), bytes_max_(bytes_max) {}

  // What an update did.
  enum class Work : std::uint8_t {
    kNone,      // no link of the area changed
    kRepaired,  // changed what the changed links change
    kComputed,  // everything anew
    kNotKept,   // too large: nothing is kept
  };
  struct Update {
    Work work = Work::kNone;
    std::size_t links = 0;         // links that changed; parallel ones count as one
    std::size_t destinations = 0;  // to which some distance changed
    std::size_t nodes = 0;         // whose distance to one of these was looked at
  };

  // From now on the distances are those of `topology`, which may be destroyed afterwards.
  Update update(const Topology& topology);

  AreaId area() const { return area_; }
  bool kept() const { return kept_; }
  // Between nodes of the last topology; kUnreachable where there is no way. REQUIRES: kept().
  Cost cost(NodeId from, NodeId to) const;

  // Everybody's way to one destination within the area, virtual links included.
  // REQUIRES: `topology` is the one last given to update().
  void to(const Topology& topology, NodeId destination, RoutesTo& routes) const;

 private:
  struct Arc {
    std::uint32_t place;  // the other end
    Cost cost;
    bool operator==(const Arc&) const = default;
  };
  // Arcs of all places, place by place; of parallel links only the cheapest.
  struct Arcs {
    std::vector<std::uint32_t> first;
    std::vector<Arc> arcs;
    std::span<const Arc> of(std::uint32_t place) const {
      if (place + 1 >= first.size()) return {};
      return std::span(arcs).subspan(first[place], first[place + 1] - first[place]);
    }
  };
  struct Change {
    std::uint32_t from, to;
    Cost before, after;  // kFar: no such link
  };
  struct Waiting {
    Cost cost;
    std::uint32_t place;
    bool operator<(const Waiting& other) const { return cost > other.cost; }  // the nearest on top
  };
  static constexpr std::uint32_t kNowhere = 0xffff'ffff;
  static constexpr Cost kFar = Cost{1} << 30;  // no way; adding a cost to it does not overflow

  void take_places(const Topology& topology);
  void lay_out(const Topology& topology);
  void turn_around();
  Update take_new(const Topology& topology);
  void compute(const Topology& alone);
  void compute_around_hosts();
  bool passes(std::uint32_t place) const { return is_host_[place] == 0 || place == destination_; }
  void make_room(std::size_t places);
  void compute_to(const Topology& topology, NodeId destination, RoutesTo& routes) const;
  void find_changes(const Arcs& before);
  void compare(std::uint32_t from, std::span<const Arc> before, std::span<const Arc> after);
  bool repair(std::uint32_t destination);
  void lose_ways(const Cost* distance);
  void lose(const Cost* distance, std::uint32_t place);
  bool has_way(const Cost* distance, std::uint32_t place) const;
  void find_new_ways(Cost* distance);
  void offer(Cost* distance, std::uint32_t place, Cost cost);
  void spread_out(Cost* distance);
  Cost* row(std::uint32_t destination) { return distances_.data() + destination * stride_; }
  const Cost* row(std::uint32_t destination) const { return distances_.data() + destination * stride_; }

  AreaId area_;
  std::size_t bytes_max_;
  bool kept_ = false;
  NodePlaces places_;
  std::vector<NodeId> nodes_;        // of the last topology, those with links in the area
  PerNode<std::uint32_t> place_of_;  // of all its nodes; kNowhere for the others
  bool fits_ = false;
  bool any_host_ = false;
  std::vector<std::uint8_t> is_host_;  // by place: does not forward for others
  Arcs out_;
  Arcs in_;
  std::size_t stride_ = 0;
  std::vector<Cost> distances_;  // from everybody to one destination stand together

  std::uint32_t destination_ = 0;  // whose distances are worked on
  std::vector<Change> changes_;
  std::vector<std::uint32_t> lost_;  // places that no longer have a way as short as they had
  std::vector<std::uint8_t> is_lost_;
  std::vector<Waiting> heap_;
  std::size_t looked_at_ = 0;
};

}  // namespace anemone
