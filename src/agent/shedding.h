// Shedding keeps the agent within its budget of processor time and memory: over it, detail goes, never
// traffic; with room again, detail comes back.
//
// It only decides: the caller measures, and carries the step out. Steps are taken one at a time, and taken
// back slowly, so that a load near the budget does not make it swing. What is shed is said in the records
// (Accuracy::kShed) and in the metrics. One thread.
#pragma once

#include <cstdint>

#include "base/time.h"

namespace anemone {

// Each step includes those before it.
enum class Detail : std::uint8_t {
  kAll,           // micro-flows every second, whole keys
  kSlow,          // micro-flows every five seconds: times within a slice are coarser
  kWithoutPorts,  // keys without ports: fewer micro-flows
};
const char* print_detail(Detail detail);  // "all", "slow", "without ports"

struct Budget {
  double cpu_share = 0.05;  // of one core, in user space
  std::uint64_t memory_bytes = 256 << 20;
};

// What the agent used between two measurements.
struct Use {
  Duration cpu{};
  Duration passed{};
  std::uint64_t memory_bytes = 0;  // now
};

class Shedding {
 public:
  explicit Shedding(Budget budget) : budget_(budget) {}

  // The detail to keep from here on.
  Detail decide(const Use& use);
  void set_budget(Budget budget) { budget_ = budget; }
  Detail detail() const { return detail_; }
  std::uint64_t steps_down() const { return steps_down_; }

  static constexpr int kOverToShed = 2;  // measurements in a row
  static constexpr int kCalmToReturn = 12;
  static constexpr double kCalm = 0.5;  // of the budget

 private:
  Budget budget_;
  Detail detail_ = Detail::kAll;
  int over_ = 0;
  int calm_ = 0;
  std::uint64_t steps_down_ = 0;
};

// What this process has used so far: its processor time, and its memory now.
Use used_by_this_process();

}  // namespace anemone
