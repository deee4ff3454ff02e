#include "matrix/build_matrix.h"

#include <algorithm>
#include <cassert>
#include <unordered_map>

namespace anemone {
namespace {

bool is_for_many(const IpAddress& address) {
  if (address.is_v4()) return address.v4().value >= 0xe000'0000;  // multicast, reserved, broadcast
  return address.high() >> 56 == 0xff || address.high() >> 54 == 0xfe80 >> 6;  // multicast, link-local
}

// What is known of an address throughout the bin; the attachments of part i are at attached[first + i].
struct KnownAddress {
  ObserverId observer;
  bool instrumented = false;
  bool for_many = false;
  std::uint32_t first = 0;
};

class Builder {
 public:
  Builder(std::span<const BinPart> parts, const Observers& observers, TimeSpan bin)
      : parts_(parts), observers_(observers), bin_(bin), demand_ids_(parts.size()) {
    result_.parts.resize(parts.size());
  }

  MeasuredMatrix build(std::span<const FlowRecord> records) {
    result_.uses.reserve(records.size());
    for (std::size_t i = 0; i < records.size(); ++i) add(static_cast<std::uint32_t>(i), records[i]);
    return std::move(result_);
  }

 private:
  void add(std::uint32_t index, const FlowRecord& record) {
    const KnownAddress src = look_up(record.key.src);
    const KnownAddress dst = look_up(record.key.dst);
    const auto bytes = static_cast<double>(record.bytes);
    const ObserverId owner_of_all = src.observer.valid() ? src.observer : dst.observer;
    if (record.observer == owner_of_all) result_.bytes.whole += bytes;
    const RecordUse use = use_of(record.observer, src, dst);
    result_.uses.push_back(use);
    if (use == RecordUse::kSecond) result_.bytes.second += bytes;
    if (use != RecordUse::kOwner) return;
    result_.bytes.owned += bytes;
    if (src.for_many || dst.for_many) {
      result_.bytes.multicast += bytes;
    } else {
      split(index, record, src, dst);
    }
  }

  RecordUse use_of(ObserverId observer, const KnownAddress& src, const KnownAddress& dst) const {
    if (!observers_.instrumented(observer)) return RecordUse::kIgnored;
    if (observer != src.observer && observer != dst.observer) return RecordUse::kTransit;
    const ObserverId owner = src.instrumented ? src.observer : dst.observer;
    return observer == owner ? RecordUse::kOwner : RecordUse::kSecond;
  }

  // Gives each part of the bin the share of the record's time that falls into it.
  void split(std::uint32_t index, const FlowRecord& record, const KnownAddress& src,
             const KnownAddress& dst) {
    const Time from = std::clamp(record.start, bin_.from, bin_.to);
    const Time to = std::clamp(record.end, from, bin_.to);
    const double length = static_cast<double>((to - from).count());
    for (std::size_t i = 0; i < parts_.size(); ++i) {
      const Time begin = i == 0 ? Time::min() : parts_[i].from;
      const Time end = i + 1 < parts_.size() ? parts_[i + 1].from : Time::max();
      double share = from >= begin && from < end ? 1 : 0;  // a single instant
      if (to > from) {
        const auto overlap = std::min(to, end) - std::max(from, begin);
        share = std::max(0.0, static_cast<double>(overlap.count()) / length);
      }
      if (share <= 0) continue;
      if (share < 1) result_.bytes.split += static_cast<double>(record.bytes) * share;
      place(i, index, record, share, attached_[src.first + i], attached_[dst.first + i]);
    }
  }

  void place(std::size_t part, std::uint32_t index, const FlowRecord& record, double share,
             const AttachedAt& src, const AttachedAt& dst) {
    const double bytes = static_cast<double>(record.bytes) * share;
    const double packets = static_cast<double>(record.packets) * share;
    if (!src.ingress.valid() || !dst.prefix.valid()) {
      result_.bytes.unattached += bytes;
    } else if (src.inside && src.prefix == dst.prefix) {
      result_.bytes.local += bytes;
    } else {
      PartMatrix& into = result_.parts[part];
      const std::uint32_t demand = demand_of(part, src.ingress, dst.prefix);
      const double per_second = 1 / seconds(bin_.to - bin_.from);
      into.matrix.demands[demand].traffic += {bytes * 8 * per_second, packets * per_second};
      into.placed.push_back({index, demand, bytes, packets});
    }
  }

  std::uint32_t demand_of(std::size_t part, NodeId ingress, PrefixId prefix) {
    std::vector<Demand>& demands = result_.parts[part].matrix.demands;
    const std::uint64_t key = std::uint64_t{ingress.value()} << 32 | prefix.value();
    const auto [at, is_new] = demand_ids_[part].try_emplace(key, static_cast<std::uint32_t>(demands.size()));
    if (is_new) demands.push_back({ingress, {NodeId{}, prefix}, {}});
    return at->second;
  }

  KnownAddress look_up(const IpAddress& address) {
    const auto [at, is_new] = known_.try_emplace(address);
    if (is_new) {
      KnownAddress& known = at->second;
      known.observer = observers_.at(address);
      known.instrumented = observers_.instrumented(known.observer);
      known.for_many = is_for_many(address);
      known.first = static_cast<std::uint32_t>(attached_.size());
      for (const BinPart& part : parts_) attached_.push_back(part.attachments->find(address));
    }
    return at->second;
  }

  std::span<const BinPart> parts_;
  const Observers& observers_;
  TimeSpan bin_;
  MeasuredMatrix result_;
  std::unordered_map<IpAddress, KnownAddress> known_;
  std::vector<AttachedAt> attached_;
  std::vector<std::unordered_map<std::uint64_t, std::uint32_t>> demand_ids_;
};

}  // namespace

MeasuredMatrix build_matrix(std::span<const FlowRecord> records, std::span<const BinPart> parts,
                            const Observers& observers, TimeSpan bin) {
  assert(!parts.empty() && bin.from < bin.to);
  return Builder(parts, observers, bin).build(records);
}

}  // namespace anemone
