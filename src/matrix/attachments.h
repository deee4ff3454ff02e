// Attachments answer where an address meets the network: by longest prefix in the topology of that
// instant, helped by what the host knows, its default gateway.
//
// Where several routers stand on a host's LAN, the gateway names the one through which its traffic
// enters; without it, traffic enters at the LAN's own node and goes out by the nearest router (transit
// network), or at the first of the cheapest (stub prefix that several routers announce). An address
// outside every prefix within the domain enters at the border router that announces the longest prefix
// from outside, if there is exactly one such; else where it enters is not known.
#pragma once

#include <span>
#include <unordered_map>

#include "net/prefix_map.h"
#include "topology/topology.h"

namespace anemone {

struct HostGateway {
  IpAddress host;
  IpAddress gateway;
};

// Invalid ids where it is not known.
struct AttachedAt {
  NodeId ingress;       // where its traffic enters
  PrefixId prefix;      // the longest that holds it: where traffic for it goes
  bool inside = false;  // the prefix is one of the domain, not of a border router's making
};

class Attachments {
 public:
  // `topology` must outlive the attachments. `gateways` is copied.
  Attachments(const Topology& topology, std::span<const HostGateway> gateways);

  const Topology& topology() const { return topology_; }
  AttachedAt find(const IpAddress& address) const;

 private:
  NodeId ingress(const IpAddress& address, PrefixId prefix) const;
  NodeId by_gateway(const IpAddress& address, std::span<const Attachment> candidates) const;

  const Topology& topology_;
  PrefixMap<PrefixId> prefixes_;
  std::unordered_map<IpAddress, IpAddress> gateway_of_;
  std::unordered_map<IpAddress, NodeId> router_at_;  // by interface address
};

}  // namespace anemone
