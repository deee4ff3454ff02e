#include "host/socket_owners.h"

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <optional>
#include <unordered_map>
#include <utility>

#include "host/netlink.h"
#include "host/socket_holders.h"

namespace anemone {
namespace {

constexpr std::uint8_t kTcpListen = 10;  // TCP_LISTEN
constexpr std::uint64_t kScansEach = 3;  // for a socket: the kernel's own have no process, and never will

struct DiagSocket {
  SocketEnds ends;
  std::uint64_t cookie = 0;
  std::uint64_t inode = 0;
  std::uint64_t cgroup = 0;
  std::uint32_t uid = 0;
  std::uint32_t srtt_us = 0;
  std::uint32_t retransmits = 0;
  SocketUse use = SocketUse::kConnection;
};

IpAddress address_from(std::uint8_t family, const __be32 (&words)[4]) {
  IpAddress address;
  if (family == AF_INET) {
    address = Ipv4{ntohl(words[0])};
  } else {
    address = IpAddress::from_bytes6(
        std::span<const std::uint8_t, 16>(reinterpret_cast<const std::uint8_t*>(words), 16));
  }
  const bool any = address.is_none() || (address.is_v4() && address.v4().value == 0);
  return any ? IpAddress{} : address;
}

void address_to(const IpAddress& address, std::uint8_t family, __be32 (&words)[4]) {
  if (family == AF_INET) {
    words[0] = address.is_v4() ? htonl(address.v4().value) : 0;
    return;
  }
  for (int i = 0; i < 4; ++i) {
    const std::uint64_t half = i < 2 ? address.high() : address.low();
    words[i] = htonl(static_cast<std::uint32_t>(i % 2 == 0 ? half >> 32 : half));
  }
}

DiagSocket read_socket(std::uint8_t protocol, Bytes body) {
  const auto message = from_kernel<inet_diag_msg>(body);
  DiagSocket socket;
  socket.ends = {.protocol = protocol,
                 .local_port = ntohs(message.id.idiag_sport),
                 .remote_port = ntohs(message.id.idiag_dport),
                 .local = address_from(message.idiag_family, message.id.idiag_src),
                 .remote = address_from(message.idiag_family, message.id.idiag_dst)};
  socket.cookie = std::uint64_t{message.id.idiag_cookie[1]} << 32 | message.id.idiag_cookie[0];
  socket.inode = message.idiag_inode;
  socket.uid = message.idiag_uid;
  if (message.idiag_state == kTcpListen || socket.ends.remote_port == 0) socket.use = SocketUse::kListening;
  if (body.size() <= sizeof message) return socket;
  for_each_attribute(body.subspan(sizeof message), [&](std::uint16_t type, Bytes value) {
    if (type == INET_DIAG_CGROUP_ID) socket.cgroup = from_kernel<std::uint64_t>(value);
    if (type == INET_DIAG_INFO && value.size() > offsetof(tcp_info, tcpi_total_retrans) + 4) {
      const auto number = [&](std::size_t at) { return from_kernel<std::uint32_t>(value.subspan(at)); };
      socket.srtt_us = number(offsetof(tcp_info, tcpi_rtt));
      socket.retransmits = number(offsetof(tcp_info, tcpi_total_retrans));
    }
  });
  return socket;
}

inet_diag_req_v2 request_for(std::uint8_t family, std::uint8_t protocol) {
  inet_diag_req_v2 request{};
  request.sdiag_family = family;
  request.sdiag_protocol = protocol;
  request.idiag_states = ~0U;
  request.id.idiag_cookie[0] = request.id.idiag_cookie[1] = ~0U;  // INET_DIAG_NOCOOKIE
  return request;
}

}  // namespace

struct SocketOwners::Impl {
  using Seen = std::unordered_map<SocketEnds, DiagSocket>;

  Impl(Netlink link, HostPaths paths, std::size_t most)
      : netlink(std::move(link)), holders(std::move(paths)), sockets_max(most) {}

  std::optional<DiagSocket> ask_one(const SocketEnds& ends);
  std::optional<DiagSocket> ask_exactly(const SocketEnds& ends, std::uint8_t family,
                                        std::uint16_t local_port);
  const DiagSocket* seen_lately(const SocketEnds& ends) const;
  const SocketFacts* facts_of(const DiagSocket& socket);
  Result<void> list(std::uint8_t family, std::uint8_t protocol);

  Netlink netlink;
  SocketHolders holders;
  std::size_t sockets_max;
  Counts counts;
  struct Known {
    SocketFacts facts;
    std::uint64_t scans = 0;  // there had been when it was seen first
  };
  // By cookie; two generations, as those that are asked for again move over.
  std::unordered_map<std::uint64_t, Known> known;
  std::unordered_map<std::uint64_t, Known> known_before;
  Seen seen;  // at the last refresh, and at the one before
  Seen seen_before;
  SocketFacts answer;
};

std::optional<DiagSocket> SocketOwners::Impl::ask_exactly(const SocketEnds& ends, std::uint8_t family,
                                                          std::uint16_t local_port) {
  auto request = request_for(family, ends.protocol);
  request.id.idiag_sport = htons(ends.local_port);
  request.id.idiag_dport = htons(ends.remote_port);
  address_to(ends.local, family, request.id.idiag_src);
  address_to(ends.remote, family, request.id.idiag_dst);
  std::optional<DiagSocket> found;
  const auto read = [&](std::uint16_t type, Bytes body) {
    if (type == SOCK_DIAG_BY_FAMILY) found = read_socket(ends.protocol, body);
  };
  if (!netlink.ask(SOCK_DIAG_BY_FAMILY, NetlinkAsk::kOne, bytes_of(request), read)) return std::nullopt;
  // A socket of the other end, where both are here and the question was taken the other way round.
  if (found && found->ends.local_port != local_port) return std::nullopt;
  return found;
}

std::optional<DiagSocket> SocketOwners::Impl::ask_one(const SocketEnds& ends) {
  ++counts.asked;
  const std::uint8_t family = ends.local.is_v4() || ends.remote.is_v4() ? AF_INET : AF_INET6;
  auto found = ask_exactly(ends, family, ends.local_port);
  if (!found && ends.protocol == IPPROTO_UDP) {  // older kernels take the ends of UDP the other way round
    const SocketEnds turned{.protocol = ends.protocol,
                            .local_port = ends.remote_port,
                            .remote_port = ends.local_port,
                            .local = ends.remote,
                            .remote = ends.local};
    found = ask_exactly(turned, family, ends.local_port);
  }
  // Not accepted yet, or closed already: such a socket has no file. The listening one has.
  if (found && found->inode == 0 && ends.remote_port != 0) {
    SocketEnds listening = ends;
    listening.remote = {};
    listening.remote_port = 0;
    return ask_exactly(listening, family, ends.local_port);
  }
  return found;
}

const DiagSocket* SocketOwners::Impl::seen_lately(const SocketEnds& ends) const {
  SocketEnds bound = ends;
  bound.remote = {};
  bound.remote_port = 0;
  SocketEnds anywhere = bound;
  anywhere.local = {};
  for (const SocketEnds& wanted : {ends, bound, anywhere}) {
    for (const Seen* all : {&seen, &seen_before}) {
      const auto found = all->find(wanted);
      if (found != all->end() && found->second.inode != 0) return &found->second;
    }
  }
  return nullptr;
}

const SocketFacts* SocketOwners::Impl::facts_of(const DiagSocket& socket) {
  auto young = known.find(socket.cookie);
  if (young == known.end()) {
    if (known.size() >= sockets_max) {
      known_before = std::move(known);
      known.clear();
    }
    const auto old = known_before.find(socket.cookie);
    const Known first{.facts = {}, .scans = holders.scans()};
    young = known.emplace(socket.cookie, old != known_before.end() ? old->second : first).first;
  }
  SocketFacts& facts = young->second.facts;
  facts.cookie = socket.cookie;
  if (socket.srtt_us != 0) {
    facts.srtt_us = socket.srtt_us;
    facts.retransmits = socket.retransmits;
  }
  if (facts.process.pid == 0 && holders.scans() < young->second.scans + kScansEach) {
    const auto holder = holders.holder_of(socket.inode, socket.cgroup, socket.use);
    if (holder) facts.process = *holder;
    if (!holder) ++counts.no_process;
    facts.process.uid = socket.uid;
    facts.process.cgroup = socket.cgroup;
  }
  return &facts;
}

Result<void> SocketOwners::Impl::list(std::uint8_t family, std::uint8_t protocol) {
  auto request = request_for(family, protocol);
  if (protocol == IPPROTO_TCP) request.idiag_ext = 1U << (INET_DIAG_INFO - 1);
  return netlink.ask(SOCK_DIAG_BY_FAMILY, NetlinkAsk::kAll, bytes_of(request),
                     [&](std::uint16_t type, Bytes body) {
                       if (type != SOCK_DIAG_BY_FAMILY) return;
                       const DiagSocket socket = read_socket(protocol, body);
                       if (seen.size() < sockets_max || seen.contains(socket.ends)) {
                         seen.insert_or_assign(socket.ends, socket);
                       } else {
                         ++counts.refused;
                       }
                     });
}

SocketOwners::SocketOwners(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
SocketOwners::SocketOwners(SocketOwners&&) noexcept = default;
SocketOwners::~SocketOwners() = default;

Result<SocketOwners> SocketOwners::open(HostPaths paths, std::size_t sockets_max) {
  auto netlink = Netlink::open(NETLINK_SOCK_DIAG);
  if (!netlink) return netlink.error().in("socket diagnostics");
  SocketOwners owners(std::make_unique<Impl>(std::move(*netlink), std::move(paths), sockets_max));
  if (auto listed = owners.refresh(); !listed) return listed.error();
  return owners;
}

const SocketFacts* SocketOwners::find(const SocketEnds& ends) {
  if (const auto socket = impl_->ask_one(ends)) return impl_->facts_of(*socket);
  if (const DiagSocket* socket = impl_->seen_lately(ends)) return impl_->facts_of(*socket);
  ++impl_->counts.no_socket;
  return nullptr;
}

const SocketFacts* SocketOwners::last_seen(const SocketEnds& ends) const {
  const auto socket = impl_->seen.find(ends);
  if (socket == impl_->seen.end()) return nullptr;
  const auto facts = impl_->known.find(socket->second.cookie);
  return facts == impl_->known.end() ? nullptr : &facts->second.facts;
}

Result<void> SocketOwners::refresh() {
  impl_->seen_before = std::move(impl_->seen);
  impl_->seen.clear();
  for (const std::uint8_t protocol : {std::uint8_t{IPPROTO_TCP}, std::uint8_t{IPPROTO_UDP}}) {
    for (const std::uint8_t family : {std::uint8_t{AF_INET}, std::uint8_t{AF_INET6}}) {
      auto listed = impl_->list(family, protocol);
      const bool no_such_module = !listed && impl_->netlink.last_errno() == ENOENT;
      if (!listed && !no_such_module) return listed.error().in("socket diagnostics");
    }
  }
  // Whose they are is asked now, while they are there; the processes' files are read at most once for all.
  for (const auto& [ends, socket] : impl_->seen) {
    if (socket.inode != 0) impl_->facts_of(socket);
  }
  return {};
}

const SocketOwners::Counts& SocketOwners::counts() const {
  impl_->counts.scans = impl_->holders.scans();
  return impl_->counts;
}

}  // namespace anemone
