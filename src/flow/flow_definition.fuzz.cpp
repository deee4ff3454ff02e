// Any text as a flow definition: what is read is printed and read again as the same.
#include <cstdlib>

#include "flow/flow_definition.h"

using namespace anemone;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 1024) return 0;  // so that what is printed stays below the limit of what is read
  const auto definition = parse_flow_definition({reinterpret_cast<const char*>(data), size});
  if (!definition) return 0;
  const auto again = parse_flow_definition(print_flow_definition(*definition));
  if (!again || *again != *definition) std::abort();
  return 0;
}
