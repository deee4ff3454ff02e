// The Intake takes the files that agents upload: decodes one, commits its records to the store, and only then
// lets it be acknowledged.
//
// A file is one batch of the source "agent:NAME:STREAM", its number the batch's id: the store knows in the
// same transaction which files it has, so one that is sent again changes nothing, whatever crashed.
//
// With LiveTraffic what is kept is joined with routes as soon as the store has it; what hosts said of their
// places in the file is kept with it.
//
// Decoding runs on the callers' threads, the store takes one batch at a time. At most `waiting_max` callers
// may wait; the next is told to come again later. Any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "io/clock.h"
#include "server/live_traffic.h"
#include "store/store.h"

namespace anemone {

struct IntakeConfig {
  std::size_t waiting_max = 12;
  Duration ahead_max = 7 * 24h;  // a record that is further in the future has a wrong clock, and is left out
};

struct IntakeCounters {
  std::uint64_t files = 0;
  std::uint64_t records = 0;
  std::uint64_t bytes = 0;
  std::uint64_t repeated = 0;   // files that were there already
  std::uint64_t bad_files = 0;  // no IPFIX, or damaged
  std::uint64_t bad_times = 0;  // records left out
  std::uint64_t busy = 0;       // sent away
  std::uint64_t store_failed = 0;
};

enum class IntakeOutcome : std::uint8_t { kKept, kHad, kBadFile, kBusy, kStoreFailed };

struct IntakeAnswer {
  IntakeOutcome outcome{};
  std::uint64_t records = 0;  // that were kept
  std::string problem;
};

class Intake {
 public:
  // `store`, `clock` and `live`, where there is one, must outlive it.
  Intake(IntakeConfig config, Store& store, const Clock& clock, LiveTraffic* live = nullptr)
      : config_(config), store_(store), clock_(clock), live_(live) {}

  // REQUIRES: `agent` and `stream` are names as docs/formats/agent-api.md wants them, sequence > 0.
  IntakeAnswer take(const std::string& agent, const std::string& stream, std::uint64_t sequence, Bytes file);

  IntakeCounters counters() const;

 private:
  IntakeAnswer keep(const std::string& agent, const std::string& source, std::uint64_t sequence, Bytes file);
  void note_progress(const std::string& agent, Time until, Batch& batch) const;
  std::vector<HostFacts> places_of(ObserverId observer, std::vector<HostFacts> said,
                                   const Batch& batch) const;
  void note_places(ObserverId observer, std::vector<HostFacts> facts, Batch& batch) const;

  const IntakeConfig config_;
  Store& store_;
  const Clock& clock_;
  LiveTraffic* const live_;
  std::atomic<std::size_t> waiting_{0};
  struct {
    std::atomic<std::uint64_t> files{0}, records{0}, bytes{0}, repeated{0}, bad_files{0}, bad_times{0},
        busy{0}, store_failed{0};
  } counters_;
};

}  // namespace anemone
