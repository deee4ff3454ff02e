#include "capture/whole_packet.h"

#include "packet/tunnel.h"

namespace anemone {
namespace {

constexpr int kTunnelsMax = 8;  // in each other

}  // namespace

const IpPacket* WholePacket::find(Time time, const IpPacket& packet) {
  const IpPacket* at = &packet;
  for (int depth = 0; depth < kTunnelsMax && is_tunnel(at->protocol); ++depth) {
    IpPacket inner;
    if (!read_inner(*at, inner)) return nullptr;
    inner_ = inner;
    at = &inner_;
  }
  if (at->protocol != protocol_) return nullptr;
  if (!at->fragment) return at;
  return reassembly_.add(time, *at, whole_) ? &whole_ : nullptr;
}

}  // namespace anemone
