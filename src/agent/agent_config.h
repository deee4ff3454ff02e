// What an agent is told: what to watch, what a flow is, where records go, what it may use.
//
// Checked as a whole before anything starts. Most of it can change while the agent runs (SIGHUP); what
// cannot is named by differences_that_need_a_restart().
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "agent/shedding.h"
#include "base/result.h"

namespace anemone {

enum class SourceChoice : std::uint8_t {
  kAuto,     // eBPF, and AF_PACKET where the kernel refuses it, saying so
  kEbpf,     // or nothing
  kPackets,  // AF_PACKET
};

struct AgentConfig {
  std::string name;  // of this host, as the server knows it: [A-Za-z0-9._-], at most 64
  SourceChoice source = SourceChoice::kAuto;
  std::string cgroup;                   // eBPF: whose sockets; empty: the whole host
  std::vector<std::string> interfaces;  // whose packets without sockets; empty: all of this namespace; "none"

  std::string define;  // the flow definition, as text (docs/flow-definitions.md); empty: the default
  std::string rules;   // application rules, a file; empty: those built in

  std::string spool = "anemone-spool";  // folder
  std::uint64_t spool_bytes = 1ULL << 30;
  std::string slice_log;  // a line of JSON for each file that went into the spool; empty: none
  std::string archive;    // folder of micro-flows for questions afterwards; empty: none are kept
  std::uint64_t archive_bytes = 512ULL << 20;

  std::vector<std::string> collectors;  // "udp://10.0.0.1:4739", "tcp://...", "tls://..."
  std::string server;                   // "https://anemone:8443"; empty: the spool is kept
  std::string token;                    // file with the server's token
  std::string authority;                // file with the certificate authority; empty: the system's

  Budget budget;
  std::size_t micro_flows_max = 106'496;  // in the kernel, per second
  std::size_t flows_max = 262'144;        // in a flow table
  std::uint16_t metrics_port = 0;         // on loopback; 0: none
};

// What cannot work, said by the option's name.
Result<void> check(const AgentConfig& config);

// The options that differ and cannot change while the agent runs: "--spool".
std::vector<std::string> differences_that_need_a_restart(const AgentConfig& now, const AgentConfig& wanted);

}  // namespace anemone
