#include "host/interface_counts.h"

#include "base/text.h"
#include "io/text_file.h"

namespace anemone {
namespace {

constexpr const char* kPath = "/proc/self/net/dev";
constexpr std::size_t kFileMax = 16 << 20;
constexpr std::string_view kLoopback = "lo";
// The columns behind the name: received bytes, packets and six more; sent bytes, packets and six more.
constexpr std::size_t kColumns = 16;
constexpr std::size_t kSent = 8;

}  // namespace

CountsByInterface parse_interface_counts(std::string_view text) {
  CountsByInterface counts;
  for (const std::string_view line : split(text, '\n')) {
    const std::size_t colon = line.rfind(':');  // an alias has one in its name
    if (colon == std::string_view::npos) continue;
    const std::string name(trim(line.substr(0, colon)));
    const auto columns = words(line.substr(colon + 1));
    if (name == kLoopback || columns.size() < kColumns) continue;
    InterfaceCounts& sum = counts[name];
    for (const std::size_t way : {std::size_t{0}, kSent}) {
      sum.bytes += parse_u64(columns[way]).value_or(0);
      sum.packets += parse_u64(columns[way + 1]).value_or(0);
    }
  }
  return counts;
}

Result<CountsByInterface> interface_counts() {
  const auto text = read_text_file(kPath, kFileMax);
  if (!text) return text.error();
  return parse_interface_counts(*text);
}

}  // namespace anemone
