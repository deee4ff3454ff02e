#include "ospf3/packet.h"

#include <algorithm>

#include "base/checksum.h"

namespace anemone::ospf3 {
namespace {

constexpr std::size_t kRequestSize = 12;
constexpr std::size_t kChecksumAt = 12;
constexpr std::uint8_t kMaster = 1;
constexpr std::uint8_t kMore = 2;
constexpr std::uint8_t kInit = 4;
constexpr std::uint16_t kHmac = 1;  // RFC 7166: the one type of authentication there is
constexpr std::size_t kTrailerSize = 16;

std::uint64_t sum_of(const IpAddress& address) {
  std::uint64_t sum = 0;
  for (std::uint64_t half : {address.high(), address.low()}) {
    for (int shift = 0; shift < 64; shift += 16) sum += half >> shift & 0xffff;
  }
  return sum;
}

// RFC 8200 section 8.1, over the packet's own length (RFC 5340 A.3.1).
std::uint16_t checksum(const Ends& ends, Bytes packet) {
  return folded_checksum(sum_of(ends.src) + sum_of(ends.dst) + packet.size() + kIpProtocol +
                         ones_complement_sum(packet));
}

// Whether what follows a packet is an authentication trailer: its type and its own length say so. Hellos and
// database descriptions announce it in their options, and a signalling block before it.
bool is_authenticated(const Packet& packet, Bytes behind) {
  const bool hello = packet.header.type == PacketType::kHello;
  if (hello || packet.header.type == PacketType::kDescription) {
    ByteReader body(packet.body);
    body.skip(hello ? 5 : 1);
    const std::uint32_t options = body.u24();
    if ((options & kOptionAuthenticated) == 0) return false;
    ByteReader block(behind);
    block.skip(2);
    const std::size_t words = (options & kOptionSignalling) != 0 ? block.u16() : 0;
    behind = behind.subspan(std::min(words * 4, behind.size()));
  }
  ByteReader in(behind);
  const std::uint16_t type = in.u16();
  const std::uint16_t length = in.u16();
  return in.ok() && type == kHmac && length >= kTrailerSize && length <= behind.size();
}

}  // namespace

Refusal read_packet(const Ends& ends, Bytes payload, Packet& packet) {
  ByteReader in(payload);
  const std::uint8_t version = in.u8();
  const std::uint8_t type = in.u8();
  const std::uint16_t length = in.u16();
  packet.header.router = {in.u32()};
  packet.header.area = in.u32();
  in.skip(2);
  packet.header.instance = in.u8();
  in.skip(1);
  if (payload.empty()) return Refusal::kCutShort;
  if (version != 3) return Refusal::kBadVersion;
  if (!in.ok()) return Refusal::kCutShort;
  if (type < 1 || type > 5) return Refusal::kBadType;
  if (length < kHeaderSize) return Refusal::kBadLength;
  if (length > payload.size()) return Refusal::kCutShort;
  packet.header.type = static_cast<PacketType>(type);
  const Bytes whole = payload.first(length);
  packet.body = whole.subspan(kHeaderSize);
  packet.authenticated = is_authenticated(packet, payload.subspan(length));
  if (!packet.authenticated && checksum(ends, whole) != 0) return Refusal::kBadChecksum;
  return Refusal::kNone;
}

Refusal read_hello(Bytes body, Hello& hello) {
  ByteReader in(body);
  hello.interface = in.u32();
  hello.priority = in.u8();
  hello.options = in.u24();
  hello.interval_s = in.u16();
  hello.dead_s = in.u16();
  hello.designated = {in.u32()};
  hello.backup = {in.u32()};
  hello.neighbors = in.rest();
  return in.ok() && hello.neighbors.size() % 4 == 0 ? Refusal::kNone : Refusal::kBadLength;
}

Refusal read_description(Bytes body, DatabaseDescription& description) {
  ByteReader in(body);
  in.skip(1);
  description.options = in.u24();
  description.mtu = in.u16();
  in.skip(1);
  const std::uint8_t flags = in.u8();
  description.init = (flags & kInit) != 0;
  description.more = (flags & kMore) != 0;
  description.master = (flags & kMaster) != 0;
  description.sequence = in.u32();
  description.headers = in.rest();
  return in.ok() && in.left() % kLsaHeaderSize == 0 ? Refusal::kNone : Refusal::kBadLength;
}

Refusal read_requests(Bytes body, Bytes& requests) {
  requests = body;
  return body.size() % kRequestSize == 0 ? Refusal::kNone : Refusal::kBadLength;
}

Refusal read_update(Bytes body, std::uint32_t& count, Bytes& lsas) {
  ByteReader in(body);
  count = in.u32();
  lsas = in.rest();
  return in.ok() && count <= lsas.size() / kLsaHeaderSize ? Refusal::kNone : Refusal::kBadLength;
}

Refusal read_ack(Bytes body, Bytes& headers) {
  headers = body;
  return body.size() % kLsaHeaderSize == 0 ? Refusal::kNone : Refusal::kBadLength;
}

LsaRequest read_request(ByteReader& in) {
  LsaRequest request;
  in.skip(2);
  request.key.type = static_cast<LsaType>(in.u16());
  request.key.id = {in.u32()};
  request.key.router = {in.u32()};
  return request;
}

const char* print_packet_type(PacketType type) {
  switch (type) {
    case PacketType::kHello:
      return "hello";
    case PacketType::kDescription:
      return "dd";
    case PacketType::kRequest:
      return "lsr";
    case PacketType::kUpdate:
      return "lsu";
    case PacketType::kAck:
      return "ack";
  }
  return "unknown";
}

std::vector<std::uint8_t> write_packet(const Ends& ends, const Header& header, Bytes body) {
  ByteWriter out;
  out.u8(3);
  out.u8(static_cast<std::uint8_t>(header.type));
  out.u16(static_cast<std::uint16_t>(kHeaderSize + body.size()));
  out.u32(header.router.value);
  out.u32(header.area);
  out.u16(0);
  out.u8(header.instance);
  out.u8(0);
  out.put(body);
  const std::uint16_t sum = checksum(ends, out.bytes());
  out.bytes()[kChecksumAt] = static_cast<std::uint8_t>(sum >> 8);
  out.bytes()[kChecksumAt + 1] = static_cast<std::uint8_t>(sum);
  return std::move(out.bytes());
}

void write_hello(const Hello& hello, ByteWriter& out) {
  out.u32(hello.interface);
  out.u8(hello.priority);
  out.u24(hello.options);
  out.u16(hello.interval_s);
  out.u16(hello.dead_s);
  out.u32(hello.designated.value);
  out.u32(hello.backup.value);
  out.put(hello.neighbors);
}

void write_description(const DatabaseDescription& description, ByteWriter& out) {
  out.u8(0);
  out.u24(description.options);
  out.u16(description.mtu);
  out.u8(0);
  out.u8(static_cast<std::uint8_t>((description.init ? kInit : 0) | (description.more ? kMore : 0) |
                                   (description.master ? kMaster : 0)));
  out.u32(description.sequence);
  out.put(description.headers);
}

void write_request(const LsaRequest& request, ByteWriter& out) {
  out.u16(0);
  out.u16(static_cast<std::uint16_t>(request.key.type));
  out.u32(request.key.id.value);
  out.u32(request.key.router.value);
}

}  // namespace anemone::ospf3
