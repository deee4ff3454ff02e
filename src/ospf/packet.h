// OSPFv2 packets: the header and the five bodies (RFC 2328 appendix A.3). Views into the caller's bytes:
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
//   |           Checksum            |             AuType            |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |                       Authentication (8)                      |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//
// Authentication: none and password are readable and covered by the checksum; a cryptographic digest
// (MD5, RFC 5709's SHA) follows the packet, outside its length; auth.h verifies it where keys are given. So
// may a link-local signalling block (RFC 5613) follow hellos and database descriptions; it is let be.
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "net/area.h"
#include "ospf/lsa.h"
#include "ospf/refusal.h"

namespace anemone::ospf {

constexpr std::uint8_t kIpProtocol = 89;
constexpr std::size_t kHeaderSize = 24;

enum class PacketType : std::uint8_t { kHello = 1, kDescription = 2, kRequest = 3, kUpdate = 4, kAck = 5 };
enum class AuthType : std::uint8_t { kNone = 0, kPassword = 1, kCryptographic = 2 };

struct Header {
  PacketType type{};
  RouterId router;
  AreaId area;
  AuthType auth{};
  bool operator==(const Header&) const = default;
};

struct Packet {
  Header header;
  Bytes body;  // without authentication digest and link-local signalling
};

// A.3.2
struct Hello {
  Ipv4 mask;
  std::uint16_t interval_s = 0;
  std::uint8_t options = 0;
  std::uint8_t priority = 0;
  std::uint32_t dead_s = 0;
  Ipv4 designated;
  Ipv4 backup;
  Bytes neighbors;  // router ids, four bytes each
};

// A.3.3
struct DatabaseDescription {
  std::uint16_t mtu = 0;
  std::uint8_t options = 0;
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

// Judges header, length, authentication type and checksum. `payload` is what follows the IP header.
Refusal read_packet(Bytes payload, Packet& packet);

// Judge and read a body of that type. Requests and acknowledgements are checked lists: read what is in
// them with read_request() and read_lsa_header(); an update's LSAs one by one with read_lsa().
Refusal read_hello(Bytes body, Hello& hello);
Refusal read_description(Bytes body, DatabaseDescription& description);
Refusal read_requests(Bytes body, Bytes& requests);
Refusal read_update(Bytes body, std::uint32_t& count, Bytes& lsas);
Refusal read_ack(Bytes body, Bytes& headers);

LsaRequest read_request(ByteReader& in);
const char* print_packet_type(PacketType type);

// Writers; the packet's checksum is filled in unless authentication is cryptographic.
std::vector<std::uint8_t> write_packet(const Header& header, Bytes body);
void write_hello(const Hello& hello, ByteWriter& out);
void write_description(const DatabaseDescription& description, ByteWriter& out);
void write_request(const LsaRequest& request, ByteWriter& out);

}  // namespace anemone::ospf
