// Packets between hosts of a SimulatedNetwork, the records that each observer on their way makes of them, and
// the truth: where each byte that somebody saw belongs.
//
// There are hosts with and without agents, with several addresses, with containers behind their own address,
// private hosts behind NAT boxes, tunnels, groups, hosts that hand an address on, agents that fall silent;
// routers with agents and exporters that say what comes in, what goes out, or both. Packets take the ways
// that SimulatedNetwork works out; nothing of what makes the matrix is used.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "base/random.h"
#include "capture/record_names.h"
#include "matrix/attachments.h"
#include "matrix/fate.h"
#include "matrix/observers.h"
#include "matrix/simulated_network.test.h"
#include "record/flow_record.h"

namespace anemone {

struct SimulationPlan {
  std::uint32_t hosts = 12;
  std::uint32_t flows = 120;
  double instrumented = 0.6;  // share of hosts with an agent
  double exporting = 0.4;     // share of routers that export
  bool change = false;        // the topology changes inside the bin, and a prefix moves
  double loss = 0;            // share of packets lost on the way, after all exporters
};

// Where bytes belong: a demand of a part, or a fate.
struct TruePlace {
  std::size_t part = 0;
  Fate fate = Fate::kPlaced;
  NodeId ingress;
  PrefixId to;

  auto operator<=>(const TruePlace&) const = default;
};

class SimulatedTraffic {
 public:
  static constexpr Time kFrom = time_from_micros(1'000'000'000);
  static constexpr Duration kSlice = 10s;
  static constexpr TimeSpan kBin{kFrom, kFrom + 20s};

  SimulatedTraffic(std::uint64_t seed, SimulationPlan plan) : random_(seed), plan_(plan) {
    SimulatedParts made = simulated_parts(random_);
    networks.push_back(std::make_unique<SimulatedNetwork>(made.parts));
    begins.push_back(kFrom);
    if (plan.change) change(made);
    add_routers(made);
    add_hosts(made);
    borders_ = made.borders;
    for (std::uint32_t i = 0; i < plan.flows; ++i) add_flow(i);
    for (auto& [key, record] : made_) records.push_back(record);
    for (std::size_t i = records.size(); i > 1; --i) {
      std::swap(records[i - 1], records[random_.below(static_cast<std::uint32_t>(i))]);
    }
  }

  // One network for each part of the bin, and when it begins.
  std::vector<std::unique_ptr<SimulatedNetwork>> networks;
  std::vector<Time> begins;
  std::vector<Observer> observers;
  std::vector<HostGateway> gateways;  // of hosts without an agent
  std::vector<FlowRecord> records;    // in no order
  RecordNames names;

  // The truth.
  std::map<TruePlace, double> bytes;  // that somebody instrumented saw
  double unseen = 0;                  // that nobody did
  double lost = 0;                    // between hosts that both have agents

 private:
  static constexpr std::uint32_t kNobody = 0xffff'ffff;
  struct Host {
    ObserverId observer;
    bool agent = false;
    Prefix site;
    std::uint32_t gateway = kNobody;  // router
    IpAddress address;
    IpAddress address6;
    std::uint32_t behind = kNobody;  // the NAT box that it is behind
    Time silent_from = Time::max();
  };
  struct Exporter {
    ObserverId observer;
    bool in = false;
    bool out = false;
    bool agent = false;
  };
  // One end of a flow: a host and the address that it uses, or an address outside.
  struct End {
    std::uint32_t host = kNobody;
    IpAddress address;
    IpAddress outer;  // what the network sees
    bool container = false;
    std::uint32_t border = kNobody;  // where it comes in from outside
  };
  struct Packet {
    Time time{};
    std::uint64_t bytes = 0;
  };

  bool chance(double share) { return random_.unit() < share; }
  ObserverId next_observer() { return ObserverId{observers.size()}; }

  // Some links cost something else, and the last router's stub network is at the first.
  void change(const SimulatedParts& made) {
    TopologyParts parts = made.parts;
    for (Link& link : parts.links) {
      if (link.from.value() < made.routers && random_.below(3) == 0) link.cost = 1 + random_.below(4);
    }
    const Prefix moved = stub_prefix(made.routers - 1);
    for (Attachment& at : parts.attachments) {
      if (at.prefix == moved) at.node = NodeId{0};
    }
    networks.push_back(std::make_unique<SimulatedNetwork>(std::move(parts)));
    begins.push_back(kFrom + Duration{3'000'000 + random_.below(14'000'000)});
  }

  void add_routers(const SimulatedParts& made) {
    for (std::uint32_t i = 0; i < made.routers; ++i) {
      Exporter exporter;
      if (chance(plan_.exporting)) {
        exporter.observer = next_observer();
        exporter.agent = chance(0.4);
        exporter.in = !exporter.agent && chance(0.6);
        exporter.out = exporter.agent || !exporter.in || chance(0.5);
        Observer observer{exporter.observer};
        for (const Link& link : made.parts.links) {
          if (link.from == NodeId{i} && !link.address.is_none()) observer.addresses.push_back(link.address);
        }
        observers.push_back(std::move(observer));
      }
      exporters_.push_back(exporter);
    }
  }

  void add_hosts(const SimulatedParts& made) {
    for (std::uint32_t i = 0; i < plan_.hosts; ++i) {
      Host host;
      const std::uint32_t site = random_.below(made.routers + made.lans);
      if (site < made.routers) {
        host.site = stub_prefix(site);
        host.gateway = site;
        host.address6 = nth(stub_prefix6(site), 100 + i);
      } else {
        host.site = lan_prefix(site - made.routers);
        const auto& members = made.lan_routers[site - made.routers];
        const std::uint32_t member = random_.below(static_cast<std::uint32_t>(members.size()));
        host.gateway = members[member];
        gateway_address_[i] = nth(host.site, member + 1);
      }
      host.address = nth(host.site, 100 + i);
      host.agent = chance(plan_.instrumented);
      if (i > 0 && hosts_[0].agent && random_.below(4) == 0) put_behind(host, i);
      if (i > 0 && chance(0.1)) host.silent_from = kFrom + kSlice;
      host.observer = next_observer();
      observers.push_back(observer_of(host, i));
      hosts_.push_back(host);
    }
  }

  // A private host behind the first one, which translates.
  void put_behind(Host& host, std::uint32_t number) {
    host.behind = 0;
    host.address = Ipv4{0xc0a80000 + number};
    host.address6 = {};
    host.gateway = hosts_[0].gateway;
  }

  Observer observer_of(const Host& host, std::uint32_t number) {
    Observer observer{host.observer, {host.address}, host.agent};
    if (!host.address6.is_none()) observer.addresses.push_back(host.address6);
    if (host.behind == kNobody) {
      observer.addresses.push_back(Ipv4{0xac110001});  // the bridge of its containers
      observer.networks = {Prefix(Ipv4{0xac110000}, 16)};
    }
    if (host.silent_from != Time::max()) observer.silent = {{host.silent_from, Time::max()}};
    if (const auto gateway = gateway_address_.find(number);
        gateway != gateway_address_.end() && host.behind == kNobody) {
      if (host.agent) observer.gateways = {gateway->second};
      if (!host.agent) gateways.push_back({host.address, gateway->second});
    }
    return observer;
  }

  std::size_t part_at(Time time) const {
    std::size_t part = 0;
    while (part + 1 < begins.size() && begins[part + 1] <= time) ++part;
    return part;
  }

  End random_end() {
    End end;
    if (random_.below(6) == 0) {
      const bool of_two = random_.below(3) == 0;
      const std::uint32_t which = random_.below(2);
      end.border = borders_[which];
      end.address = nth(of_two ? outside_of_two() : outside_prefix(which), 1 + random_.below(200));
      end.outer = end.address;
      return end;
    }
    end.host = random_.below(plan_.hosts);
    const Host& host = hosts_[end.host];
    end.address = end.outer = host.address;
    if (host.behind != kNobody) {
      end.outer = hosts_[host.behind].address;
    } else if (random_.below(5) == 0) {
      end.container = true;
      end.address = Ipv4{0xac110002 + random_.below(2)};
    }
    return end;
  }

  void add_flow(std::uint32_t number) {
    number_ = number;
    switch (random_.below(12)) {
      case 0:
        return add_group_flow();
      case 1:
        return add_loopback_flow();
      default:
        break;
    }
    End from = random_end();
    End to = random_end();
    if (from.host == kNobody && to.host == kNobody) return;
    const bool six = from.host != kNobody && to.host != kNobody && random_.below(3) == 0 &&
                     !hosts_[from.host].address6.is_none() && !hosts_[to.host].address6.is_none();
    if (six) {
      from = {from.host, hosts_[from.host].address6, hosts_[from.host].address6};
      to = {to.host, hosts_[to.host].address6, hosts_[to.host].address6};
    }
    // Two behind one box: what the box hands to its own private network is not this network's.
    auto box = [&](const End& end) {
      return end.host == kNobody || hosts_[end.host].behind == kNobody ? end.host : hosts_[end.host].behind;
    };
    if (from.host != to.host && box(from) == box(to)) return;
    if (from.host == to.host && from.container != to.container) return;
    const auto port = static_cast<std::uint16_t>(1024 + number);
    for (const Packet& packet : random_packets()) send(from, to, port, packet);
    for (const Packet& packet : random_packets()) send(to, from, port, packet, true);
  }

  std::vector<Packet> random_packets() {
    std::vector<Packet> packets;
    const auto begin = random_.below(19'000'000);
    const auto length = 1 + random_.below(20'000'000 - begin - 1);
    for (std::uint32_t i = 1 + random_.below(30); i > 0; --i) {
      packets.push_back({kFrom + Duration{begin + random_.below(length)}, 40 + random_.below(1460)});
    }
    return packets;
  }

  // Who sees a packet, in order; the truth is who of them is there.
  struct Sight {
    ObserverId observer;
    FlowKey key;
    OwnerId owner;
    NatId nat;
    bool there = true;
  };

  Sight sight(const Host& host, const FlowKey& key, Direction direction, Time time) const {
    Sight seen{host.observer, key, OwnerId{7}, {}, host.agent && time < host.silent_from};
    seen.key.direction = direction;
    return seen;
  }

  NatId translated(const FlowKey& key, bool before) {
    return names.nats.intern({key.src, key.dst, key.src_port, key.dst_port, before});
  }

  static FlowKey key_of(const IpAddress& src, const IpAddress& dst, std::uint16_t port, bool back) {
    FlowKey key;
    key.src = src;
    key.dst = dst;
    key.src_port = back ? 80 : port;
    key.dst_port = back ? port : 80;
    key.protocol = 6;
    return key;
  }

  void send(const End& from, const End& to, std::uint16_t port, const Packet& packet, bool back = false) {
    const std::size_t part = part_at(packet.time);
    if (from.host != kNobody && from.host == to.host) return send_inside(from, to, port, packet, back);
    // As its source sent it, as it is on the way, and as it arrives.
    const FlowKey sent = key_of(from.address, to.outer, port, back);
    const FlowKey way = key_of(from.outer, to.outer, port, back);
    const FlowKey arrives = key_of(from.outer, to.address, port, back);
    const TruePlace place = place_of(from, to, part);
    std::vector<Sight> sights;
    leave(from, sent, way, packet.time, sights);
    const bool at_source = is_seen(sights);
    exporter_node_ = {};
    if (place.fate != Fate::kSameNetwork) pass(place, from, way, part, sights);
    std::vector<Sight> at_end;
    arrive(to, way, arrives, packet.time, at_end);
    const TruePlace settled = settle(place, from, exporter_node_);
    if (plan_.loss <= 0 || !chance(plan_.loss)) {
      sights.insert(sights.end(), at_end.begin(), at_end.end());
      return note(sights, packet, settled, is_seen(sights));
    }
    // The receiver's agent counts where the sender has none, and has not seen it.
    note(sights, packet, settled, at_source || (is_seen(sights) && !is_seen(at_end)));
    if (from.host != kNobody && to.host != kNobody && both_count(hosts_[from.host], hosts_[to.host]))
      lost += static_cast<double>(packet.bytes);
  }

  static bool both_count(const Host& a, const Host& b) {
    const bool heard = a.silent_from == Time::max() && b.silent_from == Time::max();
    return a.agent && b.agent && heard;
  }

  static bool is_seen(const std::vector<Sight>& sights) {
    return std::any_of(sights.begin(), sights.end(), [](const Sight& sight) { return sight.there; });
  }

  // A source outside that may come in at two borders is where the first exporter saw it.
  TruePlace settle(TruePlace place, const End& from, NodeId first_exporter) const {
    if (from.host != kNobody || !outside_of_two().contains(from.address)) return place;
    if (borders_[0] == borders_[1]) return place;
    place.ingress = first_exporter;
    if (!first_exporter.valid()) {
      place.fate = Fate::kSeveralEntrances;
      place.to = {};
    }
    return place;
  }

  void leave(const End& from, const FlowKey& sent, const FlowKey& way, Time time,
             std::vector<Sight>& sights) {
    if (from.host == kNobody) return;
    const Host& host = hosts_[from.host];
    sights.push_back(sight(host, sent, Direction::kOut, time));
    if (from.container) sights.back().nat = translated(way, false);
    if (host.behind == kNobody) return;
    sights.push_back(sight(hosts_[host.behind], way, Direction::kOut, time));
    sights.back().owner = kForwardedOwner;
    sights.back().nat = translated(sent, true);
  }

  void arrive(const End& to, const FlowKey& way, const FlowKey& arrives, Time time,
              std::vector<Sight>& sights) {
    if (to.host == kNobody) return;
    const Host& host = hosts_[to.host];
    if (host.behind != kNobody) {
      sights.push_back(sight(hosts_[host.behind], arrives, Direction::kOut, time));
      sights.back().owner = kForwardedOwner;
      sights.back().nat = translated(way, true);
    }
    sights.push_back(sight(host, arrives, Direction::kIn, time));
    if (to.container) sights.back().nat = translated(way, true);
  }

  // The exporters on the way.
  void pass(const TruePlace& place, const End& from, const FlowKey& way, std::size_t part,
            std::vector<Sight>& sights) {
    NodeId begin = place.ingress;
    if (from.host == kNobody) begin = NodeId{from.border};
    for (NodeId node : networks[part]->way(begin, place.to, number_)) {
      if (node.value() >= exporters_.size()) continue;
      const Exporter& exporter = exporters_[node.value()];
      if (!exporter.observer.valid()) continue;
      if (!exporter_node_.valid()) exporter_node_ = node;
      for (const bool out : {false, true}) {
        if (!(out ? exporter.out : exporter.in)) continue;
        Sight seen{exporter.observer, way, exporter.agent ? kForwardedOwner : OwnerId{}, {}, true};
        seen.key.direction = out ? Direction::kOut : Direction::kIn;
        sights.push_back(seen);
      }
    }
  }

  TruePlace place_of(const End& from, const End& to, std::size_t part) const {
    const SimulatedNetwork& network = *networks[part];
    auto prefix_of = [&](const End& end) {
      Prefix best;
      PrefixId found;
      for (PrefixId id : indices<PrefixId>(network.topology.prefix_count())) {
        const Prefix& prefix = network.topology.prefix(id);
        if (prefix.contains(end.outer) && (!found.valid() || prefix.length() > best.length())) {
          best = prefix;
          found = id;
        }
      }
      return found;
    };
    TruePlace place{part, Fate::kPlaced, NodeId{}, prefix_of(to)};
    if (from.host == kNobody) {
      place.ingress = NodeId{from.border};
      return place;
    }
    const PrefixId source = prefix_of(from);
    place.ingress = network.topology.attachments(source).front().node;
    if (network.topology.node(place.ingress).kind == NodeKind::kNetwork)
      place.ingress = NodeId{router_of(from)};
    if (source == place.to) place = {part, Fate::kSameNetwork, NodeId{}, PrefixId{}};
    return place;
  }

  std::uint32_t router_of(const End& end) const {
    const Host& host = hosts_[end.host];
    return host.behind == kNobody ? host.gateway : hosts_[host.behind].gateway;
  }

  // Never leaves the host: its agent sees it leave and come.
  void send_inside(const End& from, const End& to, std::uint16_t port, const Packet& packet, bool back) {
    const Host& host = hosts_[from.host];
    const FlowKey key = key_of(from.address, to.address, port, back);
    const std::vector<Sight> sights{sight(host, key, Direction::kOut, packet.time),
                                    sight(host, key, Direction::kIn, packet.time)};
    note(sights, packet, {part_at(packet.time), Fate::kSameHost, NodeId{}, PrefixId{}}, is_seen(sights));
  }

  void add_loopback_flow() {
    const Host& host = hosts_[random_.below(plan_.hosts)];
    const IpAddress here = Ipv4{0x7f000001};
    const FlowKey key = key_of(here, here, static_cast<std::uint16_t>(1024 + number_), false);
    for (const Packet& packet : random_packets()) {
      const std::vector<Sight> sights{sight(host, key, Direction::kOut, packet.time),
                                      sight(host, key, Direction::kIn, packet.time)};
      note(sights, packet, {part_at(packet.time), Fate::kSameHost, NodeId{}, PrefixId{}}, is_seen(sights));
    }
  }

  // One host sends, some get it.
  void add_group_flow() {
    const std::uint32_t from = random_.below(plan_.hosts);
    const std::uint32_t first = random_.below(2);
    const FlowKey key = key_of(hosts_[from].address, Ipv4{0xef000001 + random_.below(9)},
                               static_cast<std::uint16_t>(1024 + number_), false);
    if (hosts_[from].behind != kNobody) return;
    for (const Packet& packet : random_packets()) {
      std::vector<Sight> sights{sight(hosts_[from], key, Direction::kOut, packet.time)};
      for (std::uint32_t i = first; i < plan_.hosts; i += 3) {
        if (i != from && hosts_[i].silent_from == Time::max())
          sights.push_back(sight(hosts_[i], key, Direction::kIn, packet.time));
      }
      note(sights, packet, {part_at(packet.time), Fate::kMulticast, NodeId{}, PrefixId{}}, is_seen(sights));
    }
  }

  void note(const std::vector<Sight>& sights, const Packet& packet, const TruePlace& place, bool counts) {
    for (const Sight& one : sights) {
      const bool silent = !one.there && observers[one.observer.value()].instrumented;
      if (!silent) add_to_record(one, packet);
    }
    if (counts) {
      bytes[place] += static_cast<double>(packet.bytes);
    } else {
      unseen += static_cast<double>(packet.bytes);
    }
  }

  void add_to_record(const Sight& seen, const Packet& packet) {
    const Time slice = slice_start(packet.time, kSlice);
    FlowRecord& record = made_[{seen.observer, seen.key, seen.owner, seen.nat, slice}];
    if (record.packets == 0) {
      record.key = seen.key;
      record.observer = seen.observer;
      record.origin.owner = seen.owner;
      record.nat = seen.nat;
      record.start = record.end = packet.time;
    }
    record.start = std::min(record.start, packet.time);
    record.end = std::max(record.end, packet.time);
    ++record.packets;
    record.bytes += packet.bytes;
  }

  Random random_;
  SimulationPlan plan_;
  std::vector<Exporter> exporters_;  // by router
  std::vector<Host> hosts_;
  std::map<std::uint32_t, IpAddress> gateway_address_;  // of hosts on LANs
  std::vector<std::uint32_t> borders_;
  std::uint32_t number_ = 0;
  NodeId exporter_node_;  // the first on the way of the last packet
  std::map<std::tuple<ObserverId, FlowKey, OwnerId, NatId, Time>, FlowRecord> made_;
};

}  // namespace anemone
