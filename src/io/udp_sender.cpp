#include "io/udp_sender.h"

#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace anemone {

Result<std::unique_ptr<UdpSender>> UdpSender::open(const std::string& host, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_DGRAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int failed = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  if (failed != 0) return Error{host + ": the name is not known: " + ::gai_strerror(failed)};
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> addresses(found, ::freeaddrinfo);
  int why = 0;
  for (const addrinfo* to = found; to != nullptr; to = to->ai_next) {
    const int socket = ::socket(to->ai_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (socket >= 0 && ::connect(socket, to->ai_addr, to->ai_addrlen) == 0) {
      return std::unique_ptr<UdpSender>(new UdpSender(socket));
    }
    why = errno;
    if (socket >= 0) ::close(socket);
  }
  return Error{host + ": " + std::strerror(why)};
}

UdpSender::~UdpSender() { ::close(socket_); }

Result<void> UdpSender::send(Bytes datagram) {
  ssize_t sent = 0;
  do {
    sent = ::send(socket_, datagram.data(), datagram.size(), MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  if (sent < 0) return Error{std::strerror(errno)};
  return {};
}

}  // namespace anemone
