#include "io/text_file.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

namespace anemone {

Result<std::string> read_text_file(const std::string& path, std::size_t bytes_max) {
  const auto problem = [&](const std::string& why) { return Error{path + ": " + why}; };
  errno = 0;
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), std::fclose);
  if (!file) return problem(std::strerror(errno));
  std::string text;
  std::array<char, 65536> piece;
  for (;;) {
    const std::size_t count = std::fread(piece.data(), 1, piece.size(), file.get());
    text.append(piece.data(), count);
    if (text.size() > bytes_max) return problem("larger than " + std::to_string(bytes_max >> 20) + " MiB");
    if (count < piece.size()) break;
  }
  if (std::ferror(file.get()) != 0) return problem(std::strerror(errno));
  return text;
}

}  // namespace anemone
