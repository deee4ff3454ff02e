#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "host/cgroup_path.h"
#include "host/process_files.h"

// Names of cgroups and commands are chosen by whoever makes them.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto names = anemone::read_cgroup_path(text);
  if (names.unit.size() > text.size() || names.container.size() > text.size()) abort();
  anemone::read_process_cgroups(text);
  anemone::read_process_stat(text);
  return 0;
}
