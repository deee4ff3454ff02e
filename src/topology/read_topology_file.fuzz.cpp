#include <cstdint>
#include <string_view>

#include "topology/read_topology_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (auto file = anemone::parse_network(text)) const anemone::Topology built(std::move(file->parts));
  return 0;
}
