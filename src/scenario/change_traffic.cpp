#include "scenario/change_traffic.h"

#include <algorithm>
#include <set>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <variant>

#include "filter/filter_text.h"
#include "flow/flow_filter.h"
#include "scenario/things.h"

namespace anemone {
namespace {

// Ends of traffic by where they are: at these routers, or at these addresses.
struct EndSet {
  std::set<NodeId> nodes;
  std::unordered_set<IpAddress> addresses;
};

// Whose an end is, by the flow as that end sends it.
using OwnersOfEnds = std::unordered_map<FlowKey, Origin>;

FlowKey sent_from(const FlowKey& key, FilterEnd end) {
  FlowKey sent = key;
  sent.direction = Direction::kUnknown;
  if (end == FilterEnd::kSrc) return sent;
  std::swap(sent.src, sent.dst);
  std::swap(sent.src_port, sent.dst_port);
  return sent;
}

struct ScaleStep {
  double factor = 1;
  std::optional<EndSet> from;
  std::optional<EndSet> to;
  FlowFilter filter;
};
struct MoveStep {
  std::optional<EndSet> ends;  // else by the filters
  FlowFilter of_src;
  FlowFilter of_dst;
  IpAddress to;
};
struct AddHostsStep {
  double each = 0;  // new hosts for each of the old
  EndSet like;
  IpAddress where;
};
using Step = std::variant<ScaleStep, MoveStep, AddHostsStep>;

// A service's filter asked of one end alone; an error when it names an end itself.
Result<Filter> for_end(const Filter& filter, FilterEnd end) {
  Filter one = filter;
  if (one.kind == Filter::Kind::kTest) {
    if (one.test.end != FilterEnd::kEither) {
      return not_here(one.test, "a service is at either end; leave out src and dst");
    }
    const bool has_ends = one.test.field == FilterField::kAddress || one.test.field == FilterField::kPort;
    if (has_ends) one.test.end = end;
  }
  for (Filter& part : one.parts) {
    auto changed = for_end(part, end);
    if (!changed) return changed;
    part = std::move(*changed);
  }
  return one;
}

// "column 4: ..." of a filter with its line.
Error in_line(const TextPlace& place, const Error& error) {
  if (place.line == 0) return error;
  if (error.message.starts_with("column "))
    return {"line " + std::to_string(place.line) + ", " + error.message};
  return at_place(place, error.message);
}

class StepMaker {
 public:
  StepMaker(const Things& things, const RecordNames& names, const Attachments& after)
      : things_(things), names_(names), after_(after) {}

  Result<void> operator()(const Scale& scale, const TextPlace& place) {
    auto filter = FlowFilter::make(scale.filter, names_);
    if (!filter) return in_line(place, filter.error());
    ScaleStep step{scale.factor, {}, {}, std::move(*filter)};
    for (const auto& [thing, into] : {std::pair(&scale.from, &step.from), std::pair(&scale.to, &step.to)}) {
      if (!*thing) continue;
      auto ends = ends_of(**thing);
      if (!ends) return ends.error();
      *into = std::move(*ends);
    }
    steps.emplace_back(std::move(step));
    return {};
  }

  Result<void> operator()(const Move& move, const TextPlace& place) {
    MoveStep step;
    if (move.things) {
      auto ends = ends_of(*move.things);
      if (!ends) return ends.error();
      step.ends = std::move(*ends);
    }
    for (const auto& [end, into] :
         {std::pair(FilterEnd::kSrc, &step.of_src), std::pair(FilterEnd::kDst, &step.of_dst)}) {
      const auto one = for_end(move.service, end);
      if (!one) return in_line(place, one.error());
      auto filter = FlowFilter::make(*one, names_);
      if (!filter) return in_line(place, filter.error());
      *into = std::move(*filter);
    }
    auto to = address_at(move.to);
    if (!to) return to.error();
    step.to = *to;
    steps.emplace_back(std::move(step));
    return {};
  }

  Result<void> operator()(const AddHosts& add, const TextPlace& place) {
    AddHostsStep step;
    auto like = things_.addresses(add.like);
    if (!like) return at_place(place, like.error().message);
    step.like.addresses.insert(like->begin(), like->end());
    step.each = add.hosts / static_cast<double>(hosts_in(add.like));
    auto where = address_at(add.where);
    if (!where) return where.error();
    step.where = *where;
    steps.emplace_back(std::move(step));
    return {};
  }

  template <class Other>
  Result<void> operator()(const Other&, const TextPlace&) {
    return {};
  }

  std::vector<Step> steps;

 private:
  std::size_t hosts_in(const Thing& thing) const { return things_.open(thing)->size(); }

  // Hosts and addresses are themselves; routers, sites and networks are all that is attached there.
  Result<EndSet> ends_of(const Thing& thing) const {
    const auto opened = things_.open(thing);
    if (!opened) return opened.error();
    EndSet ends;
    for (const Thing& one : *opened) {
      if (one.kind == Thing::Kind::kHost || one.kind == Thing::Kind::kAddress) {
        const auto addresses = things_.addresses(one);
        if (!addresses) return addresses.error();
        ends.addresses.insert(addresses->begin(), addresses->end());
        continue;
      }
      const auto nodes = things_.nodes(one);
      if (!nodes) return nodes.error();
      ends.nodes.insert(nodes->begin(), nodes->end());
    }
    return ends;
  }

  // An address at a host, a router or a site: there the first network that its router has for itself.
  Result<IpAddress> address_at(const Thing& thing) const {
    if (thing.kind == Thing::Kind::kHost || thing.kind == Thing::Kind::kAddress) {
      const auto addresses = things_.addresses(thing);
      if (!addresses) return addresses.error();
      if (!after_.find(addresses->front()).prefix.valid()) {
        return at_place(thing.place, "no prefix of the network holds " + print_address(addresses->front()));
      }
      return addresses->front();
    }
    const auto nodes = things_.nodes(thing);
    if (!nodes) return nodes.error();
    const Topology& topology = after_.topology();
    for (const NodeId node : *nodes) {
      for (const Attachment& at : topology.attachments()) {
        const bool own = at.node == node && at.kind <= PrefixKind::kNetwork;
        if (own && topology.prefix(after_.find(at.prefix.address()).prefix) == at.prefix)
          return at.prefix.address();
      }
    }
    return at_place(thing.place,
                    "'" + thing.name + "' has no prefix of its own to stand in; add one: add prefix ...");
  }

  const Things& things_;
  const RecordNames& names_;
  const Attachments& after_;
};

}  // namespace

struct TrafficChange::Steps {
  std::vector<Step> steps;
};

namespace {

// One bin's rows, changed step by step.
class RowChanger {
 public:
  RowChanger(std::span<const FlowRecord> records, const Attachments& before, const Attachments& after)
      : records_(records), before_(before), after_(after) {}

  void learn_owners(std::span<const RecordUse> uses, const Observers& observers) {
    for (std::size_t i = 0; i < records_.size(); ++i) {
      const FlowRecord& record = records_[i];
      if (uses[i] != RecordUse::kOwner && uses[i] != RecordUse::kSecond) continue;
      if (observers.at(record.key.src) == record.observer) {
        owners_.insert_or_assign(sent_from(record.key, FilterEnd::kSrc), record.origin);
      }
      if (observers.at(record.key.dst) == record.observer) {
        owners_.insert_or_assign(sent_from(record.key, FilterEnd::kDst), record.origin);
      }
    }
  }

  void take(std::span<const RecordUse> uses) {
    for (std::uint32_t i = 0; i < records_.size(); ++i) {
      if (uses[i] == RecordUse::kOwner) rows.push_back({i, records_[i].key.src, records_[i].key.dst, 1});
    }
  }

  void operator()(ScaleStep& step) {
    for (TrafficRow& row : rows) {
      if (step.from && !holds(*step.from, row.src)) continue;
      if (step.to && !holds(*step.to, row.dst)) continue;
      const FlowKey key = key_of(row);
      if (step.filter.matches(facts(row, key, records_[row.record].origin))) row.factor *= step.factor;
    }
    std::erase_if(rows, [](const TrafficRow& row) { return row.factor == 0; });
  }

  void operator()(MoveStep& step) {
    for (TrafficRow& row : rows) {
      const bool src = belongs(step, row, FilterEnd::kSrc);
      const bool dst = belongs(step, row, FilterEnd::kDst);
      if (src) row.src = step.to;
      if (dst) row.dst = step.to;
    }
  }

  void operator()(AddHostsStep& step) {
    const std::size_t old = rows.size();
    for (std::size_t i = 0; i < old; ++i) {
      const TrafficRow row = rows[i];
      if (holds(step.like, row.src))
        rows.push_back({row.record, step.where, row.dst, row.factor * step.each});
      if (holds(step.like, row.dst))
        rows.push_back({row.record, row.src, step.where, row.factor * step.each});
    }
  }

  std::vector<TrafficRow> rows;

 private:
  FlowKey key_of(const TrafficRow& row) const {
    FlowKey key = records_[row.record].key;
    key.src = row.src;
    key.dst = row.dst;
    return key;
  }

  FlowFacts facts(const TrafficRow& row, const FlowKey& key, const Origin& origin) const {
    const FlowRecord& record = records_[row.record];
    return {key,
            origin,
            record.packets,
            record.bytes,
            static_cast<std::uint64_t>((record.end - record.start).count()),
            record.srtt_us,
            record.retransmits,
            record.tcp_flags,
            record.tos};
  }

  bool belongs(MoveStep& step, const TrafficRow& row, FilterEnd end) const {
    if (step.ends) return holds(*step.ends, end == FilterEnd::kSrc ? row.src : row.dst);
    const auto known = owners_.find(sent_from(records_[row.record].key, end));
    const Origin origin = known != owners_.end() ? known->second : Origin{};
    const FlowKey key = key_of(row);
    return (end == FilterEnd::kSrc ? step.of_src : step.of_dst).matches(facts(row, key, origin));
  }

  bool holds(const EndSet& ends, const IpAddress& address) const {
    if (ends.addresses.count(address) > 0) return true;
    if (ends.nodes.empty()) return false;
    return is_at(before_, ends, address) || is_at(after_, ends, address);
  }

  // Where it enters, or its prefix is attached.
  static bool is_at(const Attachments& attachments, const EndSet& ends, const IpAddress& address) {
    const AttachedAt at = attachments.find(address);
    if (at.ingress.valid() && ends.nodes.count(at.ingress) > 0) return true;
    if (!at.prefix.valid()) return false;
    const auto all = attachments.topology().attachments(at.prefix);
    return std::any_of(all.begin(), all.end(), [&](const Attachment& one) {
      return one.kind <= PrefixKind::kNetwork && ends.nodes.count(one.node) > 0;
    });
  }

  std::span<const FlowRecord> records_;
  const Attachments& before_;
  const Attachments& after_;
  OwnersOfEnds owners_;
};

}  // namespace

TrafficChange::TrafficChange(std::unique_ptr<Steps> steps) : steps_(std::move(steps)) {}
TrafficChange::TrafficChange(TrafficChange&&) noexcept = default;
TrafficChange& TrafficChange::operator=(TrafficChange&&) noexcept = default;
TrafficChange::~TrafficChange() = default;

bool TrafficChange::is_nothing() const { return steps_->steps.empty(); }

Result<TrafficChange> TrafficChange::make(const Scenario& scenario, const Places& places,
                                          const RecordNames& names, const Attachments& after) {
  const auto things = Things::make(scenario, after.topology(), places);
  if (!things) return things.error();
  StepMaker maker(*things, names, after);
  for (const Change& change : scenario.changes) {
    const auto made = std::visit([&](const auto& what) { return maker(what, change.place); }, change.what);
    if (!made) return made.error();
  }
  return TrafficChange(std::make_unique<Steps>(Steps{std::move(maker.steps)}));
}

std::vector<TrafficRow> TrafficChange::rows(std::span<const FlowRecord> records,
                                            std::span<const RecordUse> uses, const Observers& observers,
                                            const Attachments& before, const Attachments& after) {
  RowChanger changer(records, before, after);
  changer.take(uses);
  if (is_nothing()) return std::move(changer.rows);
  changer.learn_owners(uses, observers);
  for (Step& step : steps_->steps) std::visit(changer, step);
  return std::move(changer.rows);
}

}  // namespace anemone
