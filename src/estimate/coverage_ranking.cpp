#include "estimate/coverage_ranking.h"

#include <algorithm>
#include <array>
#include <cassert>

namespace anemone {
namespace {

constexpr double kHeavyShare = 0.9;

using Roles = std::array<double, kEndpointRoles>;

std::size_t index(EndpointRole role) { return static_cast<std::size_t>(role); }

// What un-instrumented endpoints send or receive in all, by role; everywhere and in each place.
struct Unwatched {
  Roles everywhere{};
  std::unordered_map<std::uint32_t, Roles> places;

  Unwatched(std::span<const Endpoint> endpoints, const std::vector<double>& bps) {
    for (std::size_t i = 0; i < endpoints.size(); ++i) {
      if (endpoints[i].instrumented) continue;
      everywhere[index(endpoints[i].role)] += bps[i];
      places[endpoints[i].place][index(endpoints[i].role)] += bps[i];
    }
  }
  double elsewhere(std::uint32_t place, std::size_t role) const {
    const auto here = places.find(place);
    return everywhere[role] - (here == places.end() ? 0 : here->second[role]);
  }
};

double gain_of(const Endpoint& endpoint, double out_bps, double in_bps, const Gravity& gravity,
               const Unwatched& out, const Unwatched& in) {
  double gain = 0;
  const std::size_t role = index(endpoint.role);
  for (std::size_t other = 0; other < kEndpointRoles; ++other) {
    gain += gravity.affinity[role][other] * out_bps * in.elsewhere(endpoint.place, other);
    gain += gravity.affinity[other][role] * in_bps * out.elsewhere(endpoint.place, other);
  }
  return gravity.total_bps > 0 ? gain / gravity.total_bps : 0;
}

}  // namespace

void CoverageRanking::add(Duration length, double stretch, std::span<const Endpoint> endpoints,
                          std::span<const HostNumber> hosts, std::span<const SeenTraffic> seen,
                          const Gravity& gravity) {
  assert(length.count() > 0);
  const Unwatched out(endpoints, gravity.out_bps);
  const Unwatched in(endpoints, gravity.in_bps);
  BinGains bin{seconds(length), gravity.total_bps, gravity.affinity, {}};
  double gains = 0;
  double gainable = 0;
  for (std::size_t i = 0; i < endpoints.size(); ++i) {
    const Endpoint& endpoint = endpoints[i];
    if (endpoint.instrumented) continue;
    const double gain = gain_of(endpoint, gravity.out_bps[i], gravity.in_bps[i], gravity, out, in);
    gains += gain;
    if (!endpoint.could || gain <= 0) continue;
    gainable += gain;
    bin.candidates.push_back(
        {hosts[i], endpoint.place, gravity.out_bps[i], gravity.in_bps[i], gain, endpoint.role});
  }
  for (const SeenTraffic& traffic : seen) {
    for (std::uint32_t end : {traffic.from, traffic.to}) {
      if (!endpoints[end].instrumented) known_bits_[hosts[end]] += traffic.bps * bin.length_s;
    }
  }
  std::stable_sort(bin.candidates.begin(), bin.candidates.end(),
                   [](const Candidate& a, const Candidate& b) { return a.gain_bps > b.gain_bps; });
  note_heavy(bin, stretch, gainable);
  if (bin.candidates.size() > kHostsPerBin) bin.candidates.resize(kHostsPerBin);
  unseen_bits_ += gains / 2 * bin.length_s;  // each pair was counted at both its ends
  seconds_ += bin.length_s * stretch;
  bins_.push_back(std::move(bin));
}

void CoverageRanking::note_heavy(const BinGains& bin, double stretch, double gainable_bps) {
  double sum = 0;
  for (const Candidate& candidate : bin.candidates) {
    if (sum >= kHeavyShare * gainable_bps) return;
    heavy_s_[candidate.host] += bin.length_s * stretch;
    sum += candidate.gain_bps;
  }
}

double CoverageRanking::between(const BinGains& bin, const Candidate& a, const Candidate& b) {
  if (a.place == b.place || bin.total_bps <= 0) return 0;
  const std::size_t one = index(a.role);
  const std::size_t other = index(b.role);
  return (bin.affinity[one][other] * a.out_bps * b.in_bps + bin.affinity[other][one] * b.out_bps * a.in_bps) /
         bin.total_bps;
}

std::vector<HostGain> CoverageRanking::rank(std::size_t count) const {
  std::unordered_map<HostNumber, double> gains;  // bits
  for (const BinGains& bin : bins_) {
    for (const Candidate& candidate : bin.candidates) {
      gains[candidate.host] += candidate.gain_bps * bin.length_s;
    }
  }
  std::vector<HostGain> ranking;
  while (ranking.size() < count) {
    const auto best = std::max_element(gains.begin(), gains.end(), [](const auto& a, const auto& b) {
      return a.second != b.second ? a.second < b.second : a.first > b.first;
    });
    if (best == gains.end() || best->second <= 1e-9 * unseen_bits_) break;  // what rounding leaves
    const HostNumber host = best->first;
    HostGain& row = ranking.emplace_back();
    row.host = host;
    row.gain_share = unseen_bits_ > 0 ? best->second / unseen_bits_ : 0;
    row.gain_bps = best->second / seconds_;
    if (const auto known = known_bits_.find(host); known != known_bits_.end()) {
      row.known_bps = known->second / seconds_;
    }
    if (const auto heavy = heavy_s_.find(host); heavy != heavy_s_.end())
      row.heavy_hours = heavy->second / 3600;
    gains.erase(best);
    for (const BinGains& bin : bins_) {
      const auto chosen = std::find_if(bin.candidates.begin(), bin.candidates.end(),
                                       [host](const Candidate& candidate) { return candidate.host == host; });
      if (chosen == bin.candidates.end()) continue;
      for (const Candidate& other : bin.candidates) {
        const auto left = gains.find(other.host);
        if (left != gains.end()) left->second -= between(bin, *chosen, other) * bin.length_s;
      }
    }
  }
  return ranking;
}

}  // namespace anemone
