#include "scenario/place_rows.h"

#include <numeric>
#include <unordered_map>

namespace anemone {
namespace {

class RowPlacer {
 public:
  RowPlacer(std::span<const FlowRecord> records, const PartMatrix& part,
            std::span<const PrefixId> prefix_after, const Attachments& attachments, Duration bin)
      : records_(records),
        part_(part),
        prefix_after_(prefix_after),
        attachments_(attachments),
        per_second_(1 / seconds(bin)),
        first_place_(records.size() + 1) {
    for (const PlacedRecord& place : part.placed) ++first_place_[place.record + 1];
    std::partial_sum(first_place_.begin(), first_place_.end(), first_place_.begin());
  }

  void place(std::uint32_t index, const TrafficRow& row, bool is_first_part) {
    const FlowRecord& record = records_[row.record];
    const auto places =
        std::span(part_.placed)
            .subspan(first_place_[row.record], first_place_[row.record + 1] - first_place_[row.record]);
    if (row.src != record.key.src || row.dst != record.key.dst) {
      place_moved(index, row, places, is_first_part);
      return;
    }
    for (const PlacedRecord& was : places) {
      const Demand& demand = part_.matrix.demands[was.demand];
      put(index, demand.ingress, prefix_after_[demand.to.prefix.value()], traffic_of(was, row));
    }
  }

  PlacedRows placed;

 private:
  // What a NAT box handed on does not come to it any more: only the first of several places counts.
  void place_moved(std::uint32_t index, const TrafficRow& row, std::span<const PlacedRecord> places,
                   bool is_first_part) {
    const FlowRecord& record = records_[row.record];
    if (places.empty() && !is_first_part) return;
    const AttachedAt src = attachments_.find(row.src);
    const AttachedAt dst = attachments_.find(row.dst);
    NodeId ingress = src.ingress;
    PrefixId prefix = dst.prefix;
    Traffic traffic = Traffic{static_cast<double>(record.bytes) * 8, static_cast<double>(record.packets)} *
                      (row.factor * per_second_);
    if (!places.empty()) {
      const Demand& was = part_.matrix.demands[places.front().demand];
      if (row.src == record.key.src) ingress = was.ingress;
      if (row.dst == record.key.dst) prefix = prefix_after_[was.to.prefix.value()];
      traffic = traffic_of(places.front(), row);
    }
    if (src.inside && src.prefix == dst.prefix) {
      placed.local_bps += traffic.bps;
    } else {
      put(index, ingress, prefix, traffic);
    }
  }

  Traffic traffic_of(const PlacedRecord& place, const TrafficRow& row) const {
    return Traffic{place.bytes * 8, place.packets} * (row.factor * per_second_);
  }

  void put(std::uint32_t index, NodeId ingress, PrefixId prefix, const Traffic& traffic) {
    if (!ingress.valid() || !prefix.valid()) {
      placed.unattached_bps += traffic.bps;
      placed.homeless.push_back({index, traffic.bps});
      return;
    }
    const std::uint32_t demand = demand_of(ingress, prefix);
    placed.demands[demand].traffic += traffic;
    placed.rows.push_back({index, demand, traffic});
  }

  std::uint32_t demand_of(NodeId ingress, PrefixId prefix) {
    const std::uint64_t key = std::uint64_t{ingress.value()} << 32 | prefix.value();
    const auto [at, is_new] = demand_ids_.try_emplace(key, static_cast<std::uint32_t>(placed.demands.size()));
    if (is_new) placed.demands.push_back({ingress, {NodeId{}, prefix}, {}});
    return at->second;
  }

  std::span<const FlowRecord> records_;
  const PartMatrix& part_;
  std::span<const PrefixId> prefix_after_;
  const Attachments& attachments_;
  double per_second_;
  std::vector<std::uint32_t> first_place_;  // by record: where in part_.placed its places begin
  std::unordered_map<std::uint64_t, std::uint32_t> demand_ids_;
};

}  // namespace

PlacedRows place_rows(std::span<const TrafficRow> rows, std::span<const FlowRecord> records,
                      const PartMatrix& part, bool is_first_part, std::span<const PrefixId> prefix_after,
                      const Attachments& attachments, Duration bin) {
  RowPlacer placer(records, part, prefix_after, attachments, bin);
  for (std::uint32_t i = 0; i < rows.size(); ++i) placer.place(i, rows[i], is_first_part);
  return std::move(placer.placed);
}

}  // namespace anemone
