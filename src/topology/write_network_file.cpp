#include "topology/write_network_file.h"

#include <charconv>
#include <map>
#include <optional>
#include <set>
#include <vector>

namespace anemone {
namespace {

// The shortest decimal digits that mean this number, without an exponent.
std::string number(double value) {
  std::string text(400, ' ');
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  text.resize(static_cast<std::size_t>(end.ptr - text.data()));
  return text;
}

// Names without blanks, still unique, for formats whose words are parted by blanks.
PerNode<std::string> plain_names(const Topology& topology) {
  PerNode<std::string> names;
  std::set<std::string> taken;
  for (NodeId id : topology.nodes()) {
    std::string name = topology.node(id).name;
    for (char& c : name) {
      if (c == '#' || static_cast<unsigned char>(c) <= ' ') c = '_';
    }
    if (name.empty()) name = "_";
    const std::string base = name;
    for (int i = 2; !taken.insert(name).second; ++i) name = base + "_" + std::to_string(i);
    names.push_back(std::move(name));
  }
  return names;
}

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:  // XML has no control characters
        out += static_cast<unsigned char>(c) < ' ' ? '_' : c;
    }
  }
  return out;
}

std::string quoted(const std::string& text, char escape) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || (escape == '\\' && c == '\\')) out += escape;
    out += c;
  }
  return out + "\"";
}

class Writer {
 public:
  Writer(const Topology& topology, std::span<const NamedDemand> demands)
      : topology_(topology), demands_(demands), names_(plain_names(topology)) {}

  Result<std::string> text() {
    for (NodeId id : topology_.nodes()) {
      const Node& node = topology_.node(id);
      out_ += (node.kind == NodeKind::kNetwork ? "network " : "node ") + names_[id];
      if (node.kind == NodeKind::kNetwork && node.prefix != Prefix{})
        out_ += " prefix " + print_prefix(node.prefix);
      if (node.router_id.value != 0) out_ += " id " + print_address(node.router_id);
      out_ += "\n";
    }
    for (LinkId id : links()) text_link(id);
    for (const Attachment& at : topology_.attachments()) {
      if (at.kind == PrefixKind::kNetwork) continue;  // its network says so
      out_ +=
          "prefix " + print_prefix(at.prefix) + " at " + names_[at.node] + " cost " + std::to_string(at.cost);
      out_ += at.kind >= PrefixKind::kExternal1 ? " external\n" : "\n";
    }
    for (const NamedDemand& demand : demands_) {
      out_ += "demand " + plain(demand.from) + " " + plain(demand.to) + " " + number(demand.bps);
      out_ += demand.pps > 0 ? " packets " + number(demand.pps) + "\n" : "\n";
    }
    return out_;
  }

  Result<std::string> repetita() {
    out_ = "NODES " + std::to_string(topology_.node_count()) + "\nlabel x y\n";
    for (const std::string& name : names_) out_ += name + " 0 0\n";
    out_ += "\nEDGES " + std::to_string(topology_.link_count()) + "\n";
    if (topology_.link_count() > 0) out_ += "label src dest weight bw delay\n";
    std::size_t count = 0;
    for (LinkId id : links()) {
      const Link& link = topology_.link(id);
      if (link.cost < 1 || link.cost > kLinkCostMax) {
        return Error{"REPETITA's weights begin at 1: " + link_name(topology_, id) + " costs " +
                     std::to_string(link.cost)};
      }
      out_ += "edge_" + std::to_string(count++) + " " + std::to_string(link.from.value()) + " " +
              std::to_string(link.to.value()) + " " + std::to_string(link.cost) + " " +
              number(link.capacity_bps / 1000) + " " + std::to_string(link.te_metric) + "\n";
    }
    return out_;
  }

  Result<std::string> repetita_demands() {
    out_ = "DEMANDS " + std::to_string(demands_.size()) + "\n";
    if (!demands_.empty()) out_ += "label src dest bw\n";
    std::size_t count = 0;
    for (const NamedDemand& demand : demands_) {
      const auto from = node_of(demand.from);
      if (!from) return from.error();
      const auto to = node_of(demand.to);
      if (!to) return to.error();
      out_ += "demand_" + std::to_string(count++) + " " + std::to_string(from->value()) + " " +
              std::to_string(to->value()) + " " + number(demand.bps / 1000) + "\n";
    }
    return out_;
  }

  Result<std::string> sndlib() {
    out_ =
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<network xmlns=\"http://sndlib.zib.de/network\" "
        "version=\"1.0\">\n <meta><unit>MBITPERSEC</unit></meta>\n"
        " <networkStructure>\n  <nodes coordinatesType=\"geographical\">\n";
    for (const Node& node : topology_.parts().nodes) out_ += "   <node id=\"" + escaped(node.name) + "\"/>\n";
    out_ += "  </nodes>\n  <links>\n";
    std::size_t count = 0;
    for (LinkId id : links()) {
      if (auto done = sndlib_link(id, count); !done) return done.error();
    }
    out_ += "  </links>\n </networkStructure>\n <demands>\n";
    for (std::size_t i = 0; i < demands_.size(); ++i) {
      if (auto done = sndlib_demand(demands_[i], i); !done) return done.error();
    }
    out_ += " </demands>\n</network>\n";
    return out_;
  }

  Result<std::string> graphml() {
    const bool directed = !all_pairs_alike();
    out_ =
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<graphml "
        "xmlns=\"http://graphml.graphdrawing.org/xmlns\">\n"
        "  <key attr.name=\"label\" attr.type=\"string\" for=\"node\" id=\"d0\"/>\n"
        "  <key attr.name=\"LinkSpeedRaw\" attr.type=\"double\" for=\"edge\" id=\"d1\"/>\n"
        "  <key attr.name=\"cost\" attr.type=\"int\" for=\"edge\" id=\"d2\"/>\n"
        "  <key attr.name=\"kind\" attr.type=\"string\" for=\"node\" id=\"d3\"/>\n";
    out_ += std::string("  <graph edgedefault=\"") + (directed ? "directed" : "undirected") + "\">\n";
    for (NodeId id : topology_.nodes()) {
      out_ += "    <node id=\"" + std::to_string(id.value()) + "\"><data key=\"d0\">" +
              escaped(topology_.node(id).name) + "</data>";
      if (topology_.node(id).kind == NodeKind::kNetwork) out_ += "<data key=\"d3\">network</data>";
      out_ += "</node>\n";
    }
    for (LinkId id : links()) {
      const Link& link = topology_.link(id);
      if (!directed && link.reverse < id) continue;
      out_ += "    <edge source=\"" + std::to_string(link.from.value()) + "\" target=\"" +
              std::to_string(link.to.value()) + "\">";
      if (link.capacity_bps > 0) out_ += "<data key=\"d1\">" + number(link.capacity_bps) + "</data>";
      out_ += "<data key=\"d2\">" + std::to_string(link.cost) + "</data></edge>\n";
    }
    out_ += "  </graph>\n</graphml>\n";
    return out_;
  }

  Result<std::string> dot() {
    const bool directed = !all_pairs_alike();
    out_ = directed ? "digraph network {\n" : "graph network {\n";
    for (NodeId id : topology_.nodes()) {
      const Node& node = topology_.node(id);
      out_ += "  n" + std::to_string(id.value()) + " [label=" + quoted(node.name, '\\') +
              (node.kind == NodeKind::kNetwork ? ", shape=box];\n" : "];\n");
    }
    for (LinkId id : links()) {
      const Link& link = topology_.link(id);
      if (!directed && link.reverse < id) continue;
      out_ += "  n" + std::to_string(link.from.value()) + (directed ? " -> n" : " -- n") +
              std::to_string(link.to.value()) + " [label=\"" + std::to_string(link.cost) + "\"];\n";
    }
    out_ += "}\n";
    return out_;
  }

  Result<std::string> csv() {
    out_ = "link,from,to,cost,capacity_bps,area\n";
    for (LinkId id : indices<LinkId>(topology_.link_count())) {
      const Link& link = topology_.link(id);
      out_ += quoted(link_name(topology_, id), '"') + "," + quoted(topology_.node(link.from).name, '"') +
              "," + quoted(topology_.node(link.to).name, '"') + "," + std::to_string(link.cost) + "," +
              (link.capacity_bps > 0 ? number(link.capacity_bps) : "") + "," + print_area(link.area) + "\n";
    }
    return out_;
  }

 private:
  // Those that carry something.
  std::vector<LinkId> links() const {
    std::vector<LinkId> ids;
    for (LinkId id : indices<LinkId>(topology_.link_count())) {
      if (!topology_.link(id).is_virtual) ids.push_back(id);
    }
    return ids;
  }

  bool alike(LinkId id) const {
    const Link& link = topology_.link(id);
    if (!link.reverse.valid()) return false;
    const Link& back = topology_.link(link.reverse);
    return back.cost == link.cost && back.capacity_bps == link.capacity_bps &&
           back.te_metric == link.te_metric;
  }
  bool all_pairs_alike() const {
    for (LinkId id : links()) {
      if (!alike(id)) return false;
    }
    return true;
  }

  // "link" for both directions where they are alike, "arc" for one.
  void text_link(LinkId id) {
    const Link& link = topology_.link(id);
    const bool from_network = topology_.node(link.from).kind == NodeKind::kNetwork;
    const bool to_network = topology_.node(link.to).kind == NodeKind::kNetwork;
    const bool pair = link.reverse.valid() && (alike(id) || from_network || to_network) &&
                      topology_.link(link.reverse).capacity_bps == link.capacity_bps;
    if (pair && (from_network || (!to_network && link.reverse < id))) return;  // the other direction says it
    out_ += (pair ? "link " : "arc ") + names_[link.from] + " " + names_[link.to];
    if (!from_network) out_ += " cost " + std::to_string(link.cost);
    if (link.capacity_bps > 0) out_ += " capacity " + number(link.capacity_bps);
    if (link.te_metric > 0) out_ += " te-metric " + std::to_string(link.te_metric);
    if (link.area != AreaId{}) out_ += " area " + print_area(link.area);
    if (!link.address.is_none() && !link.neighbor.is_none()) {
      out_ += " addresses " + print_address(link.address) + " " + print_address(link.neighbor);
    }
    out_ += "\n";
  }

  Result<void> sndlib_link(LinkId id, std::size_t& count) {
    const Link& link = topology_.link(id);
    if (!link.reverse.valid() || topology_.link(link.reverse).capacity_bps != link.capacity_bps) {
      return Error{"SNDlib's links have no direction: " + link_name(topology_, id) +
                   (link.reverse.valid() ? " has another capacity than its reverse" : " has no reverse")};
    }
    if (link.reverse < id) return {};
    out_ += "   <link id=\"L" + std::to_string(count++) + "\"><source>" +
            escaped(topology_.node(link.from).name) + "</source><target>" +
            escaped(topology_.node(link.to).name) + "</target>";
    if (link.capacity_bps > 0) {
      out_ += "<preInstalledModule><capacity>" + number(link.capacity_bps / 1e6) +
              "</capacity><cost>0</cost></preInstalledModule>";
    }
    out_ += "</link>\n";
    return {};
  }

  Result<void> sndlib_demand(const NamedDemand& demand, std::size_t index) {
    const auto from = node_of(demand.from);
    if (!from) return from.error();
    const auto to = node_of(demand.to);
    if (!to) return to.error();
    out_ += "  <demand id=\"D" + std::to_string(index) + "\"><source>" + escaped(topology_.node(*from).name) +
            "</source><target>" + escaped(topology_.node(*to).name) + "</target><demandValue>" +
            number(demand.bps / 1e6) + "</demandValue></demand>\n";
    return {};
  }

  // Where a demand begins or ends; a prefix must be attached at one node.
  Result<NodeId> node_of(const std::string& name) const {
    auto node = topology_.find(name);
    if (node) return node;
    for (PrefixId id : indices<PrefixId>(topology_.prefix_count())) {
      if (print_prefix(topology_.prefix(id)) != name) continue;
      const auto places = topology_.attachments(id);
      if (places.size() == 1) return places[0].node;
      return Error{"a demand for " + name +
                   ", which is attached in several places: this format knows nodes only"};
    }
    return node.error();
  }

  std::string plain(const std::string& name) const {
    const auto node = topology_.find(name);
    return node ? names_[*node] : name;
  }

  const Topology& topology_;
  std::span<const NamedDemand> demands_;
  PerNode<std::string> names_;
  std::string out_;
};

}  // namespace

Result<std::string> write_network(const Topology& topology, std::span<const NamedDemand> demands,
                                  NetworkFormat format) {
  Writer writer(topology, demands);
  switch (format) {
    case NetworkFormat::kText:
      return writer.text();
    case NetworkFormat::kRepetita:
      return writer.repetita();
    case NetworkFormat::kRepetitaDemands:
      return writer.repetita_demands();
    case NetworkFormat::kSndlib:
      return writer.sndlib();
    case NetworkFormat::kGraphml:
      return writer.graphml();
    case NetworkFormat::kDot:
      return writer.dot();
    case NetworkFormat::kCsv:
      return writer.csv();
  }
  return Error{"not a format"};
}

}  // namespace anemone
