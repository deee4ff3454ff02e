// What /proc says of one process. Everything may be gone at any moment: an answer is what was there.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace anemone {

struct ProcessStat {
  std::string comm;
  std::uint64_t started_ns = 0;  // since boot, to the kernel's clock tick (10 ms)
};

// /proc/PID/stat; nothing when there is no such process.
std::optional<ProcessStat> process_stat(const std::string& proc, std::uint32_t pid);

// The text of /proc/PID/stat, as read. The command may hold blanks and brackets.
std::optional<ProcessStat> read_process_stat(std::string_view text);

// Where /proc/PID/exe points, without the kernel's " (deleted)"; empty when it cannot be read.
std::string process_executable(const std::string& proc, std::uint32_t pid);

// True if both times since boot, of which one was cut to clock ticks, can be of one process.
bool same_start(std::uint64_t one_ns, std::uint64_t other_ns);

// A file as it is, up to `bytes_max`; for files whose size the kernel does not know. Empty if there is none.
std::string small_file(const std::string& path, std::size_t bytes_max = 65'536);

}  // namespace anemone
