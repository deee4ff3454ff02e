// The two checksums of OSPF: the Internet's over a packet (RFC 1071), Fletcher's over an LSA (RFC 905,
// Annex B, as RFC 2328 section 12.1.7 uses it: over everything but the age, so that it can age).
#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace anemone::ospf {

// The ones' complement sum over an OSPF packet without its 8 bytes of authentication (RFC 2328,
// D.4.1); 0 for a packet that holds its right checksum. REQUIRES: packet.size() >= 24.
std::uint16_t packet_checksum(Bytes packet);

// Whether the LSA's checksum is right. REQUIRES: lsa.size() >= 20.
bool lsa_checksum_ok(Bytes lsa);

// The checksum that the LSA should hold, whatever stands in its checksum field. REQUIRES: as above.
std::uint16_t lsa_checksum(Bytes lsa);

}  // namespace anemone::ospf
