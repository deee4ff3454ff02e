// Labels give a host's micro-flows their words: the program behind a socket, the application, the tunnel that
// carries them.
//
// What the kernel counts has numbers only. Processes become owners as their sockets are seen; applications
// follow from rules over owner, ports and peer; a flow on a tunnel's interface is carried by that tunnel.
// Where a process holds the tunnel (a VPN) and talks to one peer only, that is the tunnel's other end. How
// much could not be told is counted: the share of unknown. One thread.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "capture/micro_flow.h"
#include "capture/record_names.h"
#include "host/application_rules.h"
#include "host/applications.h"
#include "host/owner_names.h"
#include "host/process_seen.h"
#include "host/tunnel_interfaces.h"

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
  // The interfaces as they are now.
  void set_interfaces(const std::vector<HostInterface>& interfaces);
  // Fills in application and tunnel.
  void label(std::span<MicroFlow> micro_flows);

  RecordNames& names() { return names_; }
  const LabelCounts& counts() const { return counts_; }

 private:
  struct TunnelInterface {
    Tunnel tunnel;
    TunnelId id;
    std::uint32_t holder = 0;  // pid; 0: the kernel, or nobody
    bool learnt = false;       // its ends are the holder's
    bool several = false;      // the holder talks to several, since the interfaces were last looked at
  };

  void learn_ends(std::span<const MicroFlow> micro_flows);
  ApplicationId application_of(const MicroFlow& micro_flow);
  void count(const MicroFlow& micro_flow);

  RecordNames names_;
  OwnerNames owner_names_;
  std::unique_ptr<Applications> applications_;
  std::unordered_map<std::uint32_t, TunnelInterface> tunnels_;  // by interface
  bool ends_to_learn_ = false;                                  // a process holds one of them
  LabelCounts counts_;
};

// The rules of a file, with those that are built in behind them; only the latter when there is no file.
Result<ApplicationRules> read_application_rules(const std::string& path);

}  // namespace anemone
