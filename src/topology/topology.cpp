#include "topology/topology.h"

#include <algorithm>
#include <bit>
#include <functional>
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

namespace {

// Rearranges `values` so that the one at order[i] comes to stand at i.
template <class T>
void arrange(std::vector<T>& values, const std::vector<std::uint32_t>& order) {
  bool in_order = true;
  for (std::uint32_t i = 0; i < order.size() && in_order; ++i) in_order = order[i] == i;
  if (in_order) return;
  std::vector<T> arranged;
  arranged.reserve(values.size());
  for (const std::uint32_t from : order) arranged.push_back(std::move(values[from]));
  values = std::move(arranged);
}

// Sums up counts that stand one place late: what was a count becomes where it begins.
void sum_up(std::vector<std::uint32_t>& counts) {
  for (std::size_t i = 1; i < counts.size(); ++i) counts[i] += counts[i - 1];
}

auto order_of(const Link& link) {
  return std::tie(link.from, link.to, link.area, link.address, link.port, link.cost);
}

auto order_of(const Attachment& attachment) {
  return std::tie(attachment.prefix, attachment.kind, attachment.area, attachment.node, attachment.cost);
}

// Sorts numbers by their upper half, from its lowest bits up, keeping equal ones in their order.
void sort_by_upper_half(std::vector<std::uint64_t>& numbers) {
  constexpr int kBits = 11;
  constexpr std::size_t kBuckets = std::size_t{1} << kBits;
  std::vector<std::uint64_t> sorted(numbers.size());
  for (int shift = 32; shift < 64; shift += kBits) {
    std::vector<std::uint32_t> first(kBuckets + 1, 0);
    for (const std::uint64_t number : numbers) ++first[(number >> shift) % kBuckets + 1];
    sum_up(first);
    for (const std::uint64_t number : numbers) sorted[first[(number >> shift) % kBuckets]++] = number;
    numbers.swap(sorted);
  }
}

// Attachments in the order of their prefixes' addresses, which are nearly always IPv4's.
std::vector<std::uint32_t> by_address(const std::vector<Attachment>& attachments) {
  std::vector<std::uint32_t> order;
  order.reserve(attachments.size());
  const auto is_v4 = [](const Attachment& attachment) { return attachment.prefix.address().is_v4(); };
  if (std::all_of(attachments.begin(), attachments.end(), is_v4)) {
    std::vector<std::uint64_t> numbers;
    numbers.reserve(attachments.size());
    for (const Attachment& at : attachments) {
      numbers.push_back(std::uint64_t{at.prefix.address().v4().value} << 32 | numbers.size());
    }
    sort_by_upper_half(numbers);
    for (const std::uint64_t number : numbers) order.push_back(static_cast<std::uint32_t>(number));
    return order;
  }
  for (std::uint32_t i = 0; i < attachments.size(); ++i) order.push_back(i);
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    return attachments[a].prefix.address() < attachments[b].prefix.address();
  });
  return order;
}

}  // namespace

Topology::Topology(TopologyParts parts) : parts_(std::move(parts)) {
  index_names();
  sort_links();
  count_links();
  pair_links();
  sort_attachments();
}

void Topology::index_names() {
  by_name_.assign(std::bit_ceil(2 * node_count() + 1), NodeId{});
  const std::size_t mask = by_name_.size() - 1;
  for (NodeId id : nodes()) {
    std::size_t place = std::hash<std::string_view>{}(node(id).name) & mask;
    while (by_name_[place].valid()) place = (place + 1) & mask;
    by_name_[place] = id;
  }
}

// By `from` in one pass over counts, then each node's few links by what is left to compare.
void Topology::sort_links() {
  struct Place {
    std::uint32_t to, link;
  };
  const auto& links = parts_.links;
  std::vector<std::uint32_t> first(node_count() + 1, 0);
  for (const Link& link : links) ++first[link.from.value() + 1];
  sum_up(first);
  std::vector<std::uint32_t> next(first.begin(), first.end() - 1);
  std::vector<Place> places(links.size());
  for (std::uint32_t i = 0; i < links.size(); ++i) {
    places[next[links[i].from.value()]++] = {links[i].to.value(), i};
  }
  const auto before = [&](const Place& a, const Place& b) {
    if (a.to != b.to) return a.to < b.to;
    const auto left = order_of(links[a.link]);
    const auto right = order_of(links[b.link]);
    return left != right ? left < right : a.link < b.link;
  };
  for (std::size_t node = 0; node < node_count(); ++node) {
    std::sort(places.begin() + first[node], places.begin() + first[node + 1], before);
  }
  std::vector<std::uint32_t> order;
  order.reserve(links.size());
  for (const Place& place : places) order.push_back(place.link);
  arrange(parts_.links, order);
}

void Topology::count_links() {
  first_link_.assign(node_count() + 1, 0);
  first_in_.assign(node_count() + 1, 0);
  for (const Link& link : parts_.links) {
    ++first_link_[link.from.value() + 1];
    ++first_in_[link.to.value() + 1];
  }
  sum_up(first_link_);
  sum_up(first_in_);
  std::vector<std::uint32_t> next(first_in_.begin(), first_in_.end() - 1);
  in_links_.resize(link_count());
  for (LinkId id : indices<LinkId>(link_count())) in_links_[next[link(id).to.value()]++] = id;
}

void Topology::pair_links() {
  for (Link& link : parts_.links) link.reverse = LinkId{};
  for (LinkId id : indices<LinkId>(link_count())) pair_link(id);
}

// Two directions belong together when their ends and area are the same and, where addresses are known,
// each one's next hop is the other's interface, and so with interface numbers; without either, the first free
// one is taken.
void Topology::pair_link(LinkId id) {
  auto fits = [](const IpAddress& own, const IpAddress& seen_by_other) {
    return own.is_none() || seen_by_other.is_none() || own == seen_by_other;
  };
  auto port_fits = [](std::uint32_t own, std::uint32_t seen_by_other) {
    return own == 0 || seen_by_other == 0 || own == seen_by_other;
  };
  auto crossed = [&](const Link& a, const Link& b) {
    return fits(a.address, b.neighbor) && fits(b.address, a.neighbor) && port_fits(a.port, b.neighbor_port) &&
           port_fits(b.port, a.neighbor_port);
  };
  auto& links = parts_.links;
  Link& link = links[id.value()];
  if (link.reverse.valid()) return;
  const auto first = links.begin() + first_link_[link.to.value()];
  const auto end = links.begin() + first_link_[link.to.value() + 1];
  for (auto back = std::partition_point(first, end, [&](const Link& other) { return other.to < link.from; });
       back != end && back->to == link.from; ++back) {
    if (&*back == &link || back->area != link.area || back->reverse.valid() || !crossed(link, *back))
      continue;
    link.reverse = LinkId{static_cast<std::size_t>(back - links.begin())};
    back->reverse = id;
    return;
  }
}

// By address first, close together in memory; then the few of each address.
void Topology::sort_attachments() {
  auto& attachments = parts_.attachments;
  std::vector<std::uint32_t> order = by_address(attachments);
  const auto address = [&](std::uint32_t at) -> const IpAddress& { return attachments[at].prefix.address(); };
  const auto before = [&](std::uint32_t a, std::uint32_t b) {
    const auto left = order_of(attachments[a]);
    const auto right = order_of(attachments[b]);
    return left != right ? left < right : a < b;
  };
  for (auto first = order.begin(); first != order.end();) {
    const auto other = [&](std::uint32_t at) { return address(at) != address(*first); };
    const auto end = std::find_if(first + 1, order.end(), other);
    std::sort(first, end, before);
    first = end;
  }
  arrange(attachments, order);
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
  if (by_name_.empty()) return Error{"the topology is empty"};
  const std::size_t mask = by_name_.size() - 1;
  for (std::size_t place = std::hash<std::string_view>{}(name)&mask; by_name_[place].valid();
       place = (place + 1) & mask) {
    if (node(by_name_[place]).name == name) return by_name_[place];
  }
  if (auto id = parse_ipv4(name)) {
    for (NodeId candidate : nodes()) {
      if (node(candidate).kind == NodeKind::kRouter && node(candidate).router_id == *id) return candidate;
    }
  }
  return Error{"no router '" + std::string(name) + "' in this topology; there are: " + some_names()};
}

std::string Topology::some_names() const {
  std::vector<std::string_view> names;
  for (const Node& node : parts_.nodes) names.push_back(node.name);
  std::sort(names.begin(), names.end());
  std::string known;
  for (const std::string_view name : names) {
    if (known.size() > 100) return known + ", ...";
    known += (known.empty() ? "" : ", ") + std::string(name);
  }
  return known;
}

std::string link_name(const Topology& topology, LinkId id) {
  const Link& link = topology.link(id);
  std::string name = topology.node(link.from).name + ">" + topology.node(link.to).name;
  if (!link.address.is_none()) return name + ":" + print_address(link.address);
  if (link.port == 0) return name;
  const std::string area = print_area(link.area);  // "ospf3/64:0.0.0.1": the same interface has several links
  return name + ":" + area.substr(0, area.find(':') + 1) + "ifindex " + std::to_string(link.port);
}

}  // namespace anemone
