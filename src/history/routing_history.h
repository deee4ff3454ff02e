// The RoutingHistory is the topology over time: epochs, in each of which nothing changed, and what changed
// between them.
//
// It grows by what is heard, bin after bin. A burst of LSAs (a failed link is at least two) is one change:
// what follows within kSettle of the first belongs to the same epoch, which begins at the first.
//
// Not synchronised: whoever owns it locks.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "history/routing_event.h"
#include "lsdb/lsdb_history.h"
#include "topology/topology.h"

namespace anemone {

struct Epoch {
  Time from{};
  std::shared_ptr<const Topology> topology;
};

class RoutingHistory {
 public:
  static constexpr Duration kSettle = 100ms;

  // `annotate` adds what the operator knows: names, capacities. It must be pure.
  explicit RoutingHistory(std::function<TopologyParts(TopologyParts)> annotate);

  // Takes what was heard. REQUIRES: lsa.time is not before anything that was taken, or advanced to.
  void take(const HeardLsa& lsa);
  // Lets time pass: bursts settle, LSAs die of age.
  void advance(Time until);

  // Takes what was heard up to `until`, in the order of its times, and lets LSAs age until then; what has
  // not settled by then begins its epoch all the same.
  // REQUIRES: nothing in `heard` is later than `until` or earlier than what was added before.
  void add(std::span<const HeardLsa> heard, Time until);

  // The topology that held at `time`: the first one for what is earlier; null when there is none yet.
  std::shared_ptr<const Topology> at(Time time) const;

  // The epochs that overlap [from, to), the first beginning no later than `from` unless there is none.
  std::vector<Epoch> between(Time from, Time to) const;

  // What changed, in order; the first epoch, and changes that no operator would call one, are not told.
  std::vector<RoutingEvent> events(Time from, Time to) const;

  // Links that were up at some time up to `time` and are not at it.
  std::vector<DownLink> down_at(Time time) const;

  // What is known of a directed link by its name, as of `time`; none when it was never up until then.
  struct LinkState {
    std::string from;
    std::string to;
    double capacity_bps = 0;
    Cost cost = 0;
    bool up = false;
    std::string reverse;  // empty when it has none
  };
  std::optional<LinkState> link_at(const std::string& name, Time time) const;
  double capacity_of(const std::string& name) const;  // 0 when not known

  const Lsdb& lsdb() const { return lsas_.now(); }
  const LsdbHistory& lsas() const { return lsas_; }
  std::optional<Time> last_heard() const { return last_heard_; }

 private:
  void begin_epoch(Time from);
  void remember_links(const Topology& topology, Time from);
  void age_until(Time until);
  void settle();
  void begin_if_settled(Time until);

  std::function<TopologyParts(TopologyParts)> annotate_;
  LsdbHistory lsas_;
  std::optional<Time> changed_;  // the first of a burst of changes whose epoch has not begun
  std::optional<Time> last_heard_;
  std::vector<Epoch> epochs_;
  std::vector<RoutingEvent> events_;
  struct KnownLink {
    DownLink last;
    Time first_up{};
    std::string reverse;
  };
  std::map<std::string, KnownLink> links_;
};

}  // namespace anemone
