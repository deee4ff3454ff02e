// An Adjacency is our part in OSPFv2 on one interface: hellos with priority 0, and a neighbour machine for
// each router that we must hear all from: the designated router and its backup on a LAN, everybody elsewhere.
//
// Nothing is sent before a hello was heard: what kind of area this is (and its number, and its timers, where
// they are not given) is taken from there. Updates from those we exchange with are acknowledged: at once
// when they came to us alone, together when they came to all.
//
// Pure: no sockets, no clock. Packets that are not right are refused by reason; what goes out in one second
// is limited, so that no mistake of ours or of a neighbour becomes a storm.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/time.h"
#include "listen/adjacency_config.h"
#include "listen/known_lsas.h"
#include "listen/neighbor.h"
#include "lsdb/auth_check.h"
#include "ospf/packet.h"

namespace anemone {

constexpr Ipv4 kAllSpfRouters{0xe0000005};  // 224.0.0.5
constexpr Ipv4 kAllDRouters{0xe0000006};    // 224.0.0.6

// What goes out besides hellos: so many packets at once, and so many each second for long.
constexpr double kPacketsAtOnce = 500;
constexpr double kPacketsPerSecond = 100;

// A packet to be sent, from its OSPF header on.
struct OspfToSend {
  Ipv4 to;
  std::vector<std::uint8_t> payload;
};

struct AdjacencyCounts {
  std::array<std::uint64_t, 6> heard{};  // taken, by ospf::PacketType
  std::array<std::uint64_t, 6> sent{};
  std::uint64_t held_back = 0;  // over the limit
  ospf::RefusalCounts refused;
  AdjacencyTroubles troubles;
};

class Adjacency {
 public:
  // `rests` must outlive it; adjacencies of one process share it.
  Adjacency(AdjacencyConfig config, RestPlan& rests);
  Adjacency(const Adjacency&) = delete;
  Adjacency& operator=(const Adjacency&) = delete;

  // A packet of IP protocol 89, from its OSPF header on.
  void on_packet(Time now, Ipv4 from, Ipv4 to, Bytes payload);

  // Does what is due; when to come again at the latest.
  Time tick(Time now);

  // Packets may be missing that were not ours to lose: begins all exchanges again.
  void resynchronise(Time now);

  // An LSA that was there in an earlier run, as old as it is now; of an area, or AS-wide. Counts as heard
  // once it is known that this is its area.
  void remember(Time now, std::optional<AreaId> area, std::vector<std::uint8_t> lsa);

  // Moves what is to be sent to the caller.
  std::vector<OspfToSend> take_packets();
  // LSAs that are gone from neighbours' databases without having been heard flushed: copies at MaxAge.
  std::vector<std::vector<std::uint8_t>> take_flushed();

  const std::map<Ipv4, std::unique_ptr<Neighbor>>& neighbors() const { return neighbors_; }
  std::optional<AreaId> area() const { return config_.area; }
  const AdjacencyConfig& config() const { return config_; }
  const AdjacencyCounts& counts() const { return counts_; }
  std::size_t lsas() const { return known_.size(); }
  // All that the neighbours described has come.
  bool loaded() const;

 private:
  struct Acks {
    std::vector<ospf::LsaHeader> headers;
    Time due{};
  };

  void on_hello(Time now, Ipv4 from, const ospf::Packet& packet);
  bool authentic(Time now, Ipv4 from, Bytes payload, const ospf::Packet& packet);
  bool fits(const ospf::Hello& hello);
  void learn(const ospf::Packet& packet, const ospf::Hello& hello);
  Neighbor* neighbor(RouterId router, Ipv4 from);
  void choose_adjacent(Time now);
  ospf::Refusal on_update(Time now, Neighbor* from, bool to_us_alone, Bytes body);
  void acknowledge(Time now, const Neighbor& from, bool at_once, const ospf::LsaHeader& header);
  void send_acks(Time now);
  void send_hello(Time now);
  void fall_silent();
  void recall();
  void send(Ipv4 to, ospf::PacketType type, const ByteWriter& body);
  bool refill(Time now);
  bool elects() const;

  const AdjacencyConfig given_;
  AdjacencyConfig config_;  // with what was learnt
  AuthCheck auth_;
  KnownLsas known_;
  AdjacencyCounts counts_;
  NeighborWorld world_;
  std::map<Ipv4, std::unique_ptr<Neighbor>> neighbors_;  // by address
  std::uint8_t area_options_ = 0;
  bool speaking_ = false;
  Time next_hello_ = Time::max();
  Time last_hello_{};
  Time duplicate_until_{};
  Ipv4 designated_;
  Ipv4 backup_;
  std::map<Ipv4, Acks> acks_;  // by destination
  double allowance_ = kPacketsAtOnce;
  Time allowed_at_{};
  Time began_{};
  struct Remembered {
    Time time{};
    std::optional<AreaId> area;
    std::vector<std::uint8_t> lsa;
  };
  std::vector<Remembered> remembered_;
  std::vector<OspfToSend> packets_;
  std::vector<std::vector<std::uint8_t>> flushed_;
};

}  // namespace anemone
