// measure_host_capture CGROUP udp|connected|udp6|tcp FLOWS SECONDS [ROUNDS]: what counting costs a packet in the
// kernel, by the kernel's own statistics, beside an empty program attached at the same place at the same time.
// Sends small packets over loopback to itself as fast as it can, from one socket to FLOWS addresses. Prints
// one JSON object for each round. For scripts/bench-host-capture.
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "capture/host_source.h"

using namespace anemone;

namespace {

constexpr std::size_t kBatch = 64;
constexpr std::uint16_t kPort = 47'001;

struct Spent {
  std::uint64_t ns = 0;
  std::uint64_t runs = 0;
};

struct Attached {
  int program;
  int link;
};

Attached attach_empty(int cgroup, bpf_attach_type where) {
  const std::array<bpf_insn, 2> code{bpf_insn{BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 1},
                                     bpf_insn{BPF_JMP | BPF_EXIT, 0, 0, 0, 0}};
  bpf_prog_load_opts options{};
  options.sz = sizeof options;
  options.expected_attach_type = where;
  const char* name = where == BPF_CGROUP_INET_INGRESS ? "empty_in" : "empty_out";
  const int program = bpf_prog_load(BPF_PROG_TYPE_CGROUP_SKB, name, "GPL", code.data(), code.size(), &options);
  return {program, bpf_link_create(program, cgroup, where, nullptr)};
}

// The numbers after `word` in what the kernel says of each of our open files.
std::set<std::uint64_t> open_files_say(const std::string& word) {
  std::set<std::uint64_t> numbers;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fdinfo")) {
    std::ifstream lines(entry.path());
    std::string said;
    std::uint64_t number = 0;
    while (lines >> said) {
      if (said == word && lines >> number) numbers.insert(number);
    }
  }
  return numbers;
}

// Of our own programs: others may run theirs, under the same names.
std::map<std::string, Spent> spent_by() {
  std::map<std::string, Spent> by;
  for (const std::uint64_t id : open_files_say("prog_id:")) {
    const int fd = bpf_prog_get_fd_by_id(static_cast<std::uint32_t>(id));
    bpf_prog_info info{};
    std::uint32_t size = sizeof info;
    if (fd >= 0 && bpf_obj_get_info_by_fd(fd, &info, &size) == 0) {
      by[info.name] = {info.run_time_ns, info.run_cnt};
    }
    if (fd >= 0) close(fd);
  }
  return by;
}

sockaddr_in6 address(bool v6, std::uint32_t number) {
  sockaddr_in6 to{};
  to.sin6_family = AF_INET6;
  to.sin6_port = htons(kPort);
  to.sin6_addr = in6addr_loopback;
  if (!v6) {
    to.sin6_addr = in6addr_any;
    to.sin6_addr.s6_addr[10] = to.sin6_addr.s6_addr[11] = 0xff;
    const std::uint32_t v4 = htonl(0x7f000001 + number);
    std::memcpy(&to.sin6_addr.s6_addr[12], &v4, 4);
  }
  return to;
}

void receive(int socket, const std::atomic<bool>& over) {
  std::array<std::array<char, 256>, kBatch> bytes{};
  std::array<iovec, kBatch> parts{};
  std::array<mmsghdr, kBatch> messages{};
  for (std::size_t i = 0; i < kBatch; ++i) {
    parts[i] = {bytes[i].data(), bytes[i].size()};
    messages[i].msg_hdr.msg_iov = &parts[i];
    messages[i].msg_hdr.msg_iovlen = 1;
  }
  while (!over) recvmmsg(socket, messages.data(), kBatch, MSG_DONTWAIT, nullptr);
}

std::uint64_t send_datagrams(int socket, const std::vector<sockaddr_in6>& to, bool connected, double seconds) {
  std::array<char, 22> payload{};
  iovec part{payload.data(), payload.size()};
  std::array<mmsghdr, kBatch> messages{};
  std::uint64_t sent = 0;
  const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  for (std::size_t next = 0; std::chrono::steady_clock::now() < end;) {
    for (mmsghdr& message : messages) {
      message.msg_hdr.msg_iov = &part;
      message.msg_hdr.msg_iovlen = 1;
      message.msg_hdr.msg_name = connected ? nullptr : const_cast<sockaddr_in6*>(&to[next]);
      message.msg_hdr.msg_namelen = connected ? 0 : sizeof to[next];
      next = next + 1 == to.size() ? 0 : next + 1;
    }
    const int done = sendmmsg(socket, messages.data(), kBatch, 0);
    if (done > 0) sent += static_cast<std::uint64_t>(done);
  }
  return sent;
}

std::uint64_t over_udp(const std::string& kind, std::uint32_t flows, double seconds) {
  const int receiver = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const int sender = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_in6 any{};
  any.sin6_family = AF_INET6;
  any.sin6_port = htons(kPort);
  if (bind(receiver, reinterpret_cast<sockaddr*>(&any), sizeof any) != 0) std::exit(1);
  std::vector<sockaddr_in6> to;
  for (std::uint32_t i = 0; i < flows; ++i) to.push_back(address(kind == "udp6", i));
  const bool connected = kind == "connected";
  if (connected) (void)connect(sender, reinterpret_cast<const sockaddr*>(to.data()), sizeof to[0]);
  std::atomic<bool> over = false;
  std::thread reader([&] { receive(receiver, over); });
  const std::uint64_t sent = send_datagrams(sender, to, connected, seconds);
  over = true;
  reader.join();
  close(sender);
  close(receiver);
  return sent;
}

// Small messages that are sent at once.
std::uint64_t over_tcp(double seconds) {
  const int listening = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int yes = 1;
  setsockopt(listening, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in6 here = address(false, 0);
  if (bind(listening, reinterpret_cast<sockaddr*>(&here), sizeof here) != 0) std::exit(1);
  (void)listen(listening, 1);
  const int sender = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connect(sender, reinterpret_cast<sockaddr*>(&here), sizeof here) != 0) std::exit(1);
  setsockopt(sender, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  const int receiver = accept(listening, nullptr, nullptr);
  std::array<char, 64> bytes{};
  std::uint64_t sent = 0;
  const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  for (; std::chrono::steady_clock::now() < end; ++sent) {
    if (send(sender, bytes.data(), bytes.size(), 0) < 0 || recv(receiver, bytes.data(), bytes.size(), MSG_WAITALL) < 0) break;
  }
  for (const int socket : {sender, receiver, listening}) close(socket);
  return sent;
}

// What the kernel keeps for our maps, by its own account; since Linux 6.4 with what is allocated as needed.
std::uint64_t kernel_bytes() {
  std::uint64_t sum = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fdinfo")) {
    std::ifstream lines(entry.path());
    bool is_map = false;
    std::string word;
    while (lines >> word) {
      if (word == "map_type:") is_map = true;
      std::uint64_t bytes = 0;
      if (is_map && word == "memlock:" && lines >> bytes) sum += bytes;
    }
  }
  return sum;
}

std::uint64_t resident_bytes(const std::string& kind) {
  std::ifstream lines("/proc/self/status");
  std::string word;
  std::uint64_t kib = 0;
  while (lines >> word) {
    if (word == kind && lines >> kib) return kib * 1024;
  }
  return 0;
}

double cpu_s() {
  timespec spent{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
  return static_cast<double>(spent.tv_sec) + static_cast<double>(spent.tv_nsec) / 1e9;
}

void round(const std::string& kind, std::uint32_t flows, double seconds, HostSource& source) {
  auto before = spent_by();
  std::atomic<bool> over = false;
  double reading_s = 0;
  std::size_t most = 0;
  std::thread drain([&] {
    const double began = cpu_s();
    while (!over) {
      for (int i = 0; i < 10 && !over; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(100));
      std::size_t handed_on = 0;
      (void)source.drain([&](std::span<const MicroFlow> some) { handed_on += some.size(); });
      most = std::max(most, handed_on);
    }
    reading_s = cpu_s() - began;
  });
  const std::uint64_t sent = kind == "tcp" ? over_tcp(seconds) : over_udp(kind, flows, seconds);
  over = true;
  drain.join();
  std::printf(R"({"kind":"%s","flows":%u,"sent_per_s":%.0f,"micro_flows":%zu,"reading_share":%.5f)", kind.c_str(), flows,
              static_cast<double>(sent) / seconds, most, reading_s / seconds);
  for (const auto& [name, spent] : spent_by()) {
    const std::uint64_t runs = spent.runs - before[name].runs;
    if (runs == 0) continue;
    std::printf(R"(,"%s_ns":%.1f,"%s_runs":%llu)", name.c_str(),
                static_cast<double>(spent.ns - before[name].ns) / static_cast<double>(runs), name.c_str(),
                static_cast<unsigned long long>(runs));
  }
  std::printf(R"(,"kernel_bytes":%llu,"own_bytes":%llu})"
              "\n",
              static_cast<unsigned long long>(kernel_bytes()),
              static_cast<unsigned long long>(resident_bytes("RssAnon:")));
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) return 2;
  const std::string cgroup = argv[1];
  std::ofstream(cgroup + "/cgroup.procs") << getpid() << std::endl;
  const int directory = open(cgroup.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const Attached in = attach_empty(directory, BPF_CGROUP_INET_INGRESS);
  const Attached out = attach_empty(directory, BPF_CGROUP_INET_EGRESS);
  if (in.link < 0 || out.link < 0) return 1;
  HostSourceConfig config;
  config.cgroup = cgroup;
  auto source = HostSource::open(config, [](const ProcessSeen&) { return kUnknownOwner; });
  if (!source) {
    std::fprintf(stderr, "measure_host_capture: %s\n", source.error().message.c_str());
    return 1;
  }
  const int statistics = bpf_enable_stats(BPF_STATS_RUN_TIME);
  if (statistics < 0) return 1;
  const int rounds = argc > 5 ? std::atoi(argv[5]) : 1;
  for (int i = 0; i < rounds; ++i) {
    round(argv[2], static_cast<std::uint32_t>(std::atoi(argv[3])), std::atof(argv[4]), **source);
  }
  return 0;
}
