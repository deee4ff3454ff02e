#include "listen/rest_plan.h"

#include <algorithm>

namespace anemone {
namespace {

// A flush is often one of several, and on its way to others still: wait a little.
constexpr Duration kAfterFlush = 3s;
constexpr Duration kRest = 2s;
constexpr Duration kBetween = 20s;

// FRR's timer, and a rest around it. Each of the following is this much earlier in the timer's round, less
// than a rest is long: ten of them leave no gap.
constexpr Duration kRound = 60s;
constexpr Duration kSlowRest = 7s;
constexpr Duration kEarlier = 6s;

}  // namespace

void RestPlan::flushed(Time now) {
  if (window_ && window_->begin <= now + kBetween) return;
  window_.reset();
  first_flush_ = now;
  slow_ = false;
  ask(now + kAfterFlush);
}

void RestPlan::kept(Time now) {
  if (window_) return;
  Time begin = now + kRound - kEarlier;
  if (slow_ && last_)
    begin = last_->begin + kRound - kEarlier;
  else if (first_flush_)
    begin = *first_flush_ + kRound - kSlowRest / 2;
  while (begin <= now) begin += kRound;
  window_ = Window{begin, begin + kSlowRest};
  slow_ = true;
}

void RestPlan::ask(Time time) {
  if (window_) return;
  const Time begin = last_ ? std::max(time, last_->end + kBetween) : time;
  window_ = Window{begin, begin + kRest};
}

std::optional<Time> RestPlan::resting(Time now) {
  if (window_ && now >= window_->end) {
    last_ = *window_;
    window_.reset();
  }
  if (!window_ || now < window_->begin) return std::nullopt;
  return window_->end;
}

Time RestPlan::next(Time now) const {
  if (!window_) return Time::max();
  return now < window_->begin ? window_->begin : window_->end;
}

}  // namespace anemone
