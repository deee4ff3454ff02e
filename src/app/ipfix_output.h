// An IpfixOutput writes flow records as IPFIX: into a file, to standard output ("-"), or to a collector
// ("udp://HOST:PORT", "tcp://...", "tls://...").
#pragma once

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "record/ipfix_exporter.h"
#include "record/ipfix_writer.h"

namespace anemone {

class IpfixOutput {
 public:
  // `tls` for tls:// only. An error: it cannot be written, or is no such address.
  static Result<std::unique_ptr<IpfixOutput>> open(const std::string& to, const TlsFiles& tls);
  ~IpfixOutput();
  IpfixOutput(const IpfixOutput&) = delete;
  IpfixOutput& operator=(const IpfixOutput&) = delete;

  void add(const FlowRecord& record, const RecordNames& names);
  // Everything is written, or why not.
  Result<void> finish(const RecordNames& names);

 private:
  IpfixOutput() = default;
  void write(const RecordNames& names);
  Result<void> finish_export();

  std::FILE* file_ = nullptr;
  std::string name_;
  bool failed_ = false;
  IpfixWriter writer_;
  std::unique_ptr<IpfixExporter> exporter_;
  std::uint64_t given_ = 0;
  std::vector<FlowRecord> batch_;
};

}  // namespace anemone
