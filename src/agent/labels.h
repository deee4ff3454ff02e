// Labels give a host's micro-flows their words: the program behind a socket, the application, the tunnel that
// carries them.
//
// What the kernel counts has numbers only. Processes become owners as their sockets are seen; applications
// follow from rules over owner, ports and peer; a flow on a tunnel's interface is carried by that tunnel.
// How much could not be told is counted: the share of unknown. One thread.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "base/result.h"
#include "capture/micro_flow.h"
#include "capture/record_names.h"
#include "host/application_rules.h"
#include "host/applications.h"
#include "host/owner_names.h"
#include "host/process_seen.h"

namespace anemone {

// Bytes labelled so far, by how much is known of them.
struct LabelCounts {
  std::uint64_t bytes = 0;
  std::uint64_t no_process = 0;      // a socket whose process nobody saw
  std::uint64_t no_executable = 0;   // a process, but not its executable
  std::uint64_t no_application = 0;  // no rule holds
};

class Labels {
 public:
  explicit Labels(ApplicationRules rules);

  // For sources of micro-flows, which know processes.
  OwnerId owner_of(const ProcessSeen& process) { return owner_names_.owner_of(process); }
  OwnerNames& owner_names() { return owner_names_; }

  void set_rules(ApplicationRules rules);
  // Fills in application and tunnel.
  void label(std::span<MicroFlow> micro_flows);

  RecordNames& names() { return names_; }
  const LabelCounts& counts() const { return counts_; }

 private:
  ApplicationId application_of(const MicroFlow& micro_flow);
  void count(const MicroFlow& micro_flow);

  RecordNames names_;
  OwnerNames owner_names_;
  std::unique_ptr<Applications> applications_;
  LabelCounts counts_;
};

// The rules of a file, with those that are built in behind them; only the latter when there is no file.
Result<ApplicationRules> read_application_rules(const std::string& path);

}  // namespace anemone
