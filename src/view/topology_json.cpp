#include <nlohmann/json.hpp>
#include <set>

#include "view/answers_json.h"

namespace anemone {
namespace {

using Json = nlohmann::ordered_json;

Json or_null(const std::optional<double>& value) { return value ? Json(*value) : Json(nullptr); }

void put_place(Json& json, const TopologyAnswer& answer, const std::string& name, bool with_site) {
  auto found = answer.places.find(name);
  const Place none;
  const Place& place = found == answer.places.end() ? none : found->second;
  if (with_site) json["site"] = place.site.empty() ? Json(nullptr) : Json(place.site);
  json["x"] = or_null(place.x);
  json["y"] = or_null(place.y);
}

Json router_json(const TopologyAnswer& answer, const Node& node) {
  Json areas = Json::array();
  for (AreaId area : node.areas) areas.push_back(print_area(area));
  Json json = {{"id", print_address(node.router_id)},
               {"name", node.name},
               {"areas", std::move(areas)},
               {"abr", node.abr()},
               {"asbr", node.asbr}};
  put_place(json, answer, node.name, true);
  return json;
}

Json network_json(const TopologyAnswer& answer, NodeId id) {
  const Topology& topology = *answer.topology;
  std::set<std::string> routers;
  for (LinkId link : topology.links_from(id)) routers.insert(topology.node(topology.link(link).to).name);
  const Node& node = topology.node(id);
  Json json = {{"id", node.name}, {"prefix", print_prefix(node.prefix)}, {"routers", routers}};
  put_place(json, answer, node.name, false);
  return json;
}

Json link_json(const std::string& id, const std::string& from, const std::string& to, const Link& link,
               const char* state) {
  return {{"id", id},
          {"from", from},
          {"to", to},
          {"area", print_area(link.area)},
          {"cost", link.cost},
          {"capacity_bps", link.capacity_bps > 0 ? Json(link.capacity_bps) : Json(nullptr)},
          {"interface", link.interface},
          {"state", state}};
}

Json links_json(const TopologyAnswer& answer) {
  const Topology& topology = *answer.topology;
  Json links = Json::array();
  for (LinkId id : indices<LinkId>(topology.link_count())) {
    const Link& link = topology.link(id);
    links.push_back(link_json(link_name(topology, id), topology.node(link.from).name,
                              topology.node(link.to).name, link, "up"));
  }
  for (const DownLink& down : answer.down) {
    links.push_back(link_json(down.id, down.from, down.to, down.link, "down"));
  }
  return links;
}

}  // namespace

std::string topology_json(const TopologyAnswer& answer) {
  const Topology& topology = *answer.topology;
  Json json = {{"at", print_time(answer.at)}, {"routers", Json::array()}, {"networks", Json::array()}};
  for (NodeId node : topology.nodes()) {
    if (topology.node(node).kind == NodeKind::kRouter) {
      json["routers"].push_back(router_json(answer, topology.node(node)));
    } else {
      json["networks"].push_back(network_json(answer, node));
    }
  }
  json["links"] = links_json(answer);
  json["hosts"] = Json::array();
  for (const HostAnswer& host : answer.hosts) {
    json["hosts"].push_back({{"name", host.name},
                             {"address", print_address(host.address)},
                             {"router", host.router.empty() ? Json(nullptr) : Json(host.router)},
                             {"instrumented", host.instrumented}});
  }
  json["prefixes"] = Json::array();
  for (const Attachment& attachment : topology.attachments()) {
    json["prefixes"].push_back({{"prefix", print_prefix(attachment.prefix)},
                                {"router", topology.node(attachment.node).name},
                                {"cost", attachment.cost},
                                {"kind", print_prefix_kind(attachment.kind)}});
  }
  json["unseen"] = Json::array();
  for (const UnseenAnswer& lsa : answer.unseen) {
    json["unseen"].push_back({{"area", lsa.area},
                              {"type", lsa.type},
                              {"id", lsa.id},
                              {"advertising_router", lsa.advertising_router},
                              {"due", lsa.due ? Json(print_time(*lsa.due)) : Json(nullptr)}});
  }
  json["lsas"] = answer.lsas;
  return json.dump();
}

}  // namespace anemone
