// LiveRouting feeds a platform with the routing protocol as it is heard: asks its sources again and again,
// merges what they say by time, and tells what changed.
//
//   log files, listeners -> LsaMerger -> Platform -> on_change
//
// What the store cannot take (a full disk) is kept and offered again; meanwhile nothing more is read, so
// that it does not grow. A source that cannot be read does not stop the others.
//
// It runs on a thread of its own between start() and stop().
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "io/clock.h"
#include "server/lsa_merger.h"
#include "server/lsa_source.h"
#include "server/platform.h"

namespace anemone {

class LiveRouting {
 public:
  static constexpr Duration kAsk = 100ms;

  // Goes on where the platform is. `platform` and `clock` must outlive it.
  LiveRouting(std::vector<std::unique_ptr<LsaSource>> sources, Platform& platform, const Clock& clock);
  ~LiveRouting();  // stops

  // Called on its thread: when the network has changed, and when something begins to go wrong.
  std::function<void(const std::vector<RoutingEvent>&)> on_change;
  std::function<void(const Error&)> on_error;
  // Called about once a minute, when nothing else happens here.
  std::function<void()> on_minute;

  void start();
  void stop();

  // One round, for tests and for the thread.
  void ask_once();

 private:
  struct Listened {
    std::unique_ptr<LsaSource> source;
    LsaLog log;
    std::string problem;
  };
  void run();
  void read_sources();
  void offer();
  void say(std::string& before, const Error& error);

  Platform& platform_;
  const Clock& clock_;
  LsaMerger merger_;
  std::vector<Listened> listened_;
  RoutingInput waiting_;  // taken from the merger and not yet accepted
  std::string store_problem_;
  Time minute_{};

  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace anemone
