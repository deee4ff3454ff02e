// Token files and Authorization headers of any content are read or refused.
#include <cstdint>

#include "io/tokens.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto table = anemone::TokenTable::parse(text);
  const std::string token = anemone::token_of(text);
  if (table && table->size() < 10) (void)table->find(token);
  return 0;
}
