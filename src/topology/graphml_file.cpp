#include "topology/graphml_file.h"

#include <pugixml.hpp>
#include <set>
#include <utility>

#include "base/text.h"
#include "topology/xml_text.h"

namespace anemone {
namespace {

class GraphmlReader {
 public:
  Result<NetworkFile> read(std::string_view text) {
    if (auto done = xml_.parse(text); !done) return done.error();
    const pugi::xml_node graph = xml_.root().child("graph");
    if (!graph) return xml_.problem(xml_.root(), "holds no <graph>");
    for (const pugi::xml_node key : xml_.root().children("key")) read_key(key);
    find_shared_labels(graph);
    for (const pugi::xml_node node : graph.children("node")) {
      if (auto done = read_node(node); !done) return done.error();
    }
    const bool directed = std::string_view(graph.attribute("edgedefault").value()) == "directed";
    for (const pugi::xml_node part : graph.children()) {
      const std::string_view name = part.name();
      if (name == "hyperedge" || name == "graph")
        return xml_.problem(part, "<" + std::string(name) + "> is not supported");
      if (name != "edge") continue;
      if (auto done = read_edge(part, directed); !done) return done.error();
    }
    return std::move(build_).finish();
  }

 private:
  void read_key(const pugi::xml_node& key) {
    const std::string_view of = key.attribute("for").value();
    const std::string_view name = key.attribute("attr.name").value();
    if (of == "node" && name == "label") label_key_ = key.attribute("id").value();
    if (of == "node" && name == "kind") kind_key_ = key.attribute("id").value();
    if (of == "edge" && name == "LinkSpeedRaw") speed_key_ = key.attribute("id").value();
    if (of == "edge" && name == "cost") cost_key_ = key.attribute("id").value();
  }

  static std::string data(const pugi::xml_node& of, const std::string& key) {
    if (key.empty()) return {};
    for (const pugi::xml_node datum : of.children("data")) {
      if (key == datum.attribute("key").value()) return std::string(trim(datum.child_value()));
    }
    return {};
  }

  void find_shared_labels(const pugi::xml_node& graph) {
    std::set<std::string> seen;
    for (const pugi::xml_node node : graph.children("node")) {
      std::string label = data(node, label_key_);
      if (!seen.insert(label).second) shared_.insert(std::move(label));
    }
  }

  Result<void> read_node(const pugi::xml_node& node) {
    const std::string id = node.attribute("id").value();
    if (id.empty()) return xml_.problem(node, "a node without an id");
    std::string name = data(node, label_key_);
    if (name.empty()) {
      name = id;
    } else if (shared_.contains(name)) {
      name += "-" + id;
    }
    const bool is_network = data(node, kind_key_) == "network";
    const auto added = build_.add_node(name, is_network ? NodeKind::kNetwork : NodeKind::kRouter);
    if (!added) return xml_.problem(node, added.error().message);
    if (!by_id_.emplace(id, *added).second) return xml_.problem(node, "a second node with id '" + id + "'");
    return {};
  }

  Result<void> read_edge(const pugi::xml_node& edge, bool directed) {
    const auto from = by_id_.find(edge.attribute("source").value());
    const auto to = by_id_.find(edge.attribute("target").value());
    if (from == by_id_.end() || to == by_id_.end()) {
      return xml_.problem(edge, "an edge from '" + std::string(edge.attribute("source").value()) + "' to '" +
                                    edge.attribute("target").value() + "': want ids of nodes");
    }
    if (from == to) return {};
    Link link;
    link.from = from->second;
    link.to = to->second;
    if (const std::string speed = data(edge, speed_key_); !speed.empty()) {
      const auto bps = parse_double(speed);
      if (!bps || *bps < 0) return xml_.problem(edge, "LinkSpeedRaw: '" + speed + "'");
      link.capacity_bps = *bps;
    }
    if (const std::string cost = data(edge, cost_key_); !cost.empty()) {
      const auto value = parse_u64(cost);
      if (!value || *value > kLinkCostMax) return xml_.problem(edge, "cost: '" + cost + "'");
      link.cost = static_cast<Cost>(*value);
    }
    const bool one_way = edge.attribute("directed") ? edge.attribute("directed").as_bool() : directed;
    const auto added = one_way ? build_.add_arc(link) : build_.add_link(link);
    if (!added) return xml_.problem(edge, added.error().message);
    return {};
  }

  XmlText xml_;
  NetworkBuilder build_;
  std::string label_key_;
  std::string kind_key_;
  std::string speed_key_;
  std::string cost_key_;
  std::set<std::string> shared_;  // labels that several nodes bear
  std::map<std::string, NodeId> by_id_;
};

}  // namespace

Result<NetworkFile> parse_graphml(std::string_view text) { return GraphmlReader().read(text); }

}  // namespace anemone
