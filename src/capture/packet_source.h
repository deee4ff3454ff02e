// A PacketSource is the host's own traffic where the kernel refuses eBPF: every packet is captured
// (AF_PACKET) and counted under its micro-flow here, and its program is looked for afterwards
// (host/socket_owners.h).
//
// The same micro-flows as a HostSource (host_source.h) hands on, with lesser accuracy, which limits() says in
// words and each micro-flow carries (kOwnerGuessed); and at a higher cost, as each packet's headers are
// copied.
//
// A thread for each ring reads and asks for owners, since a socket may be gone a moment later; drain() hands
// on what it counted. Nothing is lost that is not counted. Memory: a ring of `ring_bytes` for each thread,
// and about 250 bytes for each of `micro_flows_max`. Needs CAP_NET_RAW, and for other users' programs
// CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH. One thread at a time.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "capture/frame_counter.h"
#include "capture/micro_flow.h"
#include "host/host_paths.h"

namespace anemone {

struct PacketSourceConfig {
  std::vector<std::string> interfaces;  // none: all but the ports of bridges and bonds
  std::size_t micro_flows_max = 131'072;
  std::size_t ring_bytes = 8U << 20;
  std::size_t threads = 1;
  bool single_packets = false;  // each packet is an event of its own
  HostPaths paths{};
};

class PacketSource {
 public:
  using OwnerOf = std::function<OwnerId(const ProcessSeen&)>;

  // `owner_of` is asked by drain.
  static Result<std::unique_ptr<PacketSource>> open(PacketSourceConfig config, OwnerOf owner_of);
  ~PacketSource();

  // Appends what was counted since the last call, but for the last 20 ms or so. To be called at least every
  // ten seconds, each second at best. An error is of the round-trip times or interfaces: the packets are
  // handed on.
  Result<void> drain(std::vector<MicroFlow>& out);

  // Each packet by itself, or counted.
  void set_single_packets(bool on);
  // Ports are left out of new micro-flows, which are then fewer and have no owner; they are marked kShed.
  void set_coarse(bool on);

  // As of the last drain.
  const PacketSourceCounts& counts() const;
  // What is less than with eBPF, in words.
  const std::vector<std::string>& limits() const;

 private:
  struct Impl;
  explicit PacketSource(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace anemone
