// IPv4 around an OSPF packet, as RFC 2328 appendix A.1 wants it: TTL 1, precedence "internetwork control".
#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "io/interface_facts.h"
#include "net/address.h"

namespace anemone {

// The whole datagram, its header's checksum included. REQUIRES: payload.size() <= 65515.
std::vector<std::uint8_t> write_ospf_datagram(Ipv4 from, Ipv4 to, std::uint16_t id, Bytes payload);

// The Ethernet address of an IPv4 group (RFC 1112 section 6.4).
MacAddress group_mac(Ipv4 group);
constexpr bool is_group(Ipv4 address) { return address.value >> 28 == 0xe; }

}  // namespace anemone
