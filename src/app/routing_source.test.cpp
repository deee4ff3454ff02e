#include "app/routing_source.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "lsdb/lsdb_history.h"
#include "route/routes_agree.test.h"
#include "topology/from_lsdb.h"

using namespace anemone;

namespace {

OspfRecording lab(const std::string& name) {
  std::vector<std::string> captures;
  for (const auto& file : std::filesystem::directory_iterator(ANEMONE_TEST_DATA "/lab/" + name + "/pcap")) {
    captures.push_back(file.path());
  }
  std::sort(captures.begin(), captures.end());
  return *read_ospf_captures(captures);
}

bool linked(const Topology& topology, const char* a, const char* b) {
  const NodeId from = *topology.find(a);
  for (LinkId link : topology.links_from(from)) {
    if (topology.link(link).to == *topology.find(b)) return true;
  }
  return false;
}

Time unix_time(const char* text) { return *parse_time(text); }

}  // namespace

TEST_CASE("in the recorded network the failed link is gone after its event and back after its repair") {
  const OspfRecording recording = lab("six");
  const LsdbHistory history(recording.log);
  auto at = [&](const char* time) { return topology_from_lsdb(history.at(unix_time(time))); };
  // events.jsonl: r2 to r4 goes down at ...750.46 and comes up at ...753.78.
  CHECK(linked(at("1795384750.40"), "10.255.0.2", "10.255.0.4"));
  CHECK_FALSE(linked(at("1795384751.50"), "10.255.0.2", "10.255.0.4"));
  CHECK_FALSE(linked(at("1795384753.70"), "10.255.0.2", "10.255.0.4"));
  CHECK(linked(at("1795384759.00"), "10.255.0.2", "10.255.0.4"));
}

TEST_CASE("a removed subnet and a crashed router are gone while they last") {
  const OspfRecording recording = lab("six");
  const LsdbHistory history(recording.log);
  auto prefixes = [&](const char* time) {
    const Topology topology = topology_from_lsdb(history.at(unix_time(time)));
    std::vector<std::string> all;
    for (PrefixId id : indices<PrefixId>(topology.prefix_count()))
      all.push_back(print_prefix(topology.prefix(id)));
    return all;
  };
  auto has = [](const std::vector<std::string>& all, const char* prefix) {
    return std::find(all.begin(), all.end(), prefix) != all.end();
  };
  CHECK(has(prefixes("1795384792.00"), "192.168.7.0/24"));
  CHECK_FALSE(has(prefixes("1795384795.00"), "192.168.7.0/24"));
  CHECK(has(prefixes("1795384798.00"), "192.168.7.0/24"));
  const Topology crashed = topology_from_lsdb(history.at(unix_time("1795384783.50")));
  CHECK(crashed.links_from(*crashed.find("10.255.0.2")).size() == 0);  // its LSA stays, nobody links to it
}

TEST_CASE("at every change of the recorded networks, ways found backward are those of every router's table") {
  for (const std::string name : {"six", "twenty", "odd", "isis/levels", "isis/mixed", "isis/apart"}) {
    const OspfRecording recording = lab(name);
    const LsdbHistory history(recording.log);
    std::size_t compared = 0;
    std::size_t lost = 0;
    for (std::size_t i = 0; i < history.changes().size(); ++i) {
      if (history.changes()[i] > recording.to) break;  // from here on LSAs only die of age
      const Lsdb lsdb = history.at(history.changes()[i]);
      if (!unseen_lsas(lsdb).empty()) continue;  // at the start: who ends where, tables cannot know
      const auto found = disagreements(topology_from_lsdb(lsdb), compared, lost);
      CAPTURE(name);
      CAPTURE(print_time(history.changes()[i]));
      for (std::size_t k = 0; k < std::min<std::size_t>(found.size(), 3); ++k) MESSAGE(found[k]);
      CHECK(found.empty());
    }
    MESSAGE(name << ": " << compared << " routes compared, " << lost << " whose packets would not arrive");
    CHECK(compared > 500);
  }
}

TEST_CASE("a capture that begins in the middle says what it has not seen") {
  const OspfRecording recording = lab("six");
  LsaLog late;
  for (const HeardLsa& lsa : recording.log.entries) {
    if (lsa.time > unix_time("1795384790")) late.entries.push_back(lsa);
  }
  const auto whole = unseen_lsas(LsdbHistory(recording.log).at(recording.to));
  CHECK(whole.empty());
  CHECK_FALSE(unseen_lsas(LsdbHistory(late).at(unix_time("1795384793"))).empty());
}

TEST_CASE("OSPFv2 and IS-IS side by side are one topology: a router in both is one node") {
  const OspfRecording recording = lab("isis/mixed");
  const Topology topology = topology_from_lsdb(LsdbHistory(recording.log).at(recording.to));
  std::string routers;
  for (NodeId id : topology.nodes()) {
    const Node& node = topology.node(id);
    routers += node.name + " " + print_address(node.router_id);
    for (AreaId area : node.areas) routers += " " + print_area(area);
    routers += "; ";
  }
  CHECK(routers ==
        "m2 10.255.13.2 0.0.0.0 isis:level-2; m3 10.255.13.3 0.0.0.0 isis:level-2; "
        "10.255.13.5 10.255.13.5 0.0.0.0; m1 10.255.13.1 isis:level-2; m4 10.255.13.4 isis:level-2; ");
  CHECK(unseen_lsas(LsdbHistory(recording.log).at(recording.to)).empty());
}
