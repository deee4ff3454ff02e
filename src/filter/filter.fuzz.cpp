// Any text as a filter: what is read is printed and read again as the same tree.
#include <cstdlib>

#include "filter/filter_text.h"

using namespace anemone;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto filter = parse_filter({reinterpret_cast<const char*>(data), size});
  if (!filter) return 0;
  FilterLimits wide;
  wide.length *= 16;  // units and names may print longer than they were written
  wide.depth *= 2;
  const auto again = parse_filter(print_filter(*filter), wide);
  if (!again || *again != *filter) std::abort();
  return 0;
}
