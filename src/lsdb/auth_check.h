// An AuthCheck holds packets against the keys that an operator gave, and remembers sequence numbers, so that
// a packet that was recorded and sent again is not taken for news (RFC 2328, D.3).
//
// What counts is the latest number of each router and interface. A neighbour forgets it when the adjacency
// ends; the check does so after a router was silent for its dead interval, since it may begin anew then.
// Bounded: kSenders; of more, replays are not seen.
#pragma once

#include <map>
#include <utility>

#include "base/time.h"
#include "net/address.h"
#include "ospf/auth.h"

namespace anemone {

class AuthCheck {
 public:
  static constexpr std::size_t kSenders = 65536;

  // `keys` may be empty: then nothing is verified and everything is taken. It must outlive the check.
  explicit AuthCheck(const ospf::AuthKeys& keys) : keys_(keys) {}

  // `payload` is what follows the IP header, `packet` what read_packet() found in it.
  ospf::AuthVerdict judge(Time time, const IpAddress& source, Bytes payload, const ospf::Packet& packet);

 private:
  struct Sender {
    std::uint32_t sequence = 0;
    Time heard{};
    Duration dead = 40s;  // until a hello says another
  };

  bool replayed(Time time, const IpAddress& source, Bytes payload, const ospf::Packet& packet);

  const ospf::AuthKeys& keys_;
  std::map<std::pair<RouterId, IpAddress>, Sender> senders_;
};

}  // namespace anemone
