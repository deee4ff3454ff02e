// SocketOwners finds the process behind a flow by asking the kernel for its socket (socket diagnostics).
//
// The way of last resort, where nothing in the kernel can note the owner when the socket is made: the socket
// must still be there when we ask, and which process has it open must be read from /proc/PID/fd. What is gone
// by then, or shared by several processes, is guessed or stays unknown.
//
// A new flow costs one question to the kernel (exact, not a dump). A socket that is new costs a look at the
// open files of the processes in its cgroup or, if it is in none of its own, of all: not more often than a
// tenth of the time allows, and three times for a socket that nobody has. refresh() lists all sockets, for
// those that are gone when they are asked for, and for TCP's round-trip times.
//
// Bounded: `sockets_max` sockets are remembered, twice. One thread at a time.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/result.h"
#include "host/host_paths.h"
#include "host/process_seen.h"
#include "net/address.h"

namespace anemone {

// A flow as a socket of this host has it. A socket that is not connected has remote :: and port 0.
struct SocketEnds {
  std::uint8_t protocol = 0;  // TCP or UDP
  std::uint16_t local_port = 0;
  std::uint16_t remote_port = 0;
  IpAddress local;
  IpAddress remote;

  auto operator<=>(const SocketEnds&) const = default;
};

struct SocketFacts {
  ProcessSeen process;            // pid 0 when nobody has it open that we may see
  std::uint64_t cookie = 0;       // the kernel's, never used again
  std::uint32_t srtt_us = 0;      // TCP, at the last refresh()
  std::uint32_t retransmits = 0;  // since the connection began, at the last refresh()
};

class SocketOwners {
 public:
  static Result<SocketOwners> open(HostPaths paths = {}, std::size_t sockets_max = 65'536);
  SocketOwners(SocketOwners&&) noexcept;
  ~SocketOwners();

  // Null when there is no such socket, now or at the last refresh(). Valid until the next call.
  const SocketFacts* find(const SocketEnds& ends);

  // What the last refresh() saw of it; null if it did not.
  const SocketFacts* last_seen(const SocketEnds& ends) const;

  // Lists all sockets of this network namespace.
  Result<void> refresh();

  struct Counts {
    std::uint64_t asked = 0;       // questions for one socket
    std::uint64_t no_socket = 0;   // of these: none
    std::uint64_t no_process = 0;  // sockets that nobody was seen to have open
    std::uint64_t scans = 0;       // of all processes' open files
    std::uint64_t refused = 0;     // sockets that are not remembered because there are too many
  };
  const Counts& counts() const;

 private:
  struct Impl;
  explicit SocketOwners(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace anemone

template <>
struct std::hash<anemone::SocketEnds> {
  std::size_t operator()(const anemone::SocketEnds& ends) const noexcept {
    constexpr std::uint64_t kMix = 0x9e3779b97f4a7c15;
    std::uint64_t h =
        std::hash<anemone::IpAddress>{}(ends.local) * 31 + std::hash<anemone::IpAddress>{}(ends.remote);
    h ^= (std::uint64_t{ends.local_port} << 32 | std::uint64_t{ends.remote_port} << 8 | ends.protocol) * kMix;
    h = (h ^ (h >> 30)) * 0x94d049bb133111eb;
    return h ^ (h >> 31);
  }
};
