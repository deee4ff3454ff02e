#include "server/bin_traffic.h"

#include <algorithm>
#include <map>
#include <unordered_map>
#include <utility>

#include "load/destination_routes.h"
#include "server/uncertain_load.h"

namespace anemone {
namespace {

LinkAnswer answer_of(const Topology& topology, LinkId id, std::string name) {
  const Link& link = topology.link(id);
  LinkAnswer answer;
  answer.id = std::move(name);
  answer.from = topology.node(link.from).name;
  answer.to = topology.node(link.to).name;
  answer.capacity_bps = link.capacity_bps;
  return answer;
}

// Of the bytes that count, the share that is carried forward.
double carried_share(const BinRecords& observed, const std::vector<RecordUse>& uses) {
  double carried = 0;
  double all = 0;
  for (std::size_t i = 0; i < uses.size(); ++i) {
    if (uses[i] != RecordUse::kOwner) continue;
    const auto bytes = static_cast<double>((*observed.records)[i].bytes);
    all += bytes;
    if (i >= observed.carried_from) carried += bytes;
  }
  return all > 0 ? carried / all : 0;
}

// Of whom there is no record at all.
std::vector<ObserverId> silent_hosts(const BinRecords& observed) {
  std::vector<bool> heard;
  for (const FlowRecord& record : *observed.records) {
    if (record.observer.value() >= heard.size()) heard.resize(record.observer.value() + 1);
    heard[record.observer.value()] = true;
  }
  std::vector<ObserverId> silent;
  for (const KnownHost& host : observed.hosts->list()) {
    const ObserverId id = host.observer;
    if (id.valid() && (id.value() >= heard.size() || !heard[id.value()])) silent.push_back(id);
  }
  std::ranges::sort(silent);
  return silent;
}

// What is left of the way to a prefix, part by part; each prefix is looked up once.
class CostsLeft {
 public:
  explicit CostsLeft(const std::vector<Epoch>& epochs) {
    for (const Epoch& epoch : epochs) parts_.push_back({DestinationRoutes(*epoch.topology), {}});
  }
  Cost operator()(std::size_t part, NodeId from, PrefixId to) {
    auto& [routes, known] = parts_[part];
    const auto [costs, is_new] = known.try_emplace(to.value());
    if (is_new) costs->second = routes.to({NodeId{}, to}).cost;
    return costs->second[from];
  }

 private:
  struct Part {
    DestinationRoutes routes;
    std::unordered_map<std::uint32_t, PerNode<Cost>> costs;
  };
  std::vector<Part> parts_;
};

// The loads of all epochs, added up by the links' names.
std::vector<LinkAnswer> add_up(const std::vector<Epoch>& epochs, const std::vector<LinkLoad>& loads) {
  std::map<std::string, LinkAnswer> by_name;
  for (std::size_t i = 0; i < epochs.size(); ++i) {
    const Topology& topology = *epochs[i].topology;
    for (LinkId id : indices<LinkId>(topology.link_count())) {
      std::string name = link_name(topology, id);
      auto [known, is_new] = by_name.try_emplace(name);
      if (is_new) known->second = answer_of(topology, id, std::move(name));
      known->second.load_bps += loads[i].links[id].bps;
      known->second.load_pps += loads[i].links[id].pps;
    }
  }
  std::vector<LinkAnswer> links;
  links.reserve(by_name.size());
  for (auto& [name, link] : by_name) links.push_back(std::move(link));
  return links;
}

}  // namespace

const LinkAnswer* BinTraffic::find(std::string_view id) const {
  auto found =
      std::lower_bound(links.begin(), links.end(), id,
                       [](const LinkAnswer& link, std::string_view wanted) { return link.id < wanted; });
  return found != links.end() && found->id == id ? &*found : nullptr;
}

SeriesBin summary_of(const BinTraffic& traffic) {
  SeriesBin summary;
  summary.from = traffic.bin.from;
  summary.total_bps = traffic.total_bps;
  summary.max_utilisation = traffic.max_utilisation;
  summary.stable = traffic.bin.stable;
  return summary;
}

BinTraffic work_out(const Bin& bin, BinRecords observed, std::vector<Epoch> epochs,
                    std::size_t instrumented) {
  BinTraffic traffic;
  traffic.bin = bin;
  traffic.bin.stable = epochs.size() == 1;
  traffic.observed = std::move(observed);
  traffic.epochs = std::move(epochs);
  traffic.instrumented = instrumented;
  const Hosts& hosts = *traffic.observed.hosts;

  const std::vector<std::vector<IpAddress>> routers = hosts.routers();
  std::vector<Attachments> attachments;
  attachments.reserve(traffic.epochs.size());
  std::vector<BinPart> parts;
  for (const Epoch& epoch : traffic.epochs) {
    attachments.emplace_back(*epoch.topology, hosts.gateways(), routers);
    parts.push_back({epoch.from, &attachments.back()});
  }
  const TimeSpan span{bin.from, bin.to};
  std::vector<ObserverId> silent;
  if (traffic.observed.silent_is_absent) silent = silent_hosts(traffic.observed);
  MatrixKnowledge known;
  if (traffic.observed.names) {
    known.nats = &traffic.observed.names->nats;
    known.tunnels = &traffic.observed.names->tunnels;
  }
  const auto costs_left = std::make_shared<CostsLeft>(traffic.epochs);
  known.cost_left = [costs_left](std::size_t part, NodeId from, PrefixId to) {
    return (*costs_left)(part, from, to);
  };
  traffic.matrix = build_matrix(*traffic.observed.records, parts,
                                hosts.observed_by(instrumented, silent, span), span, known);
  for (std::size_t i = 0; i < traffic.epochs.size(); ++i) {
    traffic.loads.push_back(link_load(*traffic.epochs[i].topology, traffic.matrix.parts[i].matrix));
    traffic.unrouted += traffic.loads.back().unrouted;
  }
  traffic.unattached_bps = traffic.matrix.bytes.unattached * 8 / seconds(bin.to - bin.from);
  traffic.coverage = {hosts.list().size(), hosts.instrumented_of(instrumented),
                      traffic.matrix.bytes.coverage()};
  traffic.carried_share = carried_share(traffic.observed, traffic.matrix.uses);
  traffic.links = add_up(traffic.epochs, traffic.loads);
  const auto uncertain = uncertain_loads(traffic.epochs, traffic.matrix);
  for (LinkAnswer& link : traffic.links) {
    const auto found = uncertain.find(link.id);
    if (found != uncertain.end()) {
      link.uncertain_share = found->second.share(link.load_bps / 8 * seconds(bin.to - bin.from));
    }
    traffic.total_bps += link.load_bps;
    traffic.max_utilisation = std::max(traffic.max_utilisation, link.utilisation().value_or(0));
  }
  return traffic;
}

}  // namespace anemone
