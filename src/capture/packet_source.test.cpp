#include "capture/packet_source.h"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <map>
#include <string>
#include <utility>

#include "base/text.h"
#include "host/owner_names.h"
#include "host/process_files.h"

using namespace anemone;

namespace {

// In a network namespace of its own, whose only interface is its loopback; the line of the first check that
// failed, 0 when all is well, -1 where we may not have one.
template <class Look>
int in_namespace(Look look) {
  const pid_t child = ::fork();
  if (child == 0) {
    if (::unshare(CLONE_NEWNET) != 0 || std::system("ip link set lo up") != 0) _exit(255);
    _exit(look());
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) != 255 ? WEXITSTATUS(status) : -1;
}

struct Sent {
  std::uint64_t bytes = 0;
  std::uint64_t packets = 0;
  bool operator==(const Sent&) const = default;
};

// What the interface counted as sent: the ninth and the tenth number of its line.
Sent sent_on_loopback() {
  const std::string text = small_file("/proc/self/net/dev");
  const auto fields = words(std::string_view(text).substr(text.find("lo:") + 3));
  return {*parse_u64(fields.at(8)), *parse_u64(fields.at(9))};
}

struct Udp {
  Udp() : fd(::socket(AF_INET, SOCK_DGRAM, 0)) {
    sockaddr_in here{};
    here.sin_family = AF_INET;
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof here;
    ::bind(fd, reinterpret_cast<const sockaddr*>(&here), size);
    ::getsockname(fd, reinterpret_cast<sockaddr*>(&here), &size);
    address = here;
  }
  ~Udp() { ::close(fd); }
  void send(const Udp& to, std::size_t bytes) const {
    const std::string text(bytes, 'x');
    ::sendto(fd, text.data(), bytes, 0, reinterpret_cast<const sockaddr*>(&to.address), sizeof to.address);
  }
  int fd;
  sockaddr_in address;
};

#define EXPECT(what) \
  if (!(what)) return __LINE__ - kFirstLine
constexpr int kFirstLine = __LINE__;

int look_at_loopback() {
  OwnerTable owners;
  OwnerNames names(owners);
  auto opened = PacketSource::open({}, [&](const ProcessSeen& seen) { return names.owner_of(seen); });
  if (!opened) return 255;
  PacketSource& source = **opened;
  const Udp one;
  const Udp other;
  for (int i = 0; i < 1000; ++i) one.send(other, 100);
  for (int i = 0; i < 500; ++i) other.send(one, 50);
  ::usleep(200'000);
  std::vector<MicroFlow> flows;
  EXPECT(source.drain(flows));
  EXPECT(source.counts().dropped == 0);
  EXPECT(source.counts().lost_packets == 0);

  std::map<std::pair<std::uint16_t, Direction>, const MicroFlow*> by_port;
  Sent out;
  for (const MicroFlow& flow : flows) {
    by_port[{flow.event.key.src_port, flow.event.key.direction}] = &flow;
    if (flow.event.key.direction != Direction::kOut) continue;
    out.packets += flow.event.packets;
    out.bytes += flow.event.bytes;  // a loopback counts packets without a link's header
  }
  // Twice, once on its way out and once on its way in: two micro-flows, as the two sockets have it.
  for (const Direction direction : {Direction::kOut, Direction::kIn}) {
    const MicroFlow* forth = by_port[{ntohs(one.address.sin_port), direction}];
    const MicroFlow* back = by_port[{ntohs(other.address.sin_port), direction}];
    EXPECT(forth != nullptr && back != nullptr);
    EXPECT(forth->event.packets == 1000 && forth->event.bytes == 128'000);
    EXPECT(back->event.packets == 500 && back->event.bytes == 500 * 78);
    EXPECT(owners[forth->origin.owner].process == "test_capture");
    EXPECT(forth->origin.pid == static_cast<std::uint32_t>(::getpid()));
    EXPECT(forth->accuracy == kOwnerGuessed);
    EXPECT(forth->socket != 0);
    EXPECT(forth->origin.interface == if_nametoindex("lo"));
  }
  EXPECT(out == sent_on_loopback());
  EXPECT(!source.limits().empty());
  return 0;
}

int look_with_threads() {
  OwnerTable owners;
  OwnerNames names(owners);
  auto opened = PacketSource::open({.interfaces = {"lo"}, .micro_flows_max = 64, .threads = 2},
                                   [&](const ProcessSeen& seen) { return names.owner_of(seen); });
  EXPECT(opened);
  PacketSource& source = **opened;
  const Udp to;
  std::uint64_t sent = 0;
  for (int i = 0; i < 50; ++i) {
    const Udp from;
    for (int k = 0; k < 20; ++k, ++sent) from.send(to, 10);
  }
  ::usleep(200'000);
  std::vector<MicroFlow> flows;
  EXPECT(source.drain(flows));
  std::uint64_t seen = 0;
  for (const MicroFlow& flow : flows) {
    if (flow.event.key.direction == Direction::kOut) seen += flow.event.packets;
  }
  EXPECT(seen == sent);
  EXPECT(source.counts().overflowed > 0);  // 100 micro-flows, with room for 64
  EXPECT(source.counts().live <= 64);
  return 0;
}

int look_at_nothing() {
  auto opened =
      PacketSource::open({.interfaces = {"nonesuch0"}}, [](const ProcessSeen&) { return kUnknownOwner; });
  EXPECT(opened);
  const Udp one;
  one.send(one, 10);
  ::usleep(100'000);
  std::vector<MicroFlow> flows;
  EXPECT((*opened)->drain(flows));
  EXPECT(flows.empty());
  return 0;
}

}  // namespace

TEST_CASE("on the loopback every packet is counted out and in, with its program, as the interface counts") {
  const int answer = in_namespace(look_at_loopback);
  if (answer != -1) CHECK(answer == 0);
}

TEST_CASE("threads share the packets, and what finds no micro-flow is handed on alone") {
  const int answer = in_namespace(look_with_threads);
  if (answer != -1) CHECK(answer == 0);
}

TEST_CASE("an interface that is not there shows nothing") {
  const int answer = in_namespace(look_at_nothing);
  if (answer != -1) CHECK(answer == 0);
}
