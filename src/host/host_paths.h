// Where a host tells of itself: its /proc, its cgroups, its users. Tests make their own in a folder.
#pragma once

#include <string>

namespace anemone {

struct HostPaths {
  std::string proc = "/proc";
  std::string cgroup;  // the unified tree (cgroup2); empty: wherever it is mounted
  std::string passwd;  // empty: ask the system (getpwuid)
};

}  // namespace anemone
