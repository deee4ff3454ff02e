#include "filter/filter_words.h"

#include <array>
#include <utility>

#include "base/text.h"

namespace anemone {
namespace {

using Field = FilterField;
using Values = FilterValues;

constexpr std::uint64_t kAny = FilterRange::kNoEnd;

constexpr std::array<FilterWord, 25> kWords = {{
    {"net", "ip host", Field::kAddress, Values::kPrefixes, true, 0,
     "an address or a network: net 10.0.0.0/8"},
    {"port", "", Field::kPort, Values::kNumbers, true, 65535, "ports: port 53,80,8000-8080; port > 1023"},
    {"proto", "protocol", Field::kProtocol, Values::kProtocols, false, 255, "the IP protocol: proto tcp,17"},
    {"tos", "", Field::kTos, Values::kNumbers, false, 255, "the type of service byte: tos 0x10"},
    {"flags", "", Field::kFlags, Values::kFlags, false, 255, "TCP flags all seen: flags SA"},
    {"packets", "", Field::kPackets, Values::kCounts, false, kAny, "packets of the flow: packets > 1k"},
    {"bytes", "", Field::kBytes, Values::kCounts, false, kAny, "bytes of the flow: bytes > 1M"},
    {"duration", "", Field::kDuration, Values::kTimes, false, kAny, "first to last packet: duration > 10s"},
    {"rtt", "", Field::kRtt, Values::kTimes, false, kAny,
     "TCP's smoothed round-trip time, where known: rtt > 50ms"},
    {"retransmits", "", Field::kRetransmits, Values::kCounts, false, kAny, "TCP segments sent again"},
    {"direction", "flowdir", Field::kDirection, Values::kDirections, false, 1,
     "as the host sees it: direction in"},
    {"interface", "if", Field::kInterface, Values::kNamesOrNumbers, false, 0xffff'ffff,
     "by name or number: interface eth0"},
    {"pid", "", Field::kPid, Values::kNumbers, false, 0xffff'ffff, "the process's number"},
    {"process", "", Field::kProcess, Values::kNames, false, 0, "the process's name: process nginx,\"my *\""},
    {"executable", "exe", Field::kExecutable, Values::kNames, false, 0, "its file: executable /usr/bin/*"},
    {"user", "", Field::kUser, Values::kNames, false, 0, "whose process it is"},
    {"unit", "", Field::kUnit, Values::kNames, false, 0, "systemd's: unit nginx.service"},
    {"container", "", Field::kContainer, Values::kNames, false, 0, "the container's id or name"},
    {"app", "application", Field::kApplication, Values::kNames, false, 0, "what the rules call it"},
    {"tunnel", "", Field::kTunnel, Values::kNames, false, 0,
     "carried by a tunnel of this kind: tunnel vxlan; tunnel *"},
    {"observer", "agent", Field::kObserver, Values::kNames, false, 0, "who saw it"},
    {"via router", "router", Field::kRouter, Values::kNames, false, 0, "went through a router"},
    {"over link", "link", Field::kLink, Values::kNames, false, 0, "went over a link: over link r1-r2"},
    {"site", "", Field::kSite, Values::kNames, true, 0, "from or to a site"},
    {"area", "", Field::kArea, Values::kNames, true, 0, "from or to a routing area"},
}};

constexpr bool in_order() {
  for (std::size_t i = 0; i < kWords.size(); ++i) {
    if (static_cast<std::size_t>(kWords[i].field) != i) return false;
  }
  return true;
}
static_assert(in_order());

constexpr std::array<std::pair<std::uint8_t, std::string_view>, 15> kProtocolNames = {{
    {1, "icmp"},
    {2, "igmp"},
    {4, "ipip"},
    {6, "tcp"},
    {17, "udp"},
    {41, "ipv6"},
    {47, "gre"},
    {50, "esp"},
    {51, "ah"},
    {58, "icmp6"},
    {88, "eigrp"},
    {89, "ospf"},
    {103, "pim"},
    {112, "vrrp"},
    {132, "sctp"},
}};

}  // namespace

std::span<const FilterWord> filter_words() { return kWords; }

const FilterWord& word_of(FilterField field) { return kWords[static_cast<std::size_t>(field)]; }

const FilterWord* find_filter_word(std::string_view word) {
  for (const FilterWord& row : kWords) {
    if (row.word == word) return &row;
    for (const std::string_view other : words(row.others)) {
      if (other == word) return &row;
    }
  }
  return nullptr;
}

std::string_view filter_protocol_name(std::uint64_t protocol) {
  for (const auto& [number, name] : kProtocolNames) {
    if (number == protocol) return name;
  }
  return {};
}

std::uint64_t filter_protocol_number(std::string_view name) {
  for (const auto& [number, known] : kProtocolNames) {
    if (known == name) return number;
  }
  return 256;
}

}  // namespace anemone
