#include "server/mean_load.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "server/traffic_account.h"

namespace anemone {
namespace {

void add(std::optional<double>& sum, const std::optional<double>& more) {
  if (more) sum = sum.value_or(0) + *more;
}

}  // namespace

void MeanLoad::add(const LoadAnswer& bin) {
  Envelope& over = sum_.envelope;
  if (bins_ == 0) {
    over = bin.envelope;
    over.bin.carried_share = 0;
    over.coverage.bytes_share = 0;
  }
  over.bin.to = bin.envelope.bin.to;
  over.bin.complete = over.bin.complete && bin.envelope.bin.complete;
  over.bin.stable = over.bin.stable && bin.envelope.bin.stable;
  over.bin.carried_share += bin.envelope.bin.carried_share;
  over.coverage.bytes_share += bin.envelope.coverage.bytes_share;
  over.coverage.hosts = bin.envelope.coverage.hosts;
  over.coverage.instrumented = bin.envelope.coverage.instrumented;
  over.watermark = bin.envelope.watermark;
  over.late = bin.envelope.late;
  sum_.unrouted_bps += bin.unrouted_bps;
  sum_.unattached_bps += bin.unattached_bps;
  add_fates(bin.unattached, sum_.unattached);
  add_fates(bin.apart, sum_.apart);
  for (auto& [id, link] : links_) link.now_bps = 0;
  for (const LinkAnswer& link : bin.links) {
    const auto [known, is_new] = links_.try_emplace(link.id, link);
    known->second.now_bps = link.load_bps;
    double& uncertain = known->second.uncertain_share;  // a sum of rates until the answer
    if (link.counter_bps) ++counted_[link.id];
    uncertain = (is_new ? 0 : uncertain) + link.uncertain_share * link.load_bps;
    if (is_new) continue;
    known->second.load_bps += link.load_bps;
    known->second.load_pps += link.load_pps;
    known->second.capacity_bps = link.capacity_bps;
    anemone::add(known->second.true_load_bps, link.true_load_bps);
    anemone::add(known->second.counter_bps, link.counter_bps);
    anemone::add(known->second.residual_bps, link.residual_bps);
  }
  ++bins_;
}

LoadAnswer MeanLoad::answer() && {
  LoadAnswer mean = std::move(sum_);
  mean.envelope.bin.carried_share /= bins_;
  mean.envelope.coverage.bytes_share /= bins_;
  mean.unrouted_bps /= bins_;
  mean.unattached_bps /= bins_;
  double error = 0;
  for (FateAnswer& fate : mean.unattached) fate.bps /= bins_;
  for (FateAnswer& fate : mean.apart) fate.bps /= bins_;
  for (auto& [id, link] : links_) {
    link.uncertain_share = link.load_bps > 0 ? link.uncertain_share / link.load_bps : 0;
    link.load_bps /= bins_;
    link.load_pps /= bins_;
    mean.total_bps += link.load_bps;
    mean.max_utilisation = std::max(mean.max_utilisation, link.utilisation().value_or(0));
    if (const auto counted = counted_.find(id); counted != counted_.end()) {
      *link.counter_bps /= counted->second;
      *link.residual_bps /= counted->second;
    }
    if (link.true_load_bps) {
      *link.true_load_bps /= bins_;
      mean.true_total_bps = mean.true_total_bps.value_or(0) + *link.true_load_bps;
      error += std::abs(link.load_bps - *link.true_load_bps);
    }
    mean.links.push_back(std::move(link));
  }
  if (mean.true_total_bps) mean.total_error = *mean.true_total_bps > 0 ? error / *mean.true_total_bps : 0;
  return mean;
}

}  // namespace anemone
