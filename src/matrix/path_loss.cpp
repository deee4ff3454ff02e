#include "matrix/path_loss.h"

#include <algorithm>
#include <cmath>

namespace anemone {
namespace {

constexpr double kFullPacket = 1500;

}  // namespace

// The first and the last packet were at the record's beginning and end; the others anywhere in between.
Crossing crossing(const FlowRecord& record, const TimeSpan& window) {
  const Time from = std::max(record.start, window.from);
  const Time to = std::min(record.end, window.to);
  const auto bytes = static_cast<double>(record.bytes);
  if (from > to || window.from >= window.to) return {};
  if (record.start >= window.from && record.end <= window.to) return {bytes, 0};
  const double packets = std::max(static_cast<double>(record.packets), 2.0);
  const double share = seconds(to - from) / seconds(record.end - record.start);
  const bool first = record.start >= window.from;
  const bool last = record.end <= window.to;
  const double known = (first ? 1.0 : 0.0) + (last ? 1.0 : 0.0);
  const double packet = bytes / packets;
  const double largest = std::max(packet, kFullPacket);
  return {packet * (known + (packets - 2) * share),
          packet * largest * LossTable::kBurst * (packets - 2) * share * (1 - share)};
}

void LossTable::add(const LossPair& pair, const FlowRecord& record, Side side, Duration clock_error) {
  const std::uint32_t number =
      numbers_.intern(origins_.intern(pair.ingress.value(), pair.from.value()), pair.to.value());
  if (number == sums_.size()) {
    sums_.emplace_back();
    sums_.back().loss.pair = pair;
  }
  Sums& sums = sums_[number];
  sums.loss.shed = sums.loss.shed || (record.accuracy & kShed) != 0;
  const Duration delay =
      record.srtt_us > 0 ? std::max(Duration{record.srtt_us} * 2, Duration{1000}) : limits_.delay_max;
  const Duration back = clock_error + limits_.cut_error;
  const Duration forth = delay + back;
  if (side == Side::kSender) {
    sums.loss.sent_bytes += static_cast<double>(record.bytes);
    sums.loss.sent_packets += static_cast<double>(record.packets);
    if (record.end > bin_.to - forth) sums.looks_lost += crossing(record, {bin_.to - forth, Time::max()});
    if (record.start < bin_.from + back) sums.looks_lost += crossing(record, {Time::min(), bin_.from + back});
  } else {
    sums.loss.received_bytes += static_cast<double>(record.bytes);
    sums.loss.received_packets += static_cast<double>(record.packets);
    if (record.start < bin_.from + forth)
      sums.looks_found += crossing(record, {Time::min(), bin_.from + forth});
    if (record.end > bin_.to - back) sums.looks_found += crossing(record, {bin_.to - back, Time::max()});
  }
}

std::vector<PathLoss> LossTable::losses() const {
  std::vector<PathLoss> all;
  all.reserve(sums_.size());
  for (const Sums& sums : sums_) {
    const double difference = sums.loss.lost_bytes();
    PathLoss loss = sums.loss;
    loss.low_bytes = difference - sums.looks_lost.bytes - kDeviations * std::sqrt(sums.looks_lost.variance);
    loss.high_bytes =
        difference + sums.looks_found.bytes + kDeviations * std::sqrt(sums.looks_found.variance);
    loss.low_bytes = std::max(loss.low_bytes, -loss.received_bytes);
    loss.high_bytes = std::min(loss.high_bytes, loss.sent_bytes + sums.looks_found.bytes);
    all.push_back(loss);
  }
  std::sort(all.begin(), all.end(), [](const PathLoss& a, const PathLoss& b) { return a.pair < b.pair; });
  return all;
}

}  // namespace anemone
