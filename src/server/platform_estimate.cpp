// What nobody saw, beside what was seen.
#include "server/platform.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

namespace anemone {

// Of complete bins: what is open changes too fast for it to be worth its time.
void Platform::add_estimate(LoadAnswer& answer, const BinQuestion& question) const {
  const Bin& bin = answer.envelope.bin;
  if (!bin.complete) return;
  std::vector<std::shared_ptr<const BinTraffic>> bins;
  const Time from = std::max(bin.from - (kLearntBins - 1) * config_.bin, first_bin());
  for (Time at = from; at <= bin.from; at += config_.bin) {
    const auto one = bin_of(at);
    if (!one) continue;
    if (auto worked_out = traffic(*one, question.instrumented)) bins.push_back(std::move(*worked_out));
  }
  if (bins.empty() || bins.back()->bin.from != bin.from) return;
  const auto estimate = estimates_.of(bins);
  if (estimate == nullptr) return;
  const auto range = [](const Interval& interval) {
    return Range{interval.bps, interval.low_bps, interval.high_bps};
  };
  answer.envelope.coverage.unseen =
      Unseen{range(estimate->unseen), estimate->could, estimate->instrumented, estimate->assumed};
  for (LinkAnswer& link : answer.links) {
    const auto found = estimate->links.find(link.id);
    if (found != estimate->links.end()) link.estimate = range(found->second);
  }
}

}  // namespace anemone
