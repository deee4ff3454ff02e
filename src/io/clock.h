// A Clock says what time it is: the one seam through which the rest of Anemone learns it.
//
// Why not call the system's clock where it is needed? Because tests, the simulator and the replay of a
// recording then could not run the shipping code: they live at another time, or at another pace.
//
// Any thread may call now() at any time.
#pragma once

#include <atomic>
#include <mutex>

#include "base/time.h"

namespace anemone {

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Time now() const = 0;
};

// The machine's own clock.
class SystemClock : public Clock {
 public:
  Time now() const override {
    return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
  }
};

// Never jumps, whatever is done to the machine's clock; its zero means nothing. For timers.
class SteadyClock : public Clock {
 public:
  Time now() const override {
    return Time{std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now().time_since_epoch())};
  }
};

// Stands still until told otherwise.
class ManualClock : public Clock {
 public:
  explicit ManualClock(Time start = Time{}) : us_(micros(start)) {}

  Time now() const override { return time_from_micros(us_.load()); }
  void set(Time time) { us_.store(micros(time)); }
  void advance(Duration by) { us_.fetch_add(by.count()); }

 private:
  std::atomic<std::int64_t> us_;
};

// The time inside a recording: starts at `start` and runs `speed` times as fast as steady real time;
// speed 0 is pause. Never jumps when the speed changes.
class ReplayClock : public Clock {
 public:
  explicit ReplayClock(Time start, double speed = 1.0) : base_(start), speed_(speed) {}

  Time now() const override {
    const std::lock_guard lock(mutex_);
    return at(Steady::now());
  }
  double speed() const {
    const std::lock_guard lock(mutex_);
    return speed_;
  }
  // REQUIRES: speed >= 0.
  void set_speed(double speed) {
    const std::lock_guard lock(mutex_);
    const auto real = Steady::now();
    base_ = at(real);
    since_ = real;
    speed_ = speed;
  }

 private:
  using Steady = std::chrono::steady_clock;

  Time at(Steady::time_point real) const {
    const double passed_us = std::chrono::duration<double, std::micro>(real - since_).count();
    return base_ + Duration{static_cast<std::int64_t>(passed_us * speed_)};
  }

  mutable std::mutex mutex_;
  Steady::time_point since_ = Steady::now();
  Time base_;
  double speed_;
};

}  // namespace anemone
