// A Fate is what became of traffic that counts: it is in a demand, it needs none, or it could not be
// attached.
//
// Every byte of an owner's record has one fate in each part of the bin. What is not in a demand is counted by
// the reason, with a few addresses as examples, so that an operator can see what is missing.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "net/address.h"

namespace anemone {

enum class Fate : std::uint8_t {
  kPlaced,  // in a demand

  // Apart: no link of the topology is meant to carry it.
  kSameHost,     // never left its host: both ends are one host's, or its loopback
  kSameNetwork,  // both ends are on one network: no router takes it on
  kMulticast,    // for a group: its tree is not routing's to tell
  kBroadcast,    // for all on a link
  kLinkLocal,    // by addresses that no router takes on

  // Not attached: links carry it, but which is not known.
  kNoAddress,         // an end is the address "none": DHCP, and what an observer counted without addresses
  kNoSource,          // no prefix holds the source, and nobody who saw it has a place
  kSeveralEntrances,  // the source is outside, and several border routers announce it
  kNoDestination,     // no prefix holds the destination
};
constexpr std::size_t kFates = 10;

// "placed", "same_host", ...: the words of the API.
const char* print_fate(Fate fate);
constexpr bool is_apart(Fate fate) { return fate >= Fate::kSameHost && fate <= Fate::kLinkLocal; }
constexpr bool is_unattached(Fate fate) { return fate >= Fate::kNoAddress; }

struct FateCount {
  static constexpr std::size_t kExamplesMax = 8;

  double bytes = 0;
  double packets = 0;
  std::uint64_t records = 0;          // a record with one fate in several parts counts once for each
  std::vector<IpAddress> examples{};  // distinct addresses that it is about, the first that came

  void add(double more_bytes, double more_packets, const IpAddress& about);
};

struct Fates {
  std::array<FateCount, kFates> counts{};

  FateCount& operator[](Fate fate) { return counts[static_cast<std::size_t>(fate)]; }
  const FateCount& operator[](Fate fate) const { return counts[static_cast<std::size_t>(fate)]; }
};

// What an address is for, by itself.
enum class AddressKind : std::uint8_t { kOne, kNone, kLoopback, kMulticast, kBroadcast, kLinkLocal };
AddressKind kind_of(const IpAddress& address);

}  // namespace anemone
