// A Field is, for one destination, every node's choice: by which links, and how far it is.
//
// Routes to a prefix are put together from several fields: the ways inside the network, those to each AS
// boundary router or forwarding address. A field is used again for the next destination; forgetting
// touches only the nodes that had something.
#pragma once

#include <span>
#include <vector>

#include "route/area_view.h"
#include "route/table.h"
#include "topology/topology.h"

namespace anemone {

class Field {
 public:
  struct Choice {
    Cost cost = kUnreachable;
    AreaId area;  // that the way begins in
    WayRank rank{};
    int inside_rank = 0;  // area_view.h
    bool intra = false;
    bool final = false;     // an exit that nothing further replaces
    bool unusable = false;  // the best entry, but not of an AS boundary router: no route by it (area_view.h)
    bool exit = false;      // the destination is here, or behind what we know: no next hops
    PathType type{};        // of routes to a prefix
    Cost type2_cost = 0;    // kExternal2
    std::vector<LinkId> hops;

    bool known() const { return cost != kUnreachable; }
  };

  explicit Field(std::size_t nodes) : choices_(nodes) {}

  const Choice& operator[](NodeId node) const { return choices_[node]; }
  std::span<const NodeId> touched() const { return touched_; }

  // The choice to be written to; remembered for clear().
  Choice& at(NodeId node) {
    if (!choices_[node].known()) touched_.push_back(node);
    return choices_[node];
  }

  void clear() {
    for (NodeId node : touched_) forget(choices_[node]);
    touched_.clear();
  }
  template <class Change>
  void change_all(Change change) {
    for (NodeId node : touched_) change(choices_[node]);
  }
  // Forgets the choices of which `is_bad` says so.
  template <class IsBad>
  void drop_if(IsBad is_bad) {
    std::erase_if(touched_, [&](NodeId node) {
      const bool bad = is_bad(choices_[node]);
      if (bad) forget(choices_[node]);
      return bad;
    });
  }
  static void forget(Choice& choice) {
    choice.cost = kUnreachable;
    choice.exit = false;
    choice.intra = false;
    choice.final = false;
    choice.unusable = false;
    choice.hops.clear();
  }

 private:
  PerNode<Choice> choices_;
  std::vector<NodeId> touched_;
};

}  // namespace anemone
