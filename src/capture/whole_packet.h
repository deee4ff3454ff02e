// A WholePacket finds the packets of one protocol wherever they are: bare, in GRE or IP in IP, put together
// from fragments. A tunnel's own fragments are not put together, since that would be for all that it carries.
#pragma once

#include "capture/reassembly.h"

namespace anemone {

class WholePacket {
 public:
  explicit WholePacket(std::uint8_t protocol) : protocol_(protocol) {}

  // The packet of the protocol that `packet` is, carries or completes; null when there is none. Valid until
  // the next call, and as long as `packet` is.
  const IpPacket* find(Time time, const IpPacket& packet);

  // Datagrams of the protocol in fragments that were never whole, up to now; those that wait included.
  std::uint64_t incomplete() const { return reassembly_.dropped() + reassembly_.waiting(); }

 private:
  std::uint8_t protocol_;
  Reassembly reassembly_;
  IpPacket inner_;
  IpPacket whole_;
};

}  // namespace anemone
