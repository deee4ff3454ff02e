// diagnose: why routers on a link do not become OSPF neighbours, from what they say there.
//
// Two routers are compared when they are meant to hear each other: an address of one lies in the other's
// network, or they have none and one lists the other. What hellos must agree on (RFC 2328 section 10.5) is
// only held against them while they do not list each other; what goes wrong later (two ways, exchange) while
// they do. Whoever agrees on everything and is not listed is not heard, or not believed.
//
// What a capture on the link shows, no more: a router that says nothing is not here, and two secrets are told
// apart only with a key, or by the silence that follows.
#pragma once

#include <string>
#include <vector>

#include "lsdb/ospf_speakers.h"

namespace anemone {

enum class Ailment : std::uint8_t {
  kArea,
  kHelloInterval,
  kDeadInterval,
  kMask,
  kAreaKind,      // normal, stub, not so stubby
  kAuthType,      // null, password, cryptographic
  kAuthKey,       // key id or algorithm
  kAuthSecret,    // the secret, as far as it can be told
  kKeysGiven,     // the routers agree; the keys that we were given are others
  kMtu,           // a database description says more than the other takes
  kStuck,         // negotiation of who is master goes on and on, for no reason that is seen
  kNetworkType,   // one elects a designated router, the other does not
  kNoDesignated,  // nobody may be designated router
  kOneWay,        // one hears the other and is not heard
  kDeaf,          // neither hears the other
  kRouterId,      // two routers with one id
  kAddress,       // two routers with one address
  kStorm,         // empty database descriptions as fast as the link takes them
  kUnreadable,    // packets that are no OSPF
};
const char* print_ailment(Ailment ailment);  // "hello_interval"

// Those who say the same, and what.
struct FindingSide {
  std::string says;
  std::vector<SpeakerKey> who;
};

struct AdjacencyFinding {
  Ailment ailment{};
  std::vector<FindingSide> sides;  // the most first
  Time from{};
  Time until{};
  bool over = false;  // it was so, and is no more
};

// By ailment, then by who.
std::vector<AdjacencyFinding> diagnose(const OspfSpeakers& speakers);

}  // namespace anemone
