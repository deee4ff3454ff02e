#include "listen/listener.h"

#include <algorithm>
#include <array>
#include <utility>

#include "listen/ospf_datagram.h"
#include "packet/ip.h"

namespace anemone {
namespace {

constexpr Duration kCheckEvery = 5s;
constexpr Duration kBetweenResynchronisations = 60s;
constexpr std::size_t kMacsMax = 1024;
constexpr int kReadsAtOnce = 16;  // then others have their turn

// What the operator left open is as the interface is.
Result<void> complete(ListenConfig& config, const InterfaceFacts& facts, const Clock& wall) {
  AdjacencyConfig& adjacency = config.adjacency;
  if (!config.kind_given && facts.point_to_point) adjacency.kind = NetworkKind::kPointToPoint;
  if (adjacency.address.value == 0) {
    if (!facts.address) {
      return Error{facts.name +
                   " has no IPv4 address, which an adjacency needs: give it one, or say address="};
    }
    adjacency.address = *facts.address;
  }
  adjacency.mask = facts.mask;
  adjacency.mtu = facts.mtu;
  if (adjacency.router.value == 0) adjacency.router = adjacency.address;
  adjacency.auth_sequence = static_cast<std::uint32_t>(micros(wall.now()) / 1'000'000);
  return {};
}

Result<std::optional<EgressGuard>> guard_for(const ListenConfig& config, const InterfaceFacts& facts,
                                             GuardChoice choice) {
  if (choice == GuardChoice::kOff) return std::optional<EgressGuard>();
  if (choice == GuardChoice::kAll && has_default_route(facts.name)) {
    return Error{
        facts.name +
        " carries the default route: with --guard all nothing else could leave this machine through it; "
        "say --guard routing, which judges only the routing protocols, or listen on another interface"};
  }
  const auto scope = choice == GuardChoice::kAll ? GuardScope::kAll : GuardScope::kRouting;
  const auto mode = config.mode == ListenMode::kAdjacency ? GuardMode::kAdjacency : GuardMode::kSilent;
  auto guard = EgressGuard::attach(facts, scope, mode);
  if (!guard) return guard.error();
  return std::optional<EgressGuard>(std::move(*guard));
}

}  // namespace

// The guard stands before the socket is there.
Result<std::unique_ptr<Listener>> Listener::open(const ListenConfig& config, GuardChoice guard,
                                                 const std::string& vantage, const Clock& clock,
                                                 RestPlan& rests, LsaLog& log) {
  auto facts = interface_facts(config.interface);
  if (!facts) return facts.error();
  if (!facts->up) return Error{config.interface + " is down"};
  ListenConfig whole = config;
  const bool adjacent = config.mode == ListenMode::kAdjacency;
  if (adjacent) {
    if (auto completed = complete(whole, *facts, SystemClock()); !completed) return completed.error();
  }
  auto guarded = guard_for(whole, *facts, guard);
  if (!guarded) return guarded.error();
  PacketInterfaceConfig how;
  how.promiscuous = config.promiscuous;
  if (adjacent) how.claimed_ip_protocol = ospf::kIpProtocol;
  auto packets = PacketInterface::open(*facts, how);
  if (!packets) return packets.error();
  std::unique_ptr<Listener> listener(
      new Listener(whole, *facts, std::move(*packets), vantage, clock, log));  // NOLINT: private constructor
  listener->guard_ = std::move(*guarded);
  if (adjacent) listener->adjacency_.emplace(whole.adjacency, rests);
  return listener;
}

Listener::Listener(const ListenConfig& config, const InterfaceFacts& facts, PacketInterface packets,
                   const std::string& vantage, const Clock& clock, LsaLog& log)
    : config_(config),
      facts_(facts),
      packets_(std::move(packets)),
      vantage_(vantage),
      clock_(clock),
      log_(log),
      ospf_(vantage, log, config_.adjacency.keys),
      ospf3_(vantage, log),
      isis_(vantage, log) {}

Listener::~Listener() = default;

Result<void> Listener::read() {
  for (int i = 0; i < kReadsAtOnce; ++i) {
    auto count = packets_.read([this](const HeardFrame& frame) { hear(frame); });
    if (!count) return count.error();
    if (*count == 0) break;
  }
  send_all();
  return {};
}

void Listener::hear(const HeardFrame& frame) {
  last_frame_ = std::max(last_frame_, frame.time);
  if (frame.protocol == kEtherIpv4) return hear_ip(frame, 4);
  if (frame.protocol == kEtherIpv6) return hear_ip(frame, 6);
  hear_llc(frame);
}

// ISO 8802-2: both ends the ISO network layer, unnumbered information; then the PDU.
void Listener::hear_llc(const HeardFrame& frame) {
  constexpr std::array<std::uint8_t, 3> kIso = {0xfe, 0xfe, 0x03};
  if (frame.bytes.size() < kIso.size() || !std::equal(kIso.begin(), kIso.end(), frame.bytes.begin())) {
    ++malformed_;
    return;
  }
  isis_.on_pdu(frame.time, frame.bytes.subspan(kIso.size()));
}

void Listener::hear_ip(const HeardFrame& frame, std::uint8_t version) {
  IpPacket packet;
  const auto length = static_cast<std::uint32_t>(frame.bytes.size());
  if (read_ip(frame.bytes, length, version, packet) != IpRead::kOk) {
    ++malformed_;
    return;
  }
  if (packet.protocol != ospf::kIpProtocol) return;
  IpPacket whole;
  if (packet.fragment) {
    if (!reassembly_.add(frame.time, packet, whole)) return;
    packet = whole;
  }
  if (version == 4) return hear_ospf(frame, packet);
  ospf3_.on_packet(frame.time, {packet.src, packet.dst}, packet.payload);
}

void Listener::hear_ospf(const HeardFrame& frame, const IpPacket& packet) {
  ospf_.on_packet(frame.time, packet.payload, packet.src);
  if (!adjacency_) return;
  const Ipv4 from = packet.src.v4();
  if (macs_.size() < kMacsMax || macs_.contains(from)) macs_[from] = frame.source;
  adjacency_->on_packet(clock_.now(), from, packet.dst.v4(), packet.payload);
}

void Listener::remember(const Lsdb& before) {
  if (!adjacency_) return;
  const Time now = clock_.now();
  before.each(Protocol::kOspf2, [&](const LsdbKey& key, const StoredLsa& stored) {
    if (key.type == static_cast<std::uint16_t>(ospf::LsaType::kOpaqueLink))
      return;  // of a link, but of which?
    auto lsa = whole_lsa(Protocol::kOspf2, stored);
    if (stored.instance.left_s != LsaInstance::kForever) {
      const std::uint16_t age_s = stored.age_s(before.time());
      lsa[0] = static_cast<std::uint8_t>(age_s >> 8);
      lsa[1] = static_cast<std::uint8_t>(age_s);
    }
    adjacency_->remember(now, key.as_wide ? std::nullopt : std::optional(key.area), std::move(lsa));
  });
}

void Listener::send_all() {
  if (!adjacency_) return;
  for (const OspfToSend& packet : adjacency_->take_packets()) send(packet);
  note_flushed();
}

// A neighbour is named to the guard when it has become one: its hello fits ours.
void Listener::send(const OspfToSend& packet) {
  const Ipv4 to = packet.to;
  if (guard_ && !is_group(to) && adjacency_->neighbors().contains(to) && allowed_.insert(to).second) {
    if (auto allowed = guard_->allow(to); !allowed) allowed_.erase(to);
  }
  const auto mac = macs_.find(to);
  if (!is_group(to) && mac == macs_.end()) return;
  const auto datagram = write_ospf_datagram(config_.adjacency.address, to, next_ip_id_++, packet.payload);
  // What cannot be sent is counted there; the protocol sends again.
  static_cast<void>(packets_.send(kEtherIpv4, is_group(to) ? group_mac(to) : mac->second, datagram));
}

// What neighbours no longer have, though nobody was heard flushing it, is logged as a flush.
void Listener::note_flushed() {
  const std::uint16_t index = log_.vantage(vantage_);
  for (const auto& lsa : adjacency_->take_flushed()) {
    if (auto heard = heard_lsa(last_frame_, index, adjacency_->area().value_or(AreaId{}), lsa)) {
      log_.entries.push_back(std::move(*heard));
    }
  }
}

// Frames that the kernel dropped leave a mark in the log. What a neighbour sent to us in them it will send
// again; what we only overheard, or took for heard, is in its descriptions.
void Listener::note_drops() {
  const std::uint64_t dropped = packets_.counts().dropped;
  if (dropped == drops_noted_) return;
  log_.marks.push_back({wall_.now(), log_.vantage(vantage_), VantageMarkKind::kLost, dropped - drops_noted_});
  drops_noted_ = dropped;
  const Time now = clock_.now();
  if (!adjacency_ || (resynchronised_ != Time{} && now - resynchronised_ < kBetweenResynchronisations))
    return;
  resynchronised_ = now;
  adjacency_->resynchronise(now);
}

Result<void> Listener::still_there() const {
  const auto facts = interface_facts(config_.interface);
  if (!facts) return facts.error();
  if (facts->index != facts_.index) return Error{config_.interface + " is another interface now"};
  if (guard_ && !guard_->attached())
    return Error{config_.interface + ": somebody took the egress guard away"};
  return {};
}

Result<Time> Listener::tick() {
  const Time now = clock_.now();
  Time next = now + kCheckEvery;
  if (now >= next_check_) {
    note_drops();
    if (auto there = still_there(); !there) return there.error();
    next_check_ = now + kCheckEvery;
  }
  if (adjacency_) next = std::min(next, adjacency_->tick(now));
  send_all();
  return next;
}

}  // namespace anemone
