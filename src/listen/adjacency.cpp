#include "listen/adjacency.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace anemone {
namespace {

using ospf::PacketType;
using ospf::Refusal;

constexpr std::size_t kNeighborsMax = 255;
constexpr Duration kAckDelay = 100ms;
constexpr std::size_t kAcksMax = 60;  // in one packet
constexpr Duration kHelloPause = 1s;  // between two hellos that neighbours brought about
constexpr std::uint8_t kAreaOptions = ospf::kOptionExternal | ospf::kOptionNssa;

}  // namespace

const char* print_adjacency_trouble(AdjacencyTrouble trouble) {
  constexpr std::array<const char*, kAdjacencyTroubles> kNames = {
      "area",     "hello_interval",   "dead_interval", "mask",    "options",  "mtu",       "authentication",
      "replayed", "duplicate_router", "sequence",      "unasked", "too_many", "not_named",
  };
  return kNames[static_cast<std::size_t>(trouble)];
}

Adjacency::Adjacency(AdjacencyConfig config, RestPlan& rests)
    : given_(std::move(config)),
      config_(given_),
      auth_(given_.keys),
      world_{config_,
             known_,
             rests,
             counts_.troubles,
             [this](Ipv4 to, PacketType type, const ByteWriter& body) { send(to, type, body); },
             [this](const std::vector<std::uint8_t>& lsa) { flushed_.push_back(lsa); }} {}

bool Adjacency::elects() const {
  return config_.kind == NetworkKind::kBroadcast || config_.kind == NetworkKind::kNbma;
}

void Adjacency::on_packet(Time now, Ipv4 from, Ipv4 to, Bytes payload) {
  if (from == config_.address) return;  // an echo of our own
  ospf::Packet packet;
  if (const Refusal why = ospf::read_packet(payload, packet); why != Refusal::kNone) {
    return counts_.refused.add(why);
  }
  if (config_.area && packet.header.area != *config_.area)
    return counts_.troubles.add(AdjacencyTrouble::kArea);
  if (!authentic(now, from, payload, packet)) return;
  if (packet.header.router == config_.router) {
    counts_.troubles.add(AdjacencyTrouble::kDuplicateRouter);
    duplicate_until_ = now + std::chrono::seconds(config_.dead_s.value_or(40));
    return;
  }
  ++counts_.heard[static_cast<std::size_t>(packet.header.type)];
  if (packet.header.type == PacketType::kHello) return on_hello(now, from, packet);
  const auto there = neighbors_.find(from);
  Neighbor* neighbor = there == neighbors_.end() || there->second->router() != packet.header.router
                           ? nullptr
                           : there->second.get();
  const bool to_us_alone = to == config_.address;
  const bool to_us = to_us_alone || to == kAllSpfRouters;
  // What passes between others, on a mirror port or a hub, tells us LSAs, but is no word to us.
  const bool overheard = !to_us && to != kAllDRouters;
  if (packet.header.type == PacketType::kUpdate) {
    const Refusal why = on_update(now, overheard ? nullptr : neighbor, to_us_alone, packet.body);
    if (why != Refusal::kNone) counts_.refused.add(why);
  } else if (packet.header.type == PacketType::kDescription && neighbor != nullptr && to_us) {
    ospf::DatabaseDescription description;
    const Refusal why = ospf::read_description(packet.body, description);
    if (why != Refusal::kNone) return counts_.refused.add(why);
    neighbor->on_heard_us();
    choose_adjacent(now);
    neighbor->on_description(now, description);
  } else if (packet.header.type == PacketType::kRequest && to_us_alone) {
    counts_.troubles.add(AdjacencyTrouble::kUnasked);
  }
}

// Whether a key of its area signed it, and it is not an old packet played again. Without keys only those are
// spoken to that want none.
bool Adjacency::authentic(Time now, Ipv4 from, Bytes payload, const ospf::Packet& packet) {
  const auto verdict = auth_.judge(now, from, payload, packet);
  const bool plain = packet.header.auth == ospf::AuthType::kNone;
  if (verdict == ospf::AuthVerdict::kVerified || (verdict == ospf::AuthVerdict::kNoKey && plain)) return true;
  counts_.troubles.add(verdict == ospf::AuthVerdict::kReplayed ? AdjacencyTrouble::kReplayed
                                                               : AdjacencyTrouble::kAuthentication);
  return false;
}

// What the first hello says is how this link is, unless the operator said otherwise.
void Adjacency::learn(const ospf::Packet& packet, const ospf::Hello& hello) {
  if (!config_.area) config_.area = packet.header.area;
  if (!config_.hello_s) config_.hello_s = hello.interval_s;
  if (!config_.dead_s) config_.dead_s = hello.dead_s;
  if (!speaking_) area_options_ = hello.options & kAreaOptions;
}

// RFC 2328 section 10.5: neighbours agree on these, or are none.
bool Adjacency::fits(const ospf::Hello& hello) {
  auto& troubles = counts_.troubles;
  const bool masked = config_.kind != NetworkKind::kPointToPoint;
  if (hello.interval_s != *config_.hello_s) return troubles.add(AdjacencyTrouble::kHelloInterval), false;
  if (hello.dead_s != *config_.dead_s) return troubles.add(AdjacencyTrouble::kDeadInterval), false;
  if (masked && hello.mask != config_.mask) return troubles.add(AdjacencyTrouble::kMask), false;
  if ((hello.options & kAreaOptions) != area_options_) return troubles.add(AdjacencyTrouble::kOptions), false;
  return true;
}

// The neighbour at that address; a new one when there is none, or when it has another router id now.
Neighbor* Adjacency::neighbor(RouterId router, Ipv4 from) {
  auto& place = neighbors_[from];
  if (place && place->router() == router) return place.get();
  const auto& named = config_.neighbors;
  const bool unnamed = !named.empty() && std::find(named.begin(), named.end(), from) == named.end();
  if (!place && (neighbors_.size() > kNeighborsMax || unnamed)) {
    neighbors_.erase(from);
    counts_.troubles.add(unnamed ? AdjacencyTrouble::kNotNamed : AdjacencyTrouble::kTooMany);
    return nullptr;
  }
  place = std::make_unique<Neighbor>(router, from, world_);
  return place.get();
}

void Adjacency::on_hello(Time now, Ipv4 from, const ospf::Packet& packet) {
  ospf::Hello hello;
  if (const Refusal why = ospf::read_hello(packet.body, hello); why != Refusal::kNone) {
    return counts_.refused.add(why);
  }
  if (hello.interval_s == 0 || hello.dead_s == 0) return counts_.refused.add(Refusal::kBadLength);
  learn(packet, hello);
  if (!fits(hello)) return;
  recall();
  Neighbor* sender = neighbor(packet.header.router, from);
  if (sender == nullptr) return;
  bool names_us = false;
  for (ByteReader in(hello.neighbors); in.left() > 0;) names_us |= in.u32() == config_.router.value;
  const bool is_new = sender->state() == NeighborState::kInit && !names_us;
  sender->on_hello(now, hello, names_us, std::chrono::seconds(hello.dead_s));
  choose_adjacent(now);
  speaking_ = true;
  if (next_hello_ == Time::max()) next_hello_ = now;
  if (is_new && now - last_hello_ >= kHelloPause) next_hello_ = now;  // let it know of us soon
}

void Adjacency::remember(Time now, std::optional<AreaId> area, std::vector<std::uint8_t> lsa) {
  remembered_.push_back({now, area, std::move(lsa)});
}

// Now that it is known which area this is. An area that takes no externals has none to miss.
void Adjacency::recall() {
  for (const Remembered& one : std::exchange(remembered_, {})) {
    if (one.area ? *one.area != *config_.area : (area_options_ & ospf::kOptionExternal) == 0) continue;
    ByteReader in(one.lsa);
    ospf::LsaView lsa;
    if (ospf::read_lsa(in, lsa) == ospf::Refusal::kNone) known_.hear(one.time, lsa);
  }
}

// Who is designated is who says so of itself (the best of several), since we have no vote (section 9.4).
void Adjacency::choose_adjacent(Time now) {
  const Neighbor* designated = nullptr;
  const Neighbor* backup = nullptr;
  const auto better = [](const Neighbor& a, const Neighbor* b) {
    return b == nullptr || std::tuple(a.priority(), a.router()) > std::tuple(b->priority(), b->router());
  };
  for (const auto& [address, one] : neighbors_) {
    if (one->state() == NeighborState::kInit) continue;
    if (one->says_designated() && better(*one, designated)) designated = one.get();
    if (!one->says_designated() && one->says_backup() && better(*one, backup)) backup = one.get();
  }
  designated_ = designated != nullptr ? designated->address() : Ipv4{};
  backup_ = backup != nullptr ? backup->address() : Ipv4{};
  for (const auto& [address, one] : neighbors_) {
    one->want(now, !elects() || one.get() == designated || one.get() == backup);
  }
}

// Everybody's updates tell us what there is; those of whom we exchange with are acknowledged.
Refusal Adjacency::on_update(Time now, Neighbor* from, bool to_us_alone, Bytes body) {
  std::uint32_t count = 0;
  Bytes lsas;
  if (const Refusal why = ospf::read_update(body, count, lsas); why != Refusal::kNone) return why;
  ByteReader in(lsas);
  for (std::uint32_t i = 0; i < count; ++i) {
    ospf::LsaView lsa;
    const Refusal why = ospf::read_lsa(in, lsa);
    if (why == Refusal::kBadLsaLength) return why;
    if (why != Refusal::kNone) {
      counts_.refused.add(why);
      continue;
    }
    const Hearing hearing = known_.hear(now, lsa);
    if (hearing == Hearing::kFlushed) world_.rests.flushed(now);
    if (from == nullptr || !from->exchanges()) continue;
    if (hearing == Hearing::kFlushedBefore) world_.rests.kept(now);
    from->on_lsa(lsa.header);
    acknowledge(now, *from, to_us_alone, lsa.header);
  }
  if (from != nullptr) from->on_update_end(now);
  send_acks(now);
  return Refusal::kNone;
}

// RFC 2328 section 13.5. What came to us alone was asked for, or is sent again because an acknowledgement was
// lost.
void Adjacency::acknowledge(Time now, const Neighbor& from, bool at_once, const ospf::LsaHeader& header) {
  Ipv4 to = from.address();
  if (!at_once && config_.kind == NetworkKind::kBroadcast) to = kAllDRouters;
  if (!at_once && config_.kind == NetworkKind::kPointToPoint) to = kAllSpfRouters;
  Acks& acks = acks_[to];
  const Time due = at_once ? now : now + kAckDelay;
  acks.due = acks.headers.empty() ? due : std::min(acks.due, due);
  acks.headers.push_back(header);
  if (acks.headers.size() >= kAcksMax) send_acks(acks.due);
}

void Adjacency::send_acks(Time now) {
  for (auto it = acks_.begin(); it != acks_.end();) {
    if (it->second.due > now) {
      ++it;
      continue;
    }
    ByteWriter body;
    for (const ospf::LsaHeader& header : it->second.headers) ospf::write_lsa_header(header, body);
    send(it->first, PacketType::kAck, body);
    it = acks_.erase(it);
  }
}

void Adjacency::send_hello(Time now) {
  ospf::Hello hello;
  hello.mask = config_.mask;
  hello.interval_s = *config_.hello_s;
  hello.options = area_options_;
  hello.priority = 0;
  hello.dead_s = *config_.dead_s;
  hello.designated = designated_;
  hello.backup = backup_;
  ByteWriter names;
  for (const auto& [address, one] : neighbors_) names.u32(one->router().value);
  hello.neighbors = names.bytes();
  ByteWriter body;
  ospf::write_hello(hello, body);
  if (config_.kind == NetworkKind::kNbma) {
    for (const auto& [address, one] : neighbors_) send(address, PacketType::kHello, body);
  } else {
    send(kAllSpfRouters, PacketType::kHello, body);
  }
  last_hello_ = now;
  next_hello_ = now + std::chrono::seconds(*config_.hello_s);
}

void Adjacency::send(Ipv4 to, PacketType type, const ByteWriter& body) {
  if (type != PacketType::kHello) {
    if (allowance_ < 1) {
      ++counts_.held_back;
      return;
    }
    allowance_ -= 1;
  }
  ++counts_.sent[static_cast<std::size_t>(type)];
  ospf::Header header;
  header.type = type;
  header.router = config_.router;
  header.area = config_.area.value_or(AreaId{});
  OspfToSend& packet = packets_.emplace_back(OspfToSend{to, ospf::write_packet(header, body.bytes())});
  if (const auto keys = config_.keys.of(header.area); !keys.empty()) {
    const auto passed = std::chrono::duration_cast<std::chrono::seconds>(allowed_at_ - began_).count();
    ospf::sign(packet.payload, keys.front(), config_.auth_sequence + static_cast<std::uint32_t>(passed));
  }
}

// False while somebody else has our router id: then we keep silent.
bool Adjacency::refill(Time now) {
  const double passed = allowed_at_ == Time{} ? 0 : seconds(now - allowed_at_);
  allowance_ = std::min(kPacketsAtOnce, allowance_ + passed * kPacketsPerSecond);
  if (allowed_at_ == Time{}) began_ = now;
  allowed_at_ = now;
  return now >= duplicate_until_;
}

// Nobody is there any more. The next who comes may say that this is another kind of area.
void Adjacency::fall_silent() {
  speaking_ = false;
  next_hello_ = Time::max();
  config_.area = given_.area;
  config_.hello_s = given_.hello_s;
  config_.dead_s = given_.dead_s;
}

Time Adjacency::tick(Time now) {
  const bool may_speak = refill(now);
  world_.rests.resting(now);  // lets it end also when nobody is there to rest
  std::erase_if(neighbors_, [&](const auto& entry) { return entry.second->dead(now); });
  if (speaking_) choose_adjacent(now);
  if (neighbors_.empty()) fall_silent();
  if (now >= next_hello_) send_hello(now);
  send_acks(now);
  Time next = next_hello_;
  for (const auto& [to, acks] : acks_) next = std::min(next, acks.due);
  for (const auto& [address, one] : neighbors_) next = std::min(next, one->tick(now));
  if (!may_speak) packets_.clear();
  return next;
}

void Adjacency::resynchronise(Time now) {
  for (const auto& [address, one] : neighbors_) one->resynchronise(now);
}

std::vector<OspfToSend> Adjacency::take_packets() { return std::exchange(packets_, {}); }

std::vector<std::vector<std::uint8_t>> Adjacency::take_flushed() { return std::exchange(flushed_, {}); }

bool Adjacency::loaded() const {
  bool any = false;
  for (const auto& [address, one] : neighbors_) {
    if (one->exchanges()) any = true;
    if (one->exchanges() && !one->loaded()) return false;
    if (one->state() == NeighborState::kExStart) return false;
  }
  return any;
}

}  // namespace anemone
