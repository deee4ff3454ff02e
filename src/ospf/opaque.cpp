#include "ospf/opaque.h"

#include <bit>
#include <cmath>

namespace anemone::ospf {
namespace {

// Numbers of TLVs, by RFC.
namespace te {
constexpr std::uint16_t kRouterAddress = 1;
constexpr std::uint16_t kLink = 2;
constexpr std::uint16_t kLinkType = 1;
constexpr std::uint16_t kLinkId = 2;
constexpr std::uint16_t kLocal = 3;
constexpr std::uint16_t kRemote = 4;
constexpr std::uint16_t kMetric = 5;
constexpr std::uint16_t kBandwidth = 6;
constexpr std::uint16_t kReservable = 7;
constexpr std::uint16_t kUnreserved = 8;
constexpr std::uint16_t kAdminGroup = 9;
}  // namespace te
namespace info {
constexpr std::uint16_t kCapabilities = 1;
constexpr std::uint16_t kHostName = 7;
constexpr std::size_t kHostNameMax = 255;
}  // namespace info
namespace grace {
constexpr std::uint16_t kPeriod = 1;
constexpr std::uint16_t kReason = 2;
constexpr std::uint16_t kAddress = 3;
}  // namespace grace

// Calls `take(type, value)` for each TLV; false when one is cut short or `take` says so.
template <class Take>
bool each_tlv(Bytes bytes, Take take) {
  ByteReader in(bytes);
  while (in.left() > 0) {
    const std::uint16_t type = in.u16();
    const std::uint16_t length = in.u16();
    const Bytes value = in.take(length);
    if (!in.ok()) return false;
    if (!take(type, value)) return false;
    in.skip(
        std::min<std::size_t>((4 - length % 4U) % 4U, in.left()));  // the last one's padding may be missing
  }
  return true;
}

bool read_u32(Bytes value, std::optional<std::uint32_t>& into) {
  if (value.size() != 4) return false;
  into = ByteReader(value).u32();
  return true;
}

bool read_ipv4(Bytes value, std::optional<Ipv4>& into) {
  if (value.size() != 4) return false;
  into = Ipv4{ByteReader(value).u32()};
  return true;
}

bool read_addresses(Bytes value, std::vector<Ipv4>& into) {
  if (value.size() % 4 != 0) return false;
  ByteReader in(value);
  while (in.left() > 0) into.push_back({in.u32()});
  return true;
}

// IEEE floating point, bytes per second; what is not a finite amount is as if it were not said.
std::optional<double> read_rate(ByteReader& in) {
  const float rate = std::bit_cast<float>(in.u32());
  if (!std::isfinite(rate) || rate < 0) return std::nullopt;
  return static_cast<double>(rate) * 8;
}

bool read_rate(Bytes value, std::optional<double>& into) {
  if (value.size() != 4) return false;
  ByteReader in(value);
  into = read_rate(in);
  return true;
}

bool read_unreserved(Bytes value, TeLink& link) {
  if (value.size() != 32) return false;
  ByteReader in(value);
  std::array<double, 8> rates{};
  bool whole = true;
  for (double& rate : rates) {
    const auto read = read_rate(in);
    whole = whole && read.has_value();
    rate = read.value_or(0);
  }
  if (whole) link.unreserved_bps = rates;
  return true;
}

bool read_link_type(Bytes value, TeLink& link) {
  if (value.size() != 1) return false;
  link.type = static_cast<TeLinkType>(value[0]);
  return true;
}

bool read_link_id(Bytes value, TeLink& link) {
  std::optional<Ipv4> id;
  if (!read_ipv4(value, id)) return false;
  link.id = *id;
  return true;
}

bool read_link(Bytes value, TeLink& link) {
  return each_tlv(value, [&](std::uint16_t type, Bytes sub) {
    switch (type) {
      case te::kLinkType:
        return read_link_type(sub, link);
      case te::kLinkId:
        return read_link_id(sub, link);
      case te::kLocal:
        return read_addresses(sub, link.local);
      case te::kRemote:
        return read_addresses(sub, link.remote);
      case te::kMetric:
        return read_u32(sub, link.metric);
      case te::kBandwidth:
        return read_rate(sub, link.bandwidth_bps);
      case te::kReservable:
        return read_rate(sub, link.reservable_bps);
      case te::kUnreserved:
        return read_unreserved(sub, link);
      case te::kAdminGroup:
        return read_u32(sub, link.admin_group);
      default:
        return true;
    }
  });
}

// A name goes to terminals and into links: what is not printable becomes '_'. It may end in zeros.
std::string printable(Bytes value) {
  std::string name;
  for (const std::uint8_t byte : value) {
    if (byte == 0) break;
    name += byte > 0x20 && byte < 0x7f ? static_cast<char>(byte) : '_';
  }
  return name;
}

template <class Write>
void write_tlv(std::uint16_t type, ByteWriter& out, Write write) {
  ByteWriter value;
  write(value);
  out.u16(type);
  out.u16(static_cast<std::uint16_t>(value.size()));
  out.put(value.bytes());
  while (out.size() % 4 != 0) out.u8(0);
}

void write_u32(std::uint16_t type, std::uint32_t number, ByteWriter& out) {
  write_tlv(type, out, [&](ByteWriter& value) { value.u32(number); });
}

std::uint32_t rate_bits(double bps) { return std::bit_cast<std::uint32_t>(static_cast<float>(bps / 8)); }

void write_addresses(std::uint16_t type, const std::vector<Ipv4>& addresses, ByteWriter& out) {
  if (addresses.empty()) return;
  write_tlv(type, out, [&](ByteWriter& value) {
    for (Ipv4 address : addresses) value.u32(address.value);
  });
}

void write_link(const TeLink& link, ByteWriter& out) {
  write_tlv(te::kLinkType, out, [&](ByteWriter& value) { value.u8(static_cast<std::uint8_t>(link.type)); });
  write_u32(te::kLinkId, link.id.value, out);
  write_addresses(te::kLocal, link.local, out);
  write_addresses(te::kRemote, link.remote, out);
  if (link.metric) write_u32(te::kMetric, *link.metric, out);
  if (link.bandwidth_bps) write_u32(te::kBandwidth, rate_bits(*link.bandwidth_bps), out);
  if (link.reservable_bps) write_u32(te::kReservable, rate_bits(*link.reservable_bps), out);
  if (link.unreserved_bps) {
    write_tlv(te::kUnreserved, out, [&](ByteWriter& value) {
      for (double rate : *link.unreserved_bps) value.u32(rate_bits(rate));
    });
  }
  if (link.admin_group) write_u32(te::kAdminGroup, *link.admin_group, out);
}

}  // namespace

const char* print_grace_reason(GraceReason reason) {
  constexpr std::array<const char*, 4> kWords = {"unknown", "restart", "upgrade", "switchover"};
  return kWords[static_cast<std::size_t>(reason)];
}

std::optional<TrafficEngineeringLsa> read_traffic_engineering(Bytes body) {
  TrafficEngineeringLsa lsa;
  const bool whole = each_tlv(body, [&](std::uint16_t type, Bytes value) {
    if (type == te::kRouterAddress) return read_ipv4(value, lsa.router_address);
    if (type == te::kLink) return read_link(value, lsa.links.emplace_back());
    return true;
  });
  if (!whole) return std::nullopt;
  return lsa;
}

std::optional<RouterInformationLsa> read_router_information(Bytes body) {
  RouterInformationLsa lsa;
  const bool whole = each_tlv(body, [&](std::uint16_t type, Bytes value) {
    if (type == info::kHostName) {
      if (value.empty() || value.size() > info::kHostNameMax) return false;
      lsa.host_name = printable(value);
    }
    if (type == info::kCapabilities) {
      if (value.size() % 4 != 0) return false;
      for (ByteReader in(value); in.left() > 0;) lsa.capabilities.push_back(in.u32());
    }
    return true;
  });
  if (!whole) return std::nullopt;
  return lsa;
}

std::optional<GraceLsa> read_grace(Bytes body) {
  GraceLsa lsa;
  std::optional<std::uint32_t> period;
  const bool whole = each_tlv(body, [&](std::uint16_t type, Bytes value) {
    if (type == grace::kPeriod) return read_u32(value, period);
    if (type == grace::kAddress) return read_ipv4(value, lsa.address);
    if (type != grace::kReason) return true;
    if (value.size() != 1) return false;
    if (value[0] <= 3) lsa.reason = static_cast<GraceReason>(value[0]);
    return true;
  });
  if (!whole || !period) return std::nullopt;
  lsa.period_s = *period;
  return lsa;
}

void write_body(const TrafficEngineeringLsa& lsa, ByteWriter& out) {
  if (lsa.router_address) write_u32(te::kRouterAddress, lsa.router_address->value, out);
  for (const TeLink& link : lsa.links) {
    write_tlv(te::kLink, out, [&](ByteWriter& value) { write_link(link, value); });
  }
}

void write_body(const RouterInformationLsa& lsa, ByteWriter& out) {
  if (!lsa.capabilities.empty()) {
    write_tlv(info::kCapabilities, out, [&](ByteWriter& value) {
      for (std::uint32_t word : lsa.capabilities) value.u32(word);
    });
  }
  if (lsa.host_name.empty()) return;
  write_tlv(info::kHostName, out, [&](ByteWriter& value) {
    value.put({reinterpret_cast<const std::uint8_t*>(lsa.host_name.data()), lsa.host_name.size()});
  });
}

void write_body(const GraceLsa& lsa, ByteWriter& out) {
  write_u32(grace::kPeriod, lsa.period_s, out);
  write_tlv(grace::kReason, out, [&](ByteWriter& value) { value.u8(static_cast<std::uint8_t>(lsa.reason)); });
  if (lsa.address) write_u32(grace::kAddress, lsa.address->value, out);
}

}  // namespace anemone::ospf
