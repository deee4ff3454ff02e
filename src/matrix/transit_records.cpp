#include "matrix/transit_records.h"

#include <algorithm>
#include <tuple>

namespace anemone {

std::vector<TransitRecords::Choice> TransitRecords::choose(std::span<const FlowRecord> records,
                                                           const StandingOf& standing_of) {
  std::sort(all_.begin(), all_.end(), [](const Candidate& a, const Candidate& b) {
    return std::tie(a.sent, a.part, a.record) < std::tie(b.sent, b.part, b.record);
  });
  std::vector<Choice> chosen;
  for (std::size_t first = 0; first < all_.size();) {
    std::size_t end = first + 1;
    while (end < all_.size() && all_[end].sent == all_[first].sent && all_[end].part == all_[first].part)
      ++end;
    const auto flow = std::span(all_).subspan(first, end - first);
    sight(flow, records, standing_of);
    choose_of(flow, records, chosen);
    first = end;
  }
  all_.clear();
  std::sort(chosen.begin(), chosen.end(), [](const Choice& a, const Choice& b) {
    return std::tie(a.record, a.part) < std::tie(b.record, b.part);
  });
  return chosen;
}

TransitRecords::Sighting& TransitRecords::sighting_of(ObserverId observer) {
  for (Sighting& sighting : sightings_) {
    if (sighting.observer == observer) return sighting;
  }
  return sightings_.emplace_back(Sighting{observer});
}

void TransitRecords::sight(std::span<const Candidate> flow, std::span<const FlowRecord> records,
                           const StandingOf& standing_of) {
  sightings_.clear();
  for (const Candidate& candidate : flow) {
    const FlowRecord& record = records[candidate.record];
    Sighting& sighting = sighting_of(record.observer);
    sighting.record = candidate.record;
    const auto bytes = static_cast<double>(record.bytes);
    if (record.key.direction == Direction::kIn) {
      sighting.in += bytes;
    } else {
      (record.key.direction == Direction::kOut ? sighting.out : sighting.unknown) += bytes;
    }
  }
  if (sightings_.size() == 1) return;
  for (Sighting& sighting : sightings_) sighting.at = standing_of(records[sighting.record], flow[0].part);
}

// With the farthest still to go; of those at one place, or at none that is known, the one that saw most.
const TransitRecords::Sighting& TransitRecords::nearest() const {
  auto left = [](const Sighting& sighting) {
    return sighting.at.left == kUnreachable ? -1 : static_cast<std::int64_t>(sighting.at.left);
  };
  return *std::max_element(sightings_.begin(), sightings_.end(), [&](const Sighting& a, const Sighting& b) {
    return std::tuple(left(a), a.bytes(), b.observer) < std::tuple(left(b), b.bytes(), a.observer);
  });
}

bool TransitRecords::counts(const Sighting& sighting, const Sighting& nearest) const {
  if (&sighting == &nearest) return true;
  if (sighting.at.left == kUnreachable || sighting.at.left != nearest.at.left) return false;
  // Elsewhere, as far away; of several there the one that saw most.
  if (sighting.at.node == nearest.at.node) return false;
  for (const Sighting& other : sightings_) {
    if (&other == &sighting || other.at.node != sighting.at.node) continue;
    if (std::tuple(sighting.bytes(), other.observer) < std::tuple(other.bytes(), sighting.observer))
      return false;
  }
  return true;
}

void TransitRecords::choose_of(std::span<const Candidate> flow, std::span<const FlowRecord> records,
                               std::vector<Choice>& chosen) {
  const Sighting& first = nearest();
  const bool ordered = sightings_.size() == 1 || first.at.left != kUnreachable;
  for (const Candidate& candidate : flow) {
    const FlowRecord& record = records[candidate.record];
    const Sighting& sighting = sighting_of(record.observer);
    if (sighting.both() && record.key.direction == sighting.twice()) continue;
    if (counts(sighting, first)) chosen.push_back({candidate.record, candidate.part, ordered});
  }
}

}  // namespace anemone
