#include "capture/host_source.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <chrono>
#include <cstring>
#include <map>
#include <utility>

#include "capture/host_programs.h"
#include "io/clock.h"
#include "io/text_file.h"

namespace anemone {
namespace {

constexpr std::uint8_t kIdleDrains = 1;      // so long without a packet, and the kernel forgets a micro-flow
constexpr std::size_t kBatch = 2048;         // micro-flows that are handed on together
constexpr std::size_t kLeavingMax = 32'768;  // that are forgotten at once; others at the next drain
constexpr std::uint8_t kLookDrains = 5;      // between looks at open files, where the kernel does not tell

IpAddress address_of(std::uint32_t first, const std::uint32_t (&rest)[3], std::uint8_t version) {
  if (version == 4) return Ipv4{ntohl(first)};
  std::array<std::uint8_t, 16> bytes{};
  std::memcpy(bytes.data(), &first, sizeof first);
  std::memcpy(bytes.data() + sizeof first, rest, sizeof rest);
  return IpAddress::from_bytes6(bytes);
}

HostKey key_of(const HostSlot& slot, const HostRest& rest) {
  HostKey key{slot.interface,
              slot.src_port,
              slot.dst_port,
              slot.protocol,
              slot.direction,
              slot.origin,
              slot.version,
              slot.src,
              slot.dst,
              {},
              {}};
  std::memcpy(key.src_rest, rest.src, sizeof key.src_rest);
  std::memcpy(key.dst_rest, rest.dst, sizeof key.dst_rest);
  return key;
}

FlowKey key_of(const HostKey& key) {
  FlowKey flow;
  flow.src = address_of(key.src, key.src_rest, key.version);
  flow.dst = address_of(key.dst, key.dst_rest, key.version);
  flow.src_port = ntohs(key.src_port);
  flow.dst_port = ntohs(key.dst_port);
  flow.protocol = key.protocol;
  flow.direction = key.direction == kHostIn ? Direction::kIn : Direction::kOut;
  return flow;
}

ProcessSeen process_of(const HostProcess& process) {
  ProcessSeen seen;
  seen.pid = process.pid;
  seen.started_ns = process.started_ns;
  seen.uid = process.uid;
  seen.cgroup = process.cgroup;
  std::memcpy(seen.comm.data(), process.comm, seen.comm.size());
  return seen;
}

// Both clocks at one instant, so that the kernel's times can be told in the wall clock's.
struct Instant {
  std::int64_t monotonic_ns;
  Time wall;

  static Instant now() {
    const auto monotonic = std::chrono::steady_clock::now().time_since_epoch();
    return {std::chrono::duration_cast<std::chrono::nanoseconds>(monotonic).count(), SystemClock().now()};
  }
  Time at_ns(std::uint64_t ns) const {
    const std::int64_t ago_ns = monotonic_ns - static_cast<std::int64_t>(ns);
    return wall - Duration{std::max<std::int64_t>(ago_ns, 0) / 1000};
  }
  Time at_tick(std::uint32_t tick) const {
    const auto now = static_cast<std::uint32_t>(static_cast<std::uint64_t>(monotonic_ns) >> kHostTickBits);
    const auto ago = static_cast<std::int32_t>(now - tick);
    return wall - Duration{(std::int64_t{std::max(ago, 0)} << kHostTickBits) / 1000};
  }
};

// What a counter has, which has nothing then; the kernel adds to it meanwhile.
template <class Counter>
Counter take_out(Counter& counter) {
  std::atomic_ref<Counter> shared(counter);
  return shared.load(std::memory_order_relaxed) == 0 ? 0 : shared.exchange(0, std::memory_order_acquire);
}

// The cookie of our network namespace, as much of it as the kernel's side keeps; 0 before Linux 5.14.
std::uint32_t own_network_namespace() {
  constexpr int kSoNetnsCookie = 71;  // SO_NETNS_COOKIE, which older headers lack
  std::uint64_t cookie = 0;
  socklen_t size = sizeof cookie;
  const int any = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const bool told = any >= 0 && getsockopt(any, SOL_SOCKET, kSoNetnsCookie, &cookie, &size) == 0;
  if (any >= 0) close(any);
  return told ? static_cast<std::uint32_t>(cookie) : 0;
}

// What was handed on of an interface since it is counted.
struct Passed {
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;
};

}  // namespace

struct HostSource::Impl {
  Impl(HostSourceConfig the_config, OwnerOf the_owner_of, HostPrograms the_programs)
      : config(std::move(the_config)), owner_of(std::move(the_owner_of)), programs(std::move(the_programs)) {}

  void drain(const Take& the_take);
  void flush();
  void read_slots();
  void free_idle();
  void read_events();
  void read_rest(const std::vector<HostWire::Total>& totals);
  void add_rest(Passed& passed, std::uint64_t packets, std::uint64_t bytes, MicroFlow flow);
  bool is_idle(const HostSlot& slot) const;
  void emit(HostSlot& slot, const HostKey& key, std::uint64_t total);
  void hand_on(const MicroFlow& flow);
  void tell(const HostKey& key, const HostProcess& process, std::uint32_t netns, MicroFlow& flow);
  std::uint8_t accuracy() const { return coarse ? kShed : kExact; }

  HostSourceConfig config;
  OwnerOf owner_of;
  HostPrograms programs;
  struct Leaving {
    std::uint32_t index;
    std::uint8_t version;  // which the slot has no more
  };
  std::vector<Leaving> leaving;
  std::vector<MicroFlow> batch;
  const Take* take = nullptr;
  std::vector<MicroFlow> held;                                   // for the next drain
  std::map<std::pair<std::uint32_t, Direction>, Passed> passed;  // by interfaces that are counted
  Instant now{};
  std::uint8_t generation = 0;  // what is being read; the kernel is one ahead
  std::uint8_t drains = 0;
  bool coarse = false;
  bool whole_host = false;
  std::uint32_t own_netns = own_network_namespace();
  HostCounts counts;
};

void HostSource::Impl::tell(const HostKey& key, const HostProcess& process, std::uint32_t netns,
                            MicroFlow& flow) {
  flow.event.key = key_of(key);
  flow.accuracy = accuracy();
  // Interfaces are numbered in each network namespace anew: a number of a container's says nothing here.
  const bool elsewhere = netns != 0 && own_netns != 0 && netns != own_netns;
  flow.origin.interface = elsewhere ? 0 : key.interface;
  flow.origin.pid = process.pid;
  if (key.origin == kHostKernel) {
    flow.origin.owner = kKernelOwner;
  } else if (key.origin == kHostForwarded) {
    flow.origin.owner = kForwardedOwner;
  } else {
    flow.origin.owner = process.pid == 0 ? kUnknownOwner : owner_of(process_of(process));
  }
}

void HostSource::Impl::hand_on(const MicroFlow& flow) {
  counts.packets += flow.event.packets;
  counts.bytes += flow.event.bytes;
  ++counts.micro_flows;
  const auto at = passed.find({flow.origin.interface, flow.event.key.direction});
  if (at != passed.end()) {
    at->second.packets += flow.event.packets;
    at->second.bytes += flow.event.bytes;
  }
  batch.push_back(flow);
  if (batch.size() == kBatch) flush();
}

void HostSource::Impl::flush() {
  if (!batch.empty()) (*take)(batch);
  batch.clear();
}

void HostSource::Impl::emit(HostSlot& slot, const HostKey& key, std::uint64_t total) {
  const std::uint8_t old = generation & 1;
  MicroFlow flow;
  tell(key, programs.processes().find(slot.who), slot.netns, flow);
  flow.event.packets = static_cast<std::uint32_t>(total >> kHostBytesBits);
  flow.event.bytes = total & ((std::uint64_t{1} << kHostBytesBits) - 1);
  flow.event.tcp_flags = slot.tcp_flags[old];
  slot.tcp_flags[old] = 0;
  if (slot.generation != generation) flow.event.tcp_flags |= slot.tcp_flags[old ^ 1];
  flow.event.tos = slot.tos;
  flow.event.time = now.at_tick(slot.first);
  flow.lasted_us = static_cast<std::uint32_t>(
      std::max<std::int64_t>((now.at_tick(slot.last) - flow.event.time).count(), 0));
  flow.srtt_us = slot.srtt_us >> 3;
  flow.retransmits = take_out(slot.retransmits);
  flow.socket = slot.cookie;
  hand_on(flow);
}

// By the generation of its last packet; the kernel may be ahead by one.
bool HostSource::Impl::is_idle(const HostSlot& slot) const {
  return static_cast<std::int8_t>(generation - slot.generation) > kIdleDrains;
}

void HostSource::Impl::read_slots() {
  const std::span<HostSlot> slots = programs.slots();
  const std::span<const HostRest> rests = programs.rests();
  counts.live = 0;
  for (std::size_t index = 0; index < slots.size(); ++index) {
    HostSlot& slot = slots[index];
    if (slot.version == 0) continue;
    ++counts.live;
    if (const std::uint64_t total = take_out(slot.total); total != 0) {
      emit(slot, key_of(slot, rests[index]), total);
    } else if (is_idle(slot) && leaving.size() < kLeavingMax) {
      leaving.push_back({static_cast<std::uint32_t>(index), slot.version});
    }
  }
}

// A slot that is given back may still be counted in by whoever found it just before.
void HostSource::Impl::free_idle() {
  if (leaving.empty()) return;
  const std::span<HostSlot> slots = programs.slots();
  for (const Leaving& left : leaving) {
    programs.forget(key_of(slots[left.index], programs.rests()[left.index]), left.index);
    slots[left.index].version = 0;
  }
  programs.wait_until_quiet();
  for (const Leaving& left : leaving) {
    HostSlot& slot = slots[left.index];
    if (const std::uint64_t total = take_out(slot.total); total != 0) {
      HostKey key = key_of(slot, programs.rests()[left.index]);
      key.version = left.version;
      emit(slot, key, total);
    }
    programs.free_slot(left.index);
  }
  leaving.clear();
}

void HostSource::Impl::read_events() {
  programs.read_events([&](const HostEvent& event) {
    MicroFlow flow;
    tell(event.key, event.process, event.netns, flow);
    flow.event.time = now.at_ns(event.time_ns);
    flow.event.packets = event.packets;
    flow.event.bytes = event.bytes;
    flow.event.tcp_flags = event.tcp_flags;
    flow.event.tos = event.tos;
    flow.srtt_us = event.srtt_us >> 3;
    flow.retransmits = event.retransmits;
    flow.socket = event.cookie;
    hand_on(flow);
  });
}

// What passed an interface and was not counted by anybody above. A packet under way may be counted there and
// not yet here, so it is the sums since the beginning that are held against each other.
void HostSource::Impl::add_rest(Passed& counted, std::uint64_t packets, std::uint64_t bytes, MicroFlow flow) {
  if (bytes <= counted.bytes) return;
  flow.event.bytes = bytes - counted.bytes;
  flow.event.packets = packets > counted.packets ? static_cast<std::uint32_t>(packets - counted.packets) : 0;
  hand_on(flow);
}

void HostSource::Impl::read_rest(const std::vector<HostWire::Total>& totals) {
  counts.not_ip = 0;
  for (const HostWire::Total& total : totals) {
    for (const Direction direction : {Direction::kIn, Direction::kOut}) {
      const auto side = static_cast<std::size_t>(direction);
      MicroFlow flow;
      flow.event.time = now.wall;
      flow.event.key.direction = direction;
      flow.accuracy = accuracy();
      flow.origin.interface = total.interface;
      flow.origin.owner = direction == Direction::kIn ? kNoSocketOwner
                          : whole_host                ? kKernelOwner
                                                      : kUnknownOwner;
      add_rest(passed[{total.interface, direction}],
               total.passed.packets[side] - total.passed.lost_packets[side],
               total.passed.bytes[side] - total.passed.lost_bytes[side], flow);
      counts.not_ip += total.passed.other[side];
    }
  }
}

void HostSource::Impl::drain(const Take& the_take) {
  take = &the_take;
  if (!programs.sees_senders() && ++drains % kLookDrains == 0) programs.look_at_open_files(true);
  now = Instant::now();
  generation = static_cast<std::uint8_t>(programs.rules().generation);
  std::atomic_ref<std::uint32_t>(programs.rules().generation).fetch_add(1);
  const std::vector<HostWire::Total> totals = programs.wire().totals();
  read_slots();
  free_idle();
  read_events();
  read_rest(totals);
  flush();
  programs.processes().forget();
  const HostTally tally = programs.tally();
  counts.overflowed = tally.overflowed;
  counts.lost_packets = tally.lost_packets;
  counts.lost_bytes = tally.lost_bytes;
  counts.malformed_packets = tally.malformed_packets;
  counts.malformed_bytes = tally.malformed_bytes;
  counts.owner_changes = tally.owner_changes;
}

Result<std::unique_ptr<HostSource>> HostSource::open(HostSourceConfig config, OwnerOf owner_of) {
  auto mounts = read_text_file("/proc/mounts");
  if (!mounts) return mounts.error();
  const std::string root = cgroup2_mount(*mounts);
  if (config.cgroup.empty()) {
    config.cgroup = root;
    if (config.cgroup.empty()) {
      return Error{
          "cgroup v2 is not mounted, where packets are counted; mount -t cgroup2 none "
          "/sys/fs/cgroup/unified"};
    }
  }
  if (!std::has_single_bit(config.ring_bytes) || config.ring_bytes < 4096) {
    return Error{"the ring of events must have a power of two of bytes, 4096 at least"};
  }
  constexpr std::size_t kMost = (1U << kHostNumberBits) - 1;
  if (config.micro_flows_max == 0 || config.micro_flows_max > kMost)
    return Error{"micro-flows: 1 to " + std::to_string(kMost) + " can be counted at a time"};
  auto programs =
      HostPrograms::load({config.cgroup, config.micro_flows_max, config.ring_bytes, config.as_old_kernel});
  if (!programs) return programs.error();
  auto impl = std::make_unique<Impl>(std::move(config), std::move(owner_of), std::move(*programs));
  std::unique_ptr<HostSource> source(new HostSource(std::move(impl)));
  source->impl_->whole_host = source->impl_->config.cgroup == root;
  source->set_single_packets(source->impl_->config.single_packets);
  if (auto set = source->set_interfaces(source->impl_->config.interfaces); !set) return set.error();
  return source;
}

HostSource::HostSource(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HostSource::~HostSource() = default;

Result<void> HostSource::drain(const Take& take) {
  if (const auto held = std::exchange(impl_->held, {}); !held.empty()) take(held);
  impl_->drain(take);
  return {};
}

Result<void> HostSource::drain(std::vector<MicroFlow>& out) {
  return drain([&](std::span<const MicroFlow> some) { out.insert(out.end(), some.begin(), some.end()); });
}

Result<void> HostSource::set_interfaces(const std::vector<std::string>& names) {
  // What was counted before belongs to no total.
  impl_->drain([&](std::span<const MicroFlow> some) {
    impl_->held.insert(impl_->held.end(), some.begin(), some.end());
  });
  auto set = impl_->programs.wire().set(names);
  std::map<std::pair<std::uint32_t, Direction>, Passed> still;
  for (const HostWire::Total& total : impl_->programs.wire().totals()) {
    for (const Direction direction : {Direction::kIn, Direction::kOut}) {
      const std::pair at{total.interface, direction};
      still[at] = impl_->passed[at];
    }
  }
  impl_->passed = std::move(still);
  return set;
}

void HostSource::set_single_packets(bool on) { impl_->programs.rules().single_packets = on; }

void HostSource::set_coarse(bool on) {
  impl_->coarse = on;
  impl_->programs.rules().coarse = on;
}

const HostCounts& HostSource::counts() const { return impl_->counts; }
const std::vector<std::string>& HostSource::limits() const { return impl_->programs.limits(); }

}  // namespace anemone
