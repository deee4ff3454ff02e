#include "server/replayer.h"

#include <algorithm>

namespace anemone {

Replayer::Replayer(RecordingReader& recording, Platform& platform, double speed)
    : recording_(recording),
      platform_(platform),
      clock_(std::max(recording.from(), platform.watermark()), 0),
      speed_(speed) {}

Replayer::~Replayer() { stop(); }

void Replayer::start() {
  clock_.set_speed(speed_);
  thread_ = std::thread([this] { run(); });
}

void Replayer::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Replayer::set_playing(bool playing) {
  const std::lock_guard lock(mutex_);
  playing_ = playing;
  clock_.set_speed(playing ? speed_ : 0);
  changed_.notify_all();
}

void Replayer::set_speed(double speed) {
  const std::lock_guard lock(mutex_);
  speed_ = speed;
  if (playing_) clock_.set_speed(speed);
  changed_.notify_all();
}

ReplayState Replayer::state() const {
  const std::lock_guard lock(mutex_);
  return {playing_ && !done_, speed_, done_};
}

// Waits until the replay's clock has reached `recorded`; false when it is to stop.
bool Replayer::wait_until(Time recorded) {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    const Duration left = recorded - clock_.now();
    if (playing_ && left <= Duration{0}) return true;
    if (!playing_) {
      changed_.wait(lock);
    } else {
      const auto real = Duration{static_cast<std::int64_t>(static_cast<double>(left.count()) / speed_) + 1};
      changed_.wait_for(lock, std::min<Duration>(real, 1s));
    }
  }
  return false;
}

void Replayer::run() {
  const Time after = platform_.watermark();
  for (;;) {
    auto input = recording_.next();
    if (!input || !*input) {
      if (!input && on_error) on_error(input.error());
      break;
    }
    BinInput bin = std::move(**input);
    if (bin.to <= after) continue;  // kept before a restart
    if (!wait_until(bin.to)) return;
    const Time to = bin.to;
    if (auto accepted = platform_.accept(std::move(bin)); !accepted) {
      if (on_error) on_error(accepted.error());
      break;
    }
    if (on_bin) on_bin({to - recording_.bin(), to});
  }
  const std::lock_guard lock(mutex_);
  done_ = true;
}

}  // namespace anemone
