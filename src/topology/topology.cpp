#include "topology/topology.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace anemone {

const char* print_prefix_kind(PrefixKind kind) {
  switch (kind) {
    case PrefixKind::kStub:
    case PrefixKind::kNetwork:
      return "stub";
    case PrefixKind::kSummary:
      return "summary";
    case PrefixKind::kExternal1:
      return "external1";
    case PrefixKind::kExternal2:
      return "external2";
    case PrefixKind::kNssa1:
      return "nssa1";
    case PrefixKind::kNssa2:
      return "nssa2";
  }
  return "unknown";
}

Topology::Topology(TopologyParts parts) : parts_(std::move(parts)) {
  for (NodeId id : nodes()) {
    by_name_.emplace(node(id).name, id);
  }
  sort_links();
  pair_links();
  sort_attachments();
}

void Topology::sort_links() {
  auto order = [](const Link& link) {
    return std::tie(link.from, link.to, link.area, link.address, link.cost);
  };
  std::stable_sort(parts_.links.begin(), parts_.links.end(),
                   [&](const Link& a, const Link& b) { return order(a) < order(b); });
  first_link_.assign(node_count() + 1, 0);
  first_in_.assign(node_count() + 1, 0);
  for (const Link& link : parts_.links) {
    ++first_link_[link.from.value() + 1];
    ++first_in_[link.to.value() + 1];
  }
  for (std::size_t i = 0; i < node_count(); ++i) {
    first_link_[i + 1] += first_link_[i];
    first_in_[i + 1] += first_in_[i];
  }
  std::vector<std::uint32_t> next(first_in_.begin(), first_in_.end() - 1);
  in_links_.resize(link_count());
  for (LinkId id : indices<LinkId>(link_count())) in_links_[next[link(id).to.value()]++] = id;
}

// Two directions belong together when their ends and area are the same and, where addresses are known,
// each one's next hop is the other's interface; without addresses, the first free one is taken.
void Topology::pair_links() {
  for (Link& link : parts_.links) link.reverse = LinkId{};
  auto fits = [](const IpAddress& own, const IpAddress& seen_by_other) {
    return own.is_none() || seen_by_other.is_none() || own == seen_by_other;
  };
  auto crossed = [&](const Link& a, const Link& b) {
    return fits(a.address, b.neighbor) && fits(b.address, a.neighbor);
  };
  for (LinkId id : indices<LinkId>(link_count())) {
    Link& link = parts_.links[id.value()];
    if (link.reverse.valid()) continue;
    for (LinkId back : links_from(link.to)) {
      Link& other = parts_.links[back.value()];
      if (back == id || other.to != link.from || other.area != link.area || other.reverse.valid()) continue;
      if (!crossed(link, other)) continue;
      link.reverse = back;
      other.reverse = id;
      break;
    }
  }
}

void Topology::sort_attachments() {
  auto order = [](const Attachment& a) { return std::tie(a.prefix, a.kind, a.area, a.node, a.cost); };
  auto& attachments = parts_.attachments;
  std::sort(attachments.begin(), attachments.end(),
            [&](const Attachment& a, const Attachment& b) { return order(a) < order(b); });
  for (std::size_t i = 0; i < attachments.size(); ++i) {
    if (i > 0 && attachments[i].prefix == attachments[i - 1].prefix) continue;
    prefixes_.push_back(attachments[i].prefix);
    first_attachment_.push_back(static_cast<std::uint32_t>(i));
  }
  first_attachment_.push_back(static_cast<std::uint32_t>(attachments.size()));
}

Indices<LinkId> Topology::links_from(NodeId node) const {
  return {first_link_[node.value()], first_link_[node.value() + 1]};
}

std::span<const LinkId> Topology::links_to(NodeId node) const {
  const std::uint32_t first = first_in_[node.value()];
  return std::span(in_links_).subspan(first, first_in_[node.value() + 1] - first);
}

std::span<const Attachment> Topology::attachments(PrefixId id) const {
  const std::uint32_t first = first_attachment_[id.value()];
  return std::span(parts_.attachments).subspan(first, first_attachment_[id.value() + 1] - first);
}

Result<NodeId> Topology::find(std::string_view name) const {
  if (auto found = by_name_.find(name); found != by_name_.end()) return found->second;
  if (auto id = parse_ipv4(name)) {
    for (NodeId candidate : nodes()) {
      if (node(candidate).kind == NodeKind::kRouter && node(candidate).router_id == *id) return candidate;
    }
  }
  std::string known;
  for (const auto& [other, id] : by_name_) {
    if (known.size() > 100) {
      known += ", ...";
      break;
    }
    known += (known.empty() ? "" : ", ") + other;
  }
  return Error{"no router '" + std::string(name) + "' in this topology; there are: " + known};
}

std::string link_name(const Topology& topology, LinkId id) {
  const Link& link = topology.link(id);
  std::string name = topology.node(link.from).name + ">" + topology.node(link.to).name;
  if (!link.address.is_none()) name += ":" + print_address(link.address);
  return name;
}

}  // namespace anemone
