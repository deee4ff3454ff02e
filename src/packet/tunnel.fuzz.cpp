// Any bytes as an IP packet, and what it carries, and what that carries.
#include "packet/tunnel.h"

#include <cstdlib>

using namespace anemone;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const Bytes bytes(data, size);
  IpPacket outer;
  if (read_ip(bytes, static_cast<std::uint32_t>(size), data[0] >> 4 == 6 ? 6 : 4, outer) != IpRead::kOk)
    return 0;
  if (read_inner_osi(outer).size() > outer.payload.size()) std::abort();
  InnermostPacket found;
  read_innermost(outer, found);
  if (found.depth > InnermostPacket::kTunnelsMax) std::abort();
  IpPacket inner;
  for (int depth = 0; depth < 100 && read_tunnel(outer, inner).has_inner; ++depth) {
    const bool within = inner.payload.empty() || (inner.payload.data() >= outer.payload.data() &&
                                                  inner.payload.data() + inner.payload.size() <=
                                                      outer.payload.data() + outer.payload.size());
    if (!within || inner.payload.size() >= outer.payload.size() || inner.length > outer.length) std::abort();
    outer = inner;
  }
  return 0;
}
