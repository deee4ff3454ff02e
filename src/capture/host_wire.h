// A HostWire holds the programs that stand at the host's interfaces (tc), where packets pass that never meet
// a socket, or none that is counted: forwarded ones, the kernel's own, a tunnel's outer ones.
//
// With tcx (Linux 6.6) the programs end with the process. Before, they are filters of a clsact qdisc, which a
// process that was killed leaves behind: they stay harmless, and the next start takes their place.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "bpf/host_capture.h"

namespace anemone {

enum class WireAttachment : std::uint8_t {
  kBest,    // tcx where the kernel has it
  kFilter,  // as before Linux 6.6
};

class HostWire {
 public:
  // Descriptors of the two programs and of the maps `interface_rows` and `interfaces`, which must outlive it.
  struct Kernel {
    int program_in;
    int program_out;
    int rows;
    int totals;
  };
  HostWire(Kernel kernel, WireAttachment how);
  HostWire(HostWire&&) noexcept;
  HostWire& operator=(HostWire&&) noexcept;
  ~HostWire();

  // Stands at these and at no others from now on. An interface that came again under its name is a new one.
  // The error names those where it could not be; it stands at the others.
  Result<void> set(const std::vector<std::string>& names);

  struct Total {
    std::uint32_t interface;
    HostPassed passed;
  };
  // Since each was set.
  std::vector<Total> totals() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace anemone
