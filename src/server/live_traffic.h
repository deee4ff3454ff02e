// LiveTraffic is what agents report, as it comes: the records of the newest bins, and up to when which agent
// has reported.
//
//   intake (committed) -> LiveTraffic -> Platform, bin by bin, with the routes of that time
//
// The store has everything; here is what is asked for again and again. Each bin has a version, which grows
// with every record that comes for it, however late: what was worked out of an older version is stale. Bins
// beyond `bins_kept`, and all beyond `records_kept`, are read from the store when they are asked for.
//
// A bin is whole when the watermark has passed its end. Before that the records of an agent that has not
// reported up to its end are carried forward: those of its last whole bin's time stand for what it will send,
// moved in time, so that what is routed now is what was sent lately; how much that is, is said. Who is
// silent for too long (AgentProgress) is not carried any more.
//
// Any thread.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "io/clock.h"
#include "server/agent_progress.h"
#include "server/bin_traffic.h"
#include "server/host_book.h"
#include "store/store.h"

namespace anemone {

struct LiveTrafficConfig {
  Duration bin = 10s;
  AgentProgressConfig progress;
  std::size_t bins_kept = 12;
  std::size_t records_kept = 4'000'000;
};

// A file of an agent, once the store has it.
struct KeptFile {
  std::string agent;
  ObserverId observer;
  Time until{};  // all before was reported
  std::span<const FlowRecord> records;
  const RecordNames* names = nullptr;
  std::span<const HostRow> places{};  // what was new of the host's
};

// How far an agent has reported, as the text of its batches' progress.
std::string print_reported(Time until);
std::optional<Time> parse_reported(std::string_view text);

struct LiveTrafficCounts {
  std::uint64_t files = 0;
  std::uint64_t records = 0;
  std::uint64_t late_records = 0;  // for bins that were whole already
  std::uint64_t records_in_memory = 0;
  std::uint64_t bins_let_go = 0;  // for want of room
};

class LiveTraffic {
 public:
  // `store`, `hosts` and `clock` must outlive it.
  LiveTraffic(LiveTrafficConfig config, const Store& store, HostBook& hosts, const Clock& clock);

  // Takes up what the store holds. REQUIRES: nobody else calls yet.
  Result<void> restore();

  void take(const KeptFile& file);
  // An agent had nothing to send: all before `until` was reported.
  void reported(const std::string& agent, Time until);

  Standing standing() const;
  Time reported_until(const std::string& agent) const;
  Time newest_report() const;  // of any agent; no time when there was none
  Time now() const { return clock_.now(); }
  Duration bin() const { return config_.bin; }
  HostBook& hosts() const { return hosts_; }

  // The first bin that has records; none when nothing has come yet.
  std::optional<Time> first_bin() const;
  std::optional<Time> last_record() const;
  // Grows with every record of the bin that begins at `bin`; of any.
  std::uint64_t version(Time bin) const;
  std::uint64_t changes() const;

  // The records of a bin, as they came; with those that are carried forward when it is not whole.
  Result<BinRecords> records(const Bin& bin) const;

  // The bin is about to be worked out: what has come for it until now is no correction.
  void forget_corrections(Time bin);
  // Bins that ended before `end` and have had records since they were last asked for, none of them within
  // `quiet`.
  std::vector<Time> take_corrected(Time end, Duration quiet);

  LiveTrafficCounts counts() const;

 private:
  struct LiveBin {
    std::vector<FlowRecord> records;
    RecordNames names;
    std::uint64_t version = 0;
    mutable BinRecords snapshot;  // of `snapshot_version`
    mutable std::uint64_t snapshot_version = 0;
  };

  // REQUIRES of all: the lock is held.
  void add(const KeptFile& file);
  void note(Time bin, Time now);
  void make_room(Time now);
  BinRecords snapshot(const LiveBin& bin) const;
  BinRecords expected(const Bin& bin, Time now) const;
  bool is_kept(Time bin) const { return bin >= kept_from_; }

  Result<BinRecords> read(const Bin& bin) const;

  const LiveTrafficConfig config_;
  const Store& store_;
  HostBook& hosts_;
  const Clock& clock_;

  mutable std::mutex mutex_;  // what follows
  mutable AgentProgress progress_;
  std::map<ObserverId, std::string> agents_;
  std::map<Time, LiveBin> bins_;
  Time kept_from_{};                        // bins from here on are in memory
  std::map<Time, std::uint64_t> versions_;  // of bins that changed since the start
  std::uint64_t changes_ = 1;
  std::map<Time, Time> corrected_;  // bins that records came for, and when they came last
  std::optional<Time> first_bin_;
  std::optional<Time> last_record_;
  LiveTrafficCounts counts_;
};

}  // namespace anemone
