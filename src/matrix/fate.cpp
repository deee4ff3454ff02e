#include "matrix/fate.h"

#include <algorithm>

namespace anemone {

const char* print_fate(Fate fate) {
  switch (fate) {
    case Fate::kPlaced:
      return "placed";
    case Fate::kSameHost:
      return "same_host";
    case Fate::kSameNetwork:
      return "same_network";
    case Fate::kMulticast:
      return "multicast";
    case Fate::kBroadcast:
      return "broadcast";
    case Fate::kLinkLocal:
      return "link_local";
    case Fate::kNoAddress:
      return "no_address";
    case Fate::kNoSource:
      return "no_source";
    case Fate::kSeveralEntrances:
      return "several_entrances";
    case Fate::kNoDestination:
      return "no_destination";
  }
  return "?";
}

void FateCount::add(double more_bytes, double more_packets, const IpAddress& about) {
  bytes += more_bytes;
  packets += more_packets;
  ++records;
  if (examples.size() >= kExamplesMax) return;
  if (std::find(examples.begin(), examples.end(), about) == examples.end()) examples.push_back(about);
}

AddressKind kind_of(const IpAddress& address) {
  if (address.is_v4()) {
    const std::uint32_t value = address.v4().value;
    if (value == 0) return AddressKind::kNone;
    if (value == 0xffff'ffff) return AddressKind::kBroadcast;
    if (value >> 28 >= 0xe) return AddressKind::kMulticast;  // and 240.0.0.0/4, which nobody has
    if (value >> 24 == 127) return AddressKind::kLoopback;
    return value >> 16 == 0xa9fe ? AddressKind::kLinkLocal : AddressKind::kOne;
  }
  if (address.high() >> 56 == 0xff) return AddressKind::kMulticast;
  if (address.high() >> 54 == 0xfe80 >> 6) return AddressKind::kLinkLocal;
  if (address.high() != 0 || address.low() > 1) return AddressKind::kOne;
  return address.low() == 0 ? AddressKind::kNone : AddressKind::kLoopback;
}

}  // namespace anemone
