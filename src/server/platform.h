// The Platform is where the two rails, the store and their join are one: it takes records and LSAs bin by
// bin, keeps them, and answers what the network carried, by which way, and whose it was.
//
// What is accepted is committed to the store before anybody sees it, so that an answer given once can be
// given again after a restart. Answers about a bin are worked out from its records and the topologies
// that held in it when they are first asked for, and kept for a while.
//
// Where agents report, answers about the bin that is open, and those that are not complete, are of what has
// come until now; they correct themselves (server/live_traffic.h, platform_live.cpp).
//
// One thread accepts, one closes bins; any thread may ask at any time.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "counter/link_counters.h"
#include "history/routing_history.h"
#include "lsdb/lsa_log.h"
#include "plan/routing_gap.h"
#include "record/flow_record.h"
#include "scenario/sweep_report.h"
#include "scenario/what_if.h"
#include "server/answers.h"
#include "server/bin_cache.h"
#include "server/bin_estimate.h"
#include "server/bin_traffic.h"
#include "server/coverage_report.h"
#include "server/live_traffic.h"
#include "server/vantage_watch.h"
#include "store/store.h"
#include "topology/inventory.h"

namespace anemone {

struct PlatformConfig {
  std::string mode = "serve";
  Duration bin = 10s;
  // Routing is heard as it happens, traffic reported by agents; false: a recording brings both, bin by bin.
  bool live = false;
  // True where what is accepted is the whole truth, so that parts of it can be held against it (demo).
  bool whole_is_known = false;
};

// What one bin brought: everything observed in it, and the LSAs heard up to its end. `vantage` of the LSAs
// counts the inventory's listeners.
struct BinInput {
  Time to{};
  std::vector<FlowRecord> records;
  std::vector<HeardLsa> lsas;
};

// What was heard of the routing protocol since the last time, up to `to`.
struct RoutingInput {
  Time to{};
  LsaLog log;            // in order
  std::string progress;  // of its sources, for a restart
};

// Which bin, seen by how many of the hosts.
struct BinQuestion {
  std::optional<Time> at;  // when empty the newest complete bin; where agents report, the one that is open
  double instrumented = 1;
  std::optional<Duration> last = {};  // loads: the mean over so long up to `at` instead
};

// Which bins a scenario is held against: those of a time, or one, as above (where agents report, the newest
// complete one).
struct WhatIfQuestion {
  std::optional<Time> from;
  std::optional<Time> to;
  std::optional<Time> at;
  double instrumented = 1;
};

struct BoundAnswer {
  Bin bin;
  RoutingGap gap;
};

class Platform {
 public:
  // Takes up what the store holds. `inventory`, `store` and `agents` must outlive the platform. `agents`:
  // what they report, where config.live; null where only routing is heard: loads are then unknown, not zero.
  static Result<std::unique_ptr<Platform>> open(PlatformConfig config, const Inventory& inventory,
                                                Store& store, LiveTraffic* agents = nullptr);

  // What interfaces count themselves: estimates meet it, answers tell it. `counters` must outlive the
  // platform. REQUIRES: nobody asks yet.
  void use_counters(const LinkCounters& counters) { counters_ = &counters; }

  // The ids of a recording's hosts, in the order of the inventory.
  const std::vector<ObserverId>& observers() const { return observers_; }

  // Everything up to here has been accepted.
  Time watermark() const;
  // Answers are complete up to here: where agents report, when all of them have.
  Time complete_until() const;
  // Keeps a bin, works out its loads and keeps those. REQUIRES: input.to is a bin's end after watermark().
  Result<void> accept(BinInput input);

  // Keeps what was heard and lets time pass; answers with what has changed in the network since the last
  // time. REQUIRES: times in the log are after watermark() and up to input.to.
  Result<std::vector<RoutingEvent>> accept(const RoutingInput& input);
  // Keeps the loads of bins that are complete by now, and anew those of earlier ones that late records
  // corrected; answers with the former. To be called again and again where agents report.
  Result<std::vector<Bin>> close_bins();
  // Grows with whatever can change an answer about the newest bins.
  std::uint64_t changes() const;
  // How far the sources of routing were, before a restart.
  std::string routing_progress() const;

  // Forgets bins that ended `keep` or longer before the watermark, in the store's whole periods. LSAs go with
  // their period: `keep` must be well above the 30 minutes after which routers refresh theirs.
  Result<void> forget(Duration keep);

  // What the status tells beside what the platform knows itself.
  void set_span(Time from, Time to);
  void set_losses(std::vector<Loss> losses);
  void set_replay_state(std::function<ReplayState()> state);

  // Sources of routing that cannot be read, and how late vantage points were; told with the status.
  void set_routing_problems(std::vector<std::string> problems);
  void set_late(std::map<std::string, std::pair<std::uint64_t, Duration>> late);

  bool counts_traffic() const { return !config_.live || agents_ != nullptr; }
  Status status() const;
  // What happened at an instant (of a burst that began there), and the LSAs that it was made of.
  InstantAnswer instant(Time time) const;
  // The newest `count` events of [from, to).
  EventsAnswer events_of(std::optional<Time> from, std::optional<Time> to, std::size_t count) const;
  VantagesAnswer vantages(std::optional<Time> at) const;
  std::vector<RoutingEvent> events(Time from, Time to) const;
  Result<TopologyAnswer> topology(const BinQuestion& question) const;
  Result<LoadAnswer> load(const BinQuestion& question) const;
  // Between places where agents at both ends were heard all the time.
  Result<LossesAnswer> path_losses(const BinQuestion& question) const;
  // How much nobody saw, and the `count` hosts to instrument next: of complete bins of [from, to), the last
  // hour where not told; of more than kCoverageBins so many, evenly chosen.
  Result<CoverageReport> coverage(std::optional<Time> from, std::optional<Time> to, double instrumented,
                                  std::size_t count) const;
  // The counters that are told, and of which link each is; none where use_counters() was not called.
  CountersAnswer counters() const;
  Result<SeriesAnswer> series(std::optional<Time> from, std::optional<Time> to, double instrumented) const;
  // `by`: "links", "hosts", "apps", "processes", "users" or "demands".
  Result<TopAnswer> top(std::string_view by, const BinQuestion& question, std::size_t count) const;
  Result<LinkDetail> link(const std::string& id, const BinQuestion& question) const;
  Result<NodeDetail> node(const std::string& id, const BinQuestion& question) const;

  // `src` and `dst` are routers, hosts of the inventory, or addresses.
  Result<PathAnswer> path(const std::string& src, const std::string& dst, const BinQuestion& question) const;

  // One answer a scenario. Takes as long as working the bins out does: seconds, where there are many.
  Result<std::vector<WhatIfAnswer>> what_if(std::vector<Scenario> scenarios,
                                            const WhatIfQuestion& question) const;

  // Failures tried on the network that `scenario` makes of the newest of the bins, or of the instant that it
  // names; bins in which the network was another are placed on that one.
  Result<SweepReport> sweep(const Scenario& scenario, const SweepWish& wish,
                            const WhatIfQuestion& question) const;

  // How far the bin's routing is from the best that any could be; of its newest topology, where that changed.
  // Takes up to kBoundSeconds of one core.
  Result<BoundAnswer> bound(const BinQuestion& question) const;
  static constexpr double kBoundSeconds = 2;

  static constexpr const char* kRoutingSource = "routing";
  static constexpr const char* kLoadSource = "loads";
  static constexpr std::size_t kCoverageBins = 60;
  static constexpr std::int64_t kLearntBins = 6;    // that an estimate learns from, its own among them
  static constexpr std::size_t kMeanBins = 400;     // of a load over a time, at most
  static constexpr std::size_t kSeriesBins = 2000;  // the newest so many, when more are asked for

 private:
  Platform(PlatformConfig config, const Inventory& inventory, Store& store, LiveTraffic* agents,
           std::vector<ObserverId> observers);
  Result<void> restore();
  Result<void> restore_routing();
  Result<void> restore_summaries();
  Result<void> restore_last_flow();

  Result<std::vector<FlowRecord>> own_flows(Time from, Time to) const;
  Time first_bin() const;
  bool was_there(const std::string& id, const BinQuestion& question, NodeDetail& detail) const;
  Result<Batch> batch_of(const RoutingInput& input, LsaLog& log);
  void count_unseen();
  std::vector<UnseenAnswer> unseen(const Lsdb& lsdb, Time at) const;
  Result<Bin> bin_without_traffic(const std::optional<Time>& at) const;  // REQUIRES: the lock is held
  std::vector<VantageAnswer> vantages_at(Time at) const;                 // the same
  Result<Bin> bin_of(const std::optional<Time>& at) const;
  Result<LoadAnswer> load_of(const Bin& bin, double instrumented) const;
  void add_counters(const BinTraffic& traffic, std::span<LinkAnswer> links) const;
  std::shared_ptr<const BinEstimate> estimate_of(const Bin& bin, double instrumented) const;
  void add_estimate(const Bin& bin, double instrumented, Envelope& envelope,
                    std::span<LinkAnswer> links) const;
  Result<LoadAnswer> mean_load(const BinQuestion& question) const;
  Result<Bin> live_bin_of(const std::optional<Time>& at) const;
  std::optional<BinStamp> stamp_of(const Bin& bin) const;  // none: not to be kept
  std::vector<Epoch> epochs_of(const Bin& bin) const;
  std::shared_ptr<const Hosts> hosts_at(Time time) const;
  Result<BinRecords> records_of(const Bin& bin) const;
  bool is_stable(const Bin& bin) const;
  Result<void> keep_loads(const Bin& bin);
  Result<void> fill_summaries();
  // `instrumented`: the share of hosts taken so.
  Result<std::shared_ptr<const BinTraffic>> traffic(const Bin& bin, double instrumented) const;
  Result<std::shared_ptr<const BinTraffic>> traffic(const BinQuestion& question) const;
  Envelope envelope(const BinTraffic& traffic) const;
  // The same bin seen by all hosts, where that is the truth; null where it is not known.
  Result<std::shared_ptr<const BinTraffic>> truth(const BinTraffic& traffic) const;
  void keep_summary(const BinTraffic& traffic);
  Result<std::vector<Bin>> whatif_bins(const WhatIfQuestion& question) const;
  std::vector<std::pair<Time, Time>> complete_bins(Time from, Time to) const;
  Result<std::shared_ptr<const Topology>> network_at(Time instant) const;
  std::vector<std::pair<Time, Time>> bins_between(Time from, Time to) const;
  Result<std::vector<LinkPoint>> series_of(const std::string& link, double instrumented) const;
  Result<std::vector<LinkPoint>> kept_series_of(const std::string& link) const;
  Result<Batch> batch_of(const BinInput& input, const BinTraffic* traffic);

  const PlatformConfig config_;
  const Inventory& inventory_;
  Store& store_;
  LiveTraffic* const agents_;
  const LinkCounters* counters_ = nullptr;
  const std::vector<ObserverId> observers_;
  const std::shared_ptr<const Hosts> recorded_hosts_;
  std::vector<VantageId> vantages_;  // of the inventory's listeners

  mutable std::shared_mutex mutex_;  // what follows
  RoutingHistory history_;
  VantageWatch watch_;
  RoutingStatus routing_;  // without the vantage points
  std::map<std::string, std::pair<std::uint64_t, Duration>> late_;
  Time told_{};  // events up to here were answered by accept()
  Time watermark_{};
  Time closed_until_{};  // loads of bins up to here are kept; where agents report
  Time first_bin_{};
  std::uint64_t heard_ = 1;  // grows with what is heard of the routing protocol
  std::uint64_t records_ = 0;
  std::uint64_t lsas_ = 0;
  std::optional<Time> last_flow_;
  std::optional<std::pair<Time, Time>> span_;
  std::vector<Loss> losses_;
  std::function<ReplayState()> replay_state_;
  std::map<Time, SeriesBin> summaries_;  // of every bin, seen by all hosts

  mutable std::mutex lsdb_mutex_;  // a database is read by one thread at a time
  mutable BinCache cache_;
  mutable BinEstimates estimates_;
};

}  // namespace anemone
