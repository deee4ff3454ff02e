#include "isis/tlv.h"

#include <array>

namespace anemone::isis {
namespace {

constexpr std::size_t kAreaAddressMax = 20;  // a whole network service access point

// Length (1) and that many bytes, again and again.
bool area_addresses_ok(Bytes value) {
  ByteReader in(value);
  while (in.left() > 0) {
    const std::uint8_t length = in.u8();
    if (length > kAreaAddressMax) return false;
    in.skip(length);
  }
  return in.ok();
}

// Neighbour (7), metric (3), length of sub-TLVs (1), sub-TLVs.
bool extended_neighbors_ok(ByteReader in) {
  while (in.left() > 0) {
    in.skip(10);
    if (!tlvs_fit(in.take(in.u8()))) return false;
  }
  return in.ok();
}

// Metric (4), control (1: down, sub-TLVs follow, length of the prefix), prefix, [length, sub-TLVs].
bool extended_ip_ok(ByteReader in) {
  while (in.left() > 0) {
    in.skip(4);
    const std::uint8_t control = in.u8();
    const unsigned length = control & 0x3f;
    if (length > 32) return false;
    in.skip((length + 7) / 8);
    if ((control & 0x40) != 0 && !tlvs_fit(in.take(in.u8()))) return false;
  }
  return in.ok();
}

// Metric (4), control (1: down, external, sub-TLVs follow), length of the prefix (1), prefix, [length,
// sub-TLVs].
bool ip6_ok(ByteReader in) {
  while (in.left() > 0) {
    in.skip(4);
    const std::uint8_t control = in.u8();
    const unsigned length = in.u8();
    if (length > 128) return false;
    in.skip((length + 7) / 8);
    if ((control & 0x20) != 0 && !tlvs_fit(in.take(in.u8()))) return false;
  }
  return in.ok();
}

// The two bytes of a topology's number, and a reader behind them.
bool in_topology(Bytes value, bool (*ok)(ByteReader)) {
  return value.size() >= 2 && ok(ByteReader(value.subspan(2)));
}

bool is_multiple(Bytes value, std::size_t of) { return value.size() % of == 0; }

}  // namespace

bool tlvs_fit(Bytes tlvs) {
  ByteReader in(tlvs);
  while (in.left() > 0) {
    in.skip(1);
    in.skip(in.u8());
  }
  return in.ok();
}

bool tlv_body_ok(const Tlv& tlv) {
  const std::size_t size = tlv.value.size();
  switch (tlv.known()) {
    case TlvType::kAreaAddresses:
      return area_addresses_ok(tlv.value);
    case TlvType::kNeighbors:
      return size >= 1 && (size - 1) % 11 == 0;
    case TlvType::kLanNeighbors:
      return is_multiple(tlv.value, 6);
    case TlvType::kInstance:
      return size >= 2;
    case TlvType::kLspEntries:
    case TlvType::kInterfaceAddresses6:
    case TlvType::kGlobalAddresses6:
      return is_multiple(tlv.value, 16);
    case TlvType::kAuthentication:
      return size >= 1;
    case TlvType::kExtendedNeighbors:
    case TlvType::kNeighborAttributes:
      return extended_neighbors_ok(ByteReader(tlv.value));
    case TlvType::kInternalIp:
    case TlvType::kExternalIp:
      return is_multiple(tlv.value, 12);
    case TlvType::kInterfaceAddresses:
      return is_multiple(tlv.value, 4);
    case TlvType::kTeRouterId:
      return size == 4;
    case TlvType::kTeRouterId6:
      return size == 16;
    case TlvType::kExtendedIp:
      return extended_ip_ok(ByteReader(tlv.value));
    case TlvType::kTopologyNeighbors:
      return in_topology(tlv.value, extended_neighbors_ok);
    case TlvType::kTopologies:
      return is_multiple(tlv.value, 2);
    case TlvType::kTopologyIp:
      return in_topology(tlv.value, extended_ip_ok);
    case TlvType::kIp6:
      return ip6_ok(ByteReader(tlv.value));
    case TlvType::kTopologyIp6:
      return in_topology(tlv.value, ip6_ok);
    case TlvType::kThreeWay:
      return size == 1 || size == 5 || size == 11 || size == 15;
    case TlvType::kCapability:
      return size >= 5 && tlvs_fit(tlv.value.subspan(5));
    case TlvType::kPadding:
    case TlvType::kPurgeOriginator:
    case TlvType::kProtocols:
    case TlvType::kHostName:
      return true;
  }
  return true;
}

bool tlv_bodies_ok(Bytes tlvs) {
  bool ok = true;
  each_tlv(tlvs, [&](const Tlv& tlv) { ok = ok && tlv_body_ok(tlv); });
  return ok;
}

std::uint16_t instance_of(Bytes tlvs) {
  std::uint16_t instance = 0;
  each_tlv(tlvs, [&](const Tlv& tlv) {
    if (tlv.known() == TlvType::kInstance && instance == 0) instance = ByteReader(tlv.value).u16();
  });
  return instance;
}

const char* print_authentication(Authentication authentication) {
  constexpr std::array<const char*, 5> kWords = {"none", "password", "hmac_md5", "hmac_sha", "unknown"};
  return kWords[static_cast<std::size_t>(authentication)];
}

Authentication authentication_of(Bytes tlvs) {
  auto found = Authentication::kNone;
  each_tlv(tlvs, [&](const Tlv& tlv) {
    if (tlv.known() != TlvType::kAuthentication || tlv.value.empty()) return;
    switch (tlv.value[0]) {
      case 1:
        found = Authentication::kPassword;
        break;
      case 3:  // RFC 5310: the key's number tells the algorithm to who knows it
        found = Authentication::kGeneric;
        break;
      case 54:
        found = Authentication::kHmacMd5;
        break;
      default:
        found = Authentication::kUnknown;
    }
  });
  return found;
}

void write_tlv(TlvType type, Bytes value, ByteWriter& out) {
  out.u8(static_cast<std::uint8_t>(type));
  out.u8(static_cast<std::uint8_t>(value.size()));
  out.put(value);
}

void write_lsp_entry(const LspEntry& entry, ByteWriter& out) {
  out.u16(entry.lifetime_s);
  out.u64(entry.id.value);
  out.u32(entry.sequence);
  out.u16(entry.checksum);
}

}  // namespace anemone::isis
