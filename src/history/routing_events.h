// RoutingEvents tells what happened from what was heard: it is given every LSA that said something new, and
// the topologies before and after a burst of them.
//
// What changed is read off the topologies, whatever the protocol (topology/topology_diff.h). Which LSAs told
// it: those of the burst that come from the routers concerned, and those up to kBelongs around it that
// changed nothing by themselves (a link is there when both its ends say so, and gone when the first says it).
// What other routers say in consequence (summaries, roles, who is designated), as long after, belongs to it.
//
// Two things the topology does not show. A router that restarted is known by its router-LSA: one that is
// newer by its age but older by its number was made by somebody who had forgotten the number. And an LSA
// that is heard for the first time, but is not its router's first, tells what had been so before.
//
// Not synchronised.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "history/routing_event.h"
#include "topology/topology_diff.h"

namespace anemone {

class RoutingEvents {
 public:
  static constexpr Duration kBelongs = 10s;
  static constexpr Duration kLearning = 30min;  // so long apart, what is learned is one event

  // Called before an LSA is installed, with what is installed: what the numbers tell.
  void before_install(const HeardLsa& heard, const StoredLsa* ours, const Topology* topology);
  // An LSA that said something new.
  void news(LsaNews lsa);
  // The same instance of an LSA, or a refresh, heard again, or elsewhere.
  void heard_again(const HeardLsa& heard);
  // Nothing more of the burst will come that began at `time`. `before` is null for the first.
  void tell(Time time, const Topology* before, const Topology& after);

  // Tells what no burst tells; not while one is open, so that events are told in the order of their times.
  void tell_by_themselves();

  // In the order in which they were told; those that are folded too.
  const std::deque<RoutingEvent>& all() const { return events_; }
  // How many were forgotten, so that the first of all() has this number from the beginning.
  std::size_t forgotten() const { return forgotten_; }
  void forget_before(Time time);

 private:
  using News = std::shared_ptr<LsaNews>;
  struct Learned {  // what the newest event of that kind tells
    std::size_t event = 0;
    std::size_t routers = 0, links = 0, prefixes = 0, lsas = 0;
  };

  RoutingEvent& add_event(RoutingEvent event);
  RoutingEvent* recent(Time time, const std::function<bool(const RoutingEvent&)>& wanted);
  bool is_learned(const TopologyChange& change) const;
  void learn(Time time, const std::vector<TopologyChange>& changes);
  std::vector<TopologyChange> follow(Time time, std::vector<TopologyChange> weak, std::size_t first_root);
  RoutingEvent* cause_of(Time time, const TopologyChange& change, std::size_t first_root);
  void add_root(Time time, TopologyChange change);
  void add_weak_roots(Time time, std::vector<TopologyChange> changes);
  void add_prefix_roots(Time time, std::vector<TopologyChange> changes);
  void give_evidence(Time time, std::size_t first_root);
  void take_loose(RoutingEvent& event);
  bool is_part(Time time, const TopologyChange& change);
  void note_restart(RoutingEvent& up);
  void fold_beginnings(RoutingEvent& event);
  void note_grace(Time time, const Topology& topology);

  std::deque<RoutingEvent> events_;
  std::vector<RoutingEvent> held_;
  std::size_t forgotten_ = 0;
  // Calls `visit` for the burst's LSAs of these routers, and those of nobody that is known.
  template <class Visit>
  void each_of(const std::vector<RouterId>& routers, Visit visit) const;
  void index_burst();

  std::vector<News> burst_;
  std::unordered_map<RouterId, std::vector<std::size_t>> by_router_;  // places in the burst
  bool all_late_ = false;                                             // nothing in it was said just now
  std::deque<News> loose_;              // said something new that changed nothing
  std::map<LsdbKey, News> newest_;      // of each LSA
  std::map<RouterId, Time> restarted_;  // when a router was last seen to have restarted
  std::map<RouterId, Time> in_grace_;   // until when a router has asked to be waited for
  std::optional<Learned> learned_;
};

// The router that makes an LSA, by its router id; 0 where its protocol does not tell (IS-IS).
RouterId originator(const LsdbKey& key);
// Whether it is the LSA in which a router speaks of itself.
bool is_router_lsa(const LsdbKey& key);

}  // namespace anemone
