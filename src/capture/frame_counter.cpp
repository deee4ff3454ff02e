#include "capture/frame_counter.h"

#include <algorithm>
#include <utility>

#include "packet/ip.h"

namespace anemone {
namespace {

constexpr std::uint16_t kEtherIpv4 = 0x0800;
constexpr std::uint16_t kEtherIpv6 = 0x86dd;
constexpr std::uint16_t kEtherVlan = 0x8100;
constexpr std::uint16_t kEtherServiceVlan = 0x88a8;
constexpr std::uint8_t kFin = 1;
constexpr std::uint8_t kSyn = 2;
constexpr std::uint8_t kRst = 4;
constexpr std::uint8_t kAck = 16;
constexpr std::size_t kFragmentTables = 32;

bool has_socket(std::uint8_t protocol) { return protocol == kTcp || protocol == kUdp; }

// What the kernel says and hears by itself: errors, echoes, neighbours, groups; and tunnels' outsides.
bool is_kernels_own(const Event& event) {
  const unsigned type = event.key.dst_port >> 8;
  const bool out = event.key.direction == Direction::kOut;
  switch (event.key.protocol) {
    case kIcmp:
      return type == 3 || type == 5 || type == 11 || type == 12 || type == (out ? 0 : 8);
    case kIcmp6:
      return type < 128 || type == (out ? 129 : 128) || (type >= 130 && type <= 143);
    case 2:   // IGMP
    case 4:   // IP in IP
    case 41:  // IPv6 in IP
    case 47:  // GRE
    case 50:  // ESP
    case 51:  // AH
      return true;
    default:
      return false;
  }
}

}  // namespace

PacketSourceCounts& PacketSourceCounts::operator+=(const PacketSourceCounts& other) {
  frames += other.frames;
  packets += other.packets;
  bytes += other.bytes;
  micro_flows += other.micro_flows;
  live += other.live;
  overflowed += other.overflowed;
  lost_packets += other.lost_packets;
  lost_bytes += other.lost_bytes;
  dropped += other.dropped;
  not_ip += other.not_ip;
  malformed += other.malformed;
  cut += other.cut;
  not_ours += other.not_ours;
  fragments_orphaned += other.fragments_orphaned;
  owners_asked += other.owners_asked;
  owners_not_asked += other.owners_not_asked;
  return *this;
}

SocketEnds ends_of(const FlowKey& key) {
  if (key.direction == Direction::kIn) {
    return {.protocol = key.protocol,
            .local_port = key.dst_port,
            .remote_port = key.src_port,
            .local = key.dst,
            .remote = key.src};
  }
  return {.protocol = key.protocol,
          .local_port = key.src_port,
          .remote_port = key.dst_port,
          .local = key.src,
          .remote = key.dst};
}

FrameCounter::FrameCounter(FrameCounterConfig config, AskOwner ask)
    : config_(config), ask_(std::move(ask)), flows_(config.flows_max) {}

bool FrameCounter::is_seen_above(const RingFrame& frame) const {
  const bool tagged = frame.tagged || frame.protocol == kEtherVlan || frame.protocol == kEtherServiceVlan;
  return tagged && std::find(view_.below_vlans.begin(), view_.below_vlans.end(), frame.interface) !=
                       view_.below_vlans.end();
}

// False when it is not a packet to be counted, or a fragment that is held back.
bool FrameCounter::read(const RingFrame& frame, Event& event) {
  const bool may_be_ip = frame.protocol == kEtherIpv4 || frame.protocol == kEtherIpv6 ||
                         frame.protocol == kEtherVlan || frame.protocol == kEtherServiceVlan;
  const std::uint8_t version = frame.network.empty() ? 0 : frame.network[0] >> 4;
  if (!may_be_ip || (version != 4 && version != 6)) {
    ++counts_.not_ip;
    return false;
  }
  IpPacket ip;
  const IpRead result = read_ip(frame.network, frame.length, version, ip);
  if (result != IpRead::kOk) {
    ++(result == IpRead::kCut ? counts_.cut : counts_.malformed);
    return false;
  }
  const WireSize size = wire_size(ip, frame.segmentation);
  const Direction direction = frame.way == RingFrame::Way::kOut ? Direction::kOut : Direction::kIn;
  event = {.time = frame.time,
           .key = {ip.src, ip.dst, ip.src_port, ip.dst_port, ip.protocol, direction},
           .tcp_flags = ip.tcp_flags,
           .tos = ip.tos,
           .packets = size.packets,
           .bytes = size.bytes};
  if (!ip.fragment) return true;
  std::uint64_t place = std::uint64_t{frame.interface} << 8 | static_cast<std::uint8_t>(direction);
  if (fragments_.size() >= kFragmentTables && !fragments_.contains(place)) place = fragments_.begin()->first;
  const bool complete = fragments_[place].place(ip, event, orphans_);
  for (const Event& orphan : std::exchange(orphans_, {})) {
    counts_.fragments_orphaned += orphan.packets;
    add(orphan, frame);
  }
  return complete;
}

void FrameCounter::count(const RingFrame& frame) {
  ++counts_.frames;
  if (frame.way == RingFrame::Way::kOther || is_seen_above(frame)) {
    ++counts_.not_ours;
    return;
  }
  Event event;
  if (read(frame, event)) add(event, frame);
}

void FrameCounter::hand_on_alone(const CountedFlow& flow) {
  if (alone_.size() < config_.events_max) {
    alone_.push_back(flow);
    return;
  }
  counts_.lost_packets += flow.event.packets;
  counts_.lost_bytes += flow.event.bytes;
}

void FrameCounter::add(Event event, const RingFrame& frame) {
  counts_.packets += event.packets;
  counts_.bytes += event.bytes;
  if (coarse_) event.key.src_port = event.key.dst_port = 0;
  const std::size_t before = flows_.size();
  CountedFlow* flow = flows_.add(event, frame.interface);
  if (flow == nullptr) {
    counts_.overflowed += event.packets;
    CountedFlow alone;
    alone.event = event;
    alone.last = event.time;
    alone.interface = frame.interface;
    alone.coarse = coarse_;
    return hand_on_alone(alone);
  }
  const bool is_new = flows_.size() != before;
  const bool begins = (event.tcp_flags & (kSyn | kAck)) == kSyn;
  if (is_new) {
    flow->coarse = coarse_;
    flow->to_all = frame.to_all;
    find_owner(*flow);
  } else if (flow->closed && begins) {  // the same ports once more: what was counted is the former one's
    CountedFlow former = *flow;
    former.event.packets -= event.packets;
    former.event.bytes -= event.bytes;
    if (former.event.packets > 0) hand_on_alone(former);
    flow->event = event;
    flow->closed = false;
    flow->owner = {};
    flow->process = {};
    flow->socket = 0;
    flow->retransmits = 0;
    find_owner(*flow);
  }
  if ((event.tcp_flags & (kFin | kRst)) != 0) flow->closed = true;
  if (single_packets_) {
    CountedFlow alone = *flow;
    alone.event = event;
    alone.last = event.time;
    flow->event.packets = 0;
    hand_on_alone(alone);
  }
}

bool FrameCounter::passes_through(const CountedFlow& flow) const {
  if (view_.addresses.empty() || flow.interface == view_.loopback) return false;
  const FlowKey& key = flow.event.key;
  const bool out = key.direction == Direction::kOut;
  const IpAddress& here = out ? key.src : key.dst;
  const bool none = here.is_none() || (here.is_v4() && here.v4().value == 0);  // as a DHCP client has
  return !none && !(flow.to_all && !out) && !view_.addresses.contains(here);
}

bool FrameCounter::is_tunnel_of_kernel(const FlowKey& key) const {
  return key.protocol == kUdp && std::find(view_.tunnel_ports.begin(), view_.tunnel_ports.end(),
                                           key.dst_port) != view_.tunnel_ports.end();
}

void FrameCounter::find_owner(CountedFlow& flow) {
  if (flow.coarse) return;
  if (passes_through(flow)) {
    flow.owner = kForwardedOwner;
    return;
  }
  if (is_kernels_own(flow.event) || is_tunnel_of_kernel(flow.event.key)) {
    flow.owner = kKernelOwner;
    return;
  }
  if (!has_socket(flow.event.key.protocol)) return;
  if (flow.event.time - asked_since_ >= 1s || flow.event.time < asked_since_) {
    asked_since_ = flow.event.time;
    asked_ = 0;
  }
  if (asked_ >= config_.owners_per_second) {
    ++counts_.owners_not_asked;
    return;
  }
  ++asked_;
  ++counts_.owners_asked;
  if (ask_(ends_of(flow.event.key), flow)) return;
  const bool out = flow.event.key.direction == Direction::kOut;
  if (out && (flow.event.tcp_flags & kRst) != 0) flow.owner = kKernelOwner;
  // A listening socket would have been found.
  if (!out && flow.event.tcp_flags == kSyn) flow.owner = kNoSocketOwner;
}

void FrameCounter::take(Time now, const std::function<void(CountedFlow&)>& each) {
  for (CountedFlow& flow : alone_) each(flow);
  counts_.micro_flows += alone_.size();
  alone_.clear();
  flows_.take(now, [&](CountedFlow& flow) {
    ++counts_.micro_flows;
    if (!flow.owner.valid() && flow.process.pid == 0) find_owner(flow);
    each(flow);
  });
  counts_.live = flows_.size();
}

}  // namespace anemone
