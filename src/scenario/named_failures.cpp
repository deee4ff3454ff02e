#include "scenario/named_failures.h"

#include <utility>
#include <variant>

#include "scenario/things.h"

namespace anemone {
namespace {

NamedFailures links_one_by_one(const Topology& topology) {
  NamedFailures listed;
  listed.failures = link_failures(topology);
  for (const Failure& failure : listed.failures)
    listed.names.push_back(link_name(topology, failure.links.front()));
  return listed;
}

NamedFailures routers_one_by_one(const Topology& topology) {
  NamedFailures listed;
  std::vector<Failure> all = node_failures(topology);
  for (const NodeId id : indices<NodeId>(topology.node_count())) {
    if (topology.node(id).kind != NodeKind::kRouter) continue;
    listed.failures.push_back(std::move(all[id.value()]));
    listed.names.push_back(topology.node(id).name);
  }
  return listed;
}

// What is in one site or group fails together.
Result<Failure> failure_of(const Things& things, const Thing& thing, const Topology& topology) {
  const auto opened = things.open(thing);
  if (!opened) return opened.error();
  std::vector<NodeId> nodes;
  std::vector<LinkId> links;
  for (const Thing& part : *opened) {
    const bool is_place = part.kind == Thing::Kind::kRouter || part.kind == Thing::Kind::kNetwork ||
                          part.kind == Thing::Kind::kSite;
    if (is_place) {
      const auto found = things.nodes(part);
      if (!found) return found.error();
      nodes.insert(nodes.end(), found->begin(), found->end());
    } else {
      const auto found = things.links(part);
      if (!found) return found.error();
      links.insert(links.end(), found->begin(), found->end());
    }
  }
  return group_failure(topology, nodes, links);
}

Result<NamedFailures> together(Thing::Kind kind, std::vector<std::string> names, const Topology& topology,
                               const Scenario& scenario, const Places& places) {
  const auto things = Things::make(scenario, topology, places);
  if (!things) return things.error();
  NamedFailures listed;
  for (std::string& name : names) {
    Thing thing;
    thing.kind = kind;
    thing.name = name;
    auto failure = failure_of(*things, thing, topology);
    if (!failure) return failure.error();
    listed.failures.push_back(std::move(*failure));
    listed.names.push_back(std::move(name));
  }
  return listed;
}

}  // namespace

Result<FailureChoice> parse_failure_choice(std::string_view text) {
  if (text == "links") return FailureChoice::kLinks;
  if (text == "routers") return FailureChoice::kRouters;
  if (text == "sites") return FailureChoice::kSites;
  if (text == "groups") return FailureChoice::kGroups;
  return Error{"want links, routers, sites or groups"};
}

Result<NamedFailures> list_failures(FailureChoice choice, const Topology& topology, const Scenario& scenario,
                                    const Places& places) {
  if (choice == FailureChoice::kLinks) return links_one_by_one(topology);
  if (choice == FailureChoice::kRouters) return routers_one_by_one(topology);
  std::vector<std::string> names;
  if (choice == FailureChoice::kSites) {
    for (const auto& [site, routers] : places.routers_of_site) names.push_back(site);
    if (names.empty()) return Error{"no sites are known: an inventory tells them"};
    return together(Thing::Kind::kSite, std::move(names), topology, scenario, places);
  }
  for (const Change& change : scenario.changes) {
    if (const auto* group = std::get_if<NameGroup>(&change.what)) names.push_back(group->name);
  }
  if (names.empty()) return Error{"no group is named, as in 'group NAME = link A B, router C'"};
  return together(Thing::Kind::kGroup, std::move(names), topology, scenario, places);
}

}  // namespace anemone
