// OSPFv3 packets: the header and the five bodies (RFC 5340 appendix A.3). Views into the caller's bytes:
// nothing is copied and nothing allocated.
//
//    0                   1                   2                   3
//    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |   Version #   |     Type      |         Packet length         |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |                          Router ID                            |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |                           Area ID                             |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |           Checksum            |  Instance ID  |       0       |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//
// The checksum is that of any protocol over IPv6, so it takes the addresses that the packet travelled
// between. An authentication trailer (RFC 7166) may follow the packet, outside its length and instead of its
// checksum; it is told, and not verified: a listener has no key. So may a link-local signalling block
// (RFC 5613), which is let be.
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "net/address.h"
#include "ospf3/lsa.h"
#include "ospf3/refusal.h"

namespace anemone::ospf3 {

constexpr std::uint8_t kIpProtocol = 89;
constexpr std::size_t kHeaderSize = 16;

enum class PacketType : std::uint8_t { kHello = 1, kDescription = 2, kRequest = 3, kUpdate = 4, kAck = 5 };

struct Header {
  PacketType type{};
  RouterId router;
  std::uint32_t area = 0;
  std::uint8_t instance = 0;
  bool operator==(const Header&) const = default;
};

struct Packet {
  Header header;
  Bytes body;
  bool authenticated = false;  // a trailer followed
};

// A.3.2
struct Hello {
  std::uint32_t interface = 0;  // the sender's interface id
  std::uint8_t priority = 0;
  std::uint32_t options = 0;
  std::uint16_t interval_s = 0;
  std::uint16_t dead_s = 0;
  RouterId designated;
  RouterId backup;
  Bytes neighbors;  // router ids, four bytes each
};

// A.3.3
struct DatabaseDescription {
  std::uint32_t options = 0;
  std::uint16_t mtu = 0;
  bool init = false;
  bool more = false;
  bool master = false;
  std::uint32_t sequence = 0;
  Bytes headers;  // LSA headers, twenty bytes each
};

// A.3.4: one of these for each LSA that is asked for.
struct LsaRequest {
  LsaKey key;
};

// Between whom an IPv6 packet went.
struct Ends {
  IpAddress src;
  IpAddress dst;
};

// Judges header, length and checksum. `payload` is what follows the IPv6 headers.
Refusal read_packet(const Ends& ends, Bytes payload, Packet& packet);

// Judge and read a body of that type. Requests and acknowledgements are checked lists: read what is in
// them with read_request() and read_lsa_header(); an update's LSAs one by one with read_lsa().
Refusal read_hello(Bytes body, Hello& hello);
Refusal read_description(Bytes body, DatabaseDescription& description);
Refusal read_requests(Bytes body, Bytes& requests);
Refusal read_update(Bytes body, std::uint32_t& count, Bytes& lsas);
Refusal read_ack(Bytes body, Bytes& headers);

LsaRequest read_request(ByteReader& in);
const char* print_packet_type(PacketType type);

// Writers; the packet's checksum is filled in.
std::vector<std::uint8_t> write_packet(const Ends& ends, const Header& header, Bytes body);
void write_hello(const Hello& hello, ByteWriter& out);
void write_description(const DatabaseDescription& description, ByteWriter& out);
void write_request(const LsaRequest& request, ByteWriter& out);

}  // namespace anemone::ospf3
