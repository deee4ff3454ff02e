// OSPFv3's LSAs (RFC 5340 section 4.4 and appendix A.4): headers as OSPFv2's but for a type of 16 bits, which
// says itself how far it is flooded; bodies that separate topology from addresses.
//
//    0                   1                   2                   3
//    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |           LS Age              |U|S2|S1| LSA Function Code     |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |                       Link State ID                           |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |                    Advertising Router                         |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |                    LS Sequence Number                         |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |        LS Checksum            |             Length            |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//
// Types that are not known here, with or without the U bit, and the extended LSAs of RFC 8362 are kept as
// they are and not looked into.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "net/address.h"
#include "ospf3/prefix.h"
#include "ospf3/refusal.h"

namespace anemone::ospf3 {

constexpr std::size_t kLsaHeaderSize = 20;
constexpr std::uint16_t kMaxAgeSeconds = 3600;  // RFC 2328 appendix B, as all of ageing
constexpr std::uint32_t kLsInfinity = 0xff'ffff;
constexpr std::uint16_t kDoNotAge = 0x8000;  // this bit of the age

enum class LsaType : std::uint16_t {
  kRouter = 0x2001,
  kNetwork = 0x2002,
  kInterAreaPrefix = 0x2003,
  kInterAreaRouter = 0x2004,
  kExternal = 0x4005,
  kNssa = 0x2007,
  kLink = 0x0008,
  kIntraAreaPrefix = 0x2009,
  kGrace = 0x000b,                  // RFC 5187
  kRouterInformationLink = 0x800c,  // RFC 7770, in each scope
  kRouterInformationArea = 0xa00c,
  kRouterInformationAs = 0xc00c,
  kExtendedRouter = 0xa021,  // RFC 8362
  kExtendedNetwork = 0xa022,
  kExtendedInterAreaPrefix = 0xa023,
  kExtendedInterAreaRouter = 0xa024,
  kExtendedExternal = 0xc025,
  kExtendedNssa = 0xa027,
  kExtendedLink = 0x8028,
  kExtendedIntraAreaPrefix = 0xa029,
};
// "router", "intra-area-prefix", "extended-link"; what is not known becomes "other".
const char* print_lsa_type(LsaType type);

enum class Scope : std::uint8_t { kLink, kArea, kAs, kReserved };
// How far the type is flooded. One that is not known stays on the link, unless its U bit says that it is to
// be treated as if it were known (A.4.2.1).
Scope scope_of(LsaType type);

// What identifies an LSA within its flooding scope.
struct LsaKey {
  LsaType type{};
  Ipv4 id;
  RouterId router;
  constexpr auto operator<=>(const LsaKey&) const = default;
};

struct LsaHeader {
  std::uint16_t age_s = 0;  // without the DoNotAge bit, at most kMaxAgeSeconds
  bool do_not_age = false;
  LsaKey key;
  std::int32_t sequence = 0;
  std::uint16_t checksum = 0;
  std::uint16_t length = 0;  // header included
  bool operator==(const LsaHeader&) const = default;
};

// Reads a header alone. The reader is not ok() when it was cut short; lengths are not judged.
LsaHeader read_lsa_header(ByteReader& in);
void write_lsa_header(const LsaHeader& header, ByteWriter& out);

// An LSA as it stands in a packet: its header, and all its bytes (header included).
struct LsaView {
  LsaHeader header;
  Bytes bytes;
  Bytes body() const { return bytes.subspan(kLsaHeaderSize); }
};

// Reads the next LSA and judges it: length, Fletcher checksum, scope, body. With kBadLsaLength the reader is
// at its end, since what follows cannot be found; with any other reason it stands behind the LSA.
Refusal read_lsa(ByteReader& in, LsaView& lsa);

// Options, the 24 bits of hellos, database descriptions and some LSAs (A.2, RFC 5838, RFC 7166).
constexpr std::uint32_t kOptionV6 = 0x01;              // the router is in IPv6's routing calculations
constexpr std::uint32_t kOptionExternal = 0x02;        // E: the area takes AS-external-LSAs
constexpr std::uint32_t kOptionNssa = 0x08;            // N
constexpr std::uint32_t kOptionRouter = 0x10;          // R: it forwards; a host without it ends paths
constexpr std::uint32_t kOptionFamilies = 0x100;       // AF
constexpr std::uint32_t kOptionSignalling = 0x200;     // L: a link-local signalling block follows
constexpr std::uint32_t kOptionAuthenticated = 0x400;  // AT: an authentication trailer follows

enum class LinkType : std::uint8_t { kPointToPoint = 1, kTransit = 2, kVirtual = 4 };

struct RouterLink {
  LinkType type{};
  std::uint16_t cost = 0;
  std::uint32_t interface = 0;           // own interface id
  std::uint32_t neighbor_interface = 0;  // the neighbour's; of a transit network its designated router's
  RouterId neighbor;                     // the neighbour; of a transit network its designated router
  bool operator==(const RouterLink&) const = default;
};

// A.4.3. A router may have several of these; together they are what it says.
struct RouterLsa {
  bool nssa_translator = false;   // Nt
  bool virtual_endpoint = false;  // V
  bool asbr = false;              // E
  bool abr = false;               // B
  std::uint32_t options = 0;
  std::vector<RouterLink> links;
  bool operator==(const RouterLsa&) const = default;
};

// A.4.4: the id is the designated router's interface id.
struct NetworkLsa {
  std::uint32_t options = 0;
  std::vector<RouterId> routers;
  bool operator==(const NetworkLsa&) const = default;
};

// A.4.5: a prefix of another area.
struct InterAreaPrefixLsa {
  std::uint32_t cost = 0;
  PrefixField prefix;
  bool operator==(const InterAreaPrefixLsa&) const = default;
};

// A.4.6: an AS boundary router of another area.
struct InterAreaRouterLsa {
  std::uint32_t options = 0;
  std::uint32_t cost = 0;
  RouterId router;
  bool operator==(const InterAreaRouterLsa&) const = default;
};

// A.4.7 and A.4.8. The LSA that it may refer to says nothing about routes and is read past.
struct ExternalLsa {
  bool type2 = false;  // E
  std::uint32_t cost = 0;
  PrefixField prefix;
  std::optional<std::array<std::uint8_t, 16>> forwarding;  // F
  std::optional<std::uint32_t> tag;                        // T
  std::optional<std::uint32_t> referenced_id;              // where the prefix refers to a type
  bool operator==(const ExternalLsa&) const = default;
};

// A.4.9: what a router tells its neighbours on one link; the id is its interface id.
struct LinkLsa {
  std::uint8_t priority = 0;
  std::uint32_t options = 0;
  std::array<std::uint8_t, 16> address{};  // link-local; IPv4's in the first four bytes
  std::vector<PrefixField> prefixes;
  bool operator==(const LinkLsa&) const = default;
};

// A.4.10: the prefixes of a router (it refers to a router-LSA, id 0) or of a transit network (it refers to
// its network-LSA). The fields' `extra` is their metric.
struct IntraAreaPrefixLsa {
  LsaKey referenced;
  std::vector<PrefixField> prefixes;
  bool operator==(const IntraAreaPrefixLsa&) const = default;
};

// Bodies (what follows the header). None where the bytes do not fit the type.
std::optional<RouterLsa> read_router_lsa(Bytes body);
std::optional<NetworkLsa> read_network_lsa(Bytes body);
std::optional<InterAreaPrefixLsa> read_inter_area_prefix_lsa(Bytes body);
std::optional<InterAreaRouterLsa> read_inter_area_router_lsa(Bytes body);
std::optional<ExternalLsa> read_external_lsa(Bytes body);
std::optional<LinkLsa> read_link_lsa(Bytes body);
std::optional<IntraAreaPrefixLsa> read_intra_area_prefix_lsa(Bytes body);

void write_body(const RouterLsa& lsa, ByteWriter& out);
void write_body(const NetworkLsa& lsa, ByteWriter& out);
void write_body(const InterAreaPrefixLsa& lsa, ByteWriter& out);
void write_body(const InterAreaRouterLsa& lsa, ByteWriter& out);
void write_body(const ExternalLsa& lsa, ByteWriter& out);
void write_body(const LinkLsa& lsa, ByteWriter& out);
void write_body(const IntraAreaPrefixLsa& lsa, ByteWriter& out);

// A whole LSA from `header` (whose length and checksum are filled in) and a written body.
std::vector<std::uint8_t> write_lsa(LsaHeader header, Bytes body);
template <class Lsa>
std::vector<std::uint8_t> write_lsa(const LsaHeader& header, const Lsa& lsa) {
  ByteWriter body;
  write_body(lsa, body);
  return write_lsa(header, Bytes(body.bytes()));
}

}  // namespace anemone::ospf3
