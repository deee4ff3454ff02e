#include "ospf/lsa.h"

#include <algorithm>

#include "ospf/checksum.h"

namespace anemone::ospf {
namespace {

constexpr std::uint8_t kBitB = 1;
constexpr std::uint8_t kBitE = 2;
constexpr std::uint8_t kBitV = 4;
constexpr std::uint8_t kBitNt = 16;
constexpr std::size_t kLinkSize = 12;
constexpr std::size_t kTosSize = 4;

bool body_ok(const LsaView& lsa) {
  switch (lsa.header.key.type) {
    case LsaType::kRouter:
      return read_router_lsa(lsa.body()).has_value();
    case LsaType::kNetwork:
      return read_network_lsa(lsa.body()).has_value();
    case LsaType::kSummary:
    case LsaType::kAsbrSummary:
      return read_summary_lsa(lsa.body()).has_value();
    case LsaType::kExternal:
    case LsaType::kNssa:
      return read_external_lsa(lsa.body()).has_value();
    default:
      return true;  // opaque, or not known to us: kept as it is
  }
}

}  // namespace

const char* print_lsa_type(LsaType type) {
  switch (type) {
    case LsaType::kRouter:
      return "router";
    case LsaType::kNetwork:
      return "network";
    case LsaType::kSummary:
      return "summary";
    case LsaType::kAsbrSummary:
      return "asbr-summary";
    case LsaType::kExternal:
      return "external";
    case LsaType::kNssa:
      return "nssa";
    case LsaType::kOpaqueLink:
      return "opaque-link";
    case LsaType::kOpaqueArea:
      return "opaque-area";
    case LsaType::kOpaqueAs:
      return "opaque-as";
  }
  return "other";
}

LsaHeader read_lsa_header(ByteReader& in) {
  LsaHeader header;
  const std::uint16_t age = in.u16();
  header.do_not_age = (age & kDoNotAge) != 0;
  header.age_s = std::min<std::uint16_t>(age & ~kDoNotAge, kMaxAgeSeconds);
  header.options = in.u8();
  header.key.type = static_cast<LsaType>(in.u8());
  header.key.id = {in.u32()};
  header.key.router = {in.u32()};
  header.sequence = static_cast<std::int32_t>(in.u32());
  header.checksum = in.u16();
  header.length = in.u16();
  return header;
}

void write_lsa_header(const LsaHeader& header, ByteWriter& out) {
  out.u16(header.do_not_age ? header.age_s | kDoNotAge : header.age_s);
  out.u8(header.options);
  out.u8(static_cast<std::uint8_t>(header.key.type));
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
  if (!lsa_checksum_ok(lsa.bytes)) return Refusal::kBadLsaChecksum;
  return body_ok(lsa) ? Refusal::kNone : Refusal::kBadLsaBody;
}

std::optional<RouterLsa> read_router_lsa(Bytes body) {
  ByteReader in(body);
  RouterLsa lsa;
  const std::uint8_t flags = in.u8();
  lsa.virtual_endpoint = (flags & kBitV) != 0;
  lsa.asbr = (flags & kBitE) != 0;
  lsa.abr = (flags & kBitB) != 0;
  lsa.translator = (flags & kBitNt) != 0;
  in.skip(1);
  const std::uint16_t count = in.u16();
  if (in.left() < count * kLinkSize) return std::nullopt;
  lsa.links.reserve(count);
  for (int i = 0; i < count; ++i) {
    RouterLink link;
    link.id = {in.u32()};
    link.data = {in.u32()};
    link.type = static_cast<LinkType>(in.u8());
    const std::uint8_t tos_metrics = in.u8();
    link.cost = in.u16();
    in.skip(tos_metrics * kTosSize);
    lsa.links.push_back(link);
  }
  if (!in.ok() || in.left() > 0) return std::nullopt;
  return lsa;
}

std::optional<NetworkLsa> read_network_lsa(Bytes body) {
  ByteReader in(body);
  NetworkLsa lsa;
  lsa.mask = {in.u32()};
  if (!in.ok() || in.left() % 4 != 0) return std::nullopt;
  lsa.routers.reserve(in.left() / 4);
  while (in.left() > 0) lsa.routers.push_back({in.u32()});
  return lsa;
}

std::optional<SummaryLsa> read_summary_lsa(Bytes body) {
  ByteReader in(body);
  SummaryLsa lsa;
  lsa.mask = {in.u32()};
  in.skip(1);
  lsa.cost = in.u24();
  if (!in.ok() || in.left() % 4 != 0) return std::nullopt;  // further types of service
  return lsa;
}

std::optional<ExternalLsa> read_external_lsa(Bytes body) {
  ByteReader in(body);
  ExternalLsa lsa;
  lsa.mask = {in.u32()};
  lsa.type2 = (in.u8() & 0x80) != 0;
  lsa.cost = in.u24();
  lsa.forwarding = {in.u32()};
  lsa.tag = in.u32();
  if (!in.ok() || in.left() % 12 != 0) return std::nullopt;  // further types of service
  return lsa;
}

void write_body(const RouterLsa& lsa, ByteWriter& out) {
  out.u8(static_cast<std::uint8_t>((lsa.virtual_endpoint ? kBitV : 0) | (lsa.asbr ? kBitE : 0) |
                                   (lsa.abr ? kBitB : 0) | (lsa.translator ? kBitNt : 0)));
  out.u8(0);
  out.u16(static_cast<std::uint16_t>(lsa.links.size()));
  for (const RouterLink& link : lsa.links) {
    out.u32(link.id.value);
    out.u32(link.data.value);
    out.u8(static_cast<std::uint8_t>(link.type));
    out.u8(0);
    out.u16(link.cost);
  }
}

void write_body(const NetworkLsa& lsa, ByteWriter& out) {
  out.u32(lsa.mask.value);
  for (RouterId router : lsa.routers) out.u32(router.value);
}

void write_body(const SummaryLsa& lsa, ByteWriter& out) {
  out.u32(lsa.mask.value);
  out.u8(0);
  out.u24(lsa.cost);
}

void write_body(const ExternalLsa& lsa, ByteWriter& out) {
  out.u32(lsa.mask.value);
  out.u8(lsa.type2 ? 0x80 : 0);
  out.u24(lsa.cost);
  out.u32(lsa.forwarding.value);
  out.u32(lsa.tag);
}

std::vector<std::uint8_t> write_lsa(LsaHeader header, Bytes body) {
  header.length = static_cast<std::uint16_t>(kLsaHeaderSize + body.size());
  header.checksum = 0;
  ByteWriter out;
  write_lsa_header(header, out);
  out.put(body);
  const std::uint16_t sum = lsa_checksum(out.bytes());
  out.bytes()[16] = static_cast<std::uint8_t>(sum >> 8);
  out.bytes()[17] = static_cast<std::uint8_t>(sum);
  return std::move(out.bytes());
}

}  // namespace anemone::ospf
