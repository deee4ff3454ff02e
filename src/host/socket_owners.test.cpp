#include "host/socket_owners.h"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <string>

#include "host/cgroup_tree.h"
#include "host/process_files.h"

using namespace anemone;

namespace {

constexpr std::uint8_t kTcpNumber = IPPROTO_TCP;
constexpr std::uint8_t kUdpNumber = IPPROTO_UDP;

struct Socket {
  explicit Socket(int kind, int family = AF_INET) : fd(::socket(family, kind, 0)) { REQUIRE(fd >= 0); }
  explicit Socket(int kind, const Socket& listener) : fd(::accept(listener.fd, nullptr, nullptr)) {
    REQUIRE(kind == SOCK_STREAM);
    REQUIRE(fd >= 0);
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  ~Socket() { ::close(fd); }

  void bind_loopback() const {
    sockaddr_in address = loopback(0);
    REQUIRE(::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  }
  void connect_to(std::uint16_t port) const {
    const sockaddr_in address = loopback(port);
    REQUIRE(::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  }
  std::uint16_t port() const {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    REQUIRE(::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    return ntohs(address.sin_port);
  }
  static sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
  }

  int fd;
};

SocketEnds ends(std::uint8_t protocol, std::uint16_t local, std::uint16_t remote) {
  const IpAddress here = *parse_address("127.0.0.1");
  return {.protocol = protocol, .local_port = local, .remote_port = remote, .local = here, .remote = here};
}

// The id of this process's cgroup; 0 without cgroup2.
std::uint64_t own_cgroup() {
  const std::string text = small_file("/proc/self/cgroup");
  const std::size_t at = text.find("0::/");
  struct stat facts {};
  if (at == std::string::npos) return 0;
  const std::string path = cgroup2_mount({}) + text.substr(at + 3, text.find('\n', at) - at - 3);
  return stat(path.c_str(), &facts) == 0 ? facts.st_ino : 0;
}

// A child that runs `work` and then waits for its end.
struct Child {
  template <class Work>
  explicit Child(Work work) {
    std::array<int, 2> pipe{};
    REQUIRE(::pipe(pipe.data()) == 0);
    pid = ::fork();
    if (pid == 0) {
      work();
      const char ready = 1;
      if (::write(pipe[1], &ready, 1) != 1) _exit(1);
      for (;;) ::pause();
    }
    char ready = 0;
    REQUIRE(::read(pipe[0], &ready, 1) == 1);
    ::close(pipe[0]);
    ::close(pipe[1]);
  }
  ~Child() {
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
  }
  pid_t pid;
};

const SocketFacts* patiently(SocketOwners& owners, const SocketEnds& wanted) {
  const SocketFacts* found = owners.find(wanted);
  for (int i = 0; i < 200 && (found == nullptr || found->process.pid == 0); ++i) {
    ::usleep(10'000);  // the next scan has to wait
    found = owners.find(wanted);
  }
  return found;
}

}  // namespace

TEST_CASE("both ends of a connection and a listening socket are this process's") {
  auto owners = SocketOwners::open();
  REQUIRE(owners);
  const Socket listener(SOCK_STREAM);
  listener.bind_loopback();
  REQUIRE(::listen(listener.fd, 8) == 0);
  const Socket client(SOCK_STREAM);
  client.connect_to(listener.port());
  const Socket server(SOCK_STREAM, listener);

  const auto pid = static_cast<std::uint32_t>(::getpid());
  const auto stat = process_stat("/proc", pid);
  REQUIRE(stat);
  for (const SocketEnds& one :
       {ends(kTcpNumber, client.port(), listener.port()), ends(kTcpNumber, listener.port(), client.port())}) {
    const SocketFacts* facts = patiently(*owners, one);
    REQUIRE(facts != nullptr);
    CHECK(facts->process.pid == pid);
    CHECK(facts->process.uid == ::getuid());
    CHECK(facts->process.started_ns == stat->started_ns);
    CHECK(std::string(facts->process.comm.data()) == stat->comm);
    CHECK(facts->cookie != 0);
    CHECK((facts->process.cgroup == own_cgroup() || own_cgroup() == 0));
  }
  REQUIRE(owners->refresh());
  const SocketFacts* facts = owners->last_seen(ends(kTcpNumber, client.port(), listener.port()));
  REQUIRE(facts != nullptr);
  CHECK(facts->srtt_us > 0);
}

TEST_CASE("a UDP socket is found whether it is connected or not") {
  auto owners = SocketOwners::open();
  REQUIRE(owners);
  const Socket server(SOCK_DGRAM);
  server.bind_loopback();
  const Socket client(SOCK_DGRAM);
  client.connect_to(server.port());
  const auto pid = static_cast<std::uint32_t>(::getpid());
  const SocketFacts* facts = patiently(*owners, ends(kUdpNumber, client.port(), server.port()));
  REQUIRE(facts != nullptr);
  CHECK(facts->process.pid == pid);
  facts = patiently(*owners, ends(kUdpNumber, server.port(), client.port()));
  REQUIRE(facts != nullptr);
  CHECK(facts->process.pid == pid);
}

TEST_CASE("IPv4 through a socket of IPv6 is found") {
  auto owners = SocketOwners::open();
  REQUIRE(owners);
  const Socket server(SOCK_DGRAM, AF_INET6);
  sockaddr_in6 any{};
  any.sin6_family = AF_INET6;
  REQUIRE(::bind(server.fd, reinterpret_cast<const sockaddr*>(&any), sizeof any) == 0);
  socklen_t size = sizeof any;
  REQUIRE(::getsockname(server.fd, reinterpret_cast<sockaddr*>(&any), &size) == 0);
  const SocketFacts* facts = patiently(*owners, ends(kUdpNumber, ntohs(any.sin6_port), 9));
  REQUIRE(facts != nullptr);
  CHECK(facts->process.pid == static_cast<std::uint32_t>(::getpid()));
}

TEST_CASE("a connection that a child has got is the child's, the listening socket its parent's") {
  auto owners = SocketOwners::open();
  REQUIRE(owners);
  const Socket listener(SOCK_STREAM);
  listener.bind_loopback();
  REQUIRE(::listen(listener.fd, 8) == 0);
  const Socket client(SOCK_STREAM);
  client.connect_to(listener.port());
  const Socket server(SOCK_STREAM, listener);
  const Child child([&] { ::close(client.fd); });
  const SocketFacts* facts = patiently(*owners, ends(kTcpNumber, listener.port(), client.port()));
  REQUIRE(facts != nullptr);
  CHECK(facts->process.pid == static_cast<std::uint32_t>(child.pid));
  facts = patiently(*owners, ends(kTcpNumber, listener.port(), 1));
  REQUIRE(facts != nullptr);
  CHECK(facts->process.pid == static_cast<std::uint32_t>(::getpid()));
}

TEST_CASE("a socket that is gone is known from the last list, and one that never was is not") {
  auto owners = SocketOwners::open();
  REQUIRE(owners);
  SocketEnds gone;
  {
    const Socket server(SOCK_DGRAM);
    server.bind_loopback();
    gone = ends(kUdpNumber, server.port(), 9);
    ::usleep(300'000);  // the first scan's rest
    REQUIRE(owners->refresh());
  }
  const SocketFacts* facts = owners->find(gone);
  REQUIRE(facts != nullptr);
  CHECK(facts->process.pid == static_cast<std::uint32_t>(::getpid()));
  REQUIRE(owners->refresh());
  REQUIRE(owners->refresh());
  CHECK(owners->find(gone) == nullptr);
  CHECK(owners->counts().no_socket == 1);
}
