// A ProcessSeen is what the kernel says of the process that a socket belongs to, at the moment it was seen.
//
// Numbers only, so that it can be noted for each socket. owner_names.h turns it into names, possibly when
// the process is long gone: then this is all there is.
#pragma once

#include <array>
#include <compare>
#include <cstdint>

namespace anemone {

struct ProcessSeen {
  std::uint32_t pid = 0;         // of the process, not of a thread; 0 = nobody knows
  std::uint64_t started_ns = 0;  // since boot (CLOCK_BOOTTIME); 0 = unknown
  std::uint32_t uid = 0;
  std::uint64_t cgroup = 0;     // the id of its cgroup, which is its directory's inode number; 0 = unknown
  std::array<char, 16> comm{};  // ends with a zero byte, as the kernel writes it

  auto operator<=>(const ProcessSeen&) const = default;
};

}  // namespace anemone
