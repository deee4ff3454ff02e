// HostProcesses are the processes that the kernel's micro-flows name by number (bpf/host_capture.h).
//
// A micro-flow has no room for all that is known of its process, and many have the same one. So the kernel
// enters a process in a map of its own when it first fills a slot for it; here it is read once, remembered,
// and after some readings taken out there, so that the map has room for those that come. The kernel enters it
// again when it fills another slot. What no slot named for longer still is forgotten here, too.
//
// One thread.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>

#include "bpf/host_capture.h"

namespace anemone {

// The kernel's map of them.
class HostProcessMap {
 public:
  virtual ~HostProcessMap() = default;
  virtual std::optional<HostProcess> find(std::uint32_t number) const = 0;
  // The first of its numbers, and the one after another; none after the last.
  virtual std::optional<std::uint32_t> first() const = 0;
  virtual std::optional<std::uint32_t> after(std::uint32_t number) const = 0;
  virtual void erase(std::uint32_t number) = 0;
};

class HostProcesses {
 public:
  // `map` must outlive it.
  explicit HostProcesses(HostProcessMap& map) : map_(map) {}

  // All zero when there is none: nobody is known to own the socket.
  const HostProcess& find(std::uint32_t number);

  // To be called once each reading, after it. A number is good for kKeptReadings readings after find().
  void forget();
  static constexpr std::uint32_t kKeptReadings = 16;

 private:
  struct Known {
    HostProcess process;
    std::uint32_t used = 0;  // the last reading in which it was asked for
  };
  void make_room();
  Known& remember(std::uint32_t number, const HostProcess& process);

  HostProcessMap& map_;
  std::unordered_map<std::uint32_t, Known> known_;
  std::uint32_t reading_ = 0;
};

}  // namespace anemone
