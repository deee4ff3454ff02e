#include "agent/traffic_source.h"

#include <utility>

#include "capture/host_source.h"

namespace anemone {
namespace {

class EbpfSource : public TrafficSource {
 public:
  explicit EbpfSource(std::unique_ptr<HostSource> source) : source_(std::move(source)) {}

  const char* kind() const override { return "ebpf"; }
  Result<void> drain(std::vector<MicroFlow>& out) override { return source_->drain(out); }
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
  const std::vector<std::string>& limits() const override { return source_->limits(); }

 private:
  std::unique_ptr<HostSource> source_;
};

}  // namespace

Result<std::unique_ptr<TrafficSource>> open_traffic_source(const AgentConfig& config, Labels& labels) {
  HostSourceConfig host;
  host.cgroup = config.cgroup;
  host.interfaces = config.interfaces;
  host.micro_flows_max = config.micro_flows_max;
  auto source =
      HostSource::open(host, [&labels](const ProcessSeen& process) { return labels.owner_of(process); });
  if (!source) return source.error();
  return std::unique_ptr<TrafficSource>(std::make_unique<EbpfSource>(std::move(*source)));
}

}  // namespace anemone
