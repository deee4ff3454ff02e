// try_host_capture CGROUP [--interval MS] [--micro-flows N] [--ring BYTES] [--single] [--coarse]
// [--interface NAME]... [--as-old-kernel]:
// what the kernel counts at a cgroup, one JSON object a line for each micro-flow, until its input ends; then
// one with the counters. With --packets [--threads N]: what is counted of captured packets of this network
// namespace. For tests and benchmarks.
#include <poll.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "capture/host_source.h"
#include "capture/packet_source.h"
#include "host/owner_names.h"

using namespace anemone;

namespace {

struct Options {
  HostSourceConfig source;
  int interval_ms = 1000;
  bool quiet = false;
  bool coarse = false;
  bool packets = false;
  std::size_t threads = 1;
};

Options read_options(int argc, char** argv) {
  Options options;
  options.source.cgroup = argv[1];
  for (int i = 2; i < argc; ++i) {
    const std::string_view name = argv[i];
    const auto value = [&] { return i + 1 < argc ? argv[++i] : "0"; };
    if (name == "--interval") options.interval_ms = std::atoi(value());
    if (name == "--micro-flows") options.source.micro_flows_max = static_cast<std::size_t>(std::atol(value()));
    if (name == "--ring") options.source.ring_bytes = static_cast<std::size_t>(std::atol(value()));
    if (name == "--interface") options.source.interfaces.emplace_back(value());
    if (name == "--as-old-kernel") options.source.as_old_kernel = true;
    if (name == "--single") options.source.single_packets = true;
    if (name == "--quiet") options.quiet = true;
    if (name == "--coarse") options.coarse = true;
    if (name == "--packets") options.packets = true;
    if (name == "--threads") options.threads = static_cast<std::size_t>(std::atol(value()));
  }
  return options;
}

void print(const MicroFlow& flow, const OwnerTable& owners) {
  const FlowKey& key = flow.event.key;
  const Owner& owner = owners[flow.origin.owner];
  std::printf(
      R"({"src":"%s","dst":"%s","sport":%u,"dport":%u,"proto":%u,"out":%d,"packets":%u,"bytes":%llu,)"
      R"("flags":%u,"tos":%u,"time_us":%lld,"lasted_us":%u,"srtt_us":%u,"retransmits":%u,"interface":%u,)"
      R"("pid":%u,"process":"%s","executable":"%s","user":"%s","unit":"%s","container":"%s",)"
      R"("socket":%llu,"accuracy":%u})"
      "\n",
      print_address(key.src).c_str(), print_address(key.dst).c_str(), key.src_port, key.dst_port, key.protocol,
      key.direction == Direction::kOut, flow.event.packets, static_cast<unsigned long long>(flow.event.bytes),
      flow.event.tcp_flags, flow.event.tos, static_cast<long long>(micros(flow.event.time)), flow.lasted_us,
      flow.srtt_us, flow.retransmits, flow.origin.interface, flow.origin.pid, owner.process.c_str(),
      owner.executable.c_str(), owner.user.c_str(), owner.unit.c_str(), owner.container.c_str(),
      static_cast<unsigned long long>(flow.socket), flow.accuracy);
}

void print_limits(const std::vector<std::string>& limits) {
  for (std::size_t i = 0; i < limits.size(); ++i) {
    std::printf("%s\"%s\"", i == 0 ? "" : ",", limits[i].c_str());
  }
  std::printf("]}\n");
}

void print(const PacketSource& source) {
  const PacketSourceCounts& counts = source.counts();
  std::printf(
      R"({"frames":%llu,"packets":%llu,"bytes":%llu,"micro_flows":%llu,"live":%llu,"overflowed":%llu,)"
      R"("lost_packets":%llu,"lost_bytes":%llu,"dropped":%llu,"not_ip":%llu,"malformed":%llu,"cut":%llu,)"
      R"("not_ours":%llu,"owners_asked":%llu,"owners_not_asked":%llu,"limits":[)",
      static_cast<unsigned long long>(counts.frames), static_cast<unsigned long long>(counts.packets),
      static_cast<unsigned long long>(counts.bytes), static_cast<unsigned long long>(counts.micro_flows),
      static_cast<unsigned long long>(counts.live), static_cast<unsigned long long>(counts.overflowed),
      static_cast<unsigned long long>(counts.lost_packets), static_cast<unsigned long long>(counts.lost_bytes),
      static_cast<unsigned long long>(counts.dropped), static_cast<unsigned long long>(counts.not_ip),
      static_cast<unsigned long long>(counts.malformed), static_cast<unsigned long long>(counts.cut),
      static_cast<unsigned long long>(counts.not_ours), static_cast<unsigned long long>(counts.owners_asked),
      static_cast<unsigned long long>(counts.owners_not_asked));
  print_limits(source.limits());
}

void print(const HostSource& source) {
  const HostCounts& counts = source.counts();
  std::printf(
      R"({"packets":%llu,"bytes":%llu,"micro_flows":%llu,"live":%llu,"overflowed":%llu,"lost_packets":%llu,)"
      R"("lost_bytes":%llu,"malformed":%llu,"owner_changes":%llu,"limits":[)",
      static_cast<unsigned long long>(counts.packets), static_cast<unsigned long long>(counts.bytes),
      static_cast<unsigned long long>(counts.micro_flows), static_cast<unsigned long long>(counts.live),
      static_cast<unsigned long long>(counts.overflowed), static_cast<unsigned long long>(counts.lost_packets),
      static_cast<unsigned long long>(counts.lost_bytes), static_cast<unsigned long long>(counts.malformed_packets),
      static_cast<unsigned long long>(counts.owner_changes));
  print_limits(source.limits());
}

bool input_ended(int wait_ms) {
  pollfd input{STDIN_FILENO, POLLIN, 0};
  if (poll(&input, 1, wait_ms) <= 0) return false;
  char byte = 0;
  return read(STDIN_FILENO, &byte, 1) <= 0;
}

template <class Source>
int watch(const Result<std::unique_ptr<Source>>& source, const Options& options, const OwnerTable& owners) {
  if (!source) {
    std::fprintf(stderr, "try_host_capture: %s\n", source.error().message.c_str());
    return 1;
  }
  if (options.coarse) (*source)->set_coarse(true);
  std::printf("{\"ready\":true}\n");
  std::fflush(stdout);
  std::vector<MicroFlow> flows;
  for (bool ended = false; !ended;) {
    ended = input_ended(options.interval_ms);
    flows.clear();
    if (auto drained = (*source)->drain(flows); !drained) return 1;
    for (const MicroFlow& flow : flows) {
      if (!options.quiet) print(flow, owners);
    }
    std::fflush(stdout);
  }
  print(**source);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  const Options options = read_options(argc, argv);
  OwnerTable owners;
  OwnerNames names(owners);
  const auto owner_of = [&](const ProcessSeen& seen) { return names.owner_of(seen); };
  if (options.packets) {
    const PacketSourceConfig config{.interfaces = options.source.interfaces,
                                    .micro_flows_max = options.source.micro_flows_max,
                                    .ring_bytes = options.source.ring_bytes,
                                    .threads = options.threads,
                                    .single_packets = options.source.single_packets};
    return watch(PacketSource::open(config, owner_of), options, owners);
  }
  return watch(HostSource::open(options.source, owner_of), options, owners);
}
