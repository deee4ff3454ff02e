// What a listener that takes part in an adjacency is told, and what it can find wrong with its neighbours.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/time.h"
#include "net/address.h"
#include "net/area.h"
#include "ospf/auth.h"

namespace anemone {

// How routers on the link find each other (RFC 2328 section 1.2, 9.1).
enum class NetworkKind : std::uint8_t {
  kBroadcast,          // a designated router and its backup describe the link
  kNbma,               // the same, but every packet goes to one neighbour
  kPointToPoint,       // one neighbour
  kPointToMultipoint,  // several, each as if alone
};

struct AdjacencyConfig {
  RouterId router;  // ours; must be nobody else's
  Ipv4 address;     // of our interface
  Ipv4 mask;
  std::uint16_t mtu = 1500;
  NetworkKind kind = NetworkKind::kBroadcast;
  std::vector<Ipv4> neighbors;  // when any are named, only those
  bool mtu_ignore = false;      // take a neighbour whose packets may be larger than ours
  // Not set: as the first hello that is heard says.
  std::optional<AreaId> area;
  std::optional<std::uint16_t> hello_s;
  std::optional<std::uint32_t> dead_s;
  // The first of an area's keys signs what we send; with none, only unauthenticated neighbours are spoken to.
  ospf::AuthKeys keys;
  std::uint32_t auth_sequence = 0;  // where our sequence numbers begin: seconds since 1970
  // Leave Exchange for a moment after an LSA was flushed, so that neighbours can forget it (see RestPlan).
  bool rests = true;
};

// Why a neighbour's packet does not lead to an adjacency.
enum class AdjacencyTrouble : std::uint8_t {
  kArea,           // its packet is of another area
  kHelloInterval,  // RFC 2328 section 10.5
  kDeadInterval,
  kMask,
  kOptions,          // neighbours differ about what kind of area this is
  kMtu,              // its packets may be larger than we can take (10.6)
  kAuthentication,   // no key, a wrong key, or another kind
  kReplayed,         // a cryptographic sequence number that goes back
  kDuplicateRouter,  // somebody else has our router id
  kSequence,         // a description that does not follow the last: both begin again
  kUnasked,          // a request, of a listener that describes nothing
  kTooMany,          // more neighbours, or LSAs to ask for, than we keep
  kNotNamed,         // neighbours were named, and it is none of them
};
constexpr std::size_t kAdjacencyTroubles = 13;
const char* print_adjacency_trouble(AdjacencyTrouble trouble);  // "hello_interval"

struct AdjacencyTroubles {
  std::array<std::uint64_t, kAdjacencyTroubles> of{};
  void add(AdjacencyTrouble trouble) { ++of[static_cast<std::size_t>(trouble)]; }
  std::uint64_t operator[](AdjacencyTrouble trouble) const { return of[static_cast<std::size_t>(trouble)]; }
};

}  // namespace anemone
