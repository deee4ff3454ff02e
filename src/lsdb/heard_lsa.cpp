#include "lsdb/heard_lsa.h"

#include <algorithm>

#include "isis/pdu.h"
#include "isis/tlv.h"

namespace anemone {
namespace {

constexpr std::uint16_t kOspfMaxAge_s = ospf::kMaxAgeSeconds;

std::optional<HeardLsa> heard_ospf2(Time time, std::uint16_t vantage, AreaId area, Bytes bytes) {
  ByteReader in(bytes);
  ospf::LsaView lsa;
  if (ospf::read_lsa(in, lsa) != ospf::Refusal::kNone || in.left() > 0) return std::nullopt;
  return HeardLsa{time,           vantage, false, ospf2_key(area, lsa.header.key), ospf_instance(lsa.header),
                  LsaBytes(bytes)};
}

std::optional<HeardLsa> heard_isis(Time time, std::uint16_t vantage, Bytes bytes) {
  isis::Pdu pdu;
  if (isis::read_pdu(bytes, pdu) != isis::Refusal::kNone || pdu.whole.size() != bytes.size()) return {};
  if (pdu.type != isis::PduType::kLsp1 && pdu.type != isis::PduType::kLsp2) return {};
  if (!isis::tlv_bodies_ok(pdu.tlvs) || !isis::lsp_checksum_ok(pdu.whole)) return {};
  const isis::Lsp lsp = isis::read_lsp(pdu);
  const AreaId area{isis::level_of(pdu.type) == 1 ? 1U : 0U, kIsisDomain};
  return HeardLsa{time,
                  vantage,
                  false,
                  {false, area, 0, lsp.id.value, {}},
                  isis_instance(lsp.sequence, lsp.checksum, lsp.lifetime_s),
                  LsaBytes(bytes)};
}

std::optional<HeardLsa> heard_ospf3(Time time, std::uint16_t vantage, AreaId area, Bytes bytes) {
  ByteReader in(bytes);
  ospf3::LsaView lsa;
  if (ospf3::read_lsa(in, lsa) != ospf3::Refusal::kNone || in.left() > 0) return std::nullopt;
  return HeardLsa{time,           vantage, false, ospf3_key(area, lsa.header.key), ospf3_instance(lsa.header),
                  LsaBytes(bytes)};
}

LsaInstance instance_of(std::int32_t sequence, std::uint16_t checksum, std::uint16_t age_s, bool do_not_age) {
  const bool forever = do_not_age && age_s < kOspfMaxAge_s;
  const auto left_s = static_cast<std::uint16_t>(kOspfMaxAge_s - age_s);
  return {sequence, checksum, forever ? LsaInstance::kForever : left_s};
}

int sign(bool positive) { return positive ? 1 : -1; }

// 13.1: instances this far apart in age are different ones, of which the younger is newer.
int compare_ospf_ages(const LsaInstance& a, const LsaInstance& b) {
  if (a.flushed() != b.flushed()) return sign(a.flushed());
  if (a.left_s == LsaInstance::kForever || b.left_s == LsaInstance::kForever) return 0;
  const int younger_by_s = int{a.left_s} - int{b.left_s};
  return std::abs(younger_by_s) <= ospf::kMaxAgeDiffSeconds ? 0 : sign(younger_by_s > 0);
}

}  // namespace

LsdbKey ospf2_key(AreaId area, const ospf::LsaKey& lsa) {
  const bool as_wide = lsa.type == ospf::LsaType::kExternal || lsa.type == ospf::LsaType::kOpaqueAs;
  return {as_wide, as_wide ? backbone_of(area) : area, static_cast<std::uint16_t>(lsa.type), lsa.id.value,
          lsa.router};
}

ospf::LsaKey ospf2_lsa(const LsdbKey& key) {
  return {static_cast<ospf::LsaType>(key.type), Ipv4{static_cast<std::uint32_t>(key.id)}, key.router};
}

LsdbKey ospf3_key(AreaId area, const ospf3::LsaKey& lsa) {
  const bool as_wide = ospf3::scope_of(lsa.type) == ospf3::Scope::kAs;
  return {as_wide, as_wide ? backbone_of(area) : area, static_cast<std::uint16_t>(lsa.type), lsa.id.value,
          lsa.router};
}

ospf3::LsaKey ospf3_lsa(const LsdbKey& key) {
  return {static_cast<ospf3::LsaType>(key.type), Ipv4{static_cast<std::uint32_t>(key.id)}, key.router};
}

std::string print_lsa_type(const LsdbKey& key) {
  switch (protocol_of(key.area.domain)) {
    case Protocol::kOspf2:
      return ospf::print_lsa_type(static_cast<ospf::LsaType>(key.type));
    case Protocol::kOspf3:
      return ospf3::print_lsa_type(static_cast<ospf3::LsaType>(key.type));
    case Protocol::kIsis:
      break;
  }
  return protocol_of(key.area.domain) == Protocol::kIsis ? "lsp" : "other";
}

std::string print_lsa_id(const LsdbKey& key) {
  if (protocol_of(key.area.domain) == Protocol::kIsis) return isis::print_id(isis::LspId{key.id});
  return print_address(Ipv4{static_cast<std::uint32_t>(key.id)});
}

LsaInstance ospf_instance(const ospf::LsaHeader& header) {
  return instance_of(header.sequence, header.checksum, header.age_s, header.do_not_age);
}

LsaInstance ospf3_instance(const ospf3::LsaHeader& header) {
  return instance_of(header.sequence, header.checksum, header.age_s, header.do_not_age);
}

LsaInstance isis_instance(std::uint32_t sequence, std::uint16_t checksum, std::uint16_t lifetime_s) {
  constexpr std::uint16_t kLongest = LsaInstance::kForever - 1;
  return {static_cast<std::int32_t>(sequence), checksum, std::min(lifetime_s, kLongest)};
}

int compare_instances(Protocol protocol, const LsaInstance& a, const LsaInstance& b) {
  if (a.sequence != b.sequence) return sign(a.sequence > b.sequence);
  if (protocol == Protocol::kIsis) {
    if (a.flushed() != b.flushed()) return sign(a.flushed());
    return a.checksum == b.checksum ? 0 : sign(a.checksum > b.checksum);
  }
  if (a.checksum != b.checksum) return sign(a.checksum > b.checksum);
  return compare_ospf_ages(a, b);
}

LsaBytes::LsaBytes(Bytes bytes) : size_(static_cast<std::uint32_t>(bytes.size())) {
  auto copy = std::make_shared<std::uint8_t[]>(bytes.size());  // NOLINT: see the header
  std::copy(bytes.begin(), bytes.end(), copy.get());
  bytes_ = std::move(copy);
}

std::optional<HeardLsa> heard_lsa(Time time, std::uint16_t vantage, AreaId area, Bytes lsa) {
  if (area.domain == kOspf2Domain) return heard_ospf2(time, vantage, area, lsa);
  if (protocol_of(area.domain) == Protocol::kIsis) return heard_isis(time, vantage, lsa);
  if (protocol_of(area.domain) == Protocol::kOspf3) return heard_ospf3(time, vantage, area, lsa);
  return std::nullopt;
}

}  // namespace anemone
