// OwnerNames turns what the kernel saw of a process into an Owner: its executable, user, unit, container.
//
// The kernel hands on numbers, since a name costs too much there; the names are in /proc, in the cgroup tree
// and in the table of users. A process may be gone by then, and its pid may be another's: what stands in
// /proc is believed only if it started when the kernel says. What the kernel itself said (command, user,
// cgroup) is always named.
//
// Asked once per drain for each socket, so answers are kept, for `processes_max` processes or twice that;
// those that were not asked for longest are forgotten. The first question for a process reads a few small
// files. One thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "host/host_paths.h"
#include "host/owner.h"
#include "host/process_seen.h"

namespace anemone {

class OwnerNames {
 public:
  // `owners` must outlive it.
  explicit OwnerNames(OwnerTable& owners, HostPaths paths = {}, std::size_t processes_max = 16'384);
  OwnerNames(OwnerNames&&) noexcept;
  OwnerNames& operator=(OwnerNames&&) noexcept;
  ~OwnerNames();

  // kUnknownOwner when nothing is known of it.
  OwnerId owner_of(const ProcessSeen& seen);

  struct Counts {
    std::uint64_t looked_up = 0;      // processes whose names were read
    std::uint64_t gone = 0;           // of these: no such process any more
    std::uint64_t pid_reused = 0;     // of these: the pid was another's
    std::uint64_t no_executable = 0;  // of these: there, but its executable may not be read or it has none
    std::uint64_t no_cgroup = 0;      // of these: the cgroup's path could not be found
  };
  const Counts& counts() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace anemone
