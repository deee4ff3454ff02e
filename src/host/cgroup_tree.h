// A CgroupTree knows the path of a cgroup by its id, which is the inode number of its directory.
//
// The kernel opens a directory by its id at once, where we may ask it to (CAP_DAC_READ_SEARCH); else the
// tree is walked for an id that is not known, the less often the longer a walk takes. Paths are remembered
// when their cgroup is gone; of one that came and went between two questions its removal tells
// (cgroup_deaths.h).
//
// Bounded: `cgroups_max` paths, and as many removals; when there are more, all are forgotten, and counted.
// One thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "host/host_paths.h"

namespace anemone {

// Where the unified tree is mounted, by the text of /proc/self/mountinfo; empty if it is not.
std::string cgroup2_mount(const HostPaths& paths);

class CgroupTree {
 public:
  explicit CgroupTree(const HostPaths& paths = {}, std::size_t cgroups_max = 65'536);
  CgroupTree(CgroupTree&&) noexcept;
  CgroupTree& operator=(CgroupTree&&) noexcept;
  ~CgroupTree();

  // From the tree's root on, "/" for the root itself; null when there is none. Valid until the next call.
  const std::string* path_of(std::uint64_t id);
  // True if the last answer was null only because it is too early to walk again.
  bool too_early() const;

  struct Counts {
    std::uint64_t walks = 0;
    std::uint64_t unknown = 0;    // questions without an answer
    std::uint64_t forgotten = 0;  // paths, because there were too many
  };
  const Counts& counts() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace anemone
