// SocketHolders finds which process has a socket open, by the links in /proc/PID/fd.
//
// A scan of all processes answers for all sockets at once and is remembered; the next one has to wait ten
// times as long as it took. The processes of the socket's own cgroup are looked at first: these are few.
//
// Of several that share a socket (a server's children) the youngest one is taken for a connection, and for a
// listening socket the oldest one, but not process 1, which hands sockets on. One thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/time.h"
#include "host/cgroup_tree.h"
#include "host/host_paths.h"
#include "host/process_seen.h"
#include "io/clock.h"

namespace anemone {

enum class SocketUse : std::uint8_t { kConnection, kListening };

class SocketHolders {
 public:
  explicit SocketHolders(HostPaths paths, std::size_t sockets_max = 262'144);

  // pid, start and command of the process; nothing when none was seen.
  std::optional<ProcessSeen> holder_of(std::uint64_t inode, std::uint64_t cgroup, SocketUse use);
  // True if a scan now could tell more than the last one.
  bool may_scan() const { return clock_.now() >= scan_from_; }
  std::uint64_t scans() const { return scans_; }

 private:
  struct Pids {
    std::uint32_t oldest = 0;
    std::uint32_t youngest = 0;
  };

  const Pids* find(std::uint64_t inode, std::uint64_t cgroup);
  void scan();
  void scan_process(const std::string& pid);
  void scan_cgroup(std::uint64_t cgroup);
  void note(std::uint64_t inode, std::uint32_t pid);

  HostPaths paths_;
  std::size_t sockets_max_;
  std::string cgroup_root_;
  CgroupTree cgroups_;
  SteadyClock clock_;
  Time scan_from_{};
  std::uint64_t scans_ = 0;
  std::unordered_map<std::uint64_t, Pids> pids_;
};

}  // namespace anemone
