// OspfSpeakers notes who speaks OSPF on one link and what each says of itself, as far as an adjacency
// depends on it: hellos, and how the exchange of database descriptions goes on.
//
// What a router said is kept as long as it says the same (an Utterance); a change of its configuration begins
// the next, so that a mistake that was mended is told from one that lasts. Packets of virtual links, which
// only pass through, are kept apart. Bounded: kSpeakers, kUtterances each, kExchanges; what is beyond is
// counted.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <set>
#include <tuple>
#include <vector>

#include "base/time.h"
#include "net/address.h"
#include "net/area.h"
#include "ospf/auth.h"
#include "ospf/packet.h"

namespace anemone {

// A packet of IP protocol 89 as it was heard.
struct HeardOspfPacket {
  Time time{};
  IpAddress source;
  IpAddress destination;
  Bytes payload;  // after the IP header, digest included
};

struct SpeakerKey {
  Ipv4 address;
  RouterId router;
  AreaId area;
  bool is_virtual = false;
  constexpr auto operator<=>(const SpeakerKey&) const = default;
};

enum class AreaKind : std::uint8_t { kNormal, kStub, kNssa };

// The part of hellos that both ends must agree on, and the signature under them.
struct Terms {
  Ipv4 mask;
  std::uint16_t hello_s = 0;
  std::uint32_t dead_s = 0;
  AreaKind kind = AreaKind::kNormal;
  ospf::AuthType auth{};
  std::uint8_t key_id = 0;
  std::uint8_t digest_length = 0;
  std::array<std::uint8_t, 8> password{};  // compared, never shown
  bool operator==(const Terms&) const = default;
};

struct Utterance {
  Terms terms;
  Time first{};
  Time last{};
  std::uint64_t hellos = 0;
  std::uint64_t unverified = 0;  // packets that the given keys do not verify
  // Of the latest hello:
  std::uint8_t priority = 0;
  Ipv4 designated;
  Ipv4 backup;
  std::set<RouterId> listed;
  Time alone_since{};                // since when it has named neither DR nor BDR; only if it does not now
  std::map<RouterId, Time> listing;  // since when it has listed each, without a gap
  // How long a hello keeps it alive.
  Time alive_until() const { return last + std::chrono::seconds(terms.dead_s); }
};

// Database descriptions from one address to another.
struct Exchange {
  std::uint64_t packets = 0;
  std::uint64_t initial = 0;   // with the I bit: negotiating who is master
  std::uint64_t finished = 0;  // without I and M: that side has said all
  std::uint16_t mtu = 0;       // latest
  Time first{};
  Time last{};
  Time second{};  // the running second, and what it saw of empty descriptions
  std::uint64_t empty = 0;
  std::uint64_t empty_most = 0;
};

class OspfSpeakers {
 public:
  static constexpr std::size_t kSpeakers = 4096;
  static constexpr std::size_t kUtterances = 16;
  static constexpr std::size_t kExchanges = 65536;

  // Without keys nothing is verified.
  explicit OspfSpeakers(ospf::AuthKeys keys = {}) : keys_(std::move(keys)) {}

  void on_packet(const HeardOspfPacket& packet);

  const std::map<SpeakerKey, std::vector<Utterance>>& speakers() const { return speakers_; }
  // Null when there was none from the one to the other.
  const Exchange* exchange(Ipv4 from, Ipv4 to) const;
  const std::map<std::pair<Ipv4, Ipv4>, Exchange>& exchanges() const { return exchanges_; }
  const ospf::RefusalCounts& refused() const { return refused_; }
  std::uint64_t packets() const { return packets_; }
  std::uint64_t beyond_limits() const { return beyond_; }
  Time last() const { return last_; }
  bool has_keys() const { return !keys_.empty(); }

 private:
  ospf::Refusal take(const HeardOspfPacket& heard);
  ospf::Refusal take_hello(const HeardOspfPacket& heard, const ospf::Packet& packet);
  ospf::Refusal take_description(const HeardOspfPacket& heard, const ospf::Packet& packet);
  Utterance* said(const SpeakerKey& key, const Terms& terms, Time time);

  ospf::AuthKeys keys_;
  std::map<SpeakerKey, std::vector<Utterance>> speakers_;
  std::map<std::pair<Ipv4, Ipv4>, Exchange> exchanges_;
  ospf::RefusalCounts refused_;
  std::uint64_t packets_ = 0;
  std::uint64_t beyond_ = 0;
  Time last_{};
};

}  // namespace anemone
