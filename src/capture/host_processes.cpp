#include "capture/host_processes.h"

namespace anemone {
namespace {

constexpr std::uint32_t kBetween = 4;  // readings: thousands of processes can come in so many seconds
constexpr HostProcess kNobody{};

}  // namespace

HostProcesses::Known& HostProcesses::remember(std::uint32_t number, const HostProcess& process) {
  return known_.insert_or_assign(number, Known{process, reading_}).first->second;
}

const HostProcess& HostProcesses::find(std::uint32_t number) {
  if (number == 0) return kNobody;
  const auto known = known_.find(number);
  if (known != known_.end()) {
    known->second.used = reading_;
    return known->second.process;
  }
  const auto told = map_.find(number);
  return told ? remember(number, *told).process : kNobody;
}

void HostProcesses::forget() {
  if (++reading_ % kBetween == 0) make_room();
}

// A slot may be filled with a number just before it is taken out: so it is remembered first.
void HostProcesses::make_room() {
  for (auto number = map_.first(); number;) {
    const auto next = map_.after(*number);
    const auto known = known_.find(*number);
    if (known == known_.end()) {
      if (const auto told = map_.find(*number)) remember(*number, *told);
    } else if (reading_ - known->second.used >= kBetween) {
      map_.erase(*number);
    }
    number = next;
  }
  std::erase_if(known_, [&](const auto& one) { return reading_ - one.second.used > kKeptReadings; });
}

}  // namespace anemone
