// A Snooper listens on several interfaces, of one or several areas, in one thread and one loop.
//
// An interface that goes away, or whose guard somebody takes away, is left at once and tried again every few
// seconds; the others go on. What was heard stands in log() until the caller has taken it from there.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "io/clock.h"
#include "io/poller.h"
#include "listen/listener.h"
#include "lsdb/lsdb.h"

namespace anemone {

struct SnooperConfig {
  std::vector<ListenConfig> interfaces;
  GuardChoice guard = GuardChoice::kAll;
  std::string name;  // of this machine: a vantage point is called NAME:INTERFACE
};

class Snooper {
 public:
  struct Place {
    ListenConfig config;
    std::string vantage;
    std::unique_ptr<Listener> listener;  // null while it cannot listen
    std::string problem;                 // why not
    Time retry_at{};
    Time heard_at{};  // or when it was last noted that it is alive
  };

  // An error when one of the interfaces cannot be listened on.
  static Result<std::unique_ptr<Snooper>> open(SnooperConfig config);

  // Hears and does what is due for about `at_most`; less when something was heard, which waits in log() then,
  // or when `stop_fd` becomes readable (then false).
  bool run(Duration at_most, int stop_fd);

  // What was heard since it was last cleared, in the order of time; with marks of beginning and ending.
  LsaLog& log() { return log_; }
  // What an earlier run heard, as the database was when it ended: what neighbours no longer describe of it
  // was flushed while nobody listened.
  void remember(const Lsdb& before);
  // Writes the marks of an ending in good order.
  void stop();

  const std::vector<Place>& places() const { return places_; }

 private:
  explicit Snooper(SnooperConfig config) : config_(std::move(config)) {}

  Result<void> start(Place& place);
  void leave(Place& place, const Error& why);
  Time tick(Time now);
  void note_alive();
  void mark(const Place& place, VantageMarkKind kind);

  SnooperConfig config_;
  SteadyClock clock_;
  SystemClock wall_;
  LsaLog log_;
  RestPlan rests_;
  std::vector<Place> places_;
  Poller poller_;
};

}  // namespace anemone
