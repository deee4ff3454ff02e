// Outlets are where an agent's records go: the spool, from which the server takes them exactly once, and any
// number of IPFIX collectors, which get the first of the definitions in force only: they could not tell two
// apart, and would count everything twice.
//
// A batch, in however many parts it comes, becomes one IPFIX File (RFC 5655) in the spool, whole or not at
// all. With a slice log every file is a line of JSON in a text of the agent's own: what it says it sent, to
// be held against what arrived.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "agent/agent_config.h"
#include "agent/running_definitions.h"
#include "base/result.h"
#include "record/host_facts.h"
#include "record/ipfix_exporter.h"
#include "record/ipfix_writer.h"
#include "record/spool.h"
#include "record/uploader.h"

namespace anemone {

class Outlets {
 public:
  using Say = std::function<void(const std::string&)>;

  static Result<std::unique_ptr<Outlets>> open(const AgentConfig& config);
  ~Outlets();

  // An error when a collector's TLS files are no good. One that is not there is tried again.
  Result<void> start(const Say& say);
  void stop();

  // Sends it everywhere, to the spool with where the host is and, with a batch's last part, with a mark
  // (record/spool.h); the first thing that went wrong. Never waits for a network.
  Result<void> send(const RecordBatch& batch, const RecordNames& names, const HostFacts& facts,
                    const std::string& mark = {});
  // The spool's.
  std::string mark() const { return spool_->mark(); }
  Result<void> set_mark(const std::string& mark) { return spool_->set_mark(mark); }

  std::vector<std::pair<std::string, std::uint64_t>> counters() const;
  std::vector<std::string> problems() const;

 private:
  Outlets() = default;
  // A batch whose last part has not come.
  struct OpenFile {
    UnfinishedFile file;
    IpfixWriter writer;
    std::uint64_t records = 0;
    std::uint64_t packets = 0;
    std::uint64_t bytes = 0;
  };
  void add(const RecordBatch& part, const RecordNames& names, OpenFile& open) const;
  Result<void> write_slice_log(const OpenFile& sent, Time until, std::uint64_t sequence) const;

  AgentConfig config_;
  std::unique_ptr<Spool> spool_;
  std::unique_ptr<Uploader> uploader_;  // none without a server
  std::vector<IpfixExporterConfig> collectors_;
  std::vector<std::unique_ptr<IpfixExporter>> exporters_;
  std::map<std::uint32_t, OpenFile> open_;  // by definition
};

// "udp://192.0.2.1:4739", "tcp://[2001:db8::1]:4739", "tls://collector.example.org" (port 4740).
Result<IpfixExporterConfig> parse_collector(const std::string& url);

// How the server is reached: address, authority, token. An error names the option.
Result<HttpClientConfig> server_of(const AgentConfig& config);

}  // namespace anemone
