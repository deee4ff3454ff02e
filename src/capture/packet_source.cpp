#include "capture/packet_source.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <mutex>
#include <optional>
#include <span>
#include <thread>
#include <utility>

#include "host/tunnel_interfaces.h"
#include "io/clock.h"

namespace anemone {
namespace {

constexpr Duration kWaitMax = 100ms;  // also how long it takes to stop

std::unordered_set<IpAddress> own_addresses() {
  std::unordered_set<IpAddress> addresses;
  ifaddrs* all = nullptr;
  if (::getifaddrs(&all) != 0) return addresses;
  for (const ifaddrs* one = all; one != nullptr; one = one->ifa_next) {
    if (one->ifa_addr == nullptr) continue;
    if (one->ifa_addr->sa_family == AF_INET) {
      const auto* v4 = reinterpret_cast<const sockaddr_in*>(one->ifa_addr);
      addresses.insert(Ipv4{ntohl(v4->sin_addr.s_addr)});
    } else if (one->ifa_addr->sa_family == AF_INET6) {
      const auto* v6 = reinterpret_cast<const sockaddr_in6*>(one->ifa_addr);
      addresses.insert(IpAddress::from_bytes6(std::span<const std::uint8_t, 16>(v6->sin6_addr.s6_addr, 16)));
    }
  }
  ::freeifaddrs(all);
  return addresses;
}

HostView view_of(const std::vector<HostInterface>& interfaces) {
  HostView view{.addresses = own_addresses(), .below_vlans = {}, .tunnel_ports = {}, .loopback = 0};
  for (const HostInterface& one : interfaces) {
    if (one.loopback) view.loopback = one.index;
    if (one.kind == "vlan") view.below_vlans.push_back(one.lower);
    if (one.is_tunnel() && one.port != 0) view.tunnel_ports.push_back(one.port);
  }
  return view;
}

// A port's traffic is seen on its bridge or bond as well, where that is the host's own.
bool is_port(const HostInterface& interface, const std::vector<HostInterface>& all) {
  if (interface.master == 0) return false;
  const HostInterface* master = interface_by_index(all, interface.master);
  return master != nullptr && master->kind != "vrf";
}

RingInterfaces chosen(const std::vector<std::string>& names, const std::vector<HostInterface>& interfaces) {
  RingInterfaces chosen;
  for (const HostInterface& one : interfaces) {
    if (std::find(names.begin(), names.end(), one.name) != names.end()) chosen.only.push_back(one.index);
    if (names.empty() && is_port(one, interfaces)) chosen.never.push_back(one.index);
  }
  constexpr std::uint32_t kNoInterface = 0xffff'ffff;  // none of those named is there now
  if (!names.empty() && chosen.only.empty()) chosen.only.push_back(kNoInterface);
  return chosen;
}

}  // namespace

struct PacketSource::Impl {
  struct Worker {
    Worker(PacketRing opened, FrameCounterConfig config, FrameCounter::AskOwner ask)
        : ring(std::move(opened)), counter(config, std::move(ask)) {}

    PacketRing ring;
    std::mutex mutex;  // of the counter
    FrameCounter counter;
    std::thread thread;
  };

  Impl(PacketSourceConfig chosen_config, OwnerOf ask, SocketOwners owners)
      : config(std::move(chosen_config)), owner_of(std::move(ask)), sockets(std::move(owners)) {}
  ~Impl() {
    stopping = true;
    for (auto& worker : workers) {
      if (worker->thread.joinable()) worker->thread.join();
    }
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  Result<void> start();
  void run(Worker& worker);
  bool ask_owner(const SocketEnds& ends, CountedFlow& flow);
  Result<void> look_around();
  Result<void> refresh_sockets();
  void take_from(Worker& worker, std::vector<CountedFlow>& taken);
  MicroFlow finish(const CountedFlow& flow);

  PacketSourceConfig config;
  OwnerOf owner_of;
  std::mutex sockets_mutex;
  SocketOwners sockets;
  SystemClock clock;
  RingInterfaces interfaces;
  std::vector<std::unique_ptr<Worker>> workers;
  std::atomic<bool> stopping{false};
  std::vector<CountedFlow> taken;
  std::uint64_t dropped = 0;
  PacketSourceCounts counts;
  std::vector<std::string> limits;
};

bool PacketSource::Impl::ask_owner(const SocketEnds& ends, CountedFlow& flow) {
  const std::lock_guard lock(sockets_mutex);
  const SocketFacts* facts = sockets.find(ends);
  if (facts == nullptr) return false;
  flow.process = facts->process;
  flow.socket = facts->cookie;
  flow.retransmits = facts->retransmits;
  return true;
}

void PacketSource::Impl::run(Worker& worker) {
  while (!stopping) {
    if (!worker.ring.wait(kWaitMax)) continue;
    for (bool more = true; more && !stopping;) {
      const std::lock_guard lock(worker.mutex);
      more = worker.ring.read_block([&](const RingFrame& frame) { worker.counter.count(frame); });
    }
  }
}

Result<void> PacketSource::Impl::start() {
  const auto all = host_interfaces(config.paths);
  if (!all) return all.error();
  interfaces = chosen(config.interfaces, *all);
  const std::size_t threads = std::max<std::size_t>(config.threads, 1);
  const auto group = static_cast<std::uint16_t>(threads > 1 ? ::getpid() | 1 : 0);
  for (std::size_t i = 0; i < threads; ++i) {
    auto ring =
        PacketRing::open({.bytes = config.ring_bytes, .fanout_group = group, .interfaces = interfaces});
    if (!ring) return ring.error();
    workers.push_back(std::make_unique<Worker>(
        std::move(*ring),
        FrameCounterConfig{.flows_max = std::max<std::size_t>(config.micro_flows_max / threads, 1)},
        [this](const SocketEnds& ends, CountedFlow& flow) { return ask_owner(ends, flow); }));
    workers.back()->counter.set_view(view_of(*all));
    workers.back()->counter.set_single_packets(config.single_packets);
  }
  for (auto& worker : workers) {
    worker->thread = std::thread([this, &one = *worker] { run(one); });
  }
  return {};
}

Result<void> PacketSource::Impl::look_around() {
  const auto all = host_interfaces(config.paths);
  if (!all) return all.error();
  const RingInterfaces now = chosen(config.interfaces, *all);
  for (auto& worker : workers) {
    const std::lock_guard lock(worker->mutex);
    worker->counter.set_view(view_of(*all));
    if (now == interfaces) continue;
    if (auto looked = worker->ring.look_at(now); !looked) return looked;
  }
  interfaces = now;
  return {};
}

Result<void> PacketSource::Impl::refresh_sockets() {
  const std::lock_guard lock(sockets_mutex);
  return sockets.refresh();
}

void PacketSource::Impl::take_from(Worker& worker, std::vector<CountedFlow>& into) {
  const std::lock_guard lock(worker.mutex);
  worker.counter.take(clock.now(), [&](CountedFlow& flow) {
    into.push_back(flow);
    if (flow.event.key.protocol != IPPROTO_TCP || flow.socket == 0) return;
    const std::lock_guard sockets_lock(sockets_mutex);
    const SocketFacts* facts = sockets.last_seen(ends_of(flow.event.key));
    if (facts != nullptr && facts->cookie == flow.socket) {
      flow.retransmits = std::max(flow.retransmits, facts->retransmits);
    }
  });
  counts += worker.counter.counts();
  dropped += worker.ring.dropped();
}

MicroFlow PacketSource::Impl::finish(const CountedFlow& flow) {
  MicroFlow made{.event = flow.event};
  made.lasted_us = static_cast<std::uint32_t>(
      std::clamp<std::int64_t>((flow.last - flow.event.time).count(), 0, 0xffff'ffff));
  made.origin.interface = flow.interface;
  made.origin.pid = flow.process.pid;
  made.origin.owner = flow.owner.valid() ? flow.owner : owner_of(flow.process);
  made.accuracy = static_cast<std::uint8_t>(kOwnerGuessed | (flow.coarse ? kShed : 0));
  made.socket = flow.socket;
  if (flow.event.key.protocol == IPPROTO_TCP && flow.socket != 0) {
    const std::lock_guard lock(sockets_mutex);
    const SocketFacts* facts = sockets.last_seen(ends_of(flow.event.key));
    if (facts != nullptr && facts->cookie == flow.socket) {
      made.srtt_us = facts->srtt_us;
      // A socket's, not a direction's: what it sends again goes out.
      if (flow.event.key.direction == Direction::kOut && facts->retransmits > flow.retransmits) {
        made.retransmits = facts->retransmits - flow.retransmits;
      }
    }
  }
  return made;
}

PacketSource::PacketSource(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
PacketSource::~PacketSource() = default;

Result<std::unique_ptr<PacketSource>> PacketSource::open(PacketSourceConfig config, OwnerOf owner_of) {
  auto sockets = SocketOwners::open(config.paths);
  if (!sockets) return sockets.error();
  auto impl = std::make_unique<Impl>(std::move(config), std::move(owner_of), std::move(*sockets));
  if (auto started = impl->start(); !started) return started.error();
  impl->limits = {
      "programs are looked up when a flow's first packet has been seen: one that is gone by then has no "
      "name, and of "
      "several that share a socket one is guessed",
      "packets are seen before the host's firewall on their way in: what it drops is counted too",
      "of packets that the card cuts inside a tunnel, the headers' share is guessed",
      "the sockets of other network namespaces are not seen",
  };
  return std::unique_ptr<PacketSource>(new PacketSource(std::move(impl)));
}

Result<void> PacketSource::drain(std::vector<MicroFlow>& out) {
  const auto listed = impl_->refresh_sockets();
  const auto looked = impl_->look_around();
  impl_->counts = {};
  impl_->taken.clear();
  for (auto& worker : impl_->workers) impl_->take_from(*worker, impl_->taken);
  impl_->counts.dropped = impl_->dropped;
  for (const CountedFlow& flow : impl_->taken) out.push_back(impl_->finish(flow));
  return listed ? looked : listed;
}

void PacketSource::set_single_packets(bool on) {
  for (auto& worker : impl_->workers) {
    const std::lock_guard lock(worker->mutex);
    worker->counter.set_single_packets(on);
  }
}

void PacketSource::set_coarse(bool on) {
  for (auto& worker : impl_->workers) {
    const std::lock_guard lock(worker->mutex);
    worker->counter.set_coarse(on);
  }
}

const PacketSourceCounts& PacketSource::counts() const { return impl_->counts; }
const std::vector<std::string>& PacketSource::limits() const { return impl_->limits; }

}  // namespace anemone
