// bench_traffic serve ADDRESS | udp ADDRESS FLOWS SECONDS | connect ADDRESS COUNT | ask ADDRESS COUNT:
// traffic of three kinds, for scripts/bench-agent. One JSON object on stdout.
//
//   serve    takes what the others send, until its input ends: datagrams, connections, questions
//   udp      64-byte datagrams as fast as it can, over FLOWS ports of the peer in turn, from one socket
//   connect  COUNT connections one after another: a hundred bytes there, a thousand back, closed
//   ask      COUNT questions of 64 bytes on one connection, each waited for: how long each took
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <thread>
#include <vector>

namespace {

constexpr std::uint16_t kSinkPort = 47'100;  // the flows' ports begin here; only this one is listened to
constexpr std::uint16_t kConnectPort = 47'001;
constexpr std::uint16_t kAskPort = 47'002;
constexpr std::size_t kBatch = 64;
constexpr std::size_t kDatagram = 64;

using Clock = std::chrono::steady_clock;

[[noreturn]] void fail(const char* what) {
  std::perror(what);
  std::exit(1);
}

sockaddr_in address_of(const char* text, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  if (inet_pton(AF_INET, text, &address.sin_addr) != 1) fail("address");
  return address;
}

int open_socket(int type) {
  const int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
  if (fd < 0) fail("socket");
  const int yes = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (type == SOCK_STREAM) setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  return fd;
}

int listen_at(const char* address, std::uint16_t port) {
  const int fd = open_socket(SOCK_STREAM);
  const sockaddr_in at = address_of(address, port);
  if (bind(fd, reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0 || listen(fd, 1024) != 0)
    fail("listen");
  return fd;
}

int connect_to(const char* address, std::uint16_t port) {
  const int fd = open_socket(SOCK_STREAM);
  const sockaddr_in to = address_of(address, port);
  if (connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) fail("connect");
  return fd;
}

// Answers each `question` bytes with `answer` until the other side closes.
void answer(int fd, std::size_t question, std::size_t size) {
  std::vector<char> buffer(std::max(question, size));
  while (recv(fd, buffer.data(), question, MSG_WAITALL) == static_cast<ssize_t>(question)) {
    if (send(fd, buffer.data(), size, MSG_NOSIGNAL) < 0) break;
  }
  close(fd);
}

void accept_all(int listener, std::size_t question, std::size_t size) {
  for (;;) {
    const int fd = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) return;
    const int yes = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    answer(fd, question, size);
  }
}

std::atomic<std::uint64_t> taken{0};

void take_datagrams(const char* address) {
  const int fd = open_socket(SOCK_DGRAM);
  const sockaddr_in at = address_of(address, kSinkPort);
  if (bind(fd, reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0) fail("bind");
  std::array<std::array<char, kDatagram>, kBatch> buffers{};
  std::array<mmsghdr, kBatch> messages{};
  std::array<iovec, kBatch> pieces{};
  for (std::size_t i = 0; i < kBatch; ++i) {
    pieces[i] = {buffers[i].data(), kDatagram};
    messages[i].msg_hdr.msg_iov = &pieces[i];
    messages[i].msg_hdr.msg_iovlen = 1;
  }
  for (;;) {
    const int count = recvmmsg(fd, messages.data(), kBatch, MSG_WAITFORONE, nullptr);
    if (count > 0) taken += static_cast<std::uint64_t>(count);
  }
}

int serve(const char* address) {
  std::thread(take_datagrams, address).detach();
  std::thread(accept_all, listen_at(address, kConnectPort), 100, 1000).detach();
  std::thread(accept_all, listen_at(address, kAskPort), 64, 64).detach();
  std::printf("{\"ready\":true}\n");
  std::fflush(stdout);
  char byte = 0;
  while (read(STDIN_FILENO, &byte, 1) > 0) {
  }
  std::printf("{\"datagrams\":%llu}\n", static_cast<unsigned long long>(taken.load()));
  std::fflush(stdout);
  std::_Exit(0);
}

double cpu_seconds() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& time) { return double(time.tv_sec) + double(time.tv_usec) / 1e6; };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

int send_datagrams(const char* address, int flows, double seconds) {
  const int fd = open_socket(SOCK_DGRAM);
  std::vector<sockaddr_in> to;
  for (int flow = 0; flow < flows; ++flow) {
    to.push_back(address_of(address, static_cast<std::uint16_t>(kSinkPort + flow)));
  }
  std::array<char, kDatagram> payload{};
  iovec piece{payload.data(), payload.size()};
  std::array<mmsghdr, kBatch> messages{};
  for (mmsghdr& message : messages) {
    message.msg_hdr.msg_iov = &piece;
    message.msg_hdr.msg_iovlen = 1;
    message.msg_hdr.msg_namelen = sizeof(sockaddr_in);
  }
  const auto begin = Clock::now();
  const auto end =
      begin + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  std::uint64_t sent = 0;
  for (std::size_t flow = 0; Clock::now() < end;) {
    for (mmsghdr& message : messages) {
      message.msg_hdr.msg_name = &to[flow];
      flow = flow + 1 == to.size() ? 0 : flow + 1;
    }
    const int count = sendmmsg(fd, messages.data(), kBatch, 0);
    if (count > 0) sent += static_cast<std::uint64_t>(count);
  }
  const double took = std::chrono::duration<double>(Clock::now() - begin).count();
  std::printf("{\"sent\":%llu,\"seconds\":%.6f,\"cpu\":%.6f}\n", static_cast<unsigned long long>(sent), took,
              cpu_seconds());
  return 0;
}

void ask_once(int fd, std::size_t question, std::size_t size) {
  std::array<char, 1000> buffer{};
  if (send(fd, buffer.data(), question, MSG_NOSIGNAL) < 0) fail("send");
  if (recv(fd, buffer.data(), size, MSG_WAITALL) != static_cast<ssize_t>(size)) fail("recv");
}

int connect_often(const char* address, int count) {
  const auto begin = Clock::now();
  for (int i = 0; i < count; ++i) {
    const int fd = connect_to(address, kConnectPort);
    ask_once(fd, 100, 1000);
    close(fd);
  }
  const double took = std::chrono::duration<double>(Clock::now() - begin).count();
  std::printf("{\"connections\":%d,\"seconds\":%.6f,\"cpu\":%.6f}\n", count, took, cpu_seconds());
  return 0;
}

int ask_often(const char* address, int count) {
  const int fd = connect_to(address, kAskPort);
  std::vector<double> took_us;
  for (int i = 0; i < count; ++i) {
    const auto begin = Clock::now();
    ask_once(fd, 64, 64);
    took_us.push_back(std::chrono::duration<double, std::micro>(Clock::now() - begin).count());
  }
  std::sort(took_us.begin(), took_us.end());
  std::printf("{\"median_us\":%.2f,\"p99_us\":%.2f}\n", took_us[took_us.size() / 2],
              took_us[took_us.size() * 99 / 100]);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view what = argc < 3 ? "" : argv[1];
  if (what == "serve") return serve(argv[2]);
  if (what == "udp" && argc == 5) return send_datagrams(argv[2], std::atoi(argv[3]), std::atof(argv[4]));
  if (what == "connect" && argc == 4) return connect_often(argv[2], std::atoi(argv[3]));
  if (what == "ask" && argc == 4) return ask_often(argv[2], std::atoi(argv[3]));
  std::fprintf(stderr,
               "bench_traffic: serve ADDRESS | udp ADDRESS FLOWS SECONDS | connect ADDRESS COUNT | ask "
               "ADDRESS COUNT\n");
  return 2;
}
