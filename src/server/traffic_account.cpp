#include "server/traffic_account.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

namespace anemone {
namespace {

void sort_by_rate(std::vector<FateAnswer>& fates) {
  std::ranges::stable_sort(fates, [](const FateAnswer& a, const FateAnswer& b) { return a.bps > b.bps; });
}

std::vector<FateAnswer> fates_of(const BinTraffic& traffic, bool (*wanted)(Fate)) {
  const double length_s = seconds(traffic.bin.to - traffic.bin.from);
  std::vector<FateAnswer> answers;
  for (std::size_t i = 0; i < kFates; ++i) {
    const auto fate = static_cast<Fate>(i);
    const FateCount& count = traffic.matrix.fates[fate];
    if (!wanted(fate) || count.bytes <= 0) continue;
    FateAnswer& answer = answers.emplace_back();
    answer.reason = print_fate(fate);
    answer.bps = count.bytes * 8 / length_s;
    for (const IpAddress& example : count.examples) answer.examples.push_back(print_address(example));
  }
  sort_by_rate(answers);
  return answers;
}

}  // namespace

std::vector<FateAnswer> unattached_of(const BinTraffic& traffic) { return fates_of(traffic, is_unattached); }

std::vector<FateAnswer> apart_of(const BinTraffic& traffic) { return fates_of(traffic, is_apart); }

void add_fates(const std::vector<FateAnswer>& more, std::vector<FateAnswer>& sum) {
  for (const FateAnswer& one : more) {
    const auto same = std::ranges::find(sum, one.reason, &FateAnswer::reason);
    if (same == sum.end()) {
      sum.push_back(one);
      continue;
    }
    same->bps += one.bps;
    for (const std::string& example : one.examples) {
      const bool known = std::ranges::count(same->examples, example) > 0;
      if (!known && same->examples.size() < FateCount::kExamplesMax) same->examples.push_back(example);
    }
  }
  sort_by_rate(sum);
}

std::vector<PairLoss> losses_of(const BinTraffic& traffic) {
  const Topology& topology = *traffic.epochs.back().topology;
  std::map<std::pair<std::string, std::string>, PairLoss> pairs;
  for (const PathLoss& loss : traffic.matrix.losses) {
    const std::string from = topology.node(loss.pair.ingress).name;
    const std::string to = print_prefix(topology.prefix(loss.pair.to));
    PairLoss& pair = pairs[{from, to}];
    pair.from = from;
    pair.to = to;
    pair.sent_bytes += loss.sent_bytes;
    pair.received_bytes += loss.received_bytes;
    pair.low_bytes += loss.low_bytes;
    pair.high_bytes += loss.high_bytes;
    pair.shed = pair.shed || loss.shed;
  }
  std::vector<PairLoss> losses;
  losses.reserve(pairs.size());
  for (auto& [ends, pair] : pairs) losses.push_back(std::move(pair));
  std::ranges::stable_sort(
      losses, [](const PairLoss& a, const PairLoss& b) { return a.lost_bytes() > b.lost_bytes(); });
  return losses;
}

}  // namespace anemone
