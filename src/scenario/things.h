// Things found: what the names of a scenario mean in one network. Groups are opened, sites become routers,
// hosts addresses.
//
// Errors say line and column, and what there is instead.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "scenario/places.h"
#include "scenario/scenario.h"
#include "topology/topology.h"

namespace anemone {

class Things {
 public:
  // All must outlive it. Takes the groups of `scenario`: an error when one holds what is not defined above
  // it.
  static Result<Things> make(const Scenario& scenario, const Topology& topology, const Places& places);

  // The same with every group replaced by what is in it.
  Result<std::vector<Thing>> open(const Thing& thing) const;

  // Directed links: both directions between two nodes, the one of an id; out of an interface; out of a router
  // or network; of sites and groups those of all in it. Never empty.
  Result<std::vector<LinkId>> links(const Thing& thing) const;
  // Routers, networks, those of sites and groups; an error for anything else. Never empty.
  Result<std::vector<NodeId>> nodes(const Thing& thing) const;
  // Hosts, addresses, those of groups; an error for anything else. Never empty.
  Result<std::vector<IpAddress>> addresses(const Thing& thing) const;

 private:
  Things(const Topology& topology, const Places& places) : topology_(&topology), places_(&places) {}
  Result<void> add_links(const Thing& thing, std::vector<LinkId>& links) const;
  Result<void> add_links_between(const Thing& thing, std::vector<LinkId>& links) const;
  Result<void> add_links_of_interface(const Thing& thing, std::vector<LinkId>& links) const;
  Result<NodeId> node(const std::string& name, const TextPlace& place) const;

  const Topology* topology_;
  const Places* places_;
  std::map<std::string, std::vector<Thing>> groups_;
};

}  // namespace anemone
