#include "server/breakdown.h"

#include <algorithm>
#include <map>
#include <utility>

#include "host/well_known_port.h"
#include "load/destination_routes.h"
#include "load/link_shares.h"

namespace anemone {
namespace {

constexpr std::size_t kRows = 50;

// Rows by key; the key is also the label until somebody knows better.
class Tally {
 public:
  RankedRow& at(const std::string& key) {
    RankedRow& row = rows_[key];
    if (row.key.empty()) row.key = row.label = key;
    return row;
  }
  void add(const std::string& key, double bps, double pps = 0) {
    RankedRow& row = at(key);
    row.bps += bps;
    row.pps += pps;
  }

  // Shares are of `whole`; of the rows' sum when it is 0.
  std::vector<RankedRow> rows(double whole = 0) {
    std::vector<RankedRow> all;
    double sum = 0;
    for (auto& [key, row] : rows_) {
      sum += row.bps;
      all.push_back(std::move(row));
    }
    rows_.clear();
    if (whole <= 0) whole = sum;
    for (RankedRow& row : all) row.share = whole > 0 ? row.bps / whole : 0;
    keep_largest(all, all.size());
    return all;
  }

 private:
  std::map<std::string, RankedRow> rows_;
};

std::vector<RankedRow> largest(Tally& tally, double whole = 0) {
  auto rows = tally.rows(whole);
  keep_largest(rows, kRows);
  return rows;
}

// Traffic of hosts, by address: what they send and receive.
class HostTally {
 public:
  explicit HostTally(const Hosts& hosts) : hosts_(hosts) {}

  void add(const FlowKey& key, double bps, double pps) {
    add_end(key.src, bps, pps).sent_bps += bps;
    add_end(key.dst, bps, pps).received_bps += bps;
    whole_ += bps;
  }
  std::vector<RankedRow> rows() { return tally_.rows(whole_); }

 private:
  RankedRow& add_end(const IpAddress& address, double bps, double pps) {
    const std::size_t host = hosts_.at(address);
    const bool known = host < hosts_.list().size();
    RankedRow& row = tally_.at(print_address(known ? hosts_.list()[host].address() : address));
    if (known) row.label = hosts_.list()[host].name;
    row.bps += bps;
    row.pps += pps;
    return row;
  }

  const Hosts& hosts_;
  Tally tally_;
  double whole_ = 0;
};

constexpr const char* kNotKnown = "(unknown)";
constexpr const char* kNobody = "(none)";

// What programs carried: as their hosts' agents tell, applications else by the well-known port.
class ProgramTally {
 public:
  explicit ProgramTally(const RecordNames* names) : names_(names) {}

  void add(const FlowRecord& record, double bps, double pps) {
    applications.add(application_of(record), bps, pps);
    const Owner* owner = nullptr;
    if (names_ != nullptr && record.origin.owner.valid()) owner = &names_->owners[record.origin.owner];
    const bool named = owner != nullptr && !owner->process.empty();
    processes.add(named ? owner->process : kNotKnown, bps, pps);
    const char* const no_user = owner == nullptr ? kNotKnown : kNobody;
    users.add(owner != nullptr && !owner->user.empty() ? owner->user : no_user, bps, pps);
  }

  // By what the applications are named.
  const char* basis() const { return !told_ ? "port" : guessed_ ? "agent, else port" : "agent"; }

  Tally applications;
  Tally processes;
  Tally users;

 private:
  std::string application_of(const FlowRecord& record) {
    if (names_ != nullptr && record.origin.application.valid()) {
      told_ = true;
      return names_->applications[record.origin.application];
    }
    guessed_ = true;
    return application_by_port(record.key.protocol, {record.key.src_port, record.key.dst_port});
  }

  const RecordNames* names_;
  bool told_ = false;
  bool guessed_ = false;
};

double bin_seconds(const BinTraffic& traffic) { return seconds(traffic.bin.to - traffic.bin.from); }

// Calls visit(record, bps, pps) for every record that counts.
template <class Visit>
void each_owned(const BinTraffic& traffic, Visit visit) {
  for (std::size_t i = 0; i < traffic.observed.records->size(); ++i) {
    if (traffic.matrix.uses[i] != RecordUse::kOwner) continue;
    const FlowRecord& record = (*traffic.observed.records)[i];
    visit(record, static_cast<double>(record.bytes) * 8 / bin_seconds(traffic),
          static_cast<double>(record.packets) / bin_seconds(traffic));
  }
}

LinkId find_link(const Topology& topology, const std::string& name) {
  for (LinkId id : indices<LinkId>(topology.link_count())) {
    if (link_name(topology, id) == name) return id;
  }
  return LinkId{};
}

// Calls visit(node, share) for every node where traffic to `routes`' destination that stands at `from`
// leaves the network.
template <class Visit>
void each_exit(const Topology& topology, const RoutesTo& routes, NodeId from, Visit visit) {
  if (!routes.reachable(from)) return;
  if (routes.next_hops(from).empty()) return visit(from, 1.0);
  for (const RouteShare& step : route_of(topology, routes, from)) {
    const NodeId to = topology.link(step.link).to;
    if (routes.next_hops(to).empty()) visit(to, step.share);
  }
}

std::string prefix_text(const Topology& topology, const Demand& demand) {
  return print_prefix(topology.prefix(demand.to.prefix));
}

// One link's breakdown, epoch after epoch.
class LinkBreakdown {
 public:
  explicit LinkBreakdown(const BinTraffic& traffic) : traffic_(traffic) {}

  void add_epoch(std::size_t epoch, LinkId link) {
    const Topology& topology = *traffic_.epochs[epoch].topology;
    const PartMatrix& part = traffic_.matrix.parts[epoch];
    std::vector<double> share_of(part.matrix.demands.size(), 0);
    DestinationRoutes routes(topology);
    for (const LinkShare& share : demands_on_link(topology, part.matrix, link)) {
      const Demand& demand = part.matrix.demands[share.demand];
      share_of[share.demand] = share.share;
      add_demand(topology, routes.to(demand.to), demand, share.share, link);
    }
    // What a tunnel carried stands for those of its bytes that it explains.
    for (const auto* records : {&part.placed, &part.inner}) {
      for (const PlacedRecord& placed : *records) {
        if (share_of[placed.demand] > 0) add_record(placed, share_of[placed.demand]);
      }
    }
  }

  void fill(LinkDetail& detail) {
    detail.sources = largest(sources_);
    detail.sinks = largest(sinks_);
    detail.apps = largest(programs_.applications);
    detail.processes = largest(programs_.processes);
    detail.users = largest(programs_.users);
    detail.apps_basis = programs_.basis();
    detail.hosts = host_tally_.rows();
    keep_largest(detail.hosts, kRows);
    for (auto& [key, demand] : demands_) detail.demands.push_back(std::move(demand));
    std::sort(detail.demands.begin(), detail.demands.end(),
              [](const DemandOnLink& a, const DemandOnLink& b) { return a.bps > b.bps; });
    if (detail.demands.size() > kRows) detail.demands.resize(kRows);
  }

 private:
  void add_demand(const Topology& topology, const RoutesTo& routes, const Demand& demand, double share,
                  LinkId link) {
    const double bps = demand.traffic.bps * share;
    const std::string from = topology.node(demand.ingress).name;
    sources_.add(from, bps);
    std::string to;
    each_exit(topology, routes, topology.link(link).to, [&](NodeId exit, double part) {
      sinks_.add(topology.node(exit).name, bps * part);
      to += (to.empty() ? "" : ", ") + topology.node(exit).name;
    });
    DemandOnLink& row = demands_[from + ">" + prefix_text(topology, demand)];
    row.from = from;
    row.to = to;
    row.prefix = prefix_text(topology, demand);
    row.bps += bps;
    row.share_on_link = std::max(row.share_on_link, share);
  }

  void add_record(const PlacedRecord& placed, double share) {
    const FlowRecord& record = (*traffic_.observed.records)[placed.record];
    const double left = placed.bytes > 0 ? 1 - placed.explained / placed.bytes : 0;
    if (left <= 0) return;
    const double bps = placed.bytes * left * share * 8 / bin_seconds(traffic_);
    const double pps = placed.packets * left * share / bin_seconds(traffic_);
    host_tally_.add(record.key, bps, pps);
    programs_.add(record, bps, pps);
  }

  const BinTraffic& traffic_;
  Tally sources_;
  Tally sinks_;
  ProgramTally programs_{traffic_.observed.names.get()};
  HostTally host_tally_{*traffic_.observed.hosts};
  std::map<std::string, DemandOnLink> demands_;
};

void add_router(const BinTraffic& traffic, std::size_t epoch, NodeDetail& detail) {
  const Topology& topology = *traffic.epochs[epoch].topology;
  auto node = topology.find(detail.id);
  if (!node) return;
  detail.kind = topology.node(*node).kind == NodeKind::kRouter ? "router" : "network";
  DestinationRoutes routes(topology);
  for (const Demand& demand : traffic.matrix.parts[epoch].matrix.demands) {
    if (demand.ingress == *node) detail.sent_bps += demand.traffic.bps;
    each_exit(topology, routes.to(demand.to), demand.ingress, [&](NodeId exit, double share) {
      if (exit == *node) detail.received_bps += demand.traffic.bps * share;
    });
  }
  if (epoch + 1 != traffic.epochs.size()) return;
  const Hosts& hosts = *traffic.observed.hosts;
  const Attachments attachments(topology, hosts.gateways());
  for (const KnownHost& host : hosts.list()) {
    if (attachments.find(host.address()).ingress != *node) continue;
    RankedRow row;
    row.key = print_address(host.address());
    row.label = host.name;
    detail.hosts.push_back(std::move(row));
  }
}

// What the hosts of a router send and receive, and which of them are instrumented.
void fill_hosts(const BinTraffic& traffic, std::vector<RankedRow>& rows) {
  const Hosts& hosts = *traffic.observed.hosts;
  std::map<std::string, RankedRow> known;
  for (RankedRow& row : top_hosts(traffic)) known[row.key] = std::move(row);
  for (RankedRow& row : rows) {
    if (auto found = known.find(row.key); found != known.end()) row = found->second;
    const std::size_t host = hosts.at(*parse_address(row.key));
    row.instrumented = hosts.instrumented(host, traffic.instrumented);
  }
  keep_largest(rows, kRows);
}

bool fill_host(const BinTraffic& traffic, NodeDetail& detail) {
  const Hosts& hosts = *traffic.observed.hosts;
  const auto& list = hosts.list();
  const auto host =
      std::find_if(list.begin(), list.end(), [&](const KnownHost& known) { return known.name == detail.id; });
  if (host == list.end()) return false;
  const auto index = static_cast<std::size_t>(host - list.begin());
  detail.kind = "host";
  ProgramTally programs(traffic.observed.names.get());
  HostTally peers(hosts);
  each_owned(traffic, [&](const FlowRecord& record, double bps, double pps) {
    const bool sends = hosts.at(record.key.src) == index;
    if (!sends && hosts.at(record.key.dst) != index) return;
    (sends ? detail.sent_bps : detail.received_bps) += bps;
    programs.add(record, bps, pps);
    peers.add(record.key, bps, pps);
  });
  detail.apps = largest(programs.applications);
  detail.processes = largest(programs.processes);
  detail.users = largest(programs.users);
  detail.peers = peers.rows();
  std::erase_if(detail.peers,
                [&](const RankedRow& row) { return row.key == print_address(host->address()); });
  keep_largest(detail.peers, kRows);
  return true;
}

}  // namespace

void keep_largest(std::vector<RankedRow>& rows, std::size_t count) {
  std::stable_sort(rows.begin(), rows.end(),
                   [](const RankedRow& a, const RankedRow& b) { return a.bps > b.bps; });
  if (rows.size() > count) rows.resize(count);
}

std::vector<RankedRow> top_links(const BinTraffic& traffic) {
  std::vector<RankedRow> rows;
  for (const LinkAnswer& link : traffic.links) {
    RankedRow row;
    row.key = link.id;
    row.label = link.from + " > " + link.to;
    row.bps = link.load_bps;
    row.pps = link.load_pps;
    row.share = traffic.total_bps > 0 ? link.load_bps / traffic.total_bps : 0;
    row.utilisation = link.utilisation();
    rows.push_back(std::move(row));
  }
  keep_largest(rows, rows.size());
  return rows;
}

std::vector<RankedRow> top_hosts(const BinTraffic& traffic) {
  HostTally tally(*traffic.observed.hosts);
  each_owned(traffic,
             [&](const FlowRecord& record, double bps, double pps) { tally.add(record.key, bps, pps); });
  return tally.rows();
}

ProgramRows top_programs(const BinTraffic& traffic) {
  ProgramTally tally(traffic.observed.names.get());
  each_owned(traffic, [&](const FlowRecord& record, double bps, double pps) { tally.add(record, bps, pps); });
  return {tally.applications.rows(), tally.processes.rows(), tally.users.rows(), tally.basis()};
}

std::vector<RankedRow> top_demands(const BinTraffic& traffic) {
  Tally tally;
  for (std::size_t epoch = 0; epoch < traffic.epochs.size(); ++epoch) {
    const Topology& topology = *traffic.epochs[epoch].topology;
    for (const Demand& demand : traffic.matrix.parts[epoch].matrix.demands) {
      const std::string from = topology.node(demand.ingress).name;
      const std::string to = prefix_text(topology, demand);
      RankedRow& row = tally.at(from + " > " + to);
      row.from = from;
      row.to = to;
      row.bps += demand.traffic.bps;
      row.pps += demand.traffic.pps;
    }
  }
  return tally.rows();
}

void break_down_link(const BinTraffic& traffic, LinkDetail& detail) {
  LinkBreakdown breakdown(traffic);
  for (std::size_t epoch = 0; epoch < traffic.epochs.size(); ++epoch) {
    const LinkId link = find_link(*traffic.epochs[epoch].topology, detail.link.id);
    if (link.valid()) breakdown.add_epoch(epoch, link);
  }
  breakdown.fill(detail);
}

bool break_down_node(const BinTraffic& traffic, NodeDetail& detail) {
  if (fill_host(traffic, detail)) return true;
  for (std::size_t epoch = 0; epoch < traffic.epochs.size(); ++epoch) {
    add_router(traffic, epoch, detail);
  }
  fill_hosts(traffic, detail.hosts);
  for (const LinkAnswer& link : traffic.links) {
    if (link.from == detail.id || link.to == detail.id) detail.links.push_back(link);
  }
  return !detail.kind.empty();
}

}  // namespace anemone
