#include "isis/pdu.h"

#include "base/checksum.h"
#include "isis/tlv.h"

namespace anemone::isis {
namespace {

constexpr std::size_t kCommonSize = 8;
constexpr std::size_t kLspIdAt = 12;  // what is summed begins here: the lifetime before it changes on the way
constexpr std::size_t kChecksumAt = 24;  // in the PDU

// The whole header's length, 0 for a type that is not known; and where in it the PDU length stands.
std::size_t header_size(std::uint8_t type) {
  switch (static_cast<PduType>(type)) {
    case PduType::kHello1:
    case PduType::kHello2:
      return 27;
    case PduType::kPointToPointHello:
      return 20;
    case PduType::kLsp1:
    case PduType::kLsp2:
      return kLspHeaderSize;
    case PduType::kCsnp1:
    case PduType::kCsnp2:
      return 33;
    case PduType::kPsnp1:
    case PduType::kPsnp2:
      return 17;
  }
  return 0;
}

bool is_hello(PduType type) { return type <= PduType::kPointToPointHello; }

std::size_t length_at(PduType type) { return is_hello(type) ? 17 : 8; }

std::uint64_t u56(ByteReader& in) { return std::uint64_t{in.u32()} << 24 | in.u24(); }
std::uint64_t u48(ByteReader& in) { return std::uint64_t{in.u32()} << 16 | in.u16(); }

void put_u56(ByteWriter& out, std::uint64_t value) {
  out.u32(static_cast<std::uint32_t>(value >> 24));
  out.u24(static_cast<std::uint32_t>(value & 0xff'ffff));
}

void put_u48(ByteWriter& out, std::uint64_t value) {
  out.u32(static_cast<std::uint32_t>(value >> 16));
  out.u16(static_cast<std::uint16_t>(value));
}

ByteWriter begin(PduType type) {
  ByteWriter out;
  out.u8(kDiscriminator);
  out.u8(static_cast<std::uint8_t>(header_size(static_cast<std::uint8_t>(type))));
  out.u8(1);
  out.u8(0);
  out.u8(static_cast<std::uint8_t>(type));
  out.u8(1);
  out.u16(0);
  return out;
}

std::vector<std::uint8_t> finish(PduType type, ByteWriter& out, Bytes tlvs) {
  out.put(tlvs);
  out.bytes()[length_at(type)] = static_cast<std::uint8_t>(out.size() >> 8);
  out.bytes()[length_at(type) + 1] = static_cast<std::uint8_t>(out.size());
  return std::move(out.bytes());
}

}  // namespace

const char* print_pdu_type(PduType type) {
  switch (type) {
    case PduType::kHello1:
      return "hello-1";
    case PduType::kHello2:
      return "hello-2";
    case PduType::kPointToPointHello:
      return "hello-p2p";
    case PduType::kLsp1:
      return "lsp-1";
    case PduType::kLsp2:
      return "lsp-2";
    case PduType::kCsnp1:
      return "csnp-1";
    case PduType::kCsnp2:
      return "csnp-2";
    case PduType::kPsnp1:
      return "psnp-1";
    case PduType::kPsnp2:
      return "psnp-2";
  }
  return "unknown";
}

int level_of(PduType type) {
  switch (type) {
    case PduType::kHello1:
    case PduType::kLsp1:
    case PduType::kCsnp1:
    case PduType::kPsnp1:
      return 1;
    case PduType::kPointToPointHello:
      return 0;
    default:
      return 2;
  }
}

Refusal read_pdu(Bytes bytes, Pdu& pdu) {
  ByteReader in(bytes);
  const std::uint8_t discriminator = in.u8();
  const std::uint8_t header = in.u8();
  const std::uint8_t extension = in.u8();
  const std::uint8_t id_length = in.u8();
  const std::uint8_t type = in.u8() & 0x1f;
  const std::uint8_t version = in.u8();
  if (bytes.empty()) return Refusal::kCutShort;
  if (discriminator != kDiscriminator) return Refusal::kNotIsis;
  if (bytes.size() < kCommonSize) return Refusal::kCutShort;
  if (extension != 1 || version != 1) return Refusal::kBadVersion;
  if (id_length != 0 && id_length != 6) return Refusal::kBadIdLength;
  const std::size_t size = header_size(type);
  if (size == 0) return Refusal::kBadType;
  if (header != size) return Refusal::kBadHeader;
  if (bytes.size() < size) return Refusal::kCutShort;
  pdu.type = static_cast<PduType>(type);
  const std::size_t length = ByteReader(bytes.subspan(length_at(pdu.type))).u16();
  if (length < size) return Refusal::kBadLength;
  if (length > bytes.size()) return Refusal::kCutShort;
  pdu.whole = bytes.first(length);
  pdu.fixed = bytes.subspan(kCommonSize, size - kCommonSize);
  pdu.tlvs = pdu.whole.subspan(size);
  return tlvs_fit(pdu.tlvs) ? Refusal::kNone : Refusal::kBadTlvLength;
}

Hello read_hello(const Pdu& pdu) {
  ByteReader in(pdu.fixed);
  Hello hello;
  hello.point_to_point = pdu.type == PduType::kPointToPointHello;
  hello.circuit_type = in.u8() & 3;
  hello.system = {u48(in)};
  hello.holding_s = in.u16();
  in.skip(2);
  if (hello.point_to_point) {
    hello.circuit = in.u8();
  } else {
    hello.priority = in.u8() & 0x7f;
    hello.lan = {u56(in)};
  }
  return hello;
}

Lsp read_lsp(const Pdu& pdu) {
  ByteReader in(pdu.fixed);
  in.skip(2);
  Lsp lsp;
  lsp.lifetime_s = in.u16();
  lsp.id = {in.u64()};
  lsp.sequence = in.u32();
  lsp.checksum = in.u16();
  lsp.flags = in.u8();
  return lsp;
}

SequenceNumbers read_sequence_numbers(const Pdu& pdu) {
  ByteReader in(pdu.fixed);
  in.skip(2);
  SequenceNumbers numbers;
  numbers.complete = pdu.type == PduType::kCsnp1 || pdu.type == PduType::kCsnp2;
  numbers.source = {u56(in)};
  if (!numbers.complete) return numbers;
  numbers.first = {in.u64()};
  numbers.last = {in.u64()};
  return numbers;
}

bool lsp_checksum_ok(Bytes whole) {
  ByteReader in(whole.subspan(10));
  const std::uint16_t lifetime_s = in.u16();
  if (lifetime_s == 0) return true;
  const std::uint16_t checksum = ByteReader(whole.subspan(kChecksumAt)).u16();
  return checksum != 0 && fletcher_ok(whole.subspan(kLspIdAt));
}

std::vector<std::uint8_t> write_hello(PduType type, const Hello& hello, Bytes tlvs) {
  ByteWriter out = begin(type);
  out.u8(hello.circuit_type);
  put_u48(out, hello.system.value);
  out.u16(hello.holding_s);
  out.u16(0);
  if (type == PduType::kPointToPointHello) {
    out.u8(hello.circuit);
  } else {
    out.u8(hello.priority);
    put_u56(out, hello.lan.value);
  }
  return finish(type, out, tlvs);
}

std::vector<std::uint8_t> write_lsp(PduType type, const Lsp& lsp, Bytes tlvs) {
  ByteWriter out = begin(type);
  out.u16(0);
  out.u16(lsp.lifetime_s);
  out.u64(lsp.id.value);
  out.u32(lsp.sequence);
  out.u16(0);
  out.u8(lsp.flags);
  auto whole = finish(type, out, tlvs);
  if (lsp.lifetime_s == 0) return whole;
  const std::uint16_t sum = fletcher_checksum(Bytes(whole).subspan(kLspIdAt), kChecksumAt - kLspIdAt);
  whole[kChecksumAt] = static_cast<std::uint8_t>(sum >> 8);
  whole[kChecksumAt + 1] = static_cast<std::uint8_t>(sum);
  return whole;
}

std::vector<std::uint8_t> write_sequence_numbers(PduType type, const SequenceNumbers& numbers, Bytes tlvs) {
  ByteWriter out = begin(type);
  out.u16(0);
  put_u56(out, numbers.source.value);
  if (numbers.complete) {
    out.u64(numbers.first.value);
    out.u64(numbers.last.value);
  }
  return finish(type, out, tlvs);
}

}  // namespace anemone::isis
