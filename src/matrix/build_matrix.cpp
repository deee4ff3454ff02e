#include "matrix/build_matrix.h"

#include <algorithm>
#include <cassert>
#include <optional>
#include <unordered_map>
#include <utility>

#include "matrix/inner_traffic.h"
#include "matrix/known_addresses.h"
#include "matrix/pair_table.h"
#include "matrix/placement.h"
#include "matrix/record_ends.h"
#include "matrix/transit_records.h"
#include "matrix/translations.h"

namespace anemone {
namespace {

constexpr std::size_t kAhead = 8;  // records whose addresses are on their way from memory

class Builder {
 public:
  Builder(std::span<const FlowRecord> records, std::span<const BinPart> parts, const Observers& observers,
          TimeSpan bin, const MatrixKnowledge& known)
      : records_(records),
        parts_(parts),
        observers_(observers),
        bin_(bin),
        known_(known),
        translations_(records, known.nats,
                      [&](const FlowRecord& record) { return observers.instrumented(record.observer); }),
        addresses_(parts, observers),
        placer_(addresses_),
        losses_(bin, known.loss),
        demand_ids_(parts.size()),
        split_ids_(parts.size()) {
    result_.parts.resize(parts.size());
    result_.uses.assign(records.size(), RecordUse::kIgnored);
  }

  MeasuredMatrix build() {
    for (std::uint32_t i = 0; i < records_.size(); ++i) {
      if (i + kAhead < records_.size()) {
        addresses_.prefetch(records_[i + kAhead].key.src);
        addresses_.prefetch(records_[i + kAhead].key.dst);
      }
      add(i);
    }
    count_transit();
    place_guests();
    for (PartMatrix& part : result_.parts) {
      std::stable_sort(part.placed.begin(), part.placed.end(),
                       [](const PlacedRecord& a, const PlacedRecord& b) { return a.record < b.record; });
    }
    if (known_.tunnels != nullptr) explain_tunnels(records_, inner_, *known_.tunnels, result_);
    result_.losses = losses_.losses();
    return std::move(result_);
  }

 private:
  void add(std::uint32_t index) {
    const FlowRecord& record = records_[index];
    const RecordEnds ends = ends_of(record);
    RecordUse& use = result_.uses[index];
    if (record.key.src.is_none() && record.key.dst.is_none()) {
      if (observers_.instrumented(record.observer)) use = RecordUse::kRest;
      return;
    }
    const bool inner = record.origin.tunnel.valid();
    if (!inner) count_whole(record, ends);
    if (!observers_.instrumented(record.observer)) return;
    const RecordOwner owner =
        heard_owner(record, ends, [&](ObserverId id) { return observers_.instrumented(id); });
    use = inner ? RecordUse::kInner : use_of(record, ends, owner);
    if (inner) {
      inner_.push_back({index, !owner.id.valid() || owner.id == record.observer});
      return;
    }
    if (use == RecordUse::kTransit) {
      result_.bytes.transit += static_cast<double>(record.bytes);
      (owner.id.valid() ? passing_ : unowned_).push_back(index);
      return;
    }
    if (use == RecordUse::kSecond) result_.bytes.second += static_cast<double>(record.bytes);
    count_loss(record, ends);
    if (use == RecordUse::kOwner) own(index, ends);
  }

  FlowEnds flow_of(const FlowRecord& record) const { return translations_.ends(record.key); }

  KnownAddress find(const IpAddress& address, const FlowRecord& record, ObserverId said_by) {
    return addresses_.find(address, record.start, said_by,
                           [&](const IpAddress& one) { return translations_.concern(one); });
  }

  RecordEnds ends_of(const FlowRecord& record) {
    RecordEnds ends;
    ends.source = ends.source_seen = find(record.key.src, record, record.observer);
    ends.target = ends.target_seen = find(record.key.dst, record, record.observer);
    if (ends.source.translated || ends.target.translated) {
      const FlowEnds flow = flow_of(record);
      ends.translated = flow.sent != flow.arrived;
      const ObserverId before = flow.sent_by.valid() ? flow.sent_by : record.observer;
      const ObserverId after = flow.arrived_by.valid() ? flow.arrived_by : record.observer;
      ends.source = find(flow.sent.src, record, before);
      ends.target_seen = find(flow.sent.dst, record, before);
      ends.source_seen = find(flow.arrived.src, record, after);
      ends.target = find(flow.arrived.dst, record, after);
    }
    ends.sender = ends.source.observer;
    ends.receiver = ends.target.observer;
    if (is_own(record)) {
      if (record.key.direction == Direction::kOut) ends.sender = record.observer;
      if (record.key.direction == Direction::kIn && ends.target.kind == AddressKind::kOne)
        ends.receiver = record.observer;
    }
    return ends;
  }

  // Of whom something has come; what comes from others all the same is theirs if nobody else's.
  template <class IsCounted>
  RecordOwner heard_owner(const FlowRecord& record, const RecordEnds& ends, IsCounted is_counted) const {
    const RecordOwner owner =
        owner_of(ends, [&](ObserverId id) { return is_counted(id) && observers_.heard(id, record.start); });
    if (owner.id.valid()) return owner;
    return owner_of(ends, [&](ObserverId id) { return id == record.observer; });
  }

  // What comes back to the host that sent it is the same again.
  static bool is_again(const FlowRecord& record, const RecordOwner& owner) {
    return owner.at_source && record.key.direction == Direction::kIn;
  }

  static RecordUse use_of(const FlowRecord& record, const RecordEnds& ends, const RecordOwner& owner) {
    if (record.observer == owner.id) return is_again(record, owner) ? RecordUse::kSecond : RecordUse::kOwner;
    const auto candidates = ends.candidates();
    const bool end = std::find(candidates.begin(), candidates.end(), record.observer) != candidates.end();
    return end ? RecordUse::kSecond : RecordUse::kTransit;
  }

  // Were every observer instrumented; traffic whose ends nobody watches is added when an exporter counts.
  void count_whole(const FlowRecord& record, const RecordEnds& ends) {
    const RecordOwner owner = heard_owner(record, ends, [](ObserverId) { return true; });
    if (record.observer == owner.id && !is_again(record, owner))
      result_.bytes.whole += static_cast<double>(record.bytes);
  }

  // What one end's agent counts beside the other's.
  void count_loss(const FlowRecord& record, const RecordEnds& ends) {
    if (!ends.sender.valid() || !ends.receiver.valid() || ends.sender == ends.receiver) return;
    if (record.observer != ends.sender && record.observer != ends.receiver) return;
    if (!both_know(ends)) return;
    if (!heard_throughout(ends.sender) || !heard_throughout(ends.receiver)) return;
    if (Placer::apart(ends) != Fate::kPlaced) return;
    const std::size_t last = parts_.size() - 1;
    const AttachedAt& from = inside_of(ends.source, ends.source_seen, last);
    const AttachedAt& to = inside_of(ends.target_seen, ends.target, last);
    if (!from.ingress.valid() || !to.prefix.valid()) return;
    losses_.add({from.ingress, from.prefix, to.prefix}, record,
                record.observer == ends.sender ? LossTable::Side::kSender : LossTable::Side::kReceiver,
                clock_error(ends.sender) + clock_error(ends.receiver));
  }

  // Whether the other end's record tells of the same two; else only one side would be counted.
  static bool both_know(const RecordEnds& ends) {
    if (ends.sender != ends.source.observer || ends.receiver != ends.target.observer) return false;
    return ends.translated || (!ends.source.by_asking && !ends.target.by_asking);
  }

  const AttachedAt& inside_of(const KnownAddress& one, const KnownAddress& other, std::size_t part) const {
    const AttachedAt& at = addresses_.attached(one, part);
    return at.inside ? at : addresses_.attached(other, part);
  }
  bool heard_throughout(ObserverId id) const {
    return observers_.instrumented(id) && observers_.heard_throughout(id, bin_);
  }
  Duration clock_error(ObserverId id) const {
    const Observer* place = observers_.place(id, bin_.to);
    return place == nullptr ? Duration{} : place->clock_error;
  }

  void own(std::uint32_t index, const RecordEnds& ends) {
    if (is_guest(ends)) {
      guests_.push_back(index);
      return;
    }
    result_.bytes.owned += static_cast<double>(records_[index].bytes);
    if (parts_.size() == 1) {
      put(0, index, ends, 1, ObserverId{});
    } else {
      split(index, ends, {});
    }
  }

  // From outside, and by which border router is not known; some exporter may know.
  bool is_guest(const RecordEnds& ends) const {
    for (std::size_t i = 0; i < parts_.size(); ++i) {
      if (addresses_.attached(ends.source, i).several) return true;
    }
    return false;
  }

  // The share of the record's time that falls into a part of the bin.
  double share_of(const FlowRecord& record, std::size_t part) const {
    if (parts_.size() == 1) return 1;
    const Time from = std::clamp(record.start, bin_.from, bin_.to);
    const Time to = std::clamp(record.end, from, bin_.to);
    const Time begin = part == 0 ? Time::min() : parts_[part].from;
    const Time end = part + 1 < parts_.size() ? parts_[part + 1].from : Time::max();
    if (from == to) return from >= begin && from < end ? 1 : 0;
    const auto overlap = std::min(to, end) - std::max(from, begin);
    return std::max(0.0, static_cast<double>(overlap.count()) / static_cast<double>((to - from).count()));
  }

  // Gives each part of the bin its share. `seen_by`: by part, who saw it on its way; empty: nobody.
  void split(std::uint32_t index, const RecordEnds& ends, std::span<const ObserverId> seen_by) {
    const auto bytes = static_cast<double>(records_[index].bytes);
    double share_before = 0;  // of all parts until then
    std::uint32_t demand_before = kNoDemand;
    for (std::size_t i = 0; i < parts_.size(); ++i) {
      const double share = share_of(records_[index], i);
      if (share <= 0) continue;
      if (share < 1) result_.bytes.split += bytes * share;
      const std::uint32_t demand = put(i, index, ends, share, seen_by.empty() ? ObserverId{} : seen_by[i]);
      if (share_before > 0)
        note_split(i - 1, demand_before, demand, bytes * share_before, bytes * (1 - share_before));
      share_before += share;
      demand_before = demand;
    }
  }

  void note_split(std::size_t part, std::uint32_t before, std::uint32_t after, double bytes_before,
                  double bytes_after) {
    std::vector<SplitBytes>& all = result_.parts[part].split;
    const std::uint32_t number = split_ids_[part].intern(before, after);
    if (number == all.size()) all.push_back({before, after, 0, 0});
    all[number].bytes_before += bytes_before;
    all[number].bytes_after += bytes_after;
  }

  // The demand that it became; kNoDemand when it did not.
  std::uint32_t put(std::size_t part, std::uint32_t index, const RecordEnds& ends, double share,
                    ObserverId seen_by) {
    const FlowRecord& record = records_[index];
    const NodeId seen_at = seen_by.valid() ? standing_at(seen_by, record.start, part) : NodeId{};
    const double bytes = static_cast<double>(record.bytes) * share;
    const double packets = static_cast<double>(record.packets) * share;
    const Placement placement = placer_.place(record, ends, part, seen_at);
    const bool direct = placement.fate == Fate::kPlaced;
    const bool relayed = placement.relay.valid() && (direct || placement.fate == Fate::kSameNetwork);
    count_fate(relayed ? Fate::kPlaced : placement.fate, record, bytes, packets);
    std::uint32_t demand = kNoDemand;
    if (direct) demand = pour(part, index, placement.ingress, placement.to, bytes, packets);
    if (relayed) {
      const std::uint32_t second = pour(part, index, placement.relay, placement.relay_to, bytes, packets);
      if (direct) result_.bytes.relayed += bytes;
      if (!direct) demand = second;
    }
    return demand;
  }

  std::uint32_t pour(std::size_t part, std::uint32_t index, NodeId ingress, PrefixId prefix, double bytes,
                     double packets) {
    std::vector<Demand>& demands = result_.parts[part].matrix.demands;
    const std::uint32_t demand = demand_ids_[part].intern(ingress.value(), prefix.value());
    if (demand == demands.size()) demands.push_back({ingress, {NodeId{}, prefix}, {}});
    const double per_second = 1 / seconds(bin_.to - bin_.from);
    demands[demand].traffic += {bytes * 8 * per_second, packets * per_second};
    result_.parts[part].placed.push_back({index, demand, bytes, packets, 0});
    return demand;
  }

  void count_fate(Fate fate, const FlowRecord& record, double bytes, double packets) {
    const bool about_source = fate == Fate::kNoSource || fate == Fate::kSeveralEntrances;
    if (fate == Fate::kPlaced) {
      FateCount& placed = result_.fates[fate];
      placed.bytes += bytes;
      placed.packets += packets;
      ++placed.records;
      return;
    }
    result_.fates[fate].add(bytes, packets, about_source ? record.key.src : record.key.dst);
    if (is_unattached(fate)) {
      result_.bytes.unattached += bytes;
    } else if (fate == Fate::kSameHost || fate == Fate::kSameNetwork) {
      result_.bytes.local += bytes;
    } else {
      result_.bytes.multicast += bytes;
    }
  }

  NodeId standing_at(ObserverId observer, Time time, std::size_t part) {
    return addresses_.home(observer, time, part).ingress;
  }

  TransitRecords::Standing standing(const FlowRecord& record, std::size_t part) {
    TransitRecords::Standing standing{standing_at(record.observer, record.start, part), kUnreachable};
    if (!standing.node.valid() || !known_.cost_left) return standing;
    const RecordEnds ends = ends_of(record);
    const AttachedAt& real = addresses_.attached(ends.target, part);
    const AttachedAt& seen = addresses_.attached(ends.target_seen, part);
    const PrefixId to = seen.prefix.valid() ? seen.prefix : real.prefix;
    if (to.valid()) standing.left = known_.cost_left(part, standing.node, to);
    return standing;
  }

  std::vector<TransitRecords::Choice> nearest_of(std::span<const std::uint32_t> indices) {
    TransitRecords transit;
    for (std::uint32_t index : indices) {
      const FlowKey sent = flow_of(records_[index]).sent;
      for (std::size_t i = 0; i < parts_.size(); ++i) {
        if (share_of(records_[index], i) > 0) transit.add(sent, i, index);
      }
    }
    return transit.choose(records_,
                          [&](const FlowRecord& record, std::size_t part) { return standing(record, part); });
  }

  // Traffic with no end instrumented: of those who saw it on its way the nearest to its source.
  void count_transit() {
    for (const TransitRecords::Choice& choice : nearest_of(unowned_)) {
      const FlowRecord& record = records_[choice.record];
      const RecordEnds ends = ends_of(record);
      const double share = share_of(record, choice.part);
      const double bytes = static_cast<double>(record.bytes) * share;
      result_.uses[choice.record] = RecordUse::kOwner;
      result_.bytes.transit -= bytes;
      result_.bytes.owned += bytes;
      if (share < 1) result_.bytes.split += bytes;
      if (!choice.ordered) result_.bytes.unordered += bytes;
      if (!owner_of(ends, [](ObserverId) { return true; }).id.valid()) result_.bytes.whole += bytes;
      const std::uint32_t demand = put(choice.part, choice.record, ends, share, record.observer);
      if (share < 1) note_uncertain(choice.part, demand, bytes, static_cast<double>(record.bytes) - bytes);
    }
  }

  // An exporter's share of a part: what the other parts count may be another exporter's.
  void note_uncertain(std::size_t part, std::uint32_t demand, double bytes, double elsewhere) {
    if (part + 1 < parts_.size()) {
      note_split(part, demand, kNoDemand, bytes, elsewhere);
    } else {
      note_split(part - 1, kNoDemand, demand, elsewhere, bytes);
    }
  }

  // Where an exporter has seen the same flow, the one nearest to the source tells where it came in.
  void place_guests() {
    if (guests_.empty()) return;
    std::unordered_map<FlowKey, std::vector<ObserverId>> seen_by;
    for (const TransitRecords::Choice& choice : nearest_of(passing_)) {
      std::vector<ObserverId>& by_part = seen_by[flow_of(records_[choice.record]).sent];
      by_part.resize(parts_.size());
      if (!by_part[choice.part].valid()) by_part[choice.part] = records_[choice.record].observer;
    }
    for (std::uint32_t i : guests_) {
      const auto seen = seen_by.find(flow_of(records_[i]).sent);
      result_.bytes.owned += static_cast<double>(records_[i].bytes);
      split(i, ends_of(records_[i]), seen == seen_by.end() ? std::span<const ObserverId>{} : seen->second);
    }
  }

  std::span<const FlowRecord> records_;
  std::span<const BinPart> parts_;
  const Observers& observers_;
  TimeSpan bin_;
  const MatrixKnowledge& known_;
  Translations translations_;
  KnownAddresses addresses_;
  Placer placer_;
  LossTable losses_;
  std::vector<PairTable> demand_ids_;  // by part
  std::vector<PairTable> split_ids_;
  std::vector<InnerRecord> inner_;
  std::vector<std::uint32_t> unowned_;  // transit records of traffic that nobody at its ends counts
  std::vector<std::uint32_t> passing_;  // transit records of traffic that somebody at an end counts
  std::vector<std::uint32_t> guests_;   // owners' records from outside that enter in one of several places
  MeasuredMatrix result_;
};

}  // namespace

MeasuredMatrix build_matrix(std::span<const FlowRecord> records, std::span<const BinPart> parts,
                            const Observers& observers, TimeSpan bin, const MatrixKnowledge& known) {
  assert(!parts.empty() && bin.from < bin.to);
  return Builder(records, parts, observers, bin, known).build();
}

}  // namespace anemone
