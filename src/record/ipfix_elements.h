// The information elements that flow records are written with and read from (docs/formats/ipfix.md).
//
// What IANA lacks stands under an enterprise number: 32473, which RFC 5612 reserves for documentation, until
// one is registered. The ids are the format of files: they never change.
#pragma once

#include <cstdint>
#include <vector>

#include "ipfix/element.h"

namespace anemone {

constexpr std::uint32_t kOurEnterprise = 32473;

enum class OurElement : std::uint16_t {
  kProcessName = 1,
  kProcessId = 2,
  kExecutable = 3,
  kUnit = 4,
  kContainer = 5,
  kSmoothedRtt = 6,
  kRetransmits = 7,
  kOuterSource = 8,
  kOuterDestination = 9,
  kTunnelId = 10,
  kTunnelInterface = 11,
  kAccuracy = 12,
  kStartFraction = 13,
  kEndFraction = 14,
  kTranslatedBefore = 15,
  kHostName = 16,
  kHostForwards = 17,
  kHostAddress = 18,
  kHostPrefixLength = 19,
  kThroughTechnology = 20,
};

constexpr ipfix::ElementKey key_of(OurElement element, std::uint32_t enterprise) {
  return {enterprise, static_cast<std::uint16_t>(element)};
}

// IANA's.
namespace iana {
constexpr ipfix::ElementKey kOctets{0, 1};
constexpr ipfix::ElementKey kPackets{0, 2};
constexpr ipfix::ElementKey kProtocol{0, 4};
constexpr ipfix::ElementKey kTos{0, 5};
constexpr ipfix::ElementKey kTcpFlags{0, 6};
constexpr ipfix::ElementKey kSourcePort{0, 7};
constexpr ipfix::ElementKey kSource4{0, 8};
constexpr ipfix::ElementKey kIngressInterface{0, 10};
constexpr ipfix::ElementKey kDestinationPort{0, 11};
constexpr ipfix::ElementKey kDestination4{0, 12};
constexpr ipfix::ElementKey kEgressInterface{0, 14};
constexpr ipfix::ElementKey kSource6{0, 27};
constexpr ipfix::ElementKey kDestination6{0, 28};
constexpr ipfix::ElementKey kDirection{0, 61};
constexpr ipfix::ElementKey kNextHop6{0, 62};
constexpr ipfix::ElementKey kApplicationName{0, 96};
constexpr ipfix::ElementKey kEndReason{0, 136};
constexpr ipfix::ElementKey kObservationPoint{0, 138};
constexpr ipfix::ElementKey kObservationDomain{0, 149};
constexpr ipfix::ElementKey kStartMilliseconds{0, 152};
constexpr ipfix::ElementKey kEndMilliseconds{0, 153};
constexpr ipfix::ElementKey kPostNatSource4{0, 225};
constexpr ipfix::ElementKey kPostNatDestination4{0, 226};
constexpr ipfix::ElementKey kPostNatSourcePort{0, 227};
constexpr ipfix::ElementKey kPostNatDestinationPort{0, 228};
constexpr ipfix::ElementKey kPostNatSource6{0, 281};
constexpr ipfix::ElementKey kPostNatDestination6{0, 282};
constexpr ipfix::ElementKey kTunnelTechnology{0, 289};
constexpr ipfix::ElementKey kEncryptedTechnology{0, 290};
constexpr ipfix::ElementKey kBasicList{0, 291};
constexpr ipfix::ElementKey kObservationTime{0, 324};  // microseconds, as NTP counts them
constexpr ipfix::ElementKey kUserName{0, 371};
}  // namespace iana

// What RFC 5610 lets us say of ours.
std::vector<ipfix::ElementInfo> our_elements(std::uint32_t enterprise);

}  // namespace anemone
