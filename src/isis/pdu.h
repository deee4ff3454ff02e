// IS-IS PDUs: the common header and the four kinds of body (ISO 10589 section 9). Views into the caller's
// bytes: nothing is copied and nothing allocated.
//
//   0  protocol discriminator, 0x83          4  PDU type (lowest 5 bits)
//   1  length of the fixed header            5  version, 1
//   2  version / protocol id extension, 1    6  reserved
//   3  ID length, 0 for 6                    7  maximum area addresses, 0 for 3
//
// behind which, by the type (sizes in bytes):
//
//   LAN hello   circuit type (1)  system (6)  holding time (2)  PDU length (2)  priority (1)  LAN id (7)
//   p2p hello   circuit type (1)  system (6)  holding time (2)  PDU length (2)  local circuit (1)
//   LSP         PDU length (2)  lifetime left (2)  LSP id (8)  sequence (4)  checksum (2)  flags (1)
//   CSNP        PDU length (2)  source (7)  first LSP id (8)  last LSP id (8)
//   PSNP        PDU length (2)  source (7)
//
// and then the TLVs (isis/tlv.h). What follows the PDU length is the link's padding.
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "isis/id.h"
#include "isis/refusal.h"

namespace anemone::isis {

constexpr std::uint8_t kDiscriminator = 0x83;
constexpr std::size_t kLspHeaderSize = 27;

enum class PduType : std::uint8_t {
  kHello1 = 15,  // on a LAN, level 1
  kHello2 = 16,
  kPointToPointHello = 17,
  kLsp1 = 18,
  kLsp2 = 20,
  kCsnp1 = 24,  // complete sequence numbers: all that the sender has in a range
  kCsnp2 = 25,
  kPsnp1 = 26,  // partial ones: requests, acknowledgements
  kPsnp2 = 27,
};
constexpr std::size_t kPduTypes = 32;
const char* print_pdu_type(PduType type);  // "hello-1", "hello-p2p", "lsp-2", "csnp-1", "psnp-2"
// 1 or 2; of a point-to-point hello 0, since it is of both.
int level_of(PduType type);

struct Pdu {
  PduType type{};
  Bytes whole;  // without the link's padding
  Bytes fixed;  // what its type has behind the eight bytes of all
  Bytes tlvs;
};

struct Hello {
  bool point_to_point = false;
  std::uint8_t circuit_type = 0;  // 1, 2 or 3: the levels that it is for
  SystemId system;
  std::uint16_t holding_s = 0;
  std::uint8_t priority = 0;  // LAN
  NodeKey lan;                // LAN: the designated router and its number for this one
  std::uint8_t circuit = 0;   // point to point
};

struct Lsp {
  std::uint16_t lifetime_s = 0;  // 0: it is being purged
  LspId id;
  std::uint32_t sequence = 0;
  std::uint16_t checksum = 0;
  std::uint8_t flags = 0;

  bool attached() const { return (flags & 0x08) != 0; }  // by the default metric: to other areas
  bool overloaded() const { return (flags & 0x04) != 0; }
  bool is_level2() const { return (flags & 0x03) == 3; }
};

struct SequenceNumbers {
  bool complete = false;
  NodeKey source;
  LspId first;  // complete ones: the range that they are complete for
  LspId last;
};

// Judges header, lengths and that the TLVs fill the PDU. `bytes` may have padding behind it.
Refusal read_pdu(Bytes bytes, Pdu& pdu);

// REQUIRES: a PDU of that kind from read_pdu().
Hello read_hello(const Pdu& pdu);
Lsp read_lsp(const Pdu& pdu);
SequenceNumbers read_sequence_numbers(const Pdu& pdu);

// Whether an LSP's checksum is right. A purge (lifetime 0) may have lost its body, and with it the right to
// one; so may an LSP whose checksum says 0, which ISO 10589 7.3.14.2 e has treated as corrupted. REQUIRES: an
// LSP.
bool lsp_checksum_ok(Bytes whole);

// A whole PDU; lengths, and the checksum of an LSP with a lifetime, are filled in.
std::vector<std::uint8_t> write_hello(PduType type, const Hello& hello, Bytes tlvs);
std::vector<std::uint8_t> write_lsp(PduType type, const Lsp& lsp, Bytes tlvs);
std::vector<std::uint8_t> write_sequence_numbers(PduType type, const SequenceNumbers& numbers, Bytes tlvs);

}  // namespace anemone::isis
