// The two checksums of routing protocols: the Internet's ones' complement sum (RFC 1071), and Fletcher's
// (RFC 905, Annex B), which OSPF has over each LSA and IS-IS over each LSP.
#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace anemone {

// Sums of parts may be added before they are folded. An odd last byte counts as if a zero followed.
std::uint64_t ones_complement_sum(Bytes bytes);
// 0 where the summed bytes held their right checksum, else the checksum if they held 0 in its place.
std::uint16_t folded_checksum(std::uint64_t sum);

// Whether `bytes`, which hold their checksum, sum up as they should.
bool fletcher_ok(Bytes bytes);

// The checksum that belongs at offset `at`, whatever stands there. REQUIRES: at + 2 <= bytes.size().
std::uint16_t fletcher_checksum(Bytes bytes, std::size_t at);

}  // namespace anemone
