// The RoutingHistory is the topology over time: epochs, in each of which nothing changed, and what happened
// between them.
//
// A burst of LSAs (a failed link is at least two) is one change: what follows within kSettle of the first
// belongs to the same epoch, which begins at the first.
//
// It grows in either of two ways. From a recording: add() a span and the time until which it reaches. Live:
// take() each LSA as it is heard, let time pass with advance() now and then (twice a second will do), and
// forget_before() what is older than the retention; what holds now is there at once, at(now).
//
// Kept are the instances of LSAs (24 bytes each), the epochs' times and the events. A topology is made when
// it is asked for; the newest few that were asked for are kept.
//
// Not synchronised: whoever owns it locks. Several threads may ask at once while nobody adds.
#pragma once

#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "history/routing_event.h"
#include "history/routing_events.h"
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
  static constexpr std::size_t kTopologiesKept = 32;

  // `annotate` adds what the operator knows: names, capacities. It must be pure.
  explicit RoutingHistory(std::function<TopologyParts(TopologyParts)> annotate = {});

  // Takes what was heard. REQUIRES: lsa.time is not before anything that was taken, or advanced to.
  void take(const HeardLsa& lsa);
  // Lets time pass: bursts settle, LSAs die of age. Readers want it after the last take().
  void advance(Time until);

  // Takes what was heard up to `until`, in the order of its times, and lets LSAs age until then; what has
  // not settled by then begins its epoch all the same.
  // REQUIRES: nothing in `heard` is later than `until` or earlier than what was added before.
  void add(std::span<const HeardLsa> heard, Time until);

  // Forgets epochs and events that ended before `time`, and what only they needed.
  void forget_before(Time time);

  // The topology that held at `time`: the first one for what is earlier; null when there is none yet.
  std::shared_ptr<const Topology> at(Time time) const;

  // The epochs that overlap [from, to), the first beginning no later than `from` unless there is none.
  std::vector<Epoch> between(Time from, Time to) const;

  // Whether one topology held all the time.
  bool is_stable(Time from, Time to) const;

  // What happened, in order. The first epoch is not told.
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

  const LsdbHistory& lsas() const { return lsas_; }
  const Lsdb& lsdb() const { return lsas_.now(); }
  std::optional<Time> last_heard() const { return last_heard_; }
  std::size_t epoch_count() const { return epochs_.size(); }

 private:
  struct Span {  // an epoch
    Time from{};
    Time settled{};          // when its last LSA came: its topology is that of then
    std::size_t number = 0;  // from the beginning
  };
  using Kept = std::pair<std::size_t, std::shared_ptr<const Topology>>;  // by Span::number

  void let_pass(Time until);
  void settle();
  void note_deaths(Time time);
  void begin_epoch(const Span& span);
  std::shared_ptr<const Topology> make(const Lsdb& lsdb) const;
  std::shared_ptr<const Topology> topology_of(const Span& span) const;
  std::shared_ptr<const Topology> newest() const;
  void keep(std::size_t number, std::shared_ptr<const Topology> topology) const;
  void remember_links(const Topology& topology, Time from);

  std::function<TopologyParts(TopologyParts)> annotate_;
  LsdbHistory lsas_;
  RoutingEvents events_;
  std::optional<Time> last_heard_;
  std::optional<Span> burst_;
  std::vector<Span> epochs_;
  std::size_t epochs_begun_ = 0;
  std::shared_ptr<const Topology> last_;  // of the last epoch
  struct KnownLink {
    DownLink last;
    Time first_up{};
    Time last_up{};  // the beginning of the last epoch in which it is
    std::string reverse;
  };
  std::map<std::string, KnownLink> links_;

  mutable std::mutex mutex_;                           // what follows, and lsas_.at()
  mutable std::list<Kept> kept_;                       // those last asked for first
  mutable std::shared_ptr<const Topology> unsettled_;  // of the burst
};

// Everything that a log tells. REQUIRES: it is sorted.
std::unique_ptr<RoutingHistory> routing_history(const LsaLog& log);

}  // namespace anemone
