#include "io/connection.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "io/clock.h"

namespace anemone {
namespace {

constexpr const char* kTooSlow = "no answer in time";
constexpr const char* kInterrupted = "interrupted";

int milliseconds_until(Time until) {
  const Duration left = until - SteadyClock().now();
  return static_cast<int>(std::clamp<std::int64_t>(left / 1ms + 1, 0, 1'000'000));
}

// Until `fd` is ready for `events`.
Result<void> wait_for(int fd, short events, Time until, const Interrupt& interrupt) {
  for (;;) {
    std::array<pollfd, 2> waits{{{fd, events, 0}, {interrupt.fd(), POLLIN, 0}}};
    if (SteadyClock().now() >= until) return Error{kTooSlow};
    const int ready = ::poll(waits.data(), waits.size(), milliseconds_until(until));
    if (ready < 0 && errno != EINTR) return Error{std::string("poll: ") + std::strerror(errno)};
    if (ready <= 0) continue;
    if (waits[1].revents != 0) return Error{kInterrupted};
    return {};
  }
}

struct FreeSsl {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
};

}  // namespace

Interrupt::Interrupt() : fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}
Interrupt::~Interrupt() { ::close(fd_); }

void Interrupt::raise() const {
  const std::uint64_t one = 1;
  (void)!::write(fd_, &one, sizeof one);
}

void Interrupt::lower() const {
  std::uint64_t count = 0;
  (void)!::read(fd_, &count, sizeof count);
}

bool Interrupt::raised() const {
  pollfd one{fd_, POLLIN, 0};
  return ::poll(&one, 1, 0) > 0;
}

bool Interrupt::sleep(Duration time) const {
  const Time until = SteadyClock().now() + time;
  pollfd one{fd_, POLLIN, 0};
  while (SteadyClock().now() < until) {
    if (::poll(&one, 1, milliseconds_until(until)) > 0) return false;
  }
  return !raised();
}

struct ClientConnection::Parts {
  int socket = -1;
  const Interrupt* interrupt = nullptr;
  std::unique_ptr<SSL, FreeSsl> ssl;  // over two buffers in memory: only this file calls the socket
  BIO* from_peer = nullptr;           // the ssl's
  BIO* to_peer = nullptr;

  ~Parts() {
    if (socket >= 0) ::close(socket);
  }

  Result<std::size_t> receive(std::span<std::uint8_t> into, Time until);
  Result<void> send(Bytes bytes, Time until);
  Result<void> connect(const addrinfo& to, Time until);
  Result<void> begin_tls(const std::string& host, const TlsContext& tls, Time until);
  Result<void> flush(Time until);
  Result<bool> after(int result, Time until);
};

Result<std::size_t> ClientConnection::Parts::receive(std::span<std::uint8_t> into, Time until) {
  for (;;) {
    const ssize_t count = ::recv(socket, into.data(), into.size(), 0);
    if (count >= 0) return static_cast<std::size_t>(count);
    if (errno == EINTR) continue;
    if (errno != EAGAIN) return Error{std::strerror(errno)};
    if (auto ready = wait_for(socket, POLLIN, until, *interrupt); !ready) return ready.error();
  }
}

Result<void> ClientConnection::Parts::send(Bytes bytes, Time until) {
  while (!bytes.empty()) {
    const ssize_t count = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count >= 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(count));
      continue;
    }
    if (errno == EINTR) continue;
    if (errno != EAGAIN) return Error{std::strerror(errno)};
    if (auto ready = wait_for(socket, POLLOUT, until, *interrupt); !ready) return ready;
  }
  return {};
}

Result<void> ClientConnection::Parts::connect(const addrinfo& to, Time until) {
  if (socket >= 0) ::close(socket);
  socket = ::socket(to.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (socket < 0) return Error{std::strerror(errno)};
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (::connect(socket, to.ai_addr, to.ai_addrlen) == 0) return {};
  if (errno != EINPROGRESS) return Error{std::strerror(errno)};
  if (auto ready = wait_for(socket, POLLOUT, until, *interrupt); !ready) return ready;
  int failed = 0;
  socklen_t size = sizeof failed;
  ::getsockopt(socket, SOL_SOCKET, SO_ERROR, &failed, &size);
  if (failed != 0) return Error{std::strerror(failed)};
  return {};
}

Result<void> ClientConnection::Parts::flush(Time until) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(to_peer, &data);
  if (size <= 0) return {};
  auto sent = send({reinterpret_cast<const std::uint8_t*>(data), static_cast<std::size_t>(size)}, until);
  (void)BIO_reset(to_peer);
  return sent;
}

// What an OpenSSL call with this result needs before it is tried again; false: the peer has ended.
Result<bool> ClientConnection::Parts::after(int result, Time until) {
  const int what = SSL_get_error(ssl.get(), result);
  if (auto sent = flush(until); !sent && what != SSL_ERROR_SSL) return sent.error();
  if (what == SSL_ERROR_ZERO_RETURN) return false;
  if (what == SSL_ERROR_SSL) {
    const long verified = SSL_get_verify_result(ssl.get());
    if (verified != X509_V_OK) {
      ERR_clear_error();
      return Error{std::string("TLS: the certificate is refused: ") +
                   X509_verify_cert_error_string(verified)};
    }
    return Error{"TLS: " + tls_failure()};
  }
  if (what != SSL_ERROR_WANT_READ) return true;
  std::array<std::uint8_t, 16 * 1024> piece;
  auto count = receive(piece, until);
  if (!count) return count.error();
  if (*count == 0) return false;
  BIO_write(from_peer, piece.data(), static_cast<int>(*count));
  return true;
}

Result<void> ClientConnection::Parts::begin_tls(const std::string& host, const TlsContext& tls, Time until) {
  ERR_clear_error();
  ssl.reset(SSL_new(tls.handle()));
  if (!ssl) return Error{"TLS: " + tls_failure()};
  from_peer = BIO_new(BIO_s_mem());
  to_peer = BIO_new(BIO_s_mem());
  BIO_set_mem_eof_return(from_peer, -1);  // empty means: later
  SSL_set_bio(ssl.get(), from_peer, to_peer);
  SSL_set_connect_state(ssl.get());
  in6_addr number{};
  const bool is_number =
      ::inet_pton(AF_INET, host.c_str(), &number) == 1 || ::inet_pton(AF_INET6, host.c_str(), &number) == 1;
  if (is_number) {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl.get()), host.c_str());
  } else {
    SSL_set_tlsext_host_name(ssl.get(), host.c_str());
    SSL_set1_host(ssl.get(), host.c_str());
  }
  for (;;) {
    const int result = SSL_do_handshake(ssl.get());
    if (result == 1) return flush(until);
    auto more = after(result, until);
    if (!more) return more.error();
    if (!*more) return Error{"TLS: the other side ended the connection; does it speak TLS here?"};
  }
}

ClientConnection::ClientConnection(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
ClientConnection::~ClientConnection() = default;

Result<std::unique_ptr<ClientConnection>> ClientConnection::open(const std::string& host, std::uint16_t port,
                                                                 const TlsContext* tls, Time until,
                                                                 const Interrupt& interrupt) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  int failed = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  if (failed == EAI_NONAME || failed == EAI_ADDRFAMILY) {  // a machine with nothing but loopback
    hints.ai_flags = AI_NUMERICSERV;
    failed = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  }
  if (failed != 0) return Error{std::string("the name is not known: ") + ::gai_strerror(failed)};
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> addresses(found, ::freeaddrinfo);

  auto parts = std::make_unique<Parts>();
  parts->interrupt = &interrupt;
  Result<void> connected = Error{"no address"};
  for (const addrinfo* to = addresses.get(); to != nullptr && !connected; to = to->ai_next) {
    if (interrupt.raised()) return Error{kInterrupted};
    connected = parts->connect(*to, until);
  }
  if (connected && tls != nullptr) connected = parts->begin_tls(host, *tls, until);
  if (!connected) return connected.error();
  return std::unique_ptr<ClientConnection>(new ClientConnection(std::move(parts)));
}

Result<std::size_t> ClientConnection::read(std::span<std::uint8_t> into, Time until) {
  Parts& parts = *parts_;
  if (!parts.ssl) return parts.receive(into, until);
  for (;;) {
    ERR_clear_error();
    const int count = SSL_read(parts.ssl.get(), into.data(), static_cast<int>(into.size()));
    if (count > 0) return static_cast<std::size_t>(count);
    auto more = parts.after(count, until);
    if (!more) return more.error();
    if (!*more) return std::size_t{0};
  }
}

bool ClientConnection::ended() {
  std::array<std::uint8_t, 512> forgotten;
  for (;;) {
    const auto count = read(forgotten, Time::min());
    if (!count) return count.error().message != kTooSlow;
    if (*count == 0) return true;
  }
}

Result<void> ClientConnection::write(Bytes bytes, Time until) {
  Parts& parts = *parts_;
  if (!parts.ssl) return parts.send(bytes, until);
  constexpr std::size_t kPiece = 64 * 1024;  // so that no more than that waits in memory
  while (!bytes.empty()) {
    ERR_clear_error();
    const std::size_t size = std::min(bytes.size(), kPiece);
    const int count = SSL_write(parts.ssl.get(), bytes.data(), static_cast<int>(size));
    if (count <= 0) {
      auto more = parts.after(count, until);
      if (!more) return more.error();
      if (!*more) return Error{"the other side ended the connection"};
      continue;
    }
    bytes = bytes.subspan(static_cast<std::size_t>(count));
    if (auto sent = parts.flush(until); !sent) return sent;
  }
  return {};
}

}  // namespace anemone
