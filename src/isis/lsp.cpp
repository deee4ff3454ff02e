#include "isis/lsp.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdio>

#include "isis/tlv.h"

namespace anemone::isis {
namespace {

constexpr std::uint8_t kNarrowExternal = 0x40;  // I/E of a metric
constexpr std::uint8_t kNarrowDown = 0x80;      // RFC 5302
constexpr std::uint8_t kNarrowMetric = 0x3f;
constexpr std::uint16_t kTopologyMask = 0x0fff;

NodeKey read_node(ByteReader& in) {
  const std::uint64_t high = in.u32();
  return {high << 24 | in.u24()};
}

IpAddress read_ip6(Bytes value) {
  ByteReader in(value);
  const std::uint64_t high = in.u64();
  return {high, in.u64()};
}

Ipv4 read_ip4(Bytes value) { return {ByteReader(value).u32()}; }

// Sub-TLVs of a link; one of a length other than its type's is let be.
LinkDetails read_details(Bytes sub_tlvs) {
  LinkDetails details;
  each_tlv(sub_tlvs, [&](const Tlv& tlv) {
    ByteReader in(tlv.value);
    const std::size_t size = tlv.value.size();
    if (tlv.type == 3 && size == 4) details.admin_group = in.u32();
    if (tlv.type == 4 && size == 8) {
      details.local_id = in.u32();
      details.remote_id = in.u32();
    }
    if (tlv.type == 6 && size == 4) details.address = read_ip4(tlv.value);
    if (tlv.type == 8 && size == 4) details.neighbor = read_ip4(tlv.value);
    if (tlv.type == 9 && size == 4) {  // bytes a second
      const auto bytes_s = std::bit_cast<float>(in.u32());
      if (bytes_s > 0 && bytes_s < 1e18F) details.capacity_bps = 8 * static_cast<double>(bytes_s);
    }
    if (tlv.type == 12 && size == 16) details.address6 = read_ip6(tlv.value);
    if (tlv.type == 13 && size == 16) details.neighbor6 = read_ip6(tlv.value);
    if (tlv.type == 18 && size == 3) details.te_metric = in.u24();
  });
  return details;
}

// A virtual flag (1), then each: four metrics (only the first was ever used), neighbour (7).
void read_neighbors(ByteReader in, std::vector<Neighbor>& neighbors) {
  in.skip(1);
  while (in.left() >= 11) {
    Neighbor neighbor;
    neighbor.metric = in.u8() & kNarrowMetric;
    in.skip(3);
    neighbor.node = read_node(in);
    neighbors.push_back(neighbor);
  }
}

void read_extended_neighbors(ByteReader in, std::uint16_t topology, std::vector<Neighbor>& neighbors) {
  while (in.left() >= 11) {
    Neighbor neighbor;
    neighbor.node = read_node(in);
    neighbor.metric = in.u24();
    neighbor.details = read_details(in.take(in.u8()));
    neighbor.wide = true;
    neighbor.topology = topology;
    neighbors.push_back(neighbor);
  }
}

// Each: four metrics, address (4), mask (4). A mask with holes says nothing that could be routed on.
void read_narrow_ip(ByteReader in, bool external, std::vector<Reach>& prefixes) {
  while (in.left() >= 12) {
    Reach reach;
    const std::uint8_t metric = in.u8();
    in.skip(3);
    const Ipv4 address{in.u32()};
    const auto length = mask_length({in.u32()});
    if (!length) continue;
    reach.prefix = Prefix(address, *length);
    reach.metric = metric & kNarrowMetric;
    reach.down = (metric & kNarrowDown) != 0;
    reach.external = external;
    reach.external_metric = external && (metric & kNarrowExternal) != 0;
    prefixes.push_back(reach);
  }
}

void read_extended_ip(ByteReader in, std::uint16_t topology, std::vector<Reach>& prefixes) {
  while (in.left() >= 5) {
    Reach reach;
    reach.metric = in.u32();
    const std::uint8_t control = in.u8();
    const int length = control & 0x3f;
    std::uint32_t address = 0;
    for (int bit = 0; bit < length; bit += 8) address |= std::uint32_t{in.u8()} << (24 - bit);
    if ((control & 0x40) != 0) in.skip(in.u8());
    reach.prefix = Prefix(Ipv4{address}, length);
    reach.down = (control & 0x80) != 0;
    reach.wide = true;
    reach.topology = topology;
    prefixes.push_back(reach);
  }
}

void read_ip6_prefixes(ByteReader in, std::uint16_t topology, std::vector<Reach>& prefixes) {
  while (in.left() >= 6) {
    Reach reach;
    reach.metric = in.u32();
    const std::uint8_t control = in.u8();
    const int length = in.u8();
    std::array<std::uint8_t, 16> address{};
    for (int i = 0; i < (length + 7) / 8; ++i) address[static_cast<std::size_t>(i)] = in.u8();
    if ((control & 0x20) != 0) in.skip(in.u8());
    reach.prefix = Prefix(IpAddress::from_bytes6(address), length);
    if (reach.prefix.is_v4()) continue;  // IPv4 in IPv6's clothes: no such thing is routed
    reach.down = (control & 0x80) != 0;
    reach.external = (control & 0x40) != 0;
    reach.wide = true;
    reach.topology = topology;
    prefixes.push_back(reach);
  }
}

std::uint16_t read_topology(ByteReader& in) { return in.u16() & kTopologyMask; }

void read_areas(ByteReader in, LspContents& contents) {
  while (in.left() > 0) {
    const Bytes area = in.take(in.u8());
    if (!area.empty()) contents.areas.emplace_back(area.begin(), area.end());
  }
}

void read_topologies(ByteReader in, LspContents& contents) {
  while (in.left() >= 2) {
    const std::uint16_t bits = in.u16();
    contents.topologies.push_back(
        {static_cast<std::uint16_t>(bits & kTopologyMask), (bits & 0x8000) != 0, (bits & 0x4000) != 0});
  }
}

std::string read_host_name(Bytes value) {
  std::string name(value.begin(), value.end());
  std::replace_if(
      name.begin(), name.end(), [](char c) { return c <= ' ' || c > '~'; }, '?');
  return name;
}

void read_addresses(ByteReader in, std::size_t size, LspContents& contents) {
  while (in.left() >= size) {
    const Bytes address = in.take(size);
    contents.addresses.push_back(size == 4 ? IpAddress(read_ip4(address)) : read_ip6(address));
  }
}

void read_one(const Tlv& tlv, LspContents& contents) {
  ByteReader in(tlv.value);
  switch (tlv.known()) {
    case TlvType::kAreaAddresses:
      return read_areas(in, contents);
    case TlvType::kNeighbors:
      return read_neighbors(in, contents.neighbors);
    case TlvType::kExtendedNeighbors:
      return read_extended_neighbors(in, kStandardTopology, contents.neighbors);
    case TlvType::kTopologyNeighbors: {
      const std::uint16_t topology = read_topology(in);
      return read_extended_neighbors(in, topology, contents.neighbors);
    }
    case TlvType::kInternalIp:
      return read_narrow_ip(in, false, contents.prefixes);
    case TlvType::kExternalIp:
      return read_narrow_ip(in, true, contents.prefixes);
    case TlvType::kExtendedIp:
      return read_extended_ip(in, kStandardTopology, contents.prefixes);
    case TlvType::kTopologyIp: {
      const std::uint16_t topology = read_topology(in);
      return read_extended_ip(in, topology, contents.prefixes);
    }
    case TlvType::kIp6:
      return read_ip6_prefixes(in, kStandardTopology, contents.prefixes);
    case TlvType::kTopologyIp6: {
      const std::uint16_t topology = read_topology(in);
      return read_ip6_prefixes(in, topology, contents.prefixes);
    }
    case TlvType::kTopologies:
      return read_topologies(in, contents);
    case TlvType::kInterfaceAddresses:
      return read_addresses(in, 4, contents);
    case TlvType::kInterfaceAddresses6:
      return read_addresses(in, 16, contents);
    case TlvType::kHostName:
      contents.host_name = read_host_name(tlv.value);
      return;
    case TlvType::kTeRouterId:
      contents.te_router_id = read_ip4(tlv.value);
      return;
    case TlvType::kCapability:
      contents.capability_router_id = read_ip4(tlv.value);
      return;
    default:
      return;
  }
}

void write_node(NodeKey node, ByteWriter& out) {
  out.u32(static_cast<std::uint32_t>(node.value >> 24));
  out.u24(static_cast<std::uint32_t>(node.value & 0xff'ffff));
}

void write_sub_tlv(std::uint8_t type, Bytes value, ByteWriter& out) {
  out.u8(type);
  out.u8(static_cast<std::uint8_t>(value.size()));
  out.put(value);
}

Bytes address_bytes(const IpAddress& address, ByteWriter& out) {
  out.bytes().clear();
  if (address.is_v4()) {
    out.u32(address.v4().value);
  } else {
    out.u64(address.high());
    out.u64(address.low());
  }
  return out.bytes();
}

void write_details(const LinkDetails& details, ByteWriter& out) {
  ByteWriter value;
  auto number = [&](std::uint8_t type, std::uint32_t n) {
    value.bytes().clear();
    value.u32(n);
    if (n != 0) write_sub_tlv(type, value.bytes(), out);
  };
  auto address = [&](std::uint8_t type, const IpAddress& a) {
    if (!a.is_none()) write_sub_tlv(type, address_bytes(a, value), out);
  };
  auto address6 = [&](std::uint8_t type, const IpAddress& a) {
    value.bytes().clear();
    value.u64(a.high());
    value.u64(a.low());
    if (!a.is_none()) write_sub_tlv(type, value.bytes(), out);
  };
  number(3, details.admin_group);
  if (details.local_id != 0 || details.remote_id != 0) {
    value.bytes().clear();
    value.u32(details.local_id);
    value.u32(details.remote_id);
    write_sub_tlv(4, value.bytes(), out);
  }
  address(6, details.address);
  address(8, details.neighbor);
  number(9, std::bit_cast<std::uint32_t>(static_cast<float>(details.capacity_bps / 8)));
  address6(12, details.address6);
  address6(13, details.neighbor6);
  if (details.te_metric == 0) return;
  value.bytes().clear();
  value.u24(details.te_metric);
  write_sub_tlv(18, value.bytes(), out);
}

void write_neighbor(const Neighbor& neighbor, ByteWriter& out) {
  ByteWriter value;
  if (!neighbor.wide) {
    value.u8(0);
    value.u32(neighbor.metric << 24 | 0x80'8080);  // the other three metrics are not supported
    write_node(neighbor.node, value);
    return write_tlv(TlvType::kNeighbors, value.bytes(), out);
  }
  if (neighbor.topology != kStandardTopology) value.u16(neighbor.topology);
  write_node(neighbor.node, value);
  value.u24(neighbor.metric);
  ByteWriter details;
  write_details(neighbor.details, details);
  value.u8(static_cast<std::uint8_t>(details.size()));
  value.put(details.bytes());
  const bool standard = neighbor.topology == kStandardTopology;
  write_tlv(standard ? TlvType::kExtendedNeighbors : TlvType::kTopologyNeighbors, value.bytes(), out);
}

void write_narrow(const Reach& reach, ByteWriter& out) {
  ByteWriter value;
  const std::uint32_t bits = (reach.down ? kNarrowDown : 0U) | (reach.external_metric ? kNarrowExternal : 0U);
  value.u32((reach.metric | bits) << 24 | 0x80'8080);
  value.u32(reach.prefix.address().v4().value);
  value.u32(mask_of(reach.prefix.length()).value);
  write_tlv(reach.external ? TlvType::kExternalIp : TlvType::kInternalIp, value.bytes(), out);
}

void write_reach(const Reach& reach, ByteWriter& out) {
  if (!reach.wide) return write_narrow(reach, out);
  const bool standard = reach.topology == kStandardTopology;
  const bool v4 = reach.prefix.is_v4();
  const int length = reach.prefix.length();
  ByteWriter value;
  if (!standard) value.u16(reach.topology);
  value.u32(reach.metric);
  if (v4) {
    value.u8(static_cast<std::uint8_t>((reach.down ? 0x80 : 0) | length));
  } else {
    value.u8(static_cast<std::uint8_t>((reach.down ? 0x80 : 0) | (reach.external ? 0x40 : 0)));
    value.u8(static_cast<std::uint8_t>(length));
  }
  ByteWriter address;
  value.put(address_bytes(reach.prefix.address(), address).first(static_cast<std::size_t>(length + 7) / 8));
  if (v4) return write_tlv(standard ? TlvType::kExtendedIp : TlvType::kTopologyIp, value.bytes(), out);
  write_tlv(standard ? TlvType::kIp6 : TlvType::kTopologyIp6, value.bytes(), out);
}

}  // namespace

void read_lsp_contents(Bytes tlvs, LspContents& contents) {
  each_tlv(tlvs, [&](const Tlv& tlv) { read_one(tlv, contents); });
}

std::string print_area_address(Bytes area) {
  std::string text;
  for (std::size_t i = 0; i < area.size(); ++i) {
    std::array<char, 4> byte{};
    std::snprintf(byte.data(), byte.size(), "%02x", static_cast<unsigned>(area[i]));
    if (i % 2 == 1) text += '.';
    text += byte.data();
  }
  return text;
}

void write_lsp_contents(const LspContents& contents, ByteWriter& out) {
  ByteWriter value;
  for (const auto& area : contents.areas) {
    value.bytes().clear();
    value.u8(static_cast<std::uint8_t>(area.size()));
    value.put(area);
    write_tlv(TlvType::kAreaAddresses, value.bytes(), out);
  }
  for (const TopologyMember& member : contents.topologies) {
    value.bytes().clear();
    value.u16(static_cast<std::uint16_t>(member.topology | (member.overloaded ? 0x8000 : 0) |
                                         (member.attached ? 0x4000 : 0)));
    write_tlv(TlvType::kTopologies, value.bytes(), out);
  }
  if (!contents.host_name.empty()) {
    value.bytes().assign(contents.host_name.begin(), contents.host_name.end());
    write_tlv(TlvType::kHostName, value.bytes(), out);
  }
  for (const IpAddress& address : contents.addresses) {
    const TlvType type = address.is_v4() ? TlvType::kInterfaceAddresses : TlvType::kInterfaceAddresses6;
    write_tlv(type, address_bytes(address, value), out);
  }
  if (contents.te_router_id.value != 0) {
    write_tlv(TlvType::kTeRouterId, address_bytes(contents.te_router_id, value), out);
  }
  if (contents.capability_router_id.value != 0) {
    address_bytes(contents.capability_router_id, value);
    value.u8(0);
    write_tlv(TlvType::kCapability, value.bytes(), out);
  }
  for (const Neighbor& neighbor : contents.neighbors) write_neighbor(neighbor, out);
  for (const Reach& reach : contents.prefixes) write_reach(reach, out);
}

}  // namespace anemone::isis
