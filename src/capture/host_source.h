// A HostSource is the host's own traffic as its kernel counts it: every packet of every socket, under its
// micro-flow, with the process that the socket belongs to. It runs no policy; what a flow is comes later.
//
// Why not capture packets (AF_PACKET, pcap)? Because a packet does not say which program sent it, and to copy
// each costs ten times what counting it costs. The kernel counts in memory that we read as our own
// (bpf/host_capture.bpf.c), so reading costs nothing to whoever sends; `drain` is called on a timer.
//
// Nothing is lost that is not counted: a packet for which there is no micro-flow left becomes an event in a
// ring, and when that is full too it is counted by what was lost. Nothing ever waits for us. The kernel's
// memory is bounded by `micro_flows_max` and `ring_bytes`. Needs root, or CAP_BPF, CAP_PERFMON and
// CAP_NET_ADMIN, cgroup v2 and Linux 5.8 with BTF. Interfaces are those of our network namespace; traffic of
// programs in others (containers) is counted all the same, with interface 0. One thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "capture/micro_flow.h"
#include "host/process_seen.h"

namespace anemone {

struct HostSourceConfig {
  std::string cgroup;                   // its directory; empty: the whole host
  std::vector<std::string> interfaces;  // where what has no socket is counted too
  std::size_t micro_flows_max = 106'496;
  std::size_t ring_bytes = 1U << 19;  // a power of two; an event takes 136
  bool single_packets = false;        // each packet is an event of its own
  bool as_old_kernel = false;         // do without what kernels had not before 6.6, for tests
};

// Since the source was opened.
struct HostCounts {
  std::uint64_t packets = 0;  // handed on
  std::uint64_t bytes = 0;
  std::uint64_t micro_flows = 0;   // handed on, each once a drain
  std::uint64_t live = 0;          // micro-flows that the kernel keeps now
  std::uint64_t overflowed = 0;    // packets that went through the ring because no micro-flow was left
  std::uint64_t lost_packets = 0;  // and these found the ring full
  std::uint64_t lost_bytes = 0;
  std::uint64_t malformed_packets = 0;  // without a header that could be read
  std::uint64_t malformed_bytes = 0;
  std::uint64_t not_ip = 0;         // frames at the interfaces
  std::uint64_t owner_changes = 0;  // sockets that another process used than before
};

class HostSource {
 public:
  using OwnerOf = std::function<OwnerId(const ProcessSeen&)>;

  // `owner_of` is asked by drain.
  static Result<std::unique_ptr<HostSource>> open(HostSourceConfig config, OwnerOf owner_of);
  ~HostSource();

  // Appends what was counted since the last call. Times are the wall clock's, to a few milliseconds. May wait
  // some milliseconds for the kernel. To be called at least every ten seconds, each second at best.
  Result<void> drain(std::vector<MicroFlow>& out);
  // The same some thousand at a time: a hundred thousand micro-flows together take 11 MB.
  using Take = std::function<void(std::span<const MicroFlow>)>;
  Result<void> drain(const Take& take);

  // Where what has no socket is counted too, from now on: call it again when interfaces come or go. The error
  // names those where it cannot be; the others are counted. Traffic to no socket that is counted comes as one
  // micro-flow without addresses for each interface and direction, so that all adds up to what passed it.
  Result<void> set_interfaces(const std::vector<std::string>& names);

  // Each packet by itself, or counted.
  void set_single_packets(bool on);
  // Ports are left out of new micro-flows, which are then fewer; they are marked kShed.
  void set_coarse(bool on);

  const HostCounts& counts() const;
  // What this kernel cannot do, in words.
  const std::vector<std::string>& limits() const;

 private:
  struct Impl;
  explicit HostSource(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace anemone
