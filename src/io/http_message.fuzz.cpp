#include <cstdlib>

#include "io/http_message.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto target = anemone::parse_http_target(text);
  if (target) {  // what is let through can lead nowhere but down
    const std::string path = target->path + "/";
    if (path[0] != '/' || path.find("/../") != std::string::npos || path.find('\0') != std::string::npos)
      abort();
    for (const auto& [name, value] : target->query.values()) {
      (void)target->query.number(name, 0);
      (void)target->query.count(name, 0);
      (void)target->query.time(name, {});
    }
  } else {
    (void)anemone::http_error(400, "bad_target", target.error().message);
  }
  (void)anemone::http_error(400, "quoted", text);
  return 0;
}
