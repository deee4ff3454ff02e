#include "record/ipfix_elements.h"

namespace anemone {

std::vector<ipfix::ElementInfo> our_elements(std::uint32_t enterprise) {
  using enum ipfix::DataType;
  using ipfix::Semantics;
  using ipfix::Units;
  const auto text = [&](OurElement element, const char* name, const char* description) {
    return ipfix::ElementInfo{
        key_of(element, enterprise), kString, Semantics::kDefault, Units::kNone, name, description};
  };
  const auto number = [&](OurElement element, ipfix::DataType type, Semantics semantics, Units units,
                          const char* name, const char* description) {
    return ipfix::ElementInfo{key_of(element, enterprise), type, semantics, units, name, description};
  };
  return {
      text(OurElement::kProcessName, "anemoneProcessName",
           "Name of the process that owns the socket; in brackets where none does"),
      number(OurElement::kProcessId, kUnsigned32, Semantics::kIdentifier, Units::kNone, "anemoneProcessId",
             "Its process id; 0 when not known"),
      text(OurElement::kExecutable, "anemoneExecutable", "Path of the program that it runs"),
      text(OurElement::kUnit, "anemoneUnit", "systemd unit that it belongs to"),
      text(OurElement::kContainer, "anemoneContainer", "Id of the container that it runs in"),
      number(OurElement::kSmoothedRtt, kUnsigned32, Semantics::kQuantity, Units::kMicroseconds,
             "anemoneTcpSmoothedRtt", "TCP's smoothed round-trip time; 0 when not known"),
      number(OurElement::kRetransmits, kUnsigned32, Semantics::kDeltaCounter, Units::kPackets,
             "anemoneTcpRetransmits", "TCP segments sent again"),
      number(OurElement::kOuterSource, kIpv6Address, Semantics::kDefault, Units::kNone,
             "anemoneOuterSourceAddress", "Outer source of the tunnel; IPv4 as ::ffff:a.b.c.d"),
      number(OurElement::kOuterDestination, kIpv6Address, Semantics::kDefault, Units::kNone,
             "anemoneOuterDestinationAddress", "Outer destination of the tunnel; IPv4 as ::ffff:a.b.c.d"),
      number(OurElement::kTunnelId, kUnsigned32, Semantics::kIdentifier, Units::kNone, "anemoneTunnelId",
             "Number of the tunnel: VNI, GRE key, TEID; 0 for none"),
      text(OurElement::kTunnelInterface, "anemoneTunnelInterface", "Interface of the tunnel on its host"),
      number(OurElement::kAccuracy, kUnsigned8, Semantics::kFlags, Units::kNone, "anemoneAccuracy",
             "1: the owner was looked up after the fact; 2: parts of the key were shed"),
      number(OurElement::kStartFraction, kUnsigned16, Semantics::kQuantity, Units::kMicroseconds,
             "anemoneFlowStartMicroseconds", "Microseconds to add to flowStartMilliseconds, 0 to 999"),
      number(OurElement::kEndFraction, kUnsigned16, Semantics::kQuantity, Units::kMicroseconds,
             "anemoneFlowEndMicroseconds", "Microseconds to add to flowEndMilliseconds, 0 to 999"),
      number(OurElement::kTranslatedBefore, kUnsigned8, Semantics::kFlags, Units::kNone,
             "anemoneTranslatedBefore",
             "1: postNAT addresses and ports are those before a translation that went ahead of the observer"),
      text(OurElement::kHostName, "anemoneHostName", "Name of the host"),
      number(OurElement::kHostForwards, kUnsigned8, Semantics::kFlags, Units::kNone, "anemoneHostForwards",
             "1: the host forwards packets of others"),
      number(OurElement::kHostAddress, kIpv6Address, Semantics::kDefault, Units::kNone, "anemoneHostAddress",
             "An address of the host's own; IPv4 as ::ffff:a.b.c.d"),
      number(OurElement::kHostPrefixLength, kUnsigned8, Semantics::kQuantity, Units::kNone,
             "anemoneHostPrefixLength", "Length of the prefix on the link that the address is of"),
      text(OurElement::kThroughTechnology, "anemoneThroughTechnology",
           "Kind of the tunnel that the flow went through: vxlan, gre, wireguard"),
  };
}

}  // namespace anemone
