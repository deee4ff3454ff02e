// What happened in the network, as the routing protocol told it: plain values.
//
// An event is one thing that happened to one link, router or prefix, with everything that followed from it:
// a router that died takes its prefixes with it, border routers withdraw their summaries a moment later. Its
// evidence are the LSAs that told it, each with the instance that it replaced.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/time.h"
#include "lsdb/lsdb.h"
#include "topology/topology.h"

namespace anemone {

// An LSA that said something new.
struct LsaNews {
  Time time{};
  LsdbKey key;
  bool first = false;                                 // its LSA was never heard before
  std::optional<StoredLsa> before;                    // none: it was not there
  std::optional<StoredLsa> after;                     // none: it died of age
  std::vector<std::pair<std::uint16_t, Time>> heard;  // each vantage point that heard it, and when first
};

// What followed from an event.
struct Consequence {
  std::string kind;  // print_change_kind()
  std::string text;
};

struct RoutingEvent {
  Time time{};       // when the topology changed
  std::string kind;  // print_change_kind(), or one of the kinds below
  std::string text;
  std::vector<std::string> links;  // names of the directed links it is about

  Time began{};                                          // its first LSA
  Time settled{};                                        // its last
  std::string subject;                                   // the same for every event of the same thing
  std::vector<RouterId> routers;                         // whom it concerns
  std::vector<Consequence> also;                         // what followed from it; no more than kAlsoMax
  std::size_t also_more = 0;                             // beyond
  std::vector<std::shared_ptr<const LsaNews>> evidence;  // no more than kEvidenceMax
  std::size_t lsas = 0;                                  // how many belong to it
  bool restarted = false;                                // router_up: it had forgotten its sequence numbers
  bool folded = false;  // it turned out to be part of another event, and is not told

  static constexpr std::size_t kEvidenceMax = 64;
  static constexpr std::size_t kAlsoMax = 32;
};

// Kinds beside those of topology/topology_diff.h.
constexpr const char* kRouterRestarted = "restart";           // it lost its memory, but not its links
constexpr const char* kGracefulRestart = "graceful_restart";  // it asked its neighbours to wait for it
// What had been there before it was heard of: a listener that begins in the middle gets to know the network.
constexpr const char* kLearned = "learned";

// A link that was up and is not any more.
struct DownLink {
  std::string id;
  Link link;  // as it was when last seen; its ends by name
  std::string from;
  std::string to;
};

}  // namespace anemone
