#include "app/snoop_status.h"

#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "lsdb/unseen.h"

namespace anemone {
namespace {

using Json = nlohmann::ordered_json;

std::string guard_sentence(const Listener& listener, GuardChoice guard) {
  if (guard == GuardChoice::kOff) return "There is no egress guard: what the kernel sends by itself leaves.";
  if (guard == GuardChoice::kRouting) return "The egress guard judges OSPF, IS-IS and IGMP; all else leaves.";
  if (listener.config().mode == ListenMode::kCapture) return "The egress guard lets nothing leave.";
  return "The egress guard lets only that and ARP leave.";
}

// Routers of all protocols, by their ids; IS-IS's by the six bytes of a system id, with which an LSP id
// begins.
std::size_t router_count(const Lsdb& lsdb) {
  std::set<std::pair<bool, std::uint64_t>> routers;
  lsdb.each([&](const LsdbKey& key, const StoredLsa&) {
    const bool isis = protocol_of(key.area.domain) == Protocol::kIsis;
    routers.emplace(isis, isis ? key.id >> 16 : key.router.value);
  });
  return routers.size();
}

std::uint64_t packets_heard(const Listener& listener) {
  return listener.ospf_counts().packets + listener.ospf3_counts().packets + listener.isis_counts().pdus;
}

std::size_t lsa_count(const Lsdb& lsdb) {
  std::size_t count = 0;
  lsdb.each([&](const LsdbKey&, const StoredLsa&) { ++count; });
  return count;
}

Json tally_json(const std::array<std::uint64_t, kGuardedKinds>& tally) {
  Json json = Json::object();
  for (std::size_t kind = 0; kind < kGuardedKinds; ++kind) {
    if (tally[kind] > 0) json[print_guarded_kind(kind)] = tally[kind];
  }
  return json;
}

Json packets_json(const std::array<std::uint64_t, 6>& by_type) {
  Json json = Json::object();
  for (std::size_t type = 1; type < by_type.size(); ++type) {
    json[print_packet_type(static_cast<ospf::PacketType>(type))] = by_type[type];
  }
  return json;
}

Json refused_json(const ospf::RefusalCounts& refused) {
  Json json = Json::object();
  for (std::size_t i = 1; i < ospf::kRefusals; ++i) {
    const auto why = static_cast<ospf::Refusal>(i);
    if (refused[why] > 0) json[print_refusal(why)] = refused[why];
  }
  return json;
}

Json troubles_json(const AdjacencyTroubles& troubles) {
  Json json = Json::object();
  for (std::size_t i = 0; i < kAdjacencyTroubles; ++i) {
    const auto trouble = static_cast<AdjacencyTrouble>(i);
    if (troubles[trouble] > 0) json[print_adjacency_trouble(trouble)] = troubles[trouble];
  }
  return json;
}

Json adjacency_json(const Adjacency& adjacency) {
  Json neighbors = Json::array();
  for (const auto& [address, one] : adjacency.neighbors()) {
    neighbors.push_back({{"router", print_address(one->router())},
                         {"address", print_address(address)},
                         {"state", print_neighbor_state(one->state())},
                         {"master", one->exchanges() && one->master()},
                         {"loaded", one->loaded()},
                         {"requested", one->requested()},
                         {"restarts", one->restarts()}});
  }
  return {{"router", print_address(adjacency.config().router)},
          {"area", adjacency.area() ? Json(print_area(*adjacency.area())) : Json(nullptr)},
          {"loaded", adjacency.loaded()},
          {"lsas", adjacency.lsas()},
          {"neighbors", std::move(neighbors)},
          {"sent", packets_json(adjacency.counts().sent)},
          {"held_back", adjacency.counts().held_back},
          {"troubles", troubles_json(adjacency.counts().troubles)}};
}

Json place_json(const Snooper::Place& place) {
  Json json = {{"vantage", place.vantage},
               {"interface", place.config.interface},
               {"mode", place.config.mode == ListenMode::kCapture ? "capture" : "adjacency"}};
  if (!place.listener) {
    json["problem"] = place.problem;
    return json;
  }
  Listener& listener = *place.listener;
  const PacketCounts packets = listener.packet_counts();
  const OspfCounts& ospf = listener.ospf_counts();
  json["frames"] = {{"heard", packets.heard},
                    {"cut", packets.cut},
                    {"dropped", packets.dropped},
                    {"sent", packets.sent},
                    {"send_failed", packets.send_failed},
                    {"malformed", listener.malformed()}};
  json["ospf"] = packets_json(ospf.by_type);
  json["ospf"]["refused"] = refused_json(ospf.refused);
  json["lsa_instances"] = ospf.lsas;
  const Ospf3Counts& ospf3 = listener.ospf3_counts();
  json["ospf3"] = {
      {"packets", ospf3.packets}, {"lsa_instances", ospf3.lsas}, {"refused", ospf3.refused.total()}};
  const IsisCounts& isis = listener.isis_counts();
  json["isis"] = {{"pdus", isis.pdus}, {"lsp_instances", isis.lsps}, {"refused", isis.refused.total()}};
  if (listener.guard() != nullptr) {
    const GuardTally tally = listener.guard()->tally();
    json["guard"] = {{"passed", tally_json(tally.passed)}, {"stopped", tally_json(tally.stopped)}};
  }
  if (listener.adjacency() != nullptr) json["adjacency"] = adjacency_json(*listener.adjacency());
  return json;
}

std::string neighbor_line(const std::string& interface, const Neighbor& one) {
  std::string line = fmt::format("{}: neighbour {} ({}) {}", interface, print_address(one.router()),
                                 print_address(one.address()), print_neighbor_state(one.state()));
  if (one.exchanges()) line += one.master() ? ", we are master" : ", it is master";
  if (one.loaded()) line += ", all heard";
  return line;
}

}  // namespace

std::string limits_of(const Snooper::Place& place, GuardChoice guard, Time now) {
  const Listener& listener = *place.listener;
  const std::string& interface = place.config.interface;
  if (place.config.mode == ListenMode::kCapture) {
    return fmt::format(
        "{}: capture: sends nothing. Hears what is flooded on this link; what was flooded before, when its "
        "router "
        "says it again, every 30 minutes: whole at the latest by {} (an hour). Does not hear what is not "
        "flooded "
        "here: updates that go from one router to another alone, unless the port mirrors them. {}",
        interface, print_time(std::chrono::floor<std::chrono::seconds>(now + 1h)),
        guard_sentence(listener, guard));
  }
  const Adjacency& adjacency = *listener.adjacency();
  return fmt::format(
      "{}: adjacency as {} ({}): says hello with priority 0, describes nothing, asks and acknowledges. Hears "
      "every "
      "LSA of the area within seconds, and all that follows; appears in no LSA. Of other areas it hears "
      "their "
      "summaries: one listener for each. {}",
      interface, print_address(adjacency.config().router), print_address(adjacency.config().address),
      guard_sentence(listener, guard));
}

std::vector<std::string> neighbor_lines(const Snooper& snooper) {
  std::vector<std::string> lines;
  for (const Snooper::Place& place : snooper.places()) {
    const std::string& interface = place.config.interface;
    if (!place.listener) lines.push_back(interface + ": not listening: " + place.problem);
    if (!place.listener || place.listener->adjacency() == nullptr) continue;
    const Adjacency& adjacency = *place.listener->adjacency();
    for (const auto& [address, one] : adjacency.neighbors()) lines.push_back(neighbor_line(interface, *one));
    for (std::size_t i = 0; i < kAdjacencyTroubles; ++i) {
      const auto trouble = static_cast<AdjacencyTrouble>(i);
      if (adjacency.counts().troubles[trouble] == 0) continue;
      lines.push_back(fmt::format("{}: packets refused: {}", interface, print_adjacency_trouble(trouble)));
    }
  }
  return lines;
}

std::string progress_line(const Snooper& snooper, const Lsdb& lsdb) {
  std::string line = fmt::format("{} LSAs of {} routers, {} unseen", lsa_count(lsdb), router_count(lsdb),
                                 unseen_lsas(lsdb).size());
  for (const Snooper::Place& place : snooper.places()) {
    if (!place.listener) continue;
    line += "; " + place.config.interface;
    std::map<std::string, int> states;
    if (const Adjacency* adjacency = place.listener->adjacency()) {
      for (const auto& [address, one] : adjacency->neighbors()) ++states[print_neighbor_state(one->state())];
    }
    for (const auto& [state, count] : states) line += fmt::format(" {} {}", count, state);
    line += fmt::format(" {} packets", packets_heard(*place.listener));
    if (place.listener->guard() != nullptr) {
      line += fmt::format(", {} stopped", place.listener->guard()->tally().total_stopped());
    }
  }
  return line;
}

std::string status_json(const Snooper& snooper, const Lsdb& lsdb, Time started, Time now) {
  std::map<std::string, std::uint64_t> by_type;
  lsdb.each([&](const LsdbKey& key, const StoredLsa&) { ++by_type[print_lsa_type(key)]; });
  Json places = Json::array();
  for (const Snooper::Place& place : snooper.places()) places.push_back(place_json(place));
  const Json status = {{"started", print_time(started)},
                       {"at", print_time(now)},
                       {"lsas", by_type},
                       {"routers", router_count(lsdb)},
                       {"unseen", unseen_lsas(lsdb).size()},
                       {"interfaces", std::move(places)}};
  return status.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace anemone
