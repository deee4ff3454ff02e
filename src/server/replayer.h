// The Replayer plays a recording into the platform at a pace: one bin each time the replay's clock passes
// a bin's end. It can be paused and hurried; it cannot go back, because the platform keeps what it has:
// looking back is the viewer's own affair.
//
// It runs on a thread of its own between start() and stop(); the other functions may be called from any.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "io/clock.h"
#include "server/platform.h"
#include "server/recording.h"

namespace anemone {

class Replayer {
 public:
  // Plays what is left after the platform's watermark, `speed` times as fast as it was recorded.
  // `recording` and `platform` must outlive the replayer. REQUIRES: speed > 0.
  Replayer(RecordingReader& recording, Platform& platform, double speed);
  ~Replayer();  // stops

  // Called on the replayer's thread after a bin was accepted; and when something went wrong, which ends it.
  std::function<void(const Bin&)> on_bin;
  std::function<void(const Error&)> on_error;

  void start();
  void stop();

  void set_playing(bool playing);
  // REQUIRES: speed > 0.
  void set_speed(double speed);
  ReplayState state() const;

 private:
  void run();
  bool wait_until(Time recorded);

  RecordingReader& recording_;
  Platform& platform_;
  ReplayClock clock_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  double speed_;
  bool playing_ = true;
  bool done_ = false;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace anemone
