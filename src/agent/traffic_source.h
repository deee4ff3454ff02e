// A TrafficSource is where an agent's micro-flows come from: the kernel by eBPF, or captured packets where
// the kernel refuses that.
//
// Both give the same, with different accuracy; what the source at hand cannot do is said in words. One
// thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "agent/agent_config.h"
#include "agent/labels.h"
#include "base/result.h"
#include "capture/micro_flow.h"
#include "host/tunnel_interfaces.h"

namespace anemone {

class TrafficSource {
 public:
  using Counters = std::vector<std::pair<std::string, std::uint64_t>>;

  virtual ~TrafficSource() = default;
  virtual const char* kind() const = 0;  // "ebpf" or "packets"
  // Hands on what was counted since the last call, some thousand at a time; valid during the call.
  using Take = std::function<void(std::span<const MicroFlow>)>;
  virtual Result<void> drain(const Take& take) = 0;
  // Keys without ports, or whole again.
  virtual void set_coarse(bool on) = 0;
  // Takes over the host's interfaces as they are now; to be called now and then. `chosen`: only these count;
  // empty: all; "none": none.
  virtual Result<void> look_at(const std::vector<HostInterface>& interfaces,
                               const std::vector<std::string>& chosen) = 0;
  virtual Counters counters() const = 0;
  virtual const std::vector<std::string>& limits() const = 0;
};

// Opens what `config` asks for; with kAuto captured packets where eBPF is refused, which `limits` then begin
// with. Processes are named by `labels`, which must outlive the source.
Result<std::unique_ptr<TrafficSource>> open_traffic_source(const AgentConfig& config, Labels& labels);

}  // namespace anemone
