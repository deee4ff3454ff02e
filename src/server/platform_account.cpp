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

Result<CoverageReport> Platform::coverage(std::optional<Time> from, std::optional<Time> to,
                                          double instrumented, std::size_t count) const {
  const Time last = to.value_or(complete_until());
  const auto bins = bins_between(from.value_or(last - 1h), last);
  if (bins.empty()) return Error{"no bin of that time is complete"};
  CoverageReporter reporter;
  const std::size_t chosen = std::min(bins.size(), kCoverageBins);
  for (std::size_t i = 0; i < chosen; ++i) {
    const auto& [start, end] = bins[i * bins.size() / chosen];
    auto measured = traffic({start, end}, instrumented);
    if (!measured) continue;  // no routing yet
    reporter.add(**measured);
  }
  return reporter.report(count);
}

}  // namespace anemone
