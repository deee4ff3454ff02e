#include "listen/snooper.h"

#include <algorithm>
#include <utility>

namespace anemone {
namespace {

constexpr Duration kRetryEvery = 3s;
constexpr Duration kHandOverAfter = 50ms;  // what comes together is handed over together

}  // namespace

Result<std::unique_ptr<Snooper>> Snooper::open(SnooperConfig config) {
  std::unique_ptr<Snooper> snooper(new Snooper(std::move(config)));  // NOLINT: private constructor
  for (const ListenConfig& interface : snooper->config_.interfaces) {
    Place place;
    place.config = interface;
    place.vantage = snooper->config_.name + ":" + interface.interface;
    if (auto started = snooper->start(place); !started) return started.error();
    snooper->places_.push_back(std::move(place));
  }
  return snooper;
}

Result<void> Snooper::start(Place& place) {
  auto listener = Listener::open(place.config, config_.guard, place.vantage, clock_, rests_, log_);
  if (!listener) return listener.error();
  place.listener = std::move(*listener);
  place.problem.clear();
  poller_.watch(place.listener->fd());
  mark(place, VantageMarkKind::kStarted);
  return {};
}

void Snooper::leave(Place& place, const Error& why) {
  poller_.forget(place.listener->fd());
  place.listener.reset();
  place.problem = why.message;
  place.retry_at = clock_.now() + kRetryEvery;
  mark(place, VantageMarkKind::kStopped);
}

void Snooper::mark(const Place& place, VantageMarkKind kind) {
  log_.marks.push_back({wall_.now(), log_.vantage(place.vantage), kind, 0});
}

Time Snooper::tick(Time now) {
  Time next = Time::max();
  for (Place& place : places_) {
    if (!place.listener && now >= place.retry_at) {
      if (auto started = start(place); !started) {
        place.problem = started.error().message;
        place.retry_at = now + kRetryEvery;
      }
    }
    if (!place.listener) {
      next = std::min(next, place.retry_at);
      continue;
    }
    const auto due = place.listener->tick();
    if (due)
      next = std::min(next, *due);
    else
      leave(place, due.error());
  }
  return next;
}

// Silence and deafness must not look the same in the log.
void Snooper::note_alive() {
  const Time now = clock_.now();
  for (Place& place : places_) {
    const std::uint16_t vantage = log_.vantage(place.vantage);
    const bool heard = std::any_of(log_.entries.begin(), log_.entries.end(),
                                   [&](const HeardLsa& lsa) { return lsa.vantage == vantage; });
    if (heard || place.heard_at == Time{}) place.heard_at = now;
    if (!place.listener || now - place.heard_at < kAliveEvery) continue;
    mark(place, VantageMarkKind::kAlive);
    place.heard_at = now;
  }
}

bool Snooper::run(Duration at_most, int stop_fd) {
  Time end = clock_.now() + at_most;
  bool stopped = false;
  poller_.watch(stop_fd);
  while (!stopped) {
    const Time now = clock_.now();
    const Time due = std::min(tick(now), end);
    if (now >= end) break;
    for (int ready : poller_.wait(std::max(due - clock_.now(), Duration{0}))) {
      if (ready == stop_fd) stopped = true;
      for (Place& place : places_) {
        // An interface that is down is heard again when it is up: nothing to be done about it here.
        if (place.listener && place.listener->fd() == ready) static_cast<void>(place.listener->read());
      }
    }
    if (!log_.entries.empty()) end = std::min(end, clock_.now() + kHandOverAfter);
  }
  poller_.forget(stop_fd);
  note_alive();
  log_.sort();
  return !stopped;
}

void Snooper::remember(const Lsdb& before) {
  for (Place& place : places_) {
    if (place.listener) place.listener->remember(before);
  }
}

void Snooper::stop() {
  for (const Place& place : places_) {
    if (place.listener) mark(place, VantageMarkKind::kStopped);
  }
}

}  // namespace anemone
