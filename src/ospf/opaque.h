// Opaque LSAs (RFC 5250): types 9 (of a link), 10 (of an area) and 11 (of the AS). The first byte of the link
// state id tells what is in them, the other three only tell several apart. Contents are TLVs:
//
//    0                   1                   2                   3
//    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |              Type             |             Length            |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |                Value, padded to four bytes ...                |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//
// Read here: traffic engineering (RFC 3630), router information (RFC 7770) with host names (RFC 5642), grace
// (RFC 3623). TLVs that are not known (RFC 4203's, segment routing's) are skipped; LSAs of other opaque
// types (extended prefix and link, RFC 7684) stay bytes. One that does not read stays in the database all the
// same, as routers keep it: it only tells nothing.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "net/address.h"
#include "ospf/lsa.h"

namespace anemone::ospf {

enum class OpaqueType : std::uint8_t {
  kTrafficEngineering = 1,
  kGrace = 3,
  kRouterInformation = 4,
  kExtendedPrefix = 7,
  kExtendedLink = 8,
};
constexpr OpaqueType opaque_type(Ipv4 link_state_id) {
  return static_cast<OpaqueType>(link_state_id.value >> 24);
}
constexpr bool is_opaque(LsaType type) {
  return type == LsaType::kOpaqueLink || type == LsaType::kOpaqueArea || type == LsaType::kOpaqueAs;
}

enum class TeLinkType : std::uint8_t { kPointToPoint = 1, kMultiAccess = 2 };

// RFC 3630 section 2.5. Bandwidths are bits per second here, bytes per second on the wire.
struct TeLink {
  TeLinkType type = TeLinkType::kPointToPoint;
  Ipv4 id;  // neighbour's router id; on a broadcast network the DR's interface
  std::vector<Ipv4> local;
  std::vector<Ipv4> remote;
  std::optional<std::uint32_t> metric;
  std::optional<double> bandwidth_bps;
  std::optional<double> reservable_bps;
  std::optional<std::array<double, 8>> unreserved_bps;  // by priority
  std::optional<std::uint32_t> admin_group;
  bool operator==(const TeLink&) const = default;
};

struct TrafficEngineeringLsa {
  std::optional<Ipv4> router_address;
  std::vector<TeLink> links;
  bool operator==(const TrafficEngineeringLsa&) const = default;
};

struct RouterInformationLsa {
  std::vector<std::uint32_t> capabilities;  // bit 0 of RFC 7770 is the highest of the first word
  std::string host_name;                    // printable ASCII; empty when none is said
  bool operator==(const RouterInformationLsa&) const = default;
};

enum class GraceReason : std::uint8_t { kUnknown, kRestart, kUpgrade, kSwitchover };
const char* print_grace_reason(GraceReason reason);

// RFC 3623: the router asks its neighbours to keep its links for so long, though it is silent.
struct GraceLsa {
  std::uint32_t period_s = 0;
  GraceReason reason = GraceReason::kUnknown;
  std::optional<Ipv4> address;  // of its interface, on networks with more than two routers
  bool operator==(const GraceLsa&) const = default;
};

// Bodies. None where the bytes are not whole TLVs, or a known one has not its length.
std::optional<TrafficEngineeringLsa> read_traffic_engineering(Bytes body);
std::optional<RouterInformationLsa> read_router_information(Bytes body);
std::optional<GraceLsa> read_grace(Bytes body);

void write_body(const TrafficEngineeringLsa& lsa, ByteWriter& out);
void write_body(const RouterInformationLsa& lsa, ByteWriter& out);
void write_body(const GraceLsa& lsa, ByteWriter& out);

}  // namespace anemone::ospf
