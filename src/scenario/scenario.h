// A Scenario is a list of changes to a network and its traffic, as plain values: what if this link failed,
// that router were added, this service stood elsewhere.
//
// It names things as people do and knows no network: scenario_text.h reads it, change_topology.h and
// change_traffic.h carry it out on a network and refuse what is not there. Changes apply in their order;
// changes of different things may stand in any order.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/time.h"
#include "filter/filter.h"
#include "net/address.h"
#include "net/prefix.h"
#include "topology/topology.h"

namespace anemone {

// Where it stood in the text, from 1; 0 = it has no text. Not part of what a scenario says: any two are
// equal.
struct TextPlace {
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  bool operator==(const TextPlace&) const { return true; }
};

// Something of the network, by name.
struct Thing {
  enum class Kind : std::uint8_t {
    kLink,       // both directions of all links between two nodes, or one directed link by its id
    kInterface,  // of router `name`: `detail` is its name or address
    kRouter,
    kNetwork,  // a broadcast network
    kSite,
    kHost,
    kGroup,
    kAddress,
  };
  Kind kind = Kind::kRouter;
  std::string name;    // of a link between two: the one end
  std::string detail;  // of a link between two: the other end
  TextPlace place;

  bool operator==(const Thing&) const = default;
};

// The name stands for these things from here on. Groups may hold groups that stand above them.
struct NameGroup {
  std::string name;
  std::vector<Thing> things;
  bool operator==(const NameGroup&) const = default;
};
// The network as it was at an instant, rather than the newest. At most one.
struct TakeInstant {
  Time at{};
  bool operator==(const TakeInstant&) const = default;
};
// Links: no packets. Routers, and those of a site: nor from or to what hangs on them. Hosts are silent.
struct Fail {
  Thing what;
  bool operator==(const Fail&) const = default;
};
// Links as if they did not exist: the same routes and loads as after Fail, but nothing of it is a failure.
struct Remove {
  Thing what;
  bool operator==(const Remove&) const = default;
};
struct SetCost {
  Thing what;
  Cost cost = 1;
  bool operator==(const SetCost&) const = default;
};
struct Resize {
  Thing what;  // links; a router's or a group's are all its links
  double capacity_bps = 0;
  bool operator==(const Resize&) const = default;
};
// No traffic through the router, only from and to what hangs on it (RFC 6987; IS-IS's overload bit).
struct Overload {
  Thing what;
  bool operator==(const Overload&) const = default;
};
struct AddRouter {
  std::string name;
  std::string site;  // may be empty
  bool operator==(const AddRouter&) const = default;
};
struct AddLink {
  std::string from;
  std::string to;
  Cost cost = 1;
  double capacity_bps = 0;  // 0 = not known
  bool operator==(const AddLink&) const = default;
};
struct AddPrefix {
  Prefix prefix;
  std::string router;
  Cost cost = 0;
  bool external = false;
  bool operator==(const AddPrefix&) const = default;
};
// `hosts` hosts like those of `like`, on average, talk from `where` to whom those talk.
struct AddHosts {
  std::uint32_t hosts = 0;
  Thing where;
  Thing like;  // a host or a group of them
  bool operator==(const AddHosts&) const = default;
};
// Traffic that matches, or of matrices from files: from and to these, is so many times as much.
struct Scale {
  double factor = 1;
  std::optional<Thing> from;
  std::optional<Thing> to;
  Filter filter;  // everything where none was given
  bool operator==(const Scale&) const = default;
};
// The ends of traffic that belong to the service stand elsewhere: those of a process, user, unit, container
// or application at the host that it ran on; those of a port or network wherever they are.
struct Move {
  Filter service;
  std::optional<Thing> things;  // instead of a filter: hosts, sites, groups, addresses
  Thing to;                     // a site, host, router or address
  bool operator==(const Move&) const = default;
};

using ChangeKind = std::variant<NameGroup, TakeInstant, Fail, Remove, SetCost, Resize, Overload, AddRouter,
                                AddLink, AddPrefix, AddHosts, Scale, Move>;

struct Change {
  ChangeKind what;
  TextPlace place;
  bool operator==(const Change&) const = default;
};

struct Scenario {
  std::string name;  // empty where not given
  std::vector<Change> changes;

  bool operator==(const Scenario&) const = default;
};

// The changes of the first, then those of the other.
Scenario operator+(Scenario first, const Scenario& then);

// The instant that it asks for, if any.
std::optional<Time> instant_of(const Scenario& scenario);

// "line 3, column 8: MESSAGE"; only the message where there was no text.
Error at_place(const TextPlace& place, const std::string& message);

}  // namespace anemone
