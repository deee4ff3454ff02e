#include "host/process_files.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>

#include "base/text.h"

namespace anemone {
namespace {

std::uint64_t tick_ns() {
  static const auto tick = static_cast<std::uint64_t>(1'000'000'000 / sysconf(_SC_CLK_TCK));
  return tick;
}

std::string file_of(const std::string& proc, std::uint32_t pid, const char* name) {
  return proc + "/" + std::to_string(pid) + "/" + name;
}

}  // namespace

std::string small_file(const std::string& path, std::size_t bytes_max) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return {};
  std::string text;
  std::array<char, 4096> piece;
  while (text.size() < bytes_max) {
    const ssize_t got = ::read(fd, piece.data(), piece.size());
    if (got <= 0) break;
    text.append(piece.data(), static_cast<std::size_t>(got));
  }
  ::close(fd);
  if (text.size() > bytes_max) text.resize(bytes_max);
  return text;
}

std::optional<ProcessStat> read_process_stat(std::string_view text) {
  constexpr std::size_t kStartTime = 22 - 3;  // field 22 of proc(5); the third is the first after the command
  const std::size_t open = text.find('(');
  const std::size_t close = text.rfind(')');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) return {};
  const auto fields = words(text.substr(close + 1));
  if (fields.size() <= kStartTime) return {};
  const auto ticks = parse_u64(fields[kStartTime]);
  if (!ticks) return {};
  return ProcessStat{.comm = std::string(text.substr(open + 1, close - open - 1)),
                     .started_ns = *ticks * tick_ns()};
}

std::optional<ProcessStat> process_stat(const std::string& proc, std::uint32_t pid) {
  return read_process_stat(small_file(file_of(proc, pid, "stat")));
}

std::string process_executable(const std::string& proc, std::uint32_t pid) {
  std::string target(4096, '\0');
  const ssize_t got = ::readlink(file_of(proc, pid, "exe").c_str(), target.data(), target.size());
  if (got <= 0) return {};
  target.resize(static_cast<std::size_t>(got));
  constexpr std::string_view kDeleted = " (deleted)";
  if (target.ends_with(kDeleted)) target.resize(target.size() - kDeleted.size());
  return target;
}

bool same_start(std::uint64_t one_ns, std::uint64_t other_ns) {
  const std::uint64_t apart = one_ns > other_ns ? one_ns - other_ns : other_ns - one_ns;
  return apart <= tick_ns();
}

}  // namespace anemone
