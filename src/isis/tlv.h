// TLVs: what IS-IS PDUs are made of. Type (1), length (1), value. A type that is not known is skipped, which
// is how the protocol grew from ISO's addresses to IP.
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "isis/id.h"

namespace anemone::isis {

enum class TlvType : std::uint8_t {
  kAreaAddresses = 1,
  kNeighbors = 2,
  kLanNeighbors = 6,
  kInstance = 7,  // RFC 8202
  kPadding = 8,
  kLspEntries = 9,
  kAuthentication = 10,
  kPurgeOriginator = 13,     // RFC 6232
  kExtendedNeighbors = 22,   // RFC 5305
  kNeighborAttributes = 23,  // RFC 5311
  kInternalIp = 128,         // RFC 1195
  kProtocols = 129,
  kExternalIp = 130,
  kInterfaceAddresses = 132,
  kTeRouterId = 134,
  kExtendedIp = 135,
  kHostName = 137,           // RFC 5301
  kTeRouterId6 = 140,        // RFC 6119
  kTopologyNeighbors = 222,  // RFC 5120
  kTopologies = 229,
  kInterfaceAddresses6 = 232,  // RFC 5308
  kGlobalAddresses6 = 233,
  kTopologyIp = 235,
  kIp6 = 236,
  kTopologyIp6 = 237,
  kThreeWay = 240,    // RFC 5303
  kCapability = 242,  // RFC 7981
};

struct Tlv {
  std::uint8_t type = 0;
  Bytes value;
  TlvType known() const { return static_cast<TlvType>(type); }
};

// Whether TLVs, one behind the other, are all there is.
bool tlvs_fit(Bytes tlvs);

// Calls `visit(tlv)` for each; one that reaches beyond the end is not visited.
template <class Visit>
void each_tlv(Bytes tlvs, Visit visit) {
  ByteReader in(tlvs);
  while (in.left() >= 2) {
    const std::uint8_t type = in.u8();
    const Bytes value = in.take(in.u8());
    if (!in.ok()) return;
    visit(Tlv{type, value});
  }
}

// Whether the value is what the type says; a type that is not known always is.
bool tlv_body_ok(const Tlv& tlv);
bool tlv_bodies_ok(Bytes tlvs);

// The instance (RFC 8202) that a PDU is of; 0 where it does not say, as nearly all.
std::uint16_t instance_of(Bytes tlvs);

// How a PDU says that it is signed.
enum class Authentication : std::uint8_t { kNone, kPassword, kHmacMd5, kGeneric, kUnknown };
const char* print_authentication(
    Authentication authentication);  // "none", "password", "hmac_md5", "hmac_sha"
Authentication authentication_of(Bytes tlvs);

// One LSP as sequence numbers PDUs list it.
struct LspEntry {
  std::uint16_t lifetime_s = 0;
  LspId id;
  std::uint32_t sequence = 0;
  std::uint16_t checksum = 0;
};

template <class Visit>
void each_lsp_entry(Bytes tlvs, Visit visit) {
  each_tlv(tlvs, [&](const Tlv& tlv) {
    if (tlv.known() != TlvType::kLspEntries) return;
    ByteReader in(tlv.value);
    while (in.left() >= 16) {
      LspEntry entry;
      entry.lifetime_s = in.u16();
      entry.id = {in.u64()};
      entry.sequence = in.u32();
      entry.checksum = in.u16();
      visit(entry);
    }
  });
}

void write_tlv(TlvType type, Bytes value, ByteWriter& out);  // REQUIRES: value.size() <= 255
void write_lsp_entry(const LspEntry& entry, ByteWriter& out);

}  // namespace anemone::isis
