// KnownBytes: of how many bytes the owner is known, and how well; the agent's metric of what it cannot name.
//
// What no program owns (the kernel's own, forwarded, what no socket took) is known to be so. Unknown is a
// socket whose process nobody saw, and what found the table of owners full.
#pragma once

#include <cstdint>

#include "host/owner.h"

namespace anemone {

struct KnownBytes {
  std::uint64_t all = 0;
  std::uint64_t no_program = 0;   // the kernel's own, forwarded, no socket
  std::uint64_t unknown = 0;      // no process; the rest has one
  std::uint64_t executable = 0;   // of the rest: with its executable
  std::uint64_t user = 0;         // of all but no_program: with a user
  std::uint64_t place = 0;        // of all but no_program: with a unit or a container
  std::uint64_t application = 0;  // of all

  void add(const OwnerTable& owners, OwnerId id, ApplicationId app, std::uint64_t bytes) {
    all += bytes;
    if (app.valid()) application += bytes;
    if (id == kKernelOwner || id == kForwardedOwner || id == kNoSocketOwner) {
      no_program += bytes;
      return;
    }
    const Owner& owner = owners[id];
    const bool has_process = id != kOtherOwner && owner.process != owners[kUnknownOwner].process;
    if (!has_process) unknown += bytes;
    if (has_process && !owner.executable.empty()) executable += bytes;
    if (!owner.user.empty()) user += bytes;
    if (!owner.unit.empty() || !owner.container.empty()) place += bytes;
  }

  // Of what a program should own.
  double unknown_share() const {
    const std::uint64_t owned = all - no_program;
    return owned == 0 ? 0 : static_cast<double>(unknown) / static_cast<double>(owned);
  }
};

}  // namespace anemone
