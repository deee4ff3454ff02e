// A Neighbor is one router that we hear hellos of, and the adjacency with it that never becomes full.
//
// RFC 2328 section 10, cut off after Exchange: we describe nothing, and always say that more will come (the M
// bit), so the neighbour waits for us in Exchange for ever. In that state it must flood to us, and answer
// requests; and because it is not full, it names us in no LSA and nobody's routes know of us.
//
// Whoever is master sets the pace. As master we stop once all has been described. As slave we must answer
// each description, and an answer brings the next one at once: so an empty one is answered after kPace.
//
// It leaves Exchange for a moment when the RestPlan says so. What comes meanwhile is described afterwards,
// and what was flushed meanwhile is missing there: flushed() says so.
//
// Pure: time and packets in, packets out (NeighborWorld).
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "base/time.h"
#include "listen/adjacency_config.h"
#include "listen/known_lsas.h"
#include "listen/rest_plan.h"
#include "ospf/packet.h"

namespace anemone {

enum class NeighborState : std::uint8_t { kInit, kTwoWay, kExStart, kExchange };
const char* print_neighbor_state(NeighborState state);  // "2-way"

// What a neighbour needs of the interface that it is on.
struct NeighborWorld {
  const AdjacencyConfig& config;
  KnownLsas& known;
  RestPlan& rests;
  AdjacencyTroubles& troubles;
  std::function<void(Ipv4 to, ospf::PacketType type, const ByteWriter& body)> send;
  // An LSA that is no longer in a neighbour's database, though nobody was heard flushing it; at MaxAge.
  std::function<void(const std::vector<std::uint8_t>& lsa)> flushed;
};

class Neighbor {
 public:
  // `world` must outlive the neighbour.
  Neighbor(RouterId router, Ipv4 address, NeighborWorld& world);

  // A hello that fits ours. `names_us`: it has heard us, too.
  void on_hello(Time now, const ospf::Hello& hello, bool names_us, Duration dead);
  // It speaks to us alone, so it has heard us (RFC 2328 section 10.6, "Init").
  void on_heard_us() {
    if (state_ == NeighborState::kInit) state_ = NeighborState::kTwoWay;
  }
  // Whether an adjacency with it is wanted; begins one, or ends it.
  void want(Time now, bool adjacent);
  void on_description(Time now, const ospf::DatabaseDescription& description);
  // An LSA came from it: it need not be asked for any more.
  void on_lsa(const ospf::LsaHeader& header);
  void on_update_end(Time now);

  // Begins the exchange again, to hear of everything that we may have missed.
  void resynchronise(Time now);

  // Does what is due; when to come again.
  Time tick(Time now);
  bool dead(Time now) const { return now >= dead_at_; }

  RouterId router() const { return router_; }
  Ipv4 address() const { return address_; }
  NeighborState state() const { return state_; }
  bool exchanges() const { return state_ == NeighborState::kExchange; }
  bool master() const { return we_are_master_; }  // whether we are
  // All that it described has come.
  bool loaded() const { return exchanges() && described_all_ && requests_.empty(); }
  std::size_t requested() const { return requests_.size(); }
  std::uint64_t restarts() const { return restarts_; }
  std::uint8_t options() const { return hello_options_; }
  std::uint8_t priority() const { return priority_; }
  bool says_designated() const { return designated_ == address_; }
  bool says_backup() const { return backup_ == address_; }

 private:
  struct Last {  // of the descriptions that came
    std::uint8_t flags = 0;
    std::uint8_t options = 0;
    std::uint32_t sequence = 0;
    bool operator==(const Last&) const = default;
  };
  struct Repeat {  // a packet that is sent again until it is answered, ever more slowly
    std::optional<Time> at;
    Duration wait{};
    void start(Time now);
    void again(Time now);
  };

  void begin(Time now, Duration silence);
  void mismatch(Time now);
  void negotiate(Time now, const ospf::DatabaseDescription& description);
  void exchange(Time now, const ospf::DatabaseDescription& description);
  void take_headers(Time now, Bytes headers);
  void described_all(Time now);
  void answer(Time now, const ospf::DatabaseDescription& description);
  void send_description(bool init);
  void send_requests(Time now);
  void rest_if_due(Time now);

  RouterId router_;
  Ipv4 address_;
  NeighborWorld& world_;

  NeighborState state_ = NeighborState::kInit;
  Time dead_at_ = Time::max();
  std::uint8_t hello_options_ = 0;
  std::uint8_t priority_ = 0;
  Ipv4 designated_;
  Ipv4 backup_;

  // the exchange of descriptions
  bool we_are_master_ = true;
  std::uint32_t sequence_ = 0;
  std::optional<Last> last_;
  std::uint16_t mtu_ = 0;  // as it says, 0 until it has
  Repeat describe_;
  std::optional<Time> paced_answer_at_;
  Time silent_until_{};
  bool described_all_ = false;
  std::set<ospf::LsaKey> described_;
  Time exchange_began_{};
  std::uint64_t restarts_ = 0;
  std::uint32_t failures_ = 0;  // mismatches since it last went well

  // what to ask for
  std::map<ospf::LsaKey, ospf::LsaHeader> requests_;
  std::vector<ospf::LsaKey> asked_;
  Repeat request_;

  bool resting_ = false;  // what is missing from the next description of all was flushed
  std::optional<Time> loaded_since_;
};

}  // namespace anemone
