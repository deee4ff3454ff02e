// What this machine can do of what Anemone would ask of it: capabilities, the kernel's BPF, the filter that
// guards a listener, interfaces. Looked at and tried, not guessed; nothing of the machine is changed: what
// must be tried is tried in a network namespace of its own.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace anemone {

enum class CheckResult : std::uint8_t { kGood, kNote, kBad };
const char* print_check_result(CheckResult result);  // "good"

struct MachineCheck {
  std::string name;  // "egress guard"
  CheckResult result = CheckResult::kGood;
  std::string finding;
  std::string mend;  // empty where there is nothing to mend
};

std::vector<MachineCheck> check_machine();

}  // namespace anemone
