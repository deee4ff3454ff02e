#include "host/nat_connections.h"

#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netlink.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <tuple>
#include <utility>

#include "host/netlink.h"
#include "host/process_files.h"

namespace anemone {
namespace {

constexpr std::uint8_t kIcmp = 1;
constexpr std::uint8_t kIcmp6 = 58;
constexpr std::uint32_t kTranslated = IPS_SRC_NAT | IPS_DST_NAT;
constexpr int kReceiveBuffer = 2 << 20;
constexpr Duration kSweepEvery = 5s;

bool is_icmp(const NatEnds& ends) { return ends.protocol == kIcmp || ends.protocol == kIcmp6; }

std::uint16_t port_of(Bytes value) { return ntohs(from_kernel<std::uint16_t>(value)); }
std::uint8_t byte_of(Bytes value) { return value.empty() ? std::uint8_t{0} : value[0]; }

void read_protocol(Bytes bytes, NatEnds& ends) {
  std::uint8_t type = 0;
  std::uint8_t code = 0;
  for_each_attribute(bytes, [&](std::uint16_t attribute, Bytes value) {
    if (attribute == CTA_PROTO_NUM) ends.protocol = byte_of(value);
    if (attribute == CTA_PROTO_SRC_PORT) ends.src_port = port_of(value);
    if (attribute == CTA_PROTO_DST_PORT) ends.dst_port = port_of(value);
    if (attribute == CTA_PROTO_ICMP_TYPE || attribute == CTA_PROTO_ICMPV6_TYPE) type = byte_of(value);
    if (attribute == CTA_PROTO_ICMP_CODE || attribute == CTA_PROTO_ICMPV6_CODE) code = byte_of(value);
  });
  if (is_icmp(ends)) ends.dst_port = static_cast<std::uint16_t>(type << 8 | code);
}

NatEnds read_ends(Bytes bytes) {
  NatEnds ends;
  for_each_attribute(bytes, [&](std::uint16_t type, Bytes value) {
    if (type == CTA_TUPLE_PROTO) read_protocol(value, ends);
    if (type != CTA_TUPLE_IP) return;
    for_each_attribute(value, [&](std::uint16_t inner, Bytes address) {
      if (inner == CTA_IP_V4_SRC || inner == CTA_IP_V6_SRC) ends.src = address_from_kernel(address);
      if (inner == CTA_IP_V4_DST || inner == CTA_IP_V6_DST) ends.dst = address_from_kernel(address);
    });
  });
  return ends;
}

// `ends` the other way. ICMP's types are not ports: the other way has those of `other`.
NatEnds inverse(const NatEnds& ends, const NatEnds& other) {
  if (is_icmp(ends)) return {ends.dst, ends.src, other.src_port, other.dst_port, ends.protocol};
  return {ends.dst, ends.src, ends.dst_port, ends.src_port, ends.protocol};
}

// The same for both directions.
NatEnds without_direction(NatEnds ends) {
  if (is_icmp(ends)) ends.src_port = ends.dst_port = 0;
  if (std::tie(ends.dst, ends.dst_port) < std::tie(ends.src, ends.src_port)) {
    std::swap(ends.src, ends.dst);
    std::swap(ends.src_port, ends.dst_port);
  }
  return ends;
}

// Lets words of translated connections through to the socket, no others: those whose attribute CTA_STATUS
// says so.
Result<void> filter_events(int socket) {
  constexpr std::uint32_t kAttributes = sizeof(nlmsghdr) + sizeof(nfgenmsg);
  constexpr std::uint32_t kFind = static_cast<std::uint32_t>(SKF_AD_OFF) + SKF_AD_NLATTR;
  std::array<sock_filter, 9> code = {{
      BPF_STMT(BPF_LDX | BPF_IMM, CTA_STATUS),
      BPF_STMT(BPF_LD | BPF_IMM, kAttributes),
      BPF_STMT(BPF_LD | BPF_B | BPF_ABS, kFind),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 3, 0),
      BPF_STMT(BPF_MISC | BPF_TAX, 0),
      BPF_STMT(BPF_LD | BPF_W | BPF_IND, sizeof(nlattr)),
      BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, kTranslated, 1, 0),
      BPF_STMT(BPF_RET | BPF_K, 0),
      BPF_STMT(BPF_RET | BPF_K, 0xffff'ffff),
  }};
  const sock_fprog program{static_cast<unsigned short>(code.size()), code.data()};
  if (::setsockopt(socket, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) == 0) return {};
  return Error{std::string("connections: cannot filter: ") + std::strerror(errno)};
}

// A dump of the connections that have all of `status`; older kernels give all of them.
struct AskConnections {
  nfgenmsg head{};
  nlattr status_head{sizeof(nlattr) + sizeof(std::uint32_t), CTA_STATUS | NLA_F_NET_BYTEORDER};
  std::uint32_t status = 0;
  nlattr mask_head{sizeof(nlattr) + sizeof(std::uint32_t), CTA_STATUS_MASK | NLA_F_NET_BYTEORDER};
  std::uint32_t mask = 0;
};

}  // namespace

std::optional<NatConnection> read_nat_connection(Bytes body) {
  if (body.size() <= sizeof(nfgenmsg)) return std::nullopt;
  NatConnection connection;
  std::uint32_t status = 0;
  for_each_attribute(body.subspan(sizeof(nfgenmsg)), [&](std::uint16_t type, Bytes value) {
    if (type == CTA_TUPLE_ORIG) connection.original = read_ends(value);
    if (type == CTA_TUPLE_REPLY) connection.reply = read_ends(value);
    if (type == CTA_STATUS) status = ntohl(from_kernel<std::uint32_t>(value));
  });
  const NatEnds& original = connection.original;
  const NatEnds& reply = connection.reply;
  const bool whole = !original.src.is_none() && !reply.src.is_none() && original.protocol == reply.protocol;
  // Connections that a rule of NAT looked at and left as they are have the bits, too.
  if (!whole || (status & kTranslated) == 0 || inverse(reply, original) == original) return std::nullopt;
  return connection;
}

std::size_t NatConnections::Hash::operator()(const NatEnds& ends) const noexcept {
  const std::hash<IpAddress> address;
  const std::uint64_t ports =
      std::uint64_t{ends.src_port} << 32 | std::uint64_t{ends.dst_port} << 8 | ends.protocol;
  return (address(ends.src) ^ ports) * 0x9e3779b97f4a7c15 + address(ends.dst);
}

NatConnections::~NatConnections() {
  if (events_ >= 0) ::close(events_);
}

Result<void> NatConnections::open() {
  events_ = ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_NETFILTER);
  if (events_ < 0) return Error{std::string("connections: ") + std::strerror(errno)};
  const auto give_up = [this](Error error) {
    ::close(std::exchange(events_, -1));
    return error;
  };
  ::setsockopt(events_, SOL_SOCKET, SO_RCVBUF, &kReceiveBuffer, sizeof kReceiveBuffer);
  if (auto filtered = filter_events(events_); !filtered) return give_up(filtered.error());
  // Without a number of its own the socket would pass for the kernel, which is told nothing.
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  if (::bind(events_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return give_up(Error{std::string("connections: cannot listen: ") + std::strerror(errno)});
  for (const int group : {NFNLGRP_CONNTRACK_NEW, NFNLGRP_CONNTRACK_UPDATE, NFNLGRP_CONNTRACK_DESTROY}) {
    if (::setsockopt(events_, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof group) != 0)
      return give_up(Error{std::string("connections: cannot listen: ") + std::strerror(errno)});
  }
  return {};
}

Result<void> NatConnections::refresh(Time now) {
  // Asking would load the kernel's module, and a host without it has no NAT.
  if (events_ < 0 && small_file(config_.paths.proc + "/sys/net/netfilter/nf_conntrack_max").empty())
    return {};
  if (events_ < 0) {
    if (auto opened = open(); !opened) return opened;
  }
  const auto whole = read_events(now);
  if (!whole) return whole.error();
  if (!*whole) {
    ++counts_.gaps;
    asked_ = false;
  }
  if (!asked_) {
    if (auto all = ask_all(now); !all) return all;
    asked_ = true;
  }
  if (now - swept_ >= kSweepEvery || now < swept_) {
    forget_ended(now);
    swept_ = now;
  }
  return {};
}

// False when the kernel had more to say than there was room for.
Result<bool> NatConnections::read_events(Time now) {
  constexpr std::uint16_t kDeleted = NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_DELETE;
  constexpr std::uint16_t kNew = NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_NEW;
  std::array<std::uint8_t, 8192> room;
  bool whole = true;
  for (;;) {
    const ssize_t got = ::recv(events_, room.data(), room.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == ENOBUFS) {
      whole = false;
      continue;
    }
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return whole;
    if (got < 0) return Error{std::string("connections: ") + std::strerror(errno)};
    const Bytes message = Bytes(room).first(static_cast<std::size_t>(got));
    const auto header = from_kernel<nlmsghdr>(message);
    if (header.nlmsg_len < sizeof header || header.nlmsg_len > message.size()) continue;
    const auto connection =
        read_nat_connection(message.subspan(sizeof header, header.nlmsg_len - sizeof header));
    if (!connection) continue;
    if (header.nlmsg_type == kDeleted) end(*connection, now);
    if (header.nlmsg_type == kNew) add(*connection);
  }
}

Result<void> NatConnections::ask_all(Time now) {
  auto netlink = Netlink::open(NETLINK_NETFILTER);
  if (!netlink) return netlink.error().in("connections");
  ++asking_;
  for (const std::uint32_t status : {IPS_SRC_NAT, IPS_DST_NAT}) {
    AskConnections question;
    question.status = question.mask = htonl(status);
    const auto asked = netlink->ask(NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET, NetlinkAsk::kAll,
                                    bytes_of(question), [&](std::uint16_t, Bytes body) {
                                      if (const auto connection = read_nat_connection(body)) add(*connection);
                                    });
    if (!asked) return asked.error().in("connections");
  }
  for (Entry& entry : entries_) {
    if (entry.used && entry.told != asking_ && entry.ended == Time{}) entry.ended = now;
  }
  return {};
}

std::optional<std::uint32_t> NatConnections::number_of(const NatConnection& connection) const {
  const auto known = numbers_.find(without_direction(connection.original));
  if (known == numbers_.end()) return std::nullopt;
  const NatConnection& there = entries_[known->second].connection;
  if (there.original != connection.original || there.reply != connection.reply) return std::nullopt;
  return known->second;
}

void NatConnections::add(const NatConnection& connection) {
  if (const auto known = number_of(connection)) {
    entries_[*known].ended = Time{};
    entries_[*known].told = asking_;
    return;
  }
  const NatEnds keys[] = {without_direction(connection.original), without_direction(connection.reply)};
  for (const NatEnds& key : keys) {  // one that ended and had these ends makes room
    if (const auto old = numbers_.find(key); old != numbers_.end()) drop(old->second);
  }
  std::uint32_t number = 0;
  if (!free_.empty()) {
    number = free_.back();
    free_.pop_back();
  } else if (entries_.size() < config_.connections_max) {
    number = static_cast<std::uint32_t>(entries_.size());
    entries_.emplace_back();
  } else {
    ++counts_.refused;
    return;
  }
  entries_[number] = {connection, Time{}, true, asking_};
  for (const NatEnds& key : keys) numbers_[key] = number;
}

void NatConnections::end(const NatConnection& connection, Time now) {
  if (const auto known = number_of(connection)) entries_[*known].ended = now;
}

void NatConnections::forget_ended(Time now) {
  for (std::uint32_t number = 0; number < entries_.size(); ++number) {
    const Entry& entry = entries_[number];
    if (entry.used && entry.ended != Time{} && (now - entry.ended >= config_.keep || now < entry.ended))
      drop(number);
  }
}

void NatConnections::drop(std::uint32_t number) {
  Entry& entry = entries_[number];
  for (const NatEnds& ends : {entry.connection.original, entry.connection.reply}) {
    const auto known = numbers_.find(without_direction(ends));
    if (known != numbers_.end() && known->second == number) numbers_.erase(known);
  }
  entry.used = false;
  free_.push_back(number);
}

std::optional<NatFound> NatConnections::find(const NatEnds& ends) const {
  if (numbers_.empty()) return std::nullopt;
  const auto known = numbers_.find(without_direction(ends));
  if (known == numbers_.end()) return std::nullopt;
  const auto& [original, reply] = entries_[known->second].connection;
  if (ends == original) return NatFound{inverse(reply, original), false};
  if (ends == reply) return NatFound{inverse(original, reply), false};
  if (ends == inverse(reply, original)) return NatFound{original, true};
  if (ends == inverse(original, reply)) return NatFound{reply, true};
  return std::nullopt;
}

NatCounts NatConnections::counts() const {
  NatCounts counts = counts_;
  counts.connections = entries_.size() - free_.size();
  return counts;
}

}  // namespace anemone
