#include "capture/tunnel_reader.h"

#include <algorithm>
#include <utility>

namespace anemone {
namespace {

constexpr std::size_t kPacketsAtOnce = 256;
constexpr std::size_t kHeldMax = 4096;  // inner fragments: as many as a FragmentTable holds
constexpr std::uint8_t kEspProtocol = 50;

Event event_of(Time time, const IpPacket& ip) {
  return {.time = time,
          .key = {ip.src, ip.dst, ip.src_port, ip.dst_port, ip.protocol},
          .tcp_flags = ip.tcp_flags,
          .tos = ip.tos,
          .packets = 1,
          .bytes = ip.length};
}

MicroFlow micro_flow_of(const Event& event, TunnelId tunnel = {}) {
  MicroFlow flow;
  flow.event = event;
  flow.origin.tunnel = tunnel;
  return flow;
}

FlowKey without_ports(const FlowKey& key) { return {key.src, key.dst, 0, 0, key.protocol}; }

}  // namespace

bool TunnelReader::read(CaptureFile& file, std::vector<MicroFlow>& out) {
  for (std::size_t i = 0; i < kPacketsAtOnce; ++i) {
    const CapturedPacket* packet = file.next();
    if (packet == nullptr) {
      finish(out);
      return false;
    }
    add(packet->time, packet->ip, out);
  }
  return true;
}

void TunnelReader::add(Time time, const IpPacket& packet, std::vector<MicroFlow>& out) {
  if (packet.fragment) return add_fragment(time, packet, out);
  if (look_ == Look::kBoth) out.push_back(micro_flow_of(event_of(time, packet)));
  if (!add_inner(time, packet, out) && look_ == Look::kInner) {
    out.push_back(micro_flow_of(event_of(time, packet)));
  }
}

void TunnelReader::add_fragment(Time time, const IpPacket& packet, std::vector<MicroFlow>& out) {
  ++fragment_counts_.fragments;
  Event event = event_of(time, packet);
  const bool placed = fragments_.place(packet, event, orphans_);
  give_orphans(out);
  if (packet.protocol == kEspProtocol && placed) {
    TunnelCount& esp = counts_[static_cast<std::size_t>(TunnelKind::kEsp)];
    esp.packets += event.packets;
    esp.bytes += event.bytes;
  }
  // Ports are not known yet when the fragment is held back.
  const bool may_carry = placed ? may_carry_ip(event.key.protocol, event.key.src_port, event.key.dst_port)
                                : packet.protocol == kUdp || may_carry_ip(packet.protocol, 0, 0);
  if (placed && (look_ == Look::kBoth || !may_carry)) out.push_back(micro_flow_of(event));
  if (!may_carry) return;
  if (placed && look_ == Look::kInner) wait(packet, event, out);
  if (!reassembly_.add(time, packet, whole_)) return;
  read_transport(whole_);
  settle(packet, add_inner(time, whole_, out), out);
}

void TunnelReader::wait(const IpPacket& packet, const Event& event, std::vector<MicroFlow>& out) {
  while (!pending_.empty() && (pending_.size() >= kPendingMax ||
                               event.time - pending_.front().event.time > Reassembly::kPatience)) {
    out.push_back(micro_flow_of(pending_.front().event));
    pending_.pop_front();
  }
  pending_.push_back({packet.src, packet.dst, packet.fragment_id, event});
}

// The datagram of `packet` is whole: its fragments are given, unless what they carried was.
void TunnelReader::settle(const IpPacket& packet, bool carried, std::vector<MicroFlow>& out) {
  std::erase_if(pending_, [&](const Pending& pending) {
    const bool of_it = pending.id == packet.fragment_id && pending.src == packet.src &&
                       pending.dst == packet.dst && pending.event.key.protocol == packet.protocol;
    if (of_it && !carried) out.push_back(micro_flow_of(pending.event));
    return of_it;
  });
}

void TunnelReader::count(const InnermostPacket& innermost) {
  for (int depth = 0; depth <= innermost.depth; ++depth) {
    const auto at = static_cast<std::size_t>(depth);
    const TunnelHeader& header = innermost.headers[at];
    if (header.kind == TunnelKind::kNone) continue;
    TunnelCount& count = counts_[static_cast<std::size_t>(header.kind)];
    ++count.packets;
    count.bytes += innermost.lengths[at];
    if (!header.has_inner) continue;
    ++count.inner_packets;
    count.inner_bytes += innermost.lengths[at + 1];
  }
}

// Gives the innermost packet; false when there is no tunnel that it could be read in.
bool TunnelReader::add_inner(Time time, const IpPacket& outer, std::vector<MicroFlow>& out) {
  read_innermost(outer, innermost_);
  count(innermost_);
  if (innermost_.depth == 0) return false;
  const TunnelHeader& header = innermost_.headers[static_cast<std::size_t>(innermost_.depth) - 1];
  const TunnelId tunnel = intern({header.kind, header.id, outer.src, outer.dst});
  Event event = event_of(time, innermost_.ip);
  if (innermost_.ip.fragment) {
    if (orphans_in_.size() >= kHeldMax) orphans_in_.clear();
    orphans_in_[without_ports(event.key)] = tunnel;
    const bool placed = inner_fragments_.place(innermost_.ip, event, orphans_);
    give_orphans(out);
    if (!placed) return true;
  }
  out.push_back(micro_flow_of(event, tunnel));
  return true;
}

void TunnelReader::give_orphans(std::vector<MicroFlow>& out) {
  for (const Event& orphan : orphans_) {
    fragment_counts_.fragments_orphaned += orphan.packets;
    const auto in = orphans_in_.find(without_ports(orphan.key));
    out.push_back(micro_flow_of(orphan, in == orphans_in_.end() ? TunnelId{} : in->second));
  }
  orphans_.clear();
}

// What still waits when a file ends.
void TunnelReader::finish(std::vector<MicroFlow>& out) {
  for (const Pending& pending : pending_) out.push_back(micro_flow_of(pending.event));
  pending_.clear();
  inner_fragments_.release(orphans_);
  give_orphans(out);
  orphans_in_.clear();
  fragments_.release(orphans_);
  give_orphans(out);
}

TunnelId TunnelReader::intern(const TunnelSeen& tunnel) {
  if (tunnel == last_ && last_id_.valid()) return last_id_;
  const auto known = numbers_.find(tunnel);
  TunnelId id;
  if (known != numbers_.end()) {
    id = known->second;
  } else if (tunnels_.size() < tunnels_max_) {
    id = tunnels_.push_back(tunnel);
    numbers_.emplace(tunnel, id);
  } else {
    ++refused_;
    return {};
  }
  last_ = tunnel;
  last_id_ = id;
  return id;
}

}  // namespace anemone
