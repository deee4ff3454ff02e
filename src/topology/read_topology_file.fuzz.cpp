#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "topology/read_topology_file.h"
#include "topology/write_network_file.h"

// What is read builds; what is then written in a format that is read comes back with as many nodes and links.
// (GraphML's labels are names that blanks at their ends and odd bytes can make alike: there it may be
// refused.)
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using anemone::NetworkFormat;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  auto file = anemone::parse_network(text);
  if (!file) return 0;
  const anemone::Topology built(std::move(file->parts));
  if (built.node_count() == 0) return 0;
  for (const auto format : {NetworkFormat::kText, NetworkFormat::kRepetita, NetworkFormat::kGraphml}) {
    const auto written = anemone::write_network(built, {}, format);
    if (!written) continue;
    auto again = anemone::parse_network(*written);
    if (!again && format == NetworkFormat::kGraphml) continue;
    if (!again) std::abort();
    if (again->parts.nodes.size() != built.node_count() || again->parts.links.size() != built.link_count()) {
      std::abort();
    }
  }
  return 0;
}
