#include "ospf3/lsa.h"

#include <algorithm>

#include "base/checksum.h"

namespace anemone::ospf3 {
namespace {

constexpr std::size_t kAgeSize = 2;
constexpr std::size_t kChecksumAt = 16;  // in the LSA

constexpr std::uint8_t kBitB = 0x01;  // router-LSA
constexpr std::uint8_t kBitE = 0x02;
constexpr std::uint8_t kBitV = 0x04;
constexpr std::uint8_t kBitNt = 0x10;
constexpr std::size_t kLinkSize = 16;

constexpr std::uint8_t kExternalT = 0x01;  // AS-external-LSA
constexpr std::uint8_t kExternalF = 0x02;
constexpr std::uint8_t kExternalE = 0x04;

bool body_ok(const LsaView& lsa) {
  switch (lsa.header.key.type) {
    case LsaType::kRouter:
      return read_router_lsa(lsa.body()).has_value();
    case LsaType::kNetwork:
      return read_network_lsa(lsa.body()).has_value();
    case LsaType::kInterAreaPrefix:
      return read_inter_area_prefix_lsa(lsa.body()).has_value();
    case LsaType::kInterAreaRouter:
      return read_inter_area_router_lsa(lsa.body()).has_value();
    case LsaType::kExternal:
    case LsaType::kNssa:
      return read_external_lsa(lsa.body()).has_value();
    case LsaType::kLink:
      return read_link_lsa(lsa.body()).has_value();
    case LsaType::kIntraAreaPrefix:
      return read_intra_area_prefix_lsa(lsa.body()).has_value();
    default:
      return true;  // kept as it is
  }
}

std::array<std::uint8_t, 16> read_address(ByteReader& in) {
  std::array<std::uint8_t, 16> address{};
  const Bytes bytes = in.take(address.size());
  if (in.ok()) std::copy(bytes.begin(), bytes.end(), address.begin());
  return address;
}

// Each prefix takes four bytes at least: a count that the bytes cannot hold makes the reader not ok().
std::vector<PrefixField> read_prefixes(ByteReader& in, std::uint32_t count) {
  std::vector<PrefixField> prefixes;
  if (count > in.left() / 4) in.skip(in.left() + 1);
  if (!in.ok()) return prefixes;
  prefixes.reserve(count);
  for (std::uint32_t i = 0; i < count && in.ok(); ++i) prefixes.push_back(read_prefix(in));
  return prefixes;
}

bool whole(const ByteReader& in) { return in.ok() && in.left() == 0; }

// The word for a type; null where it is not known.
const char* word_of(LsaType type) {
  switch (type) {
    case LsaType::kRouter:
      return "router";
    case LsaType::kNetwork:
      return "network";
    case LsaType::kInterAreaPrefix:
      return "inter-area-prefix";
    case LsaType::kInterAreaRouter:
      return "inter-area-router";
    case LsaType::kExternal:
      return "external";
    case LsaType::kNssa:
      return "nssa";
    case LsaType::kLink:
      return "link";
    case LsaType::kIntraAreaPrefix:
      return "intra-area-prefix";
    case LsaType::kGrace:
      return "grace";
    case LsaType::kRouterInformationLink:
    case LsaType::kRouterInformationArea:
    case LsaType::kRouterInformationAs:
      return "router-information";
    case LsaType::kExtendedRouter:
      return "extended-router";
    case LsaType::kExtendedNetwork:
      return "extended-network";
    case LsaType::kExtendedInterAreaPrefix:
      return "extended-inter-area-prefix";
    case LsaType::kExtendedInterAreaRouter:
      return "extended-inter-area-router";
    case LsaType::kExtendedExternal:
      return "extended-external";
    case LsaType::kExtendedNssa:
      return "extended-nssa";
    case LsaType::kExtendedLink:
      return "extended-link";
    case LsaType::kExtendedIntraAreaPrefix:
      return "extended-intra-area-prefix";
  }
  return nullptr;
}

}  // namespace

const char* print_lsa_type(LsaType type) {
  const char* word = word_of(type);
  return word != nullptr ? word : "other";
}

Scope scope_of(LsaType type) {
  const auto bits = static_cast<std::uint16_t>(type);
  const auto scope = static_cast<Scope>(bits >> 13 & 3);
  const bool known = (bits & 0x8000) != 0 || word_of(type) != nullptr;
  return known || scope == Scope::kReserved ? scope : Scope::kLink;
}

LsaHeader read_lsa_header(ByteReader& in) {
  LsaHeader header;
  const std::uint16_t age = in.u16();
  header.do_not_age = (age & kDoNotAge) != 0;
  header.age_s = std::min<std::uint16_t>(age & ~kDoNotAge, kMaxAgeSeconds);
  header.key.type = static_cast<LsaType>(in.u16());
  header.key.id = {in.u32()};
  header.key.router = {in.u32()};
  header.sequence = static_cast<std::int32_t>(in.u32());
  header.checksum = in.u16();
  header.length = in.u16();
  return header;
}

void write_lsa_header(const LsaHeader& header, ByteWriter& out) {
  out.u16(header.do_not_age ? header.age_s | kDoNotAge : header.age_s);
  out.u16(static_cast<std::uint16_t>(header.key.type));
  out.u32(header.key.id.value);
  out.u32(header.key.router.value);
  out.u32(static_cast<std::uint32_t>(header.sequence));
  out.u16(header.checksum);
  out.u16(header.length);
}

Refusal read_lsa(ByteReader& in, LsaView& lsa) {
  const Bytes rest = in.rest();
  ByteReader ahead(rest);
  lsa.header = read_lsa_header(ahead);
  if (!ahead.ok() || lsa.header.length < kLsaHeaderSize || lsa.header.length > rest.size()) {
    in.skip(rest.size());
    return Refusal::kBadLsaLength;
  }
  lsa.bytes = in.take(lsa.header.length);
  if (!fletcher_ok(lsa.bytes.subspan(kAgeSize))) return Refusal::kBadLsaChecksum;
  if (scope_of(lsa.header.key.type) == Scope::kReserved) return Refusal::kBadLsaScope;
  return body_ok(lsa) ? Refusal::kNone : Refusal::kBadLsaBody;
}

std::optional<RouterLsa> read_router_lsa(Bytes body) {
  ByteReader in(body);
  RouterLsa lsa;
  const std::uint8_t flags = in.u8();
  lsa.nssa_translator = (flags & kBitNt) != 0;
  lsa.virtual_endpoint = (flags & kBitV) != 0;
  lsa.asbr = (flags & kBitE) != 0;
  lsa.abr = (flags & kBitB) != 0;
  lsa.options = in.u24();
  if (!in.ok() || in.left() % kLinkSize != 0) return std::nullopt;
  lsa.links.reserve(in.left() / kLinkSize);
  while (in.left() > 0) {
    RouterLink link;
    link.type = static_cast<LinkType>(in.u8());
    in.skip(1);
    link.cost = in.u16();
    link.interface = in.u32();
    link.neighbor_interface = in.u32();
    link.neighbor = {in.u32()};
    lsa.links.push_back(link);
  }
  return lsa;
}

std::optional<NetworkLsa> read_network_lsa(Bytes body) {
  ByteReader in(body);
  NetworkLsa lsa;
  in.skip(1);
  lsa.options = in.u24();
  if (!in.ok() || in.left() % 4 != 0) return std::nullopt;
  lsa.routers.reserve(in.left() / 4);
  while (in.left() > 0) lsa.routers.push_back({in.u32()});
  return lsa;
}

std::optional<InterAreaPrefixLsa> read_inter_area_prefix_lsa(Bytes body) {
  ByteReader in(body);
  InterAreaPrefixLsa lsa;
  in.skip(1);
  lsa.cost = in.u24();
  lsa.prefix = read_prefix(in);
  if (!whole(in)) return std::nullopt;
  return lsa;
}

std::optional<InterAreaRouterLsa> read_inter_area_router_lsa(Bytes body) {
  ByteReader in(body);
  InterAreaRouterLsa lsa;
  in.skip(1);
  lsa.options = in.u24();
  in.skip(1);
  lsa.cost = in.u24();
  lsa.router = {in.u32()};
  if (!whole(in)) return std::nullopt;
  return lsa;
}

std::optional<ExternalLsa> read_external_lsa(Bytes body) {
  ByteReader in(body);
  ExternalLsa lsa;
  const std::uint8_t flags = in.u8();
  lsa.type2 = (flags & kExternalE) != 0;
  lsa.cost = in.u24();
  lsa.prefix = read_prefix(in);
  if ((flags & kExternalF) != 0) lsa.forwarding = read_address(in);
  if ((flags & kExternalT) != 0) lsa.tag = in.u32();
  if (lsa.prefix.extra != 0) lsa.referenced_id = in.u32();
  if (!whole(in)) return std::nullopt;
  return lsa;
}

std::optional<LinkLsa> read_link_lsa(Bytes body) {
  ByteReader in(body);
  LinkLsa lsa;
  lsa.priority = in.u8();
  lsa.options = in.u24();
  lsa.address = read_address(in);
  const std::uint32_t count = in.u32();
  lsa.prefixes = read_prefixes(in, count);
  if (!whole(in)) return std::nullopt;
  return lsa;
}

std::optional<IntraAreaPrefixLsa> read_intra_area_prefix_lsa(Bytes body) {
  ByteReader in(body);
  IntraAreaPrefixLsa lsa;
  const std::uint16_t count = in.u16();
  lsa.referenced.type = static_cast<LsaType>(in.u16());
  lsa.referenced.id = {in.u32()};
  lsa.referenced.router = {in.u32()};
  lsa.prefixes = read_prefixes(in, count);
  if (!whole(in)) return std::nullopt;
  return lsa;
}

void write_body(const RouterLsa& lsa, ByteWriter& out) {
  out.u8(static_cast<std::uint8_t>((lsa.nssa_translator ? kBitNt : 0) | (lsa.virtual_endpoint ? kBitV : 0) |
                                   (lsa.asbr ? kBitE : 0) | (lsa.abr ? kBitB : 0)));
  out.u24(lsa.options);
  for (const RouterLink& link : lsa.links) {
    out.u8(static_cast<std::uint8_t>(link.type));
    out.u8(0);
    out.u16(link.cost);
    out.u32(link.interface);
    out.u32(link.neighbor_interface);
    out.u32(link.neighbor.value);
  }
}

void write_body(const NetworkLsa& lsa, ByteWriter& out) {
  out.u8(0);
  out.u24(lsa.options);
  for (RouterId router : lsa.routers) out.u32(router.value);
}

void write_body(const InterAreaPrefixLsa& lsa, ByteWriter& out) {
  out.u8(0);
  out.u24(lsa.cost);
  write_prefix(lsa.prefix, out);
}

void write_body(const InterAreaRouterLsa& lsa, ByteWriter& out) {
  out.u8(0);
  out.u24(lsa.options);
  out.u8(0);
  out.u24(lsa.cost);
  out.u32(lsa.router.value);
}

void write_body(const ExternalLsa& lsa, ByteWriter& out) {
  out.u8(static_cast<std::uint8_t>((lsa.type2 ? kExternalE : 0) | (lsa.forwarding ? kExternalF : 0) |
                                   (lsa.tag ? kExternalT : 0)));
  out.u24(lsa.cost);
  write_prefix(lsa.prefix, out);
  if (lsa.forwarding) out.put(*lsa.forwarding);
  if (lsa.tag) out.u32(*lsa.tag);
  if (lsa.referenced_id) out.u32(*lsa.referenced_id);
}

void write_body(const LinkLsa& lsa, ByteWriter& out) {
  out.u8(lsa.priority);
  out.u24(lsa.options);
  out.put(lsa.address);
  out.u32(static_cast<std::uint32_t>(lsa.prefixes.size()));
  for (const PrefixField& prefix : lsa.prefixes) write_prefix(prefix, out);
}

void write_body(const IntraAreaPrefixLsa& lsa, ByteWriter& out) {
  out.u16(static_cast<std::uint16_t>(lsa.prefixes.size()));
  out.u16(static_cast<std::uint16_t>(lsa.referenced.type));
  out.u32(lsa.referenced.id.value);
  out.u32(lsa.referenced.router.value);
  for (const PrefixField& prefix : lsa.prefixes) write_prefix(prefix, out);
}

std::vector<std::uint8_t> write_lsa(LsaHeader header, Bytes body) {
  header.length = static_cast<std::uint16_t>(kLsaHeaderSize + body.size());
  header.checksum = 0;
  ByteWriter out;
  write_lsa_header(header, out);
  out.put(body);
  const std::uint16_t sum = fletcher_checksum(Bytes(out.bytes()).subspan(kAgeSize), kChecksumAt - kAgeSize);
  out.bytes()[kChecksumAt] = static_cast<std::uint8_t>(sum >> 8);
  out.bytes()[kChecksumAt + 1] = static_cast<std::uint8_t>(sum);
  return std::move(out.bytes());
}

}  // namespace anemone::ospf3
