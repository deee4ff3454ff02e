// A Topology is the network as a directed graph: nodes, links, costs, and the prefixes that hang on it.
//
// Why not route on the link-state database itself? Because it holds what routers claim, and a Topology
// holds what is usable: a link is in it only if both ends advertise it. It also comes from files, what-if
// changes and the simulator, none of which know an LSA. After this folder nothing knows which protocol
// it was.
//
// A node is a router or a broadcast network (RFC 2328's transit network: links into it cost, links out
// of it are free). A link is one direction of an adjacency; parallel links stay apart. Links stand in
// the order of their `from`, so the links out of a node are a range. An Attachment says that a prefix is
// reached at a node, for a cost, in an area; of one prefix there may be several.
//
// Immutable once built, so any thread may read it. A change is a new Topology.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/index.h"
#include "base/result.h"
#include "base/time.h"
#include "net/area.h"
#include "net/prefix.h"

namespace anemone {

using NodeId = Index<struct NodeTag>;
using LinkId = Index<struct LinkTag>;
using PrefixId = Index<struct PrefixTag>;
template <class T>
using PerNode = PerIndex<NodeId, T>;
template <class T>
using PerLink = PerIndex<LinkId, T>;

using Cost = std::uint32_t;
constexpr Cost kUnreachable = 0xffff'ffff;

enum class NodeKind : std::uint8_t { kRouter, kNetwork };

struct Node {
  NodeKind kind = NodeKind::kRouter;
  std::string name;     // a router's name, else its id; "net:PREFIX" for a network. Unique.
  RouterId router_id;   // kRouter from a routing protocol; else 0
  Prefix prefix;        // kNetwork
  RouterId designated;  // kNetwork: who speaks for it (DR, DIS); 0 where not known
  std::vector<AreaId> areas;
  bool asbr = false;
  std::vector<AreaId> virtual_areas;  // through which it says that a virtual link of its own leads (V-bit)
  std::vector<AreaId> asbr_areas;     // where it says so: not in a stub area, if it is an area border router
  std::vector<std::uint16_t> abr_domains;   // where it is an area border router (AreaId::domain)
  std::vector<std::uint16_t> host_domains;  // where it ends paths but does not forward for others

  bool abr() const { return !abr_domains.empty(); }
  bool is_abr(std::uint16_t domain) const { return std::ranges::count(abr_domains, domain) > 0; }
  bool forwards(std::uint16_t domain) const { return std::ranges::count(host_domains, domain) == 0; }
};

struct Link {
  NodeId from;
  NodeId to;
  Cost cost = 1;
  double capacity_bps = 0;  // 0 = not known
  AreaId area;
  IpAddress address;                // of the interface of `from`; none where not known
  IpAddress neighbor;               // of the interface of `to`: the next hop's "via"; none where not known
  std::string interface;            // name of the interface of `from`, where known
  std::uint32_t port = 0;           // of the interface of `from`: OSPFv3's interface id; else 0
  std::uint32_t neighbor_port = 0;  // of the interface of `to`
  Cost te_metric = 0;               // for traffic engineering, where it is announced; else 0
  std::uint32_t admin_group = 0;    // its bits, where they are announced
  bool is_virtual = false;  // an OSPF virtual link: no wire, packets take the way through its transit area
  LinkId reverse;           // the other direction; invalid when there is none
};

enum class PrefixKind : std::uint8_t { kStub, kNetwork, kSummary, kExternal1, kExternal2, kNssa1, kNssa2 };
const char* print_prefix_kind(PrefixKind kind);

// `prefix` is reached at `node` for `cost`.
struct Attachment {
  Prefix prefix;
  NodeId node;
  Cost cost = 0;
  PrefixKind kind = PrefixKind::kStub;
  AreaId area;            // where it is advertised; 0.0.0.0 for external routes of the whole domain
  IpAddress forwarding;   // external and NSSA: the forwarding address, or none
  bool propagate = true;  // NSSA: border routers may tell other areas (the P-bit)
};

// A router that area `area` reaches for `cost` through the border router `via` (an OSPF type 4 LSA).
struct BorderRoute {
  RouterId asbr;
  NodeId via;
  Cost cost = 0;
  AreaId area;
};

// What a Topology is built from; plain data, in any order.
struct TopologyParts {
  Time at{};
  std::vector<Node> nodes;
  std::vector<Link> links;  // `reverse` is found by build(): same ends, same area, addresses crossed
  std::vector<Attachment> attachments;
  std::vector<BorderRoute> border_routes;
  std::vector<AreaId> stub_areas;  // stub and not-so-stubby: external routes of the whole domain stay out
};

class Topology {
 public:
  Topology() = default;
  // Sorts the links and attachments and pairs the directions. Node ids stay as given.
  // REQUIRES: every NodeId in `parts` is below parts.nodes.size(); node names are unique.
  explicit Topology(TopologyParts parts);

  Time at() const { return parts_.at; }
  std::size_t node_count() const { return parts_.nodes.size(); }
  std::size_t link_count() const { return parts_.links.size(); }
  const Node& node(NodeId id) const { return parts_.nodes[id.value()]; }
  const Link& link(LinkId id) const { return parts_.links[id.value()]; }
  std::span<const Link> links() const { return parts_.links; }
  Indices<NodeId> nodes() const { return indices<NodeId>(node_count()); }

  // The links that leave `node`, as a range of ids; those that enter it, as a list.
  Indices<LinkId> links_from(NodeId node) const;
  std::span<const LinkId> links_to(NodeId node) const;

  // Distinct prefixes in ascending order, and where each is attached.
  std::size_t prefix_count() const { return prefixes_.size(); }
  const Prefix& prefix(PrefixId id) const { return prefixes_[id.value()]; }
  std::span<const Attachment> attachments(PrefixId id) const;
  std::span<const Attachment> attachments() const { return parts_.attachments; }
  std::span<const BorderRoute> border_routes() const { return parts_.border_routes; }
  bool is_stub(AreaId area) const {
    return std::find(parts_.stub_areas.begin(), parts_.stub_areas.end(), area) != parts_.stub_areas.end();
  }

  // By name, or by router id written as an address; the error names what there is.
  Result<NodeId> find(std::string_view name) const;

  // A copy of what it was built from, to be changed and built again.
  const TopologyParts& parts() const { return parts_; }

 private:
  void index_names();
  void sort_links();
  void count_links();
  void pair_links();
  void pair_link(LinkId id);
  void sort_attachments();
  std::string some_names() const;  // in their order, as many as an error message bears

  TopologyParts parts_;
  std::vector<std::uint32_t> first_link_;  // per node, and one past the end
  std::vector<std::uint32_t> first_in_;
  std::vector<LinkId> in_links_;
  std::vector<Prefix> prefixes_;
  std::vector<std::uint32_t> first_attachment_;
  std::vector<NodeId> by_name_;  // open addressing by a hash of the name; twice as many places as names
};

// "from>to:ADDRESS", or "from>to:ospf3:ifindex 4" where interfaces have numbers, or "from>to": one link's
// name, the same in every snapshot.
std::string link_name(const Topology& topology, LinkId link);

}  // namespace anemone
