#include "load/link_load.h"

#include <doctest/doctest.h>

#include <string>

#include "base/text.h"
#include "matrix/read_matrix_file.h"
#include "topology/text_file.h"

namespace anemone {
namespace {

struct Network {
  Topology topology;
  TrafficMatrix matrix;
};

Network network(const char* text) {
  auto file = parse_network_text(text);
  REQUIRE(file);
  Network net{Topology(file->parts), {}};
  auto matrix = resolve_demands(*file, net.topology);
  REQUIRE(matrix);
  net.matrix = *matrix;
  return net;
}

// The links that carry something, in the order of their nodes: "a>b 4.00 M, b>d 4.00 M".
std::string loads(const Network& net) {
  const LinkLoad load = link_load(net.topology, net.matrix);
  std::string text;
  for (LinkId id : load.links.ids()) {
    if (load.links[id].bps == 0) continue;
    text += (text.empty() ? "" : ", ") + link_name(net.topology, id) + " " + print_si(load.links[id].bps);
  }
  return text;
}

TEST_CASE("equal-cost paths share a demand evenly") {
  //        b
  //   10 /   \ 10
  //    a       d      a sends 8 Mb/s to d
  //   10 \   / 10
  //        c
  const Network net = network(R"(
    link a b cost 10 capacity 10 M
    link b d cost 10 capacity 10 M
    link a c cost 10 capacity 10 M
    link c d cost 10 capacity 10 M
    demand a d 8 M
  )");
  CHECK(loads(net) == "a>b 4.00 M, a>c 4.00 M, b>d 4.00 M, c>d 4.00 M");
  CHECK(max_utilisation(net.topology, link_load(net.topology, net.matrix)) == doctest::Approx(0.4));
}

TEST_CASE("the split is even per hop, not per path") {
  //        b ---- d
  //      /          \     a>b and a>c carry half each although
  //    a              f   two of the three paths begin with a>c
  //      \   / e1 --/
  //        c - e2 -/
  const Network net = network(R"(
    link a b
    link a c
    link b d
    link d f
    link c e1
    link c e2
    link e1 f
    link e2 f
    demand a f 8 M
  )");
  CHECK(loads(net) ==
        "a>b 4.00 M, a>c 4.00 M, b>d 4.00 M, c>e1 2.00 M, c>e2 2.00 M, d>f 4.00 M, e1>f 2.00 M, e2>f 2.00 M");
}

TEST_CASE("parallel links of equal cost take a share each") {
  CHECK(loads(network("link a b\nlink a b\nlink a c\nlink c b\ndemand a b 8 M")) == "a>b 4.00 M, a>b 4.00 M");
}

TEST_CASE("traffic for the node it stands at loads nothing") {
  CHECK(loads(network("link a b\ndemand a a 8 M")) == "");
}

TEST_CASE("a demand without a route is counted as unrouted") {
  const Network net = network("arc a b\ndemand b a 3 M\ndemand a b 1 M");
  const LinkLoad load = link_load(net.topology, net.matrix);
  CHECK(load.unrouted.bps == 3e6);
  CHECK(load.links[LinkId{0}].bps == 1e6);
}

TEST_CASE("packets are poured beside the bits") {
  const Network net = network("link a b\nlink b c\ndemand a c 8 M packets 1000\ndemand b c 1 M packets 500");
  const LinkLoad load = link_load(net.topology, net.matrix);
  for (LinkId id : load.links.ids()) {
    if (link_name(net.topology, id) == "b>c") CHECK(load.links[id].pps == 1500);
  }
}

}  // namespace
}  // namespace anemone
