#include "topology/read_topology_file.h"

#include <doctest/doctest.h>

#include <string>

namespace anemone {
namespace {

const char* const kGraph =
    "NODES 3\nlabel x y\na 0 0\nb 1 0\nc 1 1\n\nEDGES 2\nlabel src dest weight bw delay\n"
    "edge_0 0 1 10 1000 5\nedge_1 1 2 20 2000 5\n";

const char* const kNative = R"(?SNDlib native format; type: network; version: 1.0
# network polska
META ( granularity = year )
NODES (
  Gdansk ( 18.60 54.20 )
  Warsaw ( 21.00 52.20 )
)
LINKS (
  Link_0 ( Gdansk Warsaw ) 0.00 0.00 0.00 156.00 ( 155.00 156.00 622.00 468.00 )
)
DEMANDS (
  Demand_0 ( Gdansk Warsaw ) 1 195.00 UNLIMITED
)
)";

const char* const kXml = R"(<?xml version="1.0" encoding="ISO-8859-1"?>
<!-- a comment --><network xmlns="http://sndlib.zib.de/network" version="1.0">
 <networkStructure><nodes><node id="A"/><node id="B"/></nodes>
  <links><link id="L"><source>A</source><target>B</target>
   <preInstalledModule><capacity>9920.0</capacity></preInstalledModule>
   <additionalModules><addModule><capacity>40000.0</capacity></addModule></additionalModules></link></links>
 </networkStructure>
 <demands><demand id="D"><source>A</source><target>B</target><demandValue>3.5</demandValue></demand></demands>
</network>)";

const char* const kGraphml = R"(<graphml><key attr.name="label" for="node" id="d1"/>
<key attr.name="LinkSpeedRaw" for="edge" id="d2"/><graph edgedefault="undirected">
<node id="0"><data key="d1">Oslo</data></node><node id="1"><data key="d1">None</data></node>
<node id="2"><data key="d1">None</data></node>
<edge source="0" target="1"><data key="d2">1000000000.0</data></edge><edge source="1" target="2"/>
</graph></graphml>)";

std::string refusal(const std::string& text) {
  const auto file = parse_network(text);
  return file ? "accepted" : file.error().message;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

TEST_CASE("a REPETITA graph's capacities are kbit/s and its edges directed") {
  const auto file = parse_network(kGraph);
  REQUIRE(file);
  REQUIRE(file->parts.links.size() == 2);
  CHECK(file->parts.links[0].capacity_bps == 1e6);
  CHECK(file->parts.links[1].cost == 20);
  CHECK(file->parts.nodes[2].name == "c");
}

TEST_CASE("REPETITA demands are kbit/s between nodes counted from 0") {
  const auto file = parse_network("DEMANDS 1\nlabel src dest bw\ndemand_0 0 1 300632\n");
  REQUIRE(file);
  CHECK(file->by_index);
  REQUIRE(file->demands.size() == 1);
  CHECK(file->demands[0].bps == 300632e3);
}

TEST_CASE("an SNDlib network reads the same as XML and in native form") {
  const auto native = parse_network(kNative);
  REQUIRE(native);
  REQUIRE(native->parts.links.size() == 2);
  CHECK(native->parts.links[0].capacity_bps == 155e6);  // nothing installed: the first module
  REQUIRE(native->demands.size() == 1);
  CHECK(native->demands[0].bps == 195e6);
  const auto xml = parse_network(kXml);
  REQUIRE(xml);
  REQUIRE(xml->parts.links.size() == 2);
  CHECK(xml->parts.links[0].capacity_bps == 9920e6);
  REQUIRE(xml->demands.size() == 1);
  CHECK(xml->demands[0].bps == 3.5e6);
  CHECK(xml->demands[0].to == "B");
}

TEST_CASE("a matrix in which nothing was measured is a matrix") {
  const std::string none = "<network><demands>\n</demands></network>";
  REQUIRE(parse_network(none));
  CHECK(parse_network(none)->has_demands);
  CHECK(!parse_network("<network></network>")->has_demands);
  CHECK(parse_network("DEMANDS 0\n")->has_demands);
  CHECK(!parse_network("link a b")->has_demands);
}

TEST_CASE("names in ISO-8859-1 become UTF-8") {
  const auto file =
      parse_network(replaced(kXml, "<node id=\"B\"/>", "<node id=\"B\"/><node id=\"K\xf6ln\"/>"));
  REQUIRE(file);
  CHECK(file->parts.nodes[2].name == "K\xc3\xb6ln");
}

TEST_CASE("Topology Zoo nodes that share a label are told apart by their ids") {
  const auto file = parse_network(kGraphml);
  REQUIRE(file);
  REQUIRE(file->parts.nodes.size() == 3);
  CHECK(file->parts.nodes[0].name == "Oslo");
  CHECK(file->parts.nodes[1].name == "None-1");
  CHECK(file->parts.nodes[2].name == "None-2");
  REQUIRE(file->parts.links.size() == 4);
  CHECK(file->parts.links[0].capacity_bps == 1e9);
  CHECK(file->parts.links[2].capacity_bps == 0);
}

TEST_CASE("a Topology Zoo edge from a node to itself is left out") {
  const auto file = parse_network(
      replaced(kGraphml, "<edge source=\"1\" target=\"2\"/>", "<edge source=\"1\" target=\"1\"/>"));
  REQUIRE(file);
  CHECK(file->parts.links.size() == 2);
}

TEST_CASE("a wrong value is named with its line in every format") {
  CHECK(refusal(replaced(kGraph, "0 1 10", "0 9 10")) ==
        "line 9: there is no node 9: there are 3, counted from 0");
  CHECK(refusal(replaced(kGraph, "0 1 10", "0 1 0")) == "line 9: cost must be 1 to 16777215, not 0");
  CHECK(refusal(replaced(kGraph, "0 1 10", "0 1 1.5")).starts_with("line 9: weight must be a whole number"));
  CHECK(refusal(replaced(kGraph, "EDGES 2", "EDGES 3")) == "cut short: edge 2 of 3");
  CHECK(refusal(replaced(kGraph, "EDGES 2", "EDGES 1")) == "line 10: more than the edges announced");
  CHECK(refusal(replaced(kNative, "156.00 (", "x (")) == "line 9: not a number: 'x'");
  CHECK(refusal(replaced(kNative, "( Gdansk Warsaw ) 1", "( Gdansk Paris ) 1")) ==
        "line 12: there is no node 'Paris'");
  CHECK(refusal(replaced(kXml, "9920.0", "much")) == "line 4: capacity: not a number: 'much'");
  CHECK(refusal(replaced(kXml, "</network>", "")).find(": XML: ") != std::string::npos);
  CHECK(refusal(replaced(kGraphml, "target=\"2\"", "target=\"7\"")) ==
        "line 5: an edge from '1' to '7': want ids of nodes");
  CHECK(refusal("<html></html>") == "XML whose root is <html>: want SNDlib's <network> or <graphml>");
  CHECK(refusal(std::string("\xd4\xc3\xb2\xa1\0\0", 6)) == "not a topology or demand file: it is binary");
}

TEST_CASE("every cut of a good file is refused or read, never read past") {
  for (const std::string whole : {kGraph, kNative, kXml, kGraphml}) {
    for (std::size_t size = 0; size < whole.size(); ++size) {
      const auto file = parse_network(whole.substr(0, size));
      if (!file) CHECK(!file.error().message.empty());
    }
  }
}

TEST_CASE("a file that is missing or empty is refused by name") {
  CHECK(read_topology_file("/nonexistent.graph").error().message ==
        "/nonexistent.graph: No such file or directory");
  CHECK(read_topology_file("/dev/null").error().message == "/dev/null: holds no node");
}

}  // namespace
}  // namespace anemone
