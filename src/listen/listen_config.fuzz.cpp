#include "listen/listen_config.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto config =
      anemone::parse_listen_config(std::string_view(reinterpret_cast<const char*>(data), size));
  if (config && config->interface.empty()) __builtin_trap();
  return 0;
}
