#include "lsdb/adjacency_advice.h"

#include <algorithm>
#include <array>

namespace anemone {
namespace {

struct Text {
  Ailment ailment;
  const char* title;
  const char* why;
  const char* mend;
  const char* frr;  // %: what the most say
  const char* cisco;
};

constexpr std::array kTexts = {
    Text{Ailment::kArea, "areas differ", "A router discards hellos of another area than its own interface's.",
         "Put both ends of the link into one area.", "interface IFNAME\n ip ospf %",
         "interface IFNAME\n ip ospf PROCESS %"},
    Text{Ailment::kHelloInterval, "hello intervals differ",
         "A router discards hellos with another hello interval.",
         "Give all routers on the link the same hello interval.",
         "interface IFNAME\n ip ospf hello-interval %", "interface IFNAME\n ip ospf hello-interval %"},
    Text{Ailment::kDeadInterval, "dead intervals differ",
         "A router discards hellos with another dead interval.",
         "Give all routers on the link the same dead interval.", "interface IFNAME\n ip ospf dead-interval %",
         "interface IFNAME\n ip ospf dead-interval %"},
    Text{Ailment::kMask, "network masks differ",
         "On a broadcast network a router discards hellos with another mask. Their addresses may not even be "
         "in "
         "one network.",
         "Give all interfaces on the link addresses of one prefix length.",
         "interface IFNAME\n ip address ADDRESS%", "interface IFNAME\n ip address ADDRESS MASK"},
    Text{Ailment::kAreaKind, "the area is of another kind for each",
         "A router discards hellos whose options say that the area is normal, stub or not-so-stubby when it "
         "is "
         "another for itself.",
         "Configure the area as one kind on all its routers ('no-summary' is for border routers only).",
         "router ospf\n area AREA stub      (or: area AREA nssa; or neither)",
         "router ospf PROCESS\n area AREA stub      (or: area AREA nssa; or neither)"},
    Text{
        Ailment::kAuthType, "authentication types differ",
        "A router discards packets of another authentication type.",
        "Configure one type of authentication, with one key, on all routers of the link.",
        "interface IFNAME\n ip ospf authentication message-digest\n ip ospf message-digest-key ID md5 SECRET",
        "interface IFNAME\n ip ospf authentication message-digest\n ip ospf message-digest-key ID md5 "
        "SECRET"},
    Text{Ailment::kAuthKey, "authentication keys differ in id or algorithm",
         "A router discards packets that are signed under a key id or algorithm that it has not.",
         "Give all routers of the link a key of the same id, algorithm and secret. While keys are changed, "
         "give "
         "everybody both.",
         "interface IFNAME\n ip ospf message-digest-key ID md5 SECRET",
         "interface IFNAME\n ip ospf message-digest-key ID md5 SECRET"},
    Text{Ailment::kAuthSecret, "authentication secrets differ",
         "All else agrees, and neither believes the other's packets.",
         "Enter the secret again at all routers of the link. Blanks at its end count; MD5 uses its first 16 "
         "bytes, a "
         "password its first 8.",
         "interface IFNAME\n ip ospf message-digest-key ID md5 SECRET\n(password: ip ospf authentication-key "
         "SECRET)",
         "interface IFNAME\n ip ospf message-digest-key ID md5 SECRET\n(password: ip ospf authentication-key "
         "SECRET)"},
    Text{
        Ailment::kKeysGiven, "the keys given are not those of the routers",
        "The routers believe each other, so they share a key; it is another than the one given here.",
        "Correct the key in --keys or --key; '*:0:null:' beside it lets packets without authentication pass.",
        "", ""},
    Text{Ailment::kMtu, "MTUs differ",
         "A router discards database descriptions that say a larger MTU than its own: neither goes beyond "
         "ExStart or "
         "Exchange.",
         "Give both interfaces the same MTU. To ignore the difference works only as long as no packet is "
         "larger than "
         "the smaller one.",
         "interface IFNAME\n ip ospf mtu-ignore      (better: ip link set IFNAME mtu SIZE)",
         "interface IFNAME\n ip mtu SIZE      (or: ip ospf mtu-ignore)"},
    Text{
        Ailment::kStuck, "stuck in ExStart",
        "The first database descriptions are repeated, and no exchange follows, though the MTUs agree. They "
        "are "
        "unicast, where hellos are multicast.",
        "See whether unicast packets of IP protocol 89 pass in both directions (filters, ARP, a wrong static "
        "neighbour), and whether large ones do: ping with the interface's MTU.",
        "", ""},
    Text{Ailment::kNetworkType, "network types differ",
         "One side elects a designated router and the other does not. They become full neighbours, but their "
         "LSAs "
         "describe the link differently, so that no route leads over it.",
         "Give both ends the same network type.",
         "interface IFNAME\n ip ospf network broadcast      (or: point-to-point, on both ends)",
         "interface IFNAME\n ip ospf network broadcast      (or: point-to-point, on both ends)"},
    Text{Ailment::kNoDesignated, "nobody may be designated router",
         "With priority 0 everywhere nobody is elected, and all stay in 2-Way.",
         "Give at least one router on the link a priority above 0.", "interface IFNAME\n ip ospf priority 1",
         "interface IFNAME\n ip ospf priority 1"},
    Text{Ailment::kOneWay, "hellos arrive in one direction only",
         "One router lists the other and is never listed itself: its hellos do not arrive, or are dropped "
         "there.",
         "At the router that is heard: look for a filter on IP protocol 89 or on 224.0.0.5, for a TTL check, "
         "and for a "
         "switch that does not pass multicast.",
         "", ""},
    Text{Ailment::kDeaf, "neither hears the other",
         "All that hellos say agrees, and neither lists the other: they do not arrive, or are dropped.",
         "Look for a filter on IP protocol 89 or on 224.0.0.5 at both, and for a switch that does not pass "
         "multicast. "
         "On a network without broadcast, configure neighbours.",
         "router ospf\n neighbor ADDRESS      (non-broadcast networks)",
         "router ospf PROCESS\n neighbor ADDRESS      (non-broadcast networks)"},
    Text{Ailment::kRouterId, "two routers have one router id",
         "A router discards packets under its own id; elsewhere in the area the two overwrite each other's "
         "LSAs.",
         "Give one of them another router id, and restart its OSPF.", "router ospf\n ospf router-id ANOTHER",
         "router ospf PROCESS\n router-id ANOTHER"},
    Text{Ailment::kAddress, "two routers have one address",
         "A router discards packets that come from its own address.", "Give one of them another address.",
         "interface IFNAME\n ip address ANOTHER/LENGTH", "interface IFNAME\n ip address ANOTHER MASK"},
    Text{Ailment::kStorm, "a storm of database descriptions",
         "Two routers answer each other's empty descriptions at once and for ever; it costs both of them a "
         "processor.",
         "One of them does not end its exchange: update or restart its OSPF.", "", ""},
    Text{Ailment::kUnreadable, "packets that cannot be read", "They were discarded here, and by routers too.",
         "A wrong checksum tells of a damaged link or a faulty card; a wrong length or version, of software.",
         "", ""},
};

std::string filled(const char* pattern, const std::string& value) {
  std::string text;
  for (const char* at = pattern; *at != '\0'; ++at) {
    if (*at == '%') {
      text += value;
    } else {
      text += *at;
    }
  }
  return text;
}

}  // namespace

std::string print_speaker(const SpeakerKey& speaker) {
  return print_address(speaker.address) + " (router " + print_address(speaker.router) + ")";
}

AdjacencyAdvice advise(const AdjacencyFinding& finding) {
  const auto text = std::find_if(kTexts.begin(), kTexts.end(),
                                 [&](const Text& one) { return one.ailment == finding.ailment; });
  std::string most = finding.sides.empty() ? "" : finding.sides.front().says;
  if (most.ends_with(" s")) most.resize(most.size() - 2);
  return {text->title, text->why, text->mend, filled(text->frr, most), filled(text->cisco, most)};
}

}  // namespace anemone
