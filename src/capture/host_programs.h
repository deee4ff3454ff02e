// HostPrograms are the programs of bpf/host_capture.bpf.c in the kernel, attached, with the memory that they
// count in. HostSource (host_source.h) reads it.
//
// What this kernel lacks is left out and said in `limits`; what cannot be done without is an error. Nothing
// is pinned: links end with the process that holds them, however it ends.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "bpf/host_capture.h"
#include "capture/host_processes.h"
#include "capture/host_wire.h"

namespace anemone {

struct HostProgramsConfig {
  std::string cgroup;  // its directory
  std::size_t slots = 0;
  std::size_t ring_bytes = 0;  // a power of two, pages at least
  bool as_old_kernel = false;
};

// Where cgroup v2 is mounted; empty when it is not.
std::string cgroup2_mount(const std::string& mounts);  // the text of /proc/mounts

class HostPrograms {
 public:
  static Result<HostPrograms> load(const HostProgramsConfig& config);
  HostPrograms(HostPrograms&&) noexcept;
  HostPrograms& operator=(HostPrograms&&) noexcept;
  ~HostPrograms();

  std::span<HostSlot> slots();
  std::span<const HostRest> rests();  // of the slots' addresses, by the same index
  HostProcesses& processes();
  HostRules& rules();
  HostWire& wire();
  const std::vector<std::string>& limits() const;

  // Whoever was counting when this is called has finished when it returns.
  void wait_until_quiet();
  // Hands a slot back. REQUIRES: wait_until_quiet() since its key was made free.
  void free_slot(std::uint32_t index);
  // Others will not find `index` under this key any more.
  void forget(const HostKey& key, std::uint32_t index);
  void read_events(const std::function<void(const HostEvent&)>& each);
  HostTally tally() const;

  // Gives sockets to the processes that hold them open: all that nobody is known for, and with `changed`
  // those whose process let go of them.
  void look_at_open_files(bool changed);
  // Whether the kernel itself tells when another process uses a socket.
  bool sees_senders() const;

 private:
  struct Impl;
  explicit HostPrograms(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace anemone
