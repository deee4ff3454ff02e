#include "host/netlink.h"

#include <arpa/inet.h>
#include <linux/netlink.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <utility>

namespace anemone {
namespace {

constexpr std::size_t kRoom = 64U << 10;
constexpr std::size_t kAlign = 4;

std::size_t aligned(std::size_t size) { return (size + kAlign - 1) / kAlign * kAlign; }

}  // namespace

Netlink::Netlink(int fd) : fd_(fd), room_(kRoom) {}
Netlink::Netlink(Netlink&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      last_errno_(other.last_errno_),
      sequence_(other.sequence_),
      room_(std::move(other.room_)) {}
Netlink::~Netlink() {
  if (fd_ >= 0) ::close(fd_);
}

Result<Netlink> Netlink::open(int protocol) {
  const int fd = ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
  if (fd < 0) return Error{std::string("netlink: ") + std::strerror(errno)};
  const timeval patience{.tv_sec = 1, .tv_usec = 0};  // the kernel answers at once, or something is wrong
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  return Netlink(fd);
}

Result<void> Netlink::failed(int number, const char* what) {
  last_errno_ = number;
  return Error{std::string("netlink: ") + what + ": " + std::strerror(number)};
}

Result<bool> Netlink::read_answers(Bytes messages, NetlinkAsk how, const Answer& answer) {
  while (messages.size() >= sizeof(nlmsghdr)) {
    const auto header = from_kernel<nlmsghdr>(messages);
    if (header.nlmsg_len < sizeof header || header.nlmsg_len > messages.size()) break;
    const Bytes body = messages.subspan(sizeof header, header.nlmsg_len - sizeof header);
    messages = messages.subspan(std::min(aligned(header.nlmsg_len), messages.size()));
    if (header.nlmsg_seq != sequence_) continue;  // the rest of an answer that was given up
    if (header.nlmsg_type == NLMSG_DONE) return true;
    if (header.nlmsg_type == NLMSG_ERROR) {
      const int number = -from_kernel<nlmsgerr>(body).error;
      if (number == 0) return true;
      return failed(number, "the kernel refuses").error();
    }
    answer(header.nlmsg_type, body);
    if (how == NetlinkAsk::kOne) return true;
  }
  return false;
}

Result<void> Netlink::ask(std::uint16_t type, NetlinkAsk how, Bytes body, const Answer& answer) {
  std::vector<std::uint8_t> request(sizeof(nlmsghdr) + body.size());
  nlmsghdr header{};
  header.nlmsg_len = static_cast<std::uint32_t>(request.size());
  header.nlmsg_type = type;
  header.nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | (how == NetlinkAsk::kAll ? NLM_F_DUMP : 0));
  header.nlmsg_seq = ++sequence_;
  std::memcpy(request.data(), &header, sizeof header);
  std::memcpy(request.data() + sizeof header, body.data(), body.size());
  if (::send(fd_, request.data(), request.size(), 0) < 0) return failed(errno, "cannot ask");
  for (;;) {
    const ssize_t got = ::recv(fd_, room_.data(), room_.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed(errno, "no answer");
    const auto done = read_answers(Bytes(room_).first(static_cast<std::size_t>(got)), how, answer);
    if (!done) return done.error();
    if (*done) return {};
  }
}

IpAddress address_from_kernel(Bytes value) {
  if (value.size() == 4) {
    const Ipv4 v4{ntohl(from_kernel<std::uint32_t>(value))};
    return v4.value == 0 ? IpAddress{} : IpAddress{v4};
  }
  if (value.size() != 16) return {};
  return IpAddress::from_bytes6(std::span<const std::uint8_t, 16>(value.data(), 16));
}

void for_each_attribute(Bytes bytes, const std::function<void(std::uint16_t type, Bytes value)>& each) {
  while (bytes.size() >= sizeof(nlattr)) {
    const auto header = from_kernel<nlattr>(bytes);
    if (header.nla_len < sizeof header || header.nla_len > bytes.size()) return;
    each(header.nla_type & NLA_TYPE_MASK, bytes.subspan(sizeof header, header.nla_len - sizeof header));
    bytes = bytes.subspan(std::min(aligned(header.nla_len), bytes.size()));
  }
}

}  // namespace anemone
