// Attachments answer where an address meets the network: by longest prefix in the topology of that
// instant, helped by what the host knows, its default gateways.
//
// Where several routers stand on a host's LAN, the gateway names the one through which its traffic
// enters; without it, traffic enters at the LAN's own node and goes out by the nearest router (transit
// network), or at the first of the cheapest (stub prefix that several routers announce). A host with
// several addresses sends all that leaves its links by its gateway, also from an address on another LAN.
//
// An address outside every prefix within the domain enters where the longest prefix from outside does: at the
// border router that announces it, or where that one's forwarding address is attached. Where there are
// several such places it is not known; nor for a private address that only a default route covers. A default
// route that an area border router makes for its own area says where packets go, not where any come from.
#pragma once

#include <span>
#include <unordered_map>
#include <vector>

#include "net/prefix_map.h"
#include "topology/topology.h"

namespace anemone {

struct HostGateway {
  IpAddress host;
  IpAddress gateway;
};

// Invalid ids where it is not known.
struct AttachedAt {
  NodeId ingress;          // where its traffic enters
  PrefixId prefix;         // the longest that holds it: where traffic for it goes
  bool inside = false;     // the prefix is one of the domain, not of a border router's making
  bool several = false;    // it may enter in several places: no ingress
  bool broadcast = false;  // for all on that prefix (IPv4's directed broadcast)
};

// What a host says of itself at an instant. Both must outlive the call.
struct HostPlacement {
  std::span<const IpAddress> addresses;
  std::span<const IpAddress> gateways;  // the preferred first, of either family
};

class Attachments {
 public:
  // `topology` must outlive the attachments. `gateways` is copied. `routers`: all addresses of a router each,
  // as its own agent says them; what the routing protocol does not say of it is known by them too.
  Attachments(const Topology& topology, std::span<const HostGateway> gateways,
              std::span<const std::vector<IpAddress>> routers = {});

  const Topology& topology() const { return topology_; }
  // By the gateways given at the beginning; by those that the host says, else by these.
  AttachedAt find(const IpAddress& address) const;
  AttachedAt find(const IpAddress& address, const HostPlacement& host) const;

  // The router that has the address at an interface or as its own; invalid when none is known to.
  NodeId router_at(const IpAddress& address) const;

 private:
  void learn_router(std::span<const IpAddress> addresses);
  NodeId cheapest(PrefixId prefix) const;
  NodeId by_gateway(const IpAddress& gateway, std::span<const Attachment> candidates) const;
  NodeId by_gateways(const IpAddress& address, PrefixId prefix, const HostPlacement& host) const;
  void enter_from_outside(std::span<const Attachment> candidates, AttachedAt& at) const;
  NodeId border_of(const Attachment& external) const;

  const Topology& topology_;
  PrefixMap<PrefixId> prefixes_;
  std::unordered_map<IpAddress, IpAddress> gateway_of_;
  std::unordered_map<IpAddress, NodeId> router_at_;  // by interface address
};

}  // namespace anemone
