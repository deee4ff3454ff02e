#include "ospf/packet.h"

#include "ospf/checksum.h"

namespace anemone::ospf {
namespace {

constexpr std::size_t kRequestSize = 12;
constexpr std::uint8_t kMaster = 1;
constexpr std::uint8_t kMore = 2;
constexpr std::uint8_t kInit = 4;

}  // namespace

Refusal read_packet(Bytes payload, Packet& packet) {
  ByteReader in(payload);
  const std::uint8_t version = in.u8();
  const std::uint8_t type = in.u8();
  const std::uint16_t length = in.u16();
  packet.header.router = {in.u32()};
  packet.header.area = {in.u32()};
  in.skip(2);
  const std::uint16_t auth = in.u16();
  in.skip(8);
  if (payload.empty()) return Refusal::kCutShort;
  if (version != 2) return Refusal::kBadVersion;
  if (!in.ok()) return Refusal::kCutShort;
  if (type < 1 || type > 5) return Refusal::kBadType;
  if (length < kHeaderSize) return Refusal::kBadLength;
  if (length > payload.size()) return Refusal::kCutShort;
  if (auth > 2) return Refusal::kBadAuth;
  packet.header.type = static_cast<PacketType>(type);
  packet.header.auth = static_cast<AuthType>(auth);
  const Bytes whole = payload.first(length);
  const bool summed = packet.header.auth != AuthType::kCryptographic;
  if (summed && packet_checksum(whole) != 0) return Refusal::kBadChecksum;
  packet.body = whole.subspan(kHeaderSize);
  return Refusal::kNone;
}

Refusal read_hello(Bytes body, Hello& hello) {
  ByteReader in(body);
  hello.mask = {in.u32()};
  hello.interval_s = in.u16();
  hello.options = in.u8();
  hello.priority = in.u8();
  hello.dead_s = in.u32();
  hello.designated = {in.u32()};
  hello.backup = {in.u32()};
  hello.neighbors = in.rest();
  return in.ok() && hello.neighbors.size() % 4 == 0 ? Refusal::kNone : Refusal::kBadLength;
}

Refusal read_description(Bytes body, DatabaseDescription& description) {
  ByteReader in(body);
  description.mtu = in.u16();
  description.options = in.u8();
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
  request.key.type = static_cast<LsaType>(in.u32());
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

std::vector<std::uint8_t> write_packet(const Header& header, Bytes body) {
  ByteWriter out;
  out.u8(2);
  out.u8(static_cast<std::uint8_t>(header.type));
  out.u16(static_cast<std::uint16_t>(kHeaderSize + body.size()));
  out.u32(header.router.value);
  out.u32(header.area.value);
  out.u16(0);
  out.u16(static_cast<std::uint16_t>(header.auth));
  out.u64(0);
  out.put(body);
  if (header.auth != AuthType::kCryptographic) {
    const std::uint16_t sum = packet_checksum(out.bytes());
    out.bytes()[12] = static_cast<std::uint8_t>(sum >> 8);
    out.bytes()[13] = static_cast<std::uint8_t>(sum);
  }
  return std::move(out.bytes());
}

void write_hello(const Hello& hello, ByteWriter& out) {
  out.u32(hello.mask.value);
  out.u16(hello.interval_s);
  out.u8(hello.options);
  out.u8(hello.priority);
  out.u32(hello.dead_s);
  out.u32(hello.designated.value);
  out.u32(hello.backup.value);
  out.put(hello.neighbors);
}

void write_description(const DatabaseDescription& description, ByteWriter& out) {
  out.u16(description.mtu);
  out.u8(description.options);
  out.u8(static_cast<std::uint8_t>((description.init ? kInit : 0) | (description.more ? kMore : 0) |
                                   (description.master ? kMaster : 0)));
  out.u32(description.sequence);
  out.put(description.headers);
}

void write_request(const LsaRequest& request, ByteWriter& out) {
  out.u32(static_cast<std::uint32_t>(request.key.type));
  out.u32(request.key.id.value);
  out.u32(request.key.router.value);
}

}  // namespace anemone::ospf
