#include "matrix/read_matrix_file.h"

#include <doctest/doctest.h>

#include <string>

#include "topology/read_topology_file.h"
#include "topology/text_file.h"

namespace anemone {
namespace {

Topology network(const char* text) {
  auto file = parse_network_text(text);
  REQUIRE(file);
  return Topology(std::move(file->parts));
}

// "a>b 8": from, to, bits per second; or why not.
std::string resolved(const Topology& net, const char* text) {
  const auto file = parse_network(text);
  REQUIRE(file);
  const auto matrix = resolve_demands(*file, net);
  if (!matrix) return matrix.error().message;
  std::string told;
  for (const Demand& demand : matrix->demands) {
    const bool node = demand.to.node.valid();
    told += (told.empty() ? "" : ", ") + net.node(demand.ingress).name + ">" +
            (node ? net.node(demand.to.node).name : print_prefix(net.prefix(demand.to.prefix))) + " " +
            std::to_string(static_cast<int>(demand.traffic.bps));
  }
  return told;
}

const char* const kNetwork =
    "node a id 10.255.0.1\nlink a b\nprefix 10.1.0.0/24 at b\nprefix 10.2.0.0/24 at a";

TEST_CASE("demands name routers, router ids and prefixes") {
  const Topology net = network(kNetwork);
  CHECK(resolved(net, "demand a b 8\ndemand 10.255.0.1 10.1.0.0/24 9") == "a>b 8, a>10.1.0.0/24 9");
}

TEST_CASE("REPETITA demands count nodes from 0") {
  const Topology net = network(kNetwork);
  CHECK(resolved(net, "DEMANDS 1\nlabel src dest bw\nd 1 0 2\n") == "b>a 2000");
}

TEST_CASE("an end that the topology does not have is named with its line") {
  const Topology net = network(kNetwork);
  CHECK(resolved(net, "\ndemand a z 1") == "line 2: no router 'z' in this topology; there are: a, b");
  CHECK(resolved(net, "demand a 10.9.0.0/24 1") == "line 1: no prefix '10.9.0.0/24' in this topology");
  CHECK(resolved(net, "demand a 10.9/24 1").starts_with("line 1: not a prefix"));
  CHECK(resolved(net, "DEMANDS 1\nlabel src dest bw\nd 0 2 5\n") ==
        "line 3: there is no node 2: the topology has 2, counted from 0");
}

TEST_CASE("where there are areas a router is reached as its own prefix is") {
  const Topology net = network(
      "link a b area 0\nlink b c area 1\nprefix 10.255.0.3/32 at c\nprefix 10.3.0.0/24 at c\n"
      "prefix 10.9.0.0/24 at c\nprefix 10.9.0.0/24 at b");
  CHECK(resolved(net, "demand a c 8\ndemand a b 9\ndemand c c 1") == "a>10.255.0.3/32 8, a>b 9, c>c 1");
}

TEST_CASE("a matrix file is refused by name") {
  const Topology net = network(kNetwork);
  CHECK(read_matrix_file("/nonexistent", net).error().message == "/nonexistent: No such file or directory");
  CHECK(read_matrix_file("/dev/null", net).error().message == "/dev/null: holds no demand");
}

}  // namespace
}  // namespace anemone
