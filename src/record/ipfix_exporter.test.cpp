#include "record/ipfix_exporter.h"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "record/ipfix_reader.h"

using namespace anemone;

namespace {

constexpr Time kNow = time_from_micros(1'795'384'800'000'000);

// A socket on a free port of this machine, which a collector has.
struct Socket {
  explicit Socket(int type, std::uint16_t wanted = 0) : fd(::socket(AF_INET, type, 0)) {
    const int on = 1;
    ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(wanted);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    if (type == SOCK_STREAM) REQUIRE(::listen(fd, 5) == 0);
    socklen_t size = sizeof address;
    ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
    port = ntohs(address.sin_port);
  }
  ~Socket() { ::close(fd); }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  bool ready(int of, int ms = 3000) const {
    pollfd one{of, POLLIN, 0};
    return ::poll(&one, 1, ms) > 0;
  }

  int fd;
  std::uint16_t port = 0;
};

std::vector<FlowRecord> records(std::size_t count, std::uint32_t first = 0) {
  std::vector<FlowRecord> made(count);
  for (std::size_t i = 0; i < count; ++i) {
    made[i].start = made[i].end = kNow;
    made[i].key.src = Ipv4{0x0a000000 + first + static_cast<std::uint32_t>(i)};
    made[i].key.dst = Ipv4{0x0a000001};
    made[i].packets = 1;
    made[i].bytes = 40;
  }
  return made;
}

struct Collected {
  RecordNames names;
  std::vector<FlowRecord> records;
  IpfixReader reader;
  std::vector<std::uint8_t> stream;

  void add(Bytes bytes) { CHECK(reader.read(bytes, names, records)); }

  // What comes on a connection until `count` records are there, or it ends.
  void add_stream(const Socket& socket, int connection, std::size_t count) {
    std::vector<std::uint8_t> piece(65'536);
    while (records.size() < count && socket.ready(connection)) {
      const ssize_t got = ::recv(connection, piece.data(), piece.size(), 0);
      if (got <= 0) return;
      stream.insert(stream.end(), piece.begin(), piece.begin() + got);
      for (std::size_t length = ipfix_message_length(stream); length > 0 && length <= stream.size();
           length = ipfix_message_length(stream)) {
        add(Bytes(stream).first(length));
        stream.erase(stream.begin(), stream.begin() + static_cast<std::ptrdiff_t>(length));
      }
    }
  }
};

IpfixExporterConfig to(const Socket& collector, IpfixTransport transport) {
  IpfixExporterConfig config;
  config.host = "127.0.0.1";
  config.port = collector.port;
  config.transport = transport;
  config.pause_min = 20ms;
  config.pause_max = 100ms;
  return config;
}

template <class Condition>
bool eventually(Condition condition) {
  for (int i = 0; i < 300; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

}  // namespace

TEST_CASE(
    "over UDP every datagram is small enough, none is missed by its numbers, and templates come again") {
  const Socket collector(SOCK_DGRAM);
  const int room = 4 << 20;
  ::setsockopt(collector.fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
  auto config = to(collector, IpfixTransport::kUdp);
  config.templates_every_messages = 10;
  auto exporter = IpfixExporter::start(config);
  REQUIRE(exporter);
  const RecordNames names;
  for (std::uint32_t i = 0; i < 20; ++i) (*exporter)->send(records(50, i * 50), names, kNow);
  Collected all;
  Collected late;  // comes after the first datagrams
  std::vector<std::uint8_t> datagram(65'536);
  std::size_t datagrams = 0;
  while (all.records.size() < 1000 && collector.ready(collector.fd)) {
    const ssize_t size = ::recv(collector.fd, datagram.data(), datagram.size(), 0);
    REQUIRE(size > 0);
    CHECK(size <= 1400);
    const Bytes bytes = Bytes(datagram).first(static_cast<std::size_t>(size));
    all.add(bytes);
    if (++datagrams > 12) (void)late.reader.read(bytes, late.names, late.records);
  }
  CHECK(all.records.size() == 1000);
  CHECK(all.reader.decoded().records_missed == 0);
  CHECK(all.reader.decoded().late == 0);
  CHECK(late.records.size() > 300);
  (*exporter)->stop();
  CHECK((*exporter)->counts().records == 1000);
}

TEST_CASE("a collector that comes late or goes away gets what was queued meanwhile, each record once") {
  auto collector = std::make_unique<Socket>(SOCK_STREAM);
  auto exporter = IpfixExporter::start(to(*collector, IpfixTransport::kTcp));
  REQUIRE(exporter);
  const RecordNames names;
  const std::uint16_t port = collector->port;
  Collected collected;
  (*exporter)->send(records(100), names, kNow);
  int connection = ::accept(collector->fd, nullptr, nullptr);
  collected.add_stream(*collector, connection, 100);
  CHECK(collected.records.size() == 100);

  ::close(connection);
  collector.reset();
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  (*exporter)->send(records(100, 100), names, kNow);
  (*exporter)->send(records(100, 200), names, kNow);
  CHECK(eventually([&] { return (*exporter)->counts().attempts_failed > 1; }));
  CHECK((*exporter)->counts().problem.find("refused") != std::string::npos);

  collector = std::make_unique<Socket>(SOCK_STREAM, port);
  connection = ::accept(collector->fd, nullptr, nullptr);
  Collected again;  // a new connection is a new session: it must bring its templates
  again.add_stream(*collector, connection, 200);
  CHECK(again.records.size() == 200);
  CHECK(again.reader.decoded().records_missed == 0);
  CHECK(again.records.front().key.src == IpAddress(Ipv4{0x0a000000 + 100}));
  (*exporter)->stop();
  const auto counts = (*exporter)->counts();
  CHECK(counts.records == 300);
  CHECK(counts.breaks == 1);
  CHECK(counts.connections == 2);
  ::close(connection);
}

TEST_CASE("without a collector the queue keeps the newest within its limit, and nothing is lost uncounted") {
  auto collector = std::make_unique<Socket>(SOCK_STREAM);
  auto config = to(*collector, IpfixTransport::kTcp);
  config.queue_bytes_max = 100'000;
  config.last_wait = 50ms;
  collector.reset();
  auto exporter = IpfixExporter::start(config);
  REQUIRE(exporter);
  const RecordNames names;
  const auto before = std::chrono::steady_clock::now();
  for (std::uint32_t i = 0; i < 100; ++i) (*exporter)->send(records(100), names, kNow);
  CHECK(std::chrono::steady_clock::now() - before < 1s);
  CHECK((*exporter)->counts().queued_bytes <= 100'000);
  (*exporter)->stop();
  const auto counts = (*exporter)->counts();
  CHECK(counts.records == 0);
  CHECK(counts.lost_queue_full > 5000);
  CHECK(counts.lost_at_stop > 500);
  CHECK(counts.lost_queue_full + counts.lost_at_stop == 10'000);
}

TEST_CASE("a collector that takes no more is waited for by the exporter, not by whoever sends") {
  const Socket collector(SOCK_STREAM);
  auto config = to(collector, IpfixTransport::kTcp);
  config.queue_bytes_max = 1'000'000;
  config.last_wait = 50ms;
  auto exporter = IpfixExporter::start(config);
  REQUIRE(exporter);
  const RecordNames names;
  const auto some = records(1000);
  const auto before = std::chrono::steady_clock::now();
  for (std::uint32_t i = 0; i < 500; ++i) (*exporter)->send(some, names, kNow);
  CHECK(std::chrono::steady_clock::now() - before < 5s);
  (*exporter)->stop();
  const auto counts = (*exporter)->counts();
  CHECK(counts.lost_queue_full > 0);
  CHECK(counts.records + counts.lost_queue_full + counts.lost_at_stop == 500'000);
}

TEST_CASE("TLS with files that are not there is refused before anything starts") {
  IpfixExporterConfig config;
  config.host = "localhost";
  config.transport = IpfixTransport::kTls;
  config.tls.ca = "/nonexistent/ca.pem";
  CHECK_FALSE(IpfixExporter::start(config));
}
