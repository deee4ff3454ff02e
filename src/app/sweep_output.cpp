#include "app/sweep_output.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>

#include "app/text_table.h"
#include "base/text.h"

namespace anemone {
namespace {

using Json = nlohmann::ordered_json;

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string share(double load_bps, double capacity_bps) {
  return capacity_bps > 0 ? fmt::format("{:.1f}%", load_bps / capacity_bps * 100) : "-";
}

Json or_null(double value, bool known) { return known ? Json(value) : Json(nullptr); }

std::string failure_name(const SweptFailures& failures, std::uint32_t number) {
  return number == BinSweep::kNone ? "" : failures.names[number];
}

Json worst_json(const SweptTraffic& traffic, const SweptFailures& failures,
                const BinSweep::WorstOfLink& worst, double capacity_bps) {
  const std::string name = failure_name(failures, worst.failure);
  return {{"bps", worst.load},
          {"utilisation", or_null(worst.load / capacity_bps, capacity_bps > 0)},
          {"bin", traffic.bins.empty() ? Json(nullptr) : Json(traffic.bins[worst.bin])},
          {"failure", name.empty() ? Json(nullptr) : Json(name)}};
}

Json weak_json(const Topology& topology) {
  const WeakPoints weak = find_weak_points(topology);
  Json bridges = Json::array();
  for (const auto& bridge : weak.bridges) {
    bridges.push_back({{"link", link_name(topology, bridge.link)}, {"cut_off", bridge.cut_off}});
  }
  Json cuts = Json::array();
  for (const auto& cut : weak.cuts) {
    Json links = Json::array();
    for (const LinkId link : cut) links.push_back(link_name(topology, link));
    cuts.push_back(std::move(links));
  }
  Json articulations = Json::array();
  for (const auto& point : weak.articulations) {
    articulations.push_back({{"node", topology.node(point.node).name}, {"cut_off", point.cut_off}});
  }
  Json prefixes = Json::array();
  for (const auto& lone : weak.lone_prefixes) {
    prefixes.push_back(
        {{"prefix", print_prefix(topology.prefix(lone.prefix))},
         {"router", lone.router.valid() ? Json(topology.node(lone.router).name) : Json(nullptr)}});
  }
  return {{"bridges", std::move(bridges)},
          {"cuts", std::move(cuts)},
          {"articulations", std::move(articulations)},
          {"lone_prefixes", std::move(prefixes)}};
}

std::string weak_text(const Topology& topology, std::size_t rows_max) {
  const WeakPoints weak = find_weak_points(topology);
  std::string text = fmt::format(
      "\nweak points: {} bridges, {} groups of links of which any two part the network, {} routers and "
      "networks "
      "that hold it together, {} prefixes on one router\n",
      weak.bridges.size(), weak.cuts.size(), weak.articulations.size(), weak.lone_prefixes.size());
  for (std::size_t i = 0; i < weak.bridges.size() && i < rows_max; ++i) {
    text += fmt::format("  without {}: {} routers are cut off\n", link_name(topology, weak.bridges[i].link),
                        weak.bridges[i].cut_off);
  }
  for (std::size_t i = 0; i < weak.articulations.size() && i < rows_max; ++i) {
    text += fmt::format("  without {}: {} routers are cut off\n",
                        topology.node(weak.articulations[i].node).name, weak.articulations[i].cut_off);
  }
  return text;
}

std::string pair_name(const SweptFailures& failures, const FailurePair& pair) {
  if (pair.first == FailurePair::kNone) return "";
  if (pair.second == FailurePair::kNone) return failures.names[pair.first];
  return failures.names[pair.first] + " + " + failures.names[pair.second];
}

// The links, the fullest first; of unknown capacities the most loaded.
template <class Load>
std::vector<LinkId> by_load(const Topology& topology, Load load) {
  std::vector<LinkId> ids;
  for (const LinkId id : indices<LinkId>(topology.link_count())) ids.push_back(id);
  const auto weight = [&](LinkId id) {
    const double capacity = topology.link(id).capacity_bps;
    return capacity > 0 ? load(id) / capacity : load(id) * 1e-15;
  };
  std::stable_sort(ids.begin(), ids.end(), [&](LinkId a, LinkId b) { return weight(a) > weight(b); });
  return ids;
}

// The most harmful first.
std::vector<std::uint32_t> by_harm(const BinSweep& sweep) {
  std::vector<std::uint32_t> numbers(sweep.failures.size());
  std::iota(numbers.begin(), numbers.end(), 0U);
  std::stable_sort(numbers.begin(), numbers.end(), [&](std::uint32_t a, std::uint32_t b) {
    const auto& x = sweep.failures[a];
    const auto& y = sweep.failures[b];
    return std::pair(x.max_utilisation, x.disconnected) > std::pair(y.max_utilisation, y.disconnected);
  });
  return numbers;
}

}  // namespace

std::string sweep_json(const SweptTraffic& traffic, const SweptFailures& failures, const BinSweep& sweep) {
  const Topology& topology = traffic.topology;
  Json links = Json::array();
  for (const LinkId id : indices<LinkId>(topology.link_count())) {
    const Link& link = topology.link(id);
    links.push_back({{"id", link_name(topology, id)},
                     {"from", topology.node(link.from).name},
                     {"to", topology.node(link.to).name},
                     {"capacity_bps", or_null(link.capacity_bps, link.capacity_bps > 0)},
                     {"without_failure",
                      worst_json(traffic, failures, sweep.without_failure[id.value()], link.capacity_bps)},
                     {"worst", worst_json(traffic, failures, sweep.links[id.value()], link.capacity_bps)}});
  }
  Json causes = Json::array();
  for (std::size_t i = 0; i < sweep.failures.size(); ++i) {
    const BinSweep::OfFailure& one = sweep.failures[i];
    causes.push_back({{"name", failures.names[i]},
                      {"max_utilisation", one.max_utilisation},
                      {"link", one.link.valid() ? Json(link_name(topology, one.link)) : Json(nullptr)},
                      {"bin", one.link.valid() ? Json(traffic.bins[one.bin]) : Json(nullptr)},
                      {"disconnected_bps", one.disconnected}});
  }
  return dump({{"bins", traffic.bins.size()},
               {"bins_left_out", traffic.bins_left_out},
               {"links", std::move(links)},
               {"failures", std::move(causes)},
               {"weak_points", weak_json(topology)}});
}

std::string sweep_table(const SweptTraffic& traffic, const SweptFailures& failures, const BinSweep& sweep,
                        std::size_t rows_max) {
  const Topology& topology = traffic.topology;
  TextTable links({"link", "today", "worst", "", "when this fails", "in bin"});
  std::size_t shown = 0;
  for (const LinkId id : by_load(topology, [&](LinkId link) { return sweep.links[link.value()].load; })) {
    if (++shown > rows_max) break;
    const BinSweep::WorstOfLink& today = sweep.without_failure[id.value()];
    const BinSweep::WorstOfLink& worst = sweep.links[id.value()];
    const double capacity = topology.link(id).capacity_bps;
    links.row({link_name(topology, id), share(today.load, capacity), share(worst.load, capacity),
               print_si(worst.load), failure_name(failures, worst.failure),
               traffic.bins.empty() ? "" : traffic.bins[worst.bin]});
  }
  TextTable causes({"failure", "fullest link then", "of", "in bin", "cut off"});
  shown = 0;
  for (const std::uint32_t number : by_harm(sweep)) {
    if (++shown > rows_max) break;
    const BinSweep::OfFailure& one = sweep.failures[number];
    causes.row({failures.names[number], fmt::format("{:.1f}%", one.max_utilisation * 100),
                one.link.valid() ? link_name(topology, one.link) : "-",
                one.link.valid() ? traffic.bins[one.bin] : "", print_si(one.disconnected)});
  }
  std::string text = links.aligned() + "\n" + causes.aligned();
  text += fmt::format("\n{} failures in {} bins", failures.failures.size(), traffic.bins.size());
  if (traffic.bins_left_out > 0)
    text += fmt::format("; {} bins left out, in which the network was another", traffic.bins_left_out);
  return text + "\n" + weak_text(topology, rows_max);
}

std::string pairs_json(const SweptTraffic& traffic, const SweptFailures& failures,
                       const WorstOfPairs& worst) {
  const Topology& topology = traffic.topology;
  Json links = Json::array();
  for (const LinkId id : indices<LinkId>(topology.link_count())) {
    const double capacity = topology.link(id).capacity_bps;
    const std::string name = pair_name(failures, worst.failures[id]);
    links.push_back({{"id", link_name(topology, id)},
                     {"worst",
                      {{"bps", worst.loads[id]},
                       {"utilisation", or_null(worst.loads[id] / capacity, capacity > 0)},
                       {"failure", name.empty() ? Json(nullptr) : Json(name)}}}});
  }
  return dump({{"links", std::move(links)},
               {"disconnected_bps", worst.unrouted},
               {"disconnected_by", pair_name(failures, worst.unrouted_failures)},
               {"weak_points", weak_json(topology)}});
}

std::string pairs_table(const SweptTraffic& traffic, const SweptFailures& failures, const WorstOfPairs& worst,
                        std::size_t rows_max) {
  const Topology& topology = traffic.topology;
  TextTable links({"link", "worst", "", "when these fail"});
  std::size_t shown = 0;
  for (const LinkId id : by_load(topology, [&](LinkId link) { return worst.loads[link]; })) {
    if (++shown > rows_max) break;
    links.row({link_name(topology, id), share(worst.loads[id], topology.link(id).capacity_bps),
               print_si(worst.loads[id]), pair_name(failures, worst.failures[id])});
  }
  return links.aligned() +
         fmt::format("\nmost without a way: {} bit/s ({})\n", print_si(worst.unrouted),
                     pair_name(failures, worst.unrouted_failures)) +
         weak_text(topology, rows_max);
}

}  // namespace anemone
