// Where a process runs, as its cgroup's path tells: systemd's unit, and the container.
//
// Paths are conventions of systemd and of each container runtime; cgroup_path.test.cpp lists those that are
// known. The innermost unit and the innermost container count: what runs in a container that has a systemd
// of its own has both. A scope or service that is nothing but a container's wrapper is no unit.
#pragma once

#include <string>
#include <string_view>

namespace anemone {

struct CgroupNames {
  std::string unit;       // "nginx.service", as systemctl writes it
  std::string container;  // the first 12 of its id's hex digits, or its name where it has one

  bool known() const { return !unit.empty() || !container.empty(); }
  bool operator==(const CgroupNames&) const = default;
};

// `path` is relative to the tree's root, "/system.slice/nginx.service".
CgroupNames read_cgroup_path(std::string_view path);

// The text of /proc/PID/cgroup. The unified tree (cgroup2) counts; then, on systems of the hybrid and the old
// kind, systemd's own tree; then those of the controllers.
CgroupNames read_process_cgroups(std::string_view text);

}  // namespace anemone
