// A stream of events cut anywhere gives what it gives uncut.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "io/server_events.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  std::string whole;
  std::string cut;
  anemone::ServerEvents one(512);
  anemone::ServerEvents many(512);
  const bool fits =
      one.add(text, [&](const anemone::ServerEvent& e) { whole += e.event + "\n" + e.data + "\n"; })
          .has_value();
  bool all_fit = true;
  for (std::size_t i = 0; i < size && all_fit; ++i) {
    all_fit = many.add(text.substr(i, 1),
                       [&](const anemone::ServerEvent& e) { cut += e.event + "\n" + e.data + "\n"; })
                  .has_value();
  }
  if (fits != all_fit || whole != cut) std::abort();
  return 0;
}
