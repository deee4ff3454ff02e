// How many packets and bytes the interfaces of this network namespace have carried: the kernel's own
// counters.
//
// They go on while no agent runs, so what passed meanwhile can be told. Bytes are frames'. The loopback is
// left out: what passes there is on no wire.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/result.h"

namespace anemone {

struct InterfaceCounts {
  std::uint64_t packets = 0;  // in and out
  std::uint64_t bytes = 0;
  bool operator==(const InterfaceCounts&) const = default;
};
using CountsByInterface = std::map<std::string, InterfaceCounts>;

Result<CountsByInterface> interface_counts();
// What the kernel's /proc/net/dev says.
CountsByInterface parse_interface_counts(std::string_view text);

}  // namespace anemone
