// LSAs: what routers say about themselves and their surroundings (RFC 2328 section 12, appendix A.4;
// RFC 3101 for type 7, RFC 5250 for the opaque types 9 to 11, which are kept and not looked into).
//
//    0                   1                   2                   3
//    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |            LS age             |    Options    |    LS type    |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |                        Link State ID                          |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |                     Advertising Router                        |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |                     LS sequence number                        |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |         LS checksum           |             length            |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "net/address.h"
#include "ospf/refusal.h"

namespace anemone::ospf {

constexpr std::size_t kLsaHeaderSize = 20;
constexpr std::uint16_t kMaxAgeSeconds = 3600;     // RFC 2328 appendix B
constexpr std::uint16_t kMaxAgeDiffSeconds = 900;  // two instances this close in age are the same
constexpr std::uint32_t kLsInfinity = 0xff'ffff;   // summaries and externals: no way
constexpr std::uint16_t kDoNotAge = 0x8000;        // RFC 1793: this bit of the age

enum class LsaType : std::uint8_t {
  kRouter = 1,
  kNetwork = 2,
  kSummary = 3,
  kAsbrSummary = 4,
  kExternal = 5,
  kNssa = 7,
  kOpaqueLink = 9,
  kOpaqueArea = 10,
  kOpaqueAs = 11,
};
// "router", "asbr-summary", "opaque-area"; "type-6" and so on become "other".
const char* print_lsa_type(LsaType type);

// What identifies an LSA within its flooding scope (12.1: type, id, advertising router).
struct LsaKey {
  LsaType type{};
  Ipv4 id;
  RouterId router;
  constexpr auto operator<=>(const LsaKey&) const = default;
};

struct LsaHeader {
  std::uint16_t age_s = 0;  // without the DoNotAge bit, at most kMaxAgeSeconds
  bool do_not_age = false;
  std::uint8_t options = 0;
  LsaKey key;
  std::int32_t sequence = 0;
  std::uint16_t checksum = 0;
  std::uint16_t length = 0;  // header included
  bool operator==(const LsaHeader&) const = default;
};
constexpr std::uint8_t kOptionExternal = 0x02;  // E: the area takes AS-external-LSAs
constexpr std::uint8_t kOptionNssa = 0x08;      // N in a hello; P in a type 7 LSA

// Reads a header alone. The reader is not ok() when it was cut short; lengths are not judged.
LsaHeader read_lsa_header(ByteReader& in);
void write_lsa_header(const LsaHeader& header, ByteWriter& out);

// An LSA as it stands in a packet: its header, and all its bytes (header included).
struct LsaView {
  LsaHeader header;
  Bytes bytes;
  Bytes body() const { return bytes.subspan(kLsaHeaderSize); }
};

// Reads the next LSA and judges it: length, Fletcher checksum, body. With kBadLsaLength the reader is
// at its end, since what follows cannot be found; with any other reason it stands behind the LSA.
Refusal read_lsa(ByteReader& in, LsaView& lsa);

enum class LinkType : std::uint8_t { kPointToPoint = 1, kTransit = 2, kStub = 3, kVirtual = 4 };

struct RouterLink {
  Ipv4 id;    // neighbour's router id; the DR's interface; the stub's network
  Ipv4 data;  // own interface address (unnumbered: its ifIndex); the stub's mask
  LinkType type{};
  std::uint16_t cost = 0;
  bool operator==(const RouterLink&) const = default;
};

// Type 1 (A.4.2). Metrics of other types of service are skipped: RFC 2328 took them out of OSPF.
struct RouterLsa {
  bool virtual_endpoint = false;  // V
  bool asbr = false;              // E
  bool abr = false;               // B
  std::vector<RouterLink> links;
  bool translator = false;  // Nt: it translates its not-so-stubby area's externals always (RFC 3101)
  bool operator==(const RouterLsa&) const = default;
};

// Type 2 (A.4.3): the id is the designated router's interface address.
struct NetworkLsa {
  Ipv4 mask;
  std::vector<RouterId> routers;
  bool operator==(const NetworkLsa&) const = default;
};

// Types 3 and 4 (A.4.4): the id is the network, or the AS boundary router.
struct SummaryLsa {
  Ipv4 mask;
  std::uint32_t cost = 0;
  bool operator==(const SummaryLsa&) const = default;
};

// Types 5 and 7 (A.4.5, RFC 3101 appendix B).
struct ExternalLsa {
  Ipv4 mask;
  bool type2 = false;
  std::uint32_t cost = 0;
  Ipv4 forwarding;
  std::uint32_t tag = 0;
  bool operator==(const ExternalLsa&) const = default;
};

// Bodies (what follows the header). None where the bytes do not fit the type.
std::optional<RouterLsa> read_router_lsa(Bytes body);
std::optional<NetworkLsa> read_network_lsa(Bytes body);
std::optional<SummaryLsa> read_summary_lsa(Bytes body);
std::optional<ExternalLsa> read_external_lsa(Bytes body);

void write_body(const RouterLsa& lsa, ByteWriter& out);
void write_body(const NetworkLsa& lsa, ByteWriter& out);
void write_body(const SummaryLsa& lsa, ByteWriter& out);
void write_body(const ExternalLsa& lsa, ByteWriter& out);

// A whole LSA from `header` (whose length and checksum are filled in) and a written body.
std::vector<std::uint8_t> write_lsa(LsaHeader header, Bytes body);
template <class Lsa>
std::vector<std::uint8_t> write_lsa(const LsaHeader& header, const Lsa& lsa) {
  ByteWriter body;
  write_body(lsa, body);
  return write_lsa(header, Bytes(body.bytes()));
}

}  // namespace anemone::ospf
