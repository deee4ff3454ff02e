// What the Platform says of a bin's traffic beside its loads.
#include <algorithm>

#include "server/platform.h"
#include "server/traffic_account.h"

namespace anemone {

Result<LossesAnswer> Platform::path_losses(const BinQuestion& question) const {
  auto measured = traffic(question);
  if (!measured) return measured.error();
  return LossesAnswer{envelope(**measured), losses_of(**measured)};
}

// Where agents report, bins are complete when the watermark says so, which is before their loads are kept.
std::vector<std::pair<Time, Time>> Platform::complete_bins(Time from, Time to) const {
  if (agents_ == nullptr) return bins_between(from, to);
  std::vector<std::pair<Time, Time>> bins;
  const Time first = first_bin();
  const Time end = std::min(to, complete_until());
  if (first == Time{}) return bins;
  const Duration most = config_.bin * static_cast<std::int64_t>(kSeriesBins);
  Time at = slice_start(std::max({from, first, end - most}), config_.bin);
  for (; at < to && at + config_.bin <= complete_until(); at += config_.bin) {
    bins.emplace_back(at, at + config_.bin);
  }
  return bins;
}

Result<CoverageReport> Platform::coverage(std::optional<Time> from, std::optional<Time> to,
                                          double instrumented, std::size_t count) const {
  const Time last = to.value_or(complete_until());
  const auto bins = complete_bins(from.value_or(last - 1h), last);
  if (bins.empty()) return Error{"no bin of that time is complete"};
  CoverageReporter reporter;
  const std::size_t chosen = std::min(bins.size(), kCoverageBins);
  for (std::size_t i = 0; i < chosen; ++i) {
    const auto& [start, end] = bins[i * bins.size() / chosen];
    auto measured = traffic({start, end}, instrumented);
    if (!measured) continue;  // no routing yet
    reporter.add(**measured, counters_);
  }
  return reporter.report(count);
}

}  // namespace anemone
