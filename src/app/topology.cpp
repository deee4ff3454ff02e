// `anemone topology SOURCE...`: routers, links, networks and prefixes at an instant.
#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "app/arguments.h"
#include "app/commands.h"
#include "app/listening_json.h"
#include "app/routing_source.h"
#include "app/text_table.h"

namespace anemone {
namespace {

using Json = nlohmann::ordered_json;

struct TopologyOptions {
  std::vector<std::string> sources;
  KeyOptions keys;
  std::string at;
  std::string format = "table";
};

std::vector<std::string> area_names(const Node& node) {
  std::vector<std::string> names;
  for (AreaId area : node.areas) names.push_back(print_area(area));
  return names;
}

std::string router_id(const Node& node) {
  return node.router_id.value == 0 ? node.name : print_address(node.router_id);
}

Json routers_json(const Topology& topology) {
  Json routers = Json::array();
  for (NodeId id : topology.nodes()) {
    const Node& node = topology.node(id);
    if (node.kind != NodeKind::kRouter) continue;
    routers.push_back({{"id", router_id(node)},
                       {"name", node.name},
                       {"areas", area_names(node)},
                       {"abr", node.abr()},
                       {"asbr", node.asbr}});
  }
  return routers;
}

Json links_json(const Topology& topology) {
  Json links = Json::array();
  for (LinkId id : indices<LinkId>(topology.link_count())) {
    const Link& link = topology.link(id);
    Json row = {{"id", link_name(topology, id)},
                {"from", topology.node(link.from).name},
                {"to", topology.node(link.to).name},
                {"area", print_area(link.area)},
                {"cost", link.cost},
                {"capacity_bps", link.capacity_bps > 0 ? Json(link.capacity_bps) : Json(nullptr)},
                {"interface", link.interface},
                {"address", link.address.is_none() ? "" : print_address(link.address)}};
    if (link.is_virtual) row["virtual"] = true;
    if (link.te_metric != 0) row["te_metric"] = link.te_metric;
    if (link.admin_group != 0) row["admin_group"] = link.admin_group;
    links.push_back(std::move(row));
  }
  return links;
}

Json networks_json(const Topology& topology) {
  Json networks = Json::array();
  for (NodeId id : topology.nodes()) {
    const Node& node = topology.node(id);
    if (node.kind != NodeKind::kNetwork) continue;
    Json routers = Json::array();
    for (LinkId out : topology.links_from(id)) {
      routers.push_back(topology.node(topology.link(out).to).name);
    }
    networks.push_back(
        {{"id", node.name}, {"prefix", print_prefix(node.prefix)}, {"routers", std::move(routers)}});
  }
  return networks;
}

Json prefixes_json(const Topology& topology) {
  Json prefixes = Json::array();
  for (const Attachment& attachment : topology.attachments()) {
    Json row = {{"prefix", print_prefix(attachment.prefix)},
                {"router", topology.node(attachment.node).name},
                {"cost", attachment.cost},
                {"kind", print_prefix_kind(attachment.kind)},
                {"area", print_area(attachment.area)}};
    if (!attachment.forwarding.is_none()) row["forwarding"] = print_address(attachment.forwarding);
    prefixes.push_back(std::move(row));
  }
  return prefixes;
}

Json lsas_json(const RoutingSource& source) {
  std::map<std::string, std::uint64_t> counts;
  if (source.lsdb) {
    source.lsdb->each([&](const LsdbKey& key, const StoredLsa&) {
      const bool ospf3 = protocol_of(key.area.domain) == Protocol::kOspf3;  // has the same words as OSPFv2
      ++counts[(ospf3 ? "ospf3:" : "") + print_lsa_type(key)];
    });
  }
  return counts;
}

Json unseen_json(const RoutingSource& source) {
  Json unseen = Json::array();
  for (const LsdbKey& lsa : source.unseen) {
    const auto by = due_by(source.listening, lsa, source.topology.at());
    unseen.push_back({{"area", print_area(lsa.area)},
                      {"type", print_lsa_type(lsa)},
                      {"id", print_lsa_id(lsa)},
                      {"advertising_router", lsa.router.value == 0 ? "" : print_address(lsa.router)},
                      {"by", by ? Json(print_time(*by)) : Json(nullptr)}});
  }
  return unseen;
}

// What the listeners heard up to the end of the captures, whatever --at says.
Json heard_json(const OspfCounts& heard) {
  Json packets = {{"total", heard.packets}};
  for (std::size_t type = 1; type < heard.by_type.size(); ++type) {
    packets[print_packet_type(static_cast<ospf::PacketType>(type))] = heard.by_type[type];
  }
  Json lsas = {{"total", heard.lsas}};
  for (const auto& [type, count] : heard.lsas_by_type) lsas[print_lsa_type(type)] = count;
  Json refused = Json::object();
  for (std::size_t i = 1; i < ospf::kRefusals; ++i) {
    const auto why = static_cast<ospf::Refusal>(i);
    if (heard.refused[why] > 0) refused[print_refusal(why)] = heard.refused[why];
  }
  Json auth = Json::object();
  for (std::size_t i = 0; i < ospf::kAuthVerdicts; ++i) {
    const auto verdict = static_cast<ospf::AuthVerdict>(i);
    if (heard.auth[verdict] > 0) auth[print_auth_verdict(verdict)] = heard.auth[verdict];
  }
  return {{"packets", std::move(packets)},
          {"lsas", std::move(lsas)},
          {"refused", std::move(refused)},
          {"authentication", std::move(auth)}};
}

Json isis_json(const IsisCounts& heard) {
  Json pdus = {{"total", heard.pdus}};
  for (std::size_t type = 0; type < heard.by_type.size(); ++type) {
    if (heard.by_type[type] > 0) pdus[print_pdu_type(static_cast<isis::PduType>(type))] = heard.by_type[type];
  }
  Json tlvs = Json::object();
  for (const auto& [type, count] : heard.tlvs) tlvs[std::to_string(type)] = count;
  Json authentication = Json::object();
  for (std::size_t i = 0; i < heard.authentication.size(); ++i) {
    const auto kind = static_cast<isis::Authentication>(i);
    if (heard.authentication[i] > 0) authentication[print_authentication(kind)] = heard.authentication[i];
  }
  Json refused = Json::object();
  for (std::size_t i = 1; i < isis::kRefusals; ++i) {
    const auto why = static_cast<isis::Refusal>(i);
    if (heard.refused[why] > 0) refused[print_refusal(why)] = heard.refused[why];
  }
  return {{"pdus", std::move(pdus)},
          {"tlvs", std::move(tlvs)},
          {"lsps", heard.lsps},
          {"authentication", std::move(authentication)},
          {"refused", std::move(refused)}};
}

Json ospf3_json(const Ospf3Counts& heard) {
  Json packets = {{"total", heard.packets}};
  for (std::size_t type = 1; type < heard.by_type.size(); ++type) {
    packets[print_packet_type(static_cast<ospf3::PacketType>(type))] = heard.by_type[type];
  }
  Json lsas = {{"total", heard.lsas}};
  for (const auto& [type, count] : heard.lsas_by_type) {
    Json& sum = lsas[print_lsa_type(type)];
    sum = (sum.is_null() ? 0 : sum.get<std::uint64_t>()) + count;  // several types are "other"
  }
  Json refused = Json::object();
  for (std::size_t i = 1; i < ospf3::kRefusals; ++i) {
    const auto why = static_cast<ospf3::Refusal>(i);
    if (heard.refused[why] > 0) refused[print_refusal(why)] = heard.refused[why];
  }
  return {{"packets", std::move(packets)},
          {"lsas", std::move(lsas)},
          {"refused", std::move(refused)},
          {"with_authentication_trailer", heard.authenticated}};
}

void print_json(const RoutingSource& source) {
  const Topology& topology = source.topology;
  Json answer = {{"at", source.lsdb ? Json(print_time(topology.at())) : Json(nullptr)},
                 {"routers", routers_json(topology)},
                 {"links", links_json(topology)},
                 {"networks", networks_json(topology)},
                 {"prefixes", prefixes_json(topology)},
                 {"lsas", lsas_json(source)},
                 {"unseen", unseen_json(source)}};
  if (source.lsdb) {
    answer["heard"] = heard_json(source.heard);
    answer["heard"]["isis"] = isis_json(source.heard_isis);
    answer["heard"]["ospf3"] = ospf3_json(source.heard_ospf3);
    Json listening = Json::parse(listening_json(source.listening));
    answer["vantages"] = std::move(listening["vantages"]);
    answer["areas"] = std::move(listening["areas"]);
  }
  fmt::print("{}\n", answer.dump(-1, ' ', false, Json::error_handler_t::replace));
}

TextTable links_table(const Topology& topology) {
  TextTable table({"from", "to", "area", "cost", "address"});
  for (const Link& link : topology.links()) {
    table.row({topology.node(link.from).name, topology.node(link.to).name, print_area(link.area),
               std::to_string(link.cost), link.address.is_none() ? "" : print_address(link.address)});
  }
  return table;
}

TextTable routers_table(const Topology& topology) {
  TextTable table({"router", "id", "areas", "role"});
  for (NodeId id : topology.nodes()) {
    const Node& node = topology.node(id);
    if (node.kind != NodeKind::kRouter) continue;
    std::string role = node.abr() ? "abr" : "";
    if (node.asbr) role += role.empty() ? "asbr" : " asbr";
    table.row({node.name, router_id(node), fmt::format("{}", fmt::join(area_names(node), " ")), role});
  }
  return table;
}

TextTable prefixes_table(const Topology& topology) {
  TextTable table({"prefix", "at", "cost", "kind", "area"});
  for (const Attachment& attachment : topology.attachments()) {
    table.row({print_prefix(attachment.prefix), topology.node(attachment.node).name,
               std::to_string(attachment.cost), print_prefix_kind(attachment.kind),
               print_area(attachment.area)});
  }
  return table;
}

void print_tables(const RoutingSource& source) {
  fmt::print("{}\n{}", routers_table(source.topology).aligned(), links_table(source.topology).aligned());
  if (source.topology.prefix_count() > 0) fmt::print("\n{}", prefixes_table(source.topology).aligned());
  if (!source.unseen.empty()) {
    TextTable unseen({"unseen", "id", "area", "advertised by", "must come by"});
    for (const LsdbKey& lsa : source.unseen) {
      const auto by = due_by(source.listening, lsa, source.topology.at());
      unseen.row({print_lsa_type(lsa), print_lsa_id(lsa), print_area(lsa.area),
                  lsa.router.value == 0 ? "not known" : print_address(lsa.router),
                  by ? print_time(*by) : "nobody listens"});
    }
    fmt::print("\n{}", unseen.aligned());
  }
}

}  // namespace

int topology(int argc, char** argv) {
  TopologyOptions options;
  Arguments arguments("topology",
                      "Routers, links, networks and prefixes, as the routing protocol tells them.");
  arguments.positional("SOURCE", options.sources, "OSPF or IS-IS captures of one network, or a topology file",
                       Need::kRequired);
  arguments.option("--at", options.at, "the instant (RFC 3339 or Unix seconds); by default the last packet");
  options.keys.declare(arguments);
  arguments.choice("--format", options.format, {"table", "json", "csv"}, "how to print; csv lists the links");
  if (const auto code = arguments.parse(argc, argv)) return *code;

  const auto source = read_routing_source("topology", options.sources, options.at, options.keys);
  if (!source) {
    fmt::print(stderr, "anemone topology: {}\n", source.error().message);
    return kFailed;
  }
  if (options.format == "json") print_json(*source);
  if (options.format == "csv") fmt::print("{}", links_table(source->topology).csv());
  if (options.format == "table") print_tables(*source);
  return kDone;
}

}  // namespace anemone
