#include "agent/shedding.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace anemone {
namespace {

constexpr auto kLast = Detail::kWithoutPorts;

Detail step(Detail from, int by) { return static_cast<Detail>(static_cast<int>(from) + by); }

Duration of(const timeval& time) { return std::chrono::seconds{time.tv_sec} + Duration{time.tv_usec}; }

std::uint64_t resident_bytes() {
  unsigned long long size = 0;
  unsigned long long resident = 0;
  std::FILE* file = std::fopen("/proc/self/statm", "re");
  if (file == nullptr) return 0;
  const int read = std::fscanf(file, "%llu %llu", &size, &resident);
  std::fclose(file);
  return read == 2 ? resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)) : 0;
}

}  // namespace

const char* print_detail(Detail detail) {
  switch (detail) {
    case Detail::kAll:
      return "all";
    case Detail::kSlow:
      return "slow";
    case Detail::kWithoutPorts:
      return "without ports";
  }
  return "?";
}

Detail Shedding::decide(const Use& use) {
  if (use.passed <= Duration{0}) return detail_;
  const double cpu = static_cast<double>(use.cpu.count()) / static_cast<double>(use.passed.count());
  const double of_cpu = cpu / budget_.cpu_share;
  const double of_memory = static_cast<double>(use.memory_bytes) / static_cast<double>(budget_.memory_bytes);
  const double of_budget = std::max(of_cpu, of_memory);
  over_ = of_budget > 1 ? over_ + 1 : 0;
  calm_ = of_budget < kCalm ? calm_ + 1 : 0;
  if (over_ >= kOverToShed && detail_ != kLast) {
    detail_ = step(detail_, 1);
    ++steps_down_;
    over_ = 0;
  } else if (calm_ >= kCalmToReturn && detail_ != Detail::kAll) {
    detail_ = step(detail_, -1);
    calm_ = 0;
  }
  return detail_;
}

Use used_by_this_process() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return {.cpu = of(usage.ru_utime) + of(usage.ru_stime), .passed = {}, .memory_bytes = resident_bytes()};
}

}  // namespace anemone
