// How everybody reaches one prefix, with OSPF's areas and route types: for each node the next hops that
// its own routing table (route/table.h) has for the prefix, found backward from where it is attached.
//
// One destination for all nodes, because that is what traffic is poured along. In topologies without
// areas this is the shortest path to the nearest attachment. A network that a router reaches several
// neighbours through counts once for each of them in next_hops(): routers split evenly over neighbours,
// not over links. A node with a cost and without next hops is where packets leave the network we know:
// the prefix is attached there, or is an external route of its own, or lies in an area nobody listens to.
// Nodes whose packets would come around a loop have no route here, and their traffic counts as unrouted.
#pragma once

#include <cstdint>
#include <map>
#include <tuple>
#include <vector>

#include "route/field.h"
#include "route/inside_routes.h"
#include "route/routes_to.h"
#include "topology/topology.h"

namespace anemone {

// The workspace: one per thread and topology, for as many prefixes as wanted. Nothing is allocated per
// prefix once the arrays have grown; ways to AS boundary routers are kept, since many prefixes share them.
class PrefixRoutes {
 public:
  // `topology` must outlive it.
  explicit PrefixRoutes(const Topology& topology);

  // By routes to this very prefix.
  void to(PrefixId prefix, RoutesTo& routes);

  // As packets travel whose longest prefix this is: where a node has no route to it, by the longest of the
  // shorter prefixes around it that it has a route to (in a stub area, the default).
  void toward(PrefixId prefix, RoutesTo& routes);

 private:
  // Everybody's way to an AS boundary router, or to the forwarding address that it names.
  using Entrance = PerNode<Field::Choice>;

  // What a broadcast network in a stub area does with externals: carry what a border router sends another
  // one there, or leave it to what inner routers send by the default route. One node cannot do both.
  enum class StubNetworks { kCarry, kLeave };
  enum class Offer { kByHearing, kToNetworks };

  void choose(PrefixId prefix, StubNetworks networks, Field& field);
  void choose_in(std::uint16_t domain, PrefixId prefix, StubNetworks networks, Field& field);
  void settle(const Field& field);
  void add_external(const Attachment& external, Offer whom, Field& field);
  const Entrance& entrance(const Attachment& external);
  void aim_at(const Attachment& external, Entrance& entrance);
  Field::Choice last_step(NodeId node, const Field::Choice& to_prefix, const Attachment& external);
  bool owns(NodeId node, const IpAddress& address) const;
  void list_hops(const Field& field, RoutesTo& routes);
  void put_in_order(RoutesTo& routes);
  void drop_unordered(RoutesTo& routes);

  const Topology& topology_;
  InsideRoutes inside_;
  std::map<std::tuple<AreaId, NodeId, IpAddress>, Entrance> entrances_;
  std::vector<AreaId> areas_;
  Field field_;
  Field wider_;
  Field second_;  // of a domain after the first that has the prefix
  Field scratch_;
  PerNode<char> settled_;  // has a better kind of route than what is being offered
  std::vector<LinkId> sorted_;
  PerNode<std::uint32_t> onward_;   // of networks: how many neighbours packets go on to
  PerNode<std::uint32_t> pending_;  // next hops that have no place in the order yet
  std::vector<std::uint32_t> first_user_;
  std::vector<std::uint32_t> next_user_;
  std::vector<NodeId> users_;
};

RoutesTo routes_to_prefix(const Topology& topology, PrefixId prefix);

}  // namespace anemone
