#include "agent/traffic_source.h"

#include <utility>

#include "capture/host_source.h"
#include "capture/packet_source.h"

namespace anemone {
namespace {

class EbpfSource : public TrafficSource {
 public:
  explicit EbpfSource(std::unique_ptr<HostSource> source) : source_(std::move(source)) {}

  const char* kind() const override { return "ebpf"; }
  Result<void> drain(const Take& take) override { return source_->drain(take); }
  void set_coarse(bool on) override { source_->set_coarse(on); }
  Counters counters() const override {
    const HostCounts& counts = source_->counts();
    return {{"packets_total", counts.packets},
            {"bytes_total", counts.bytes},
            {"micro_flows_total", counts.micro_flows},
            {"micro_flows", counts.live},
            {"overflowed_packets_total", counts.overflowed},
            {"lost_packets_total", counts.lost_packets},
            {"lost_bytes_total", counts.lost_bytes},
            {"malformed_packets_total", counts.malformed_packets},
            {"malformed_bytes_total", counts.malformed_bytes},
            {"owner_changes_total", counts.owner_changes}};
  }
  Result<void> look_at(const std::vector<HostInterface>& interfaces,
                       const std::vector<std::string>& chosen) override {
    if (chosen == std::vector<std::string>{"none"}) return source_->set_interfaces({});
    return source_->set_interfaces(chosen.empty() ? outward(interfaces) : chosen);
  }
  const std::vector<std::string>& limits() const override { return source_->limits(); }

 private:
  // A bridge's ports are seen on the bridge; what stays on loopback has sockets at both ends.
  static std::vector<std::string> outward(const std::vector<HostInterface>& interfaces) {
    std::vector<std::string> names;
    for (const HostInterface& interface : interfaces) {
      if (!interface.loopback && interface.master == 0) names.push_back(interface.name);
    }
    return names;
  }

  std::unique_ptr<HostSource> source_;
};

class CapturedSource : public TrafficSource {
 public:
  CapturedSource(std::unique_ptr<PacketSource> source, const std::string& why)
      : source_(std::move(source)), limits_(source_->limits()) {
    if (!why.empty()) limits_.insert(limits_.begin(), "packets are captured, as eBPF is refused: " + why);
  }

  const char* kind() const override { return "packets"; }
  Result<void> drain(const Take& take) override {
    counted_.clear();
    auto done = source_->drain(counted_);
    take(counted_);
    return done;
  }
  void set_coarse(bool on) override { source_->set_coarse(on); }
  Result<void> look_at(const std::vector<HostInterface>&, const std::vector<std::string>&) override {
    return {};  // it looks by itself
  }
  Counters counters() const override {
    const PacketSourceCounts& counts = source_->counts();
    return {{"packets_total", counts.packets},
            {"bytes_total", counts.bytes},
            {"micro_flows_total", counts.micro_flows},
            {"micro_flows", counts.live},
            {"overflowed_packets_total", counts.overflowed},
            {"lost_packets_total", counts.lost_packets},
            {"lost_bytes_total", counts.lost_bytes},
            {"dropped_frames_total", counts.dropped},
            {"malformed_packets_total", counts.malformed},
            {"not_ip_frames_total", counts.not_ip}};
  }
  const std::vector<std::string>& limits() const override { return limits_; }

 private:
  std::unique_ptr<PacketSource> source_;
  std::vector<MicroFlow> counted_;  // scratch
  std::vector<std::string> limits_;
};

Result<std::unique_ptr<TrafficSource>> open_ebpf(const AgentConfig& config,
                                                 const HostSource::OwnerOf& owner_of) {
  HostSourceConfig host;
  host.cgroup = config.cgroup;
  host.micro_flows_max = config.micro_flows_max;
  auto source = HostSource::open(host, owner_of);
  if (!source) return source.error();
  return std::unique_ptr<TrafficSource>(std::make_unique<EbpfSource>(std::move(*source)));
}

Result<std::unique_ptr<TrafficSource>> open_packets(const AgentConfig& config,
                                                    const HostSource::OwnerOf& owner_of,
                                                    const std::string& why) {
  PacketSourceConfig packets;
  packets.interfaces = config.interfaces;
  packets.micro_flows_max = config.micro_flows_max;
  auto source = PacketSource::open(packets, owner_of);
  if (!source) return source.error();
  return std::unique_ptr<TrafficSource>(std::make_unique<CapturedSource>(std::move(*source), why));
}

}  // namespace

Result<std::unique_ptr<TrafficSource>> open_traffic_source(const AgentConfig& config, Labels& labels) {
  const auto owner_of = [&labels](const ProcessSeen& process) { return labels.owner_of(process); };
  if (config.source == SourceChoice::kPackets) return open_packets(config, owner_of, "");
  auto ebpf = open_ebpf(config, owner_of);
  if (ebpf || config.source == SourceChoice::kEbpf || !config.cgroup.empty()) return ebpf;
  auto packets = open_packets(config, owner_of, ebpf.error().message);
  if (!packets) return Error{ebpf.error().message + "; and " + packets.error().message};
  return packets;
}

}  // namespace anemone
