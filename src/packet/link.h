// find_ip: where, in a captured frame, the outermost IP packet begins; or a PDU of the ISO protocols, which
// stand beside IP, not in it (IS-IS is one of them).
//
// Looked through: Ethernet (II, 802.2, and 802.2 with SNAP), VLAN tags, FabricPath, PPPoE, MPLS labels (with
// IP or an Ethernet pseudowire below), Linux cooked v1 and v2, PPP, Cisco HDLC, frame relay, Juniper's
// captures of Ethernet, BSD loopback, PPI, raw IP. What it names is the version that the layer above IP
// promised; read_ip holds the packet to it.
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "packet/frame.h"

namespace anemone {

enum class Found : std::uint8_t {
  kIp,     // here it is
  kOsi,    // here an ISO network layer's PDU begins, with its protocol discriminator (ISO 9577)
  kNotIp,  // something else, or a link type that is not looked into
  kCut,    // the bytes end before that is known
};

struct IpPlace {
  Found found = Found::kNotIp;
  std::uint8_t version = 0;  // 4 or 6
  std::uint32_t offset = 0;  // from the frame's start
};

IpPlace find_ip(LinkType link, Bytes frame);

// The same, of what a header calls by an Ethernet type: tunnels do (GRE, Geneve). `offset` is from `bytes`'
// start.
IpPlace find_ip_of_type(std::uint16_t ether_type, Bytes bytes);

}  // namespace anemone
