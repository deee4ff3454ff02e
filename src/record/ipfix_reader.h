// An IpfixReader turns what exporters send (IPFIX, NetFlow v9 and v5, IPFIX Files) into flow records and
// their names: the exact inverse of IpfixWriter, and as much of others' records as we have columns for.
//
// ntop's and Antrea's elements for processes, users and containers go to the columns that ours have. Records
// of both directions (RFC 5103, or a firewall's initiator and responder) become two. Records without any
// address pass no traffic and are counted. Other elements are skipped, counted and, where the exporter says
// how they are called (RFC 5610), named. Bounded as ipfix/decoder.h says. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "capture/record_names.h"
#include "ipfix/decoder.h"
#include "record/flow_record.h"
#include "record/host_facts.h"
#include "record/ipfix_elements.h"

namespace anemone {

struct IpfixReaderConfig {
  std::uint32_t enterprise = kOurEnterprise;  // under which our own elements stand
  ObserverId observer{};                      // given to all records; not valid: what they say
  ipfix::DecoderLimits limits{};
};

struct IpfixReaderCounts {
  std::uint64_t records = 0;    // handed on
  std::uint64_t not_flows = 0;  // without addresses: of layer 2, of events, of counters
  std::uint64_t no_time = 0;    // without times: they got the message's
  std::uint64_t elements = 0;   // described by their exporters (RFC 5610)
};

class IpfixReader {
 public:
  explicit IpfixReader(IpfixReaderConfig config = {});
  ~IpfixReader();
  IpfixReader(IpfixReader&&) noexcept;
  IpfixReader& operator=(IpfixReader&&) noexcept;

  // Reads a message, or several one after another (a file). Appends records to `out`, numbers in them are of
  // `names`. The first thing that was wrong, if anything was; what was right is in `out` all the same.
  Result<void> read(Bytes messages, RecordNames& names, std::vector<FlowRecord>& out);
  // The same from one of several exporters, at `now`.
  Result<void> read(Bytes messages, const ipfix::Exporter& exporter, Time now, RecordNames& names,
                    std::vector<FlowRecord>& out);

  // What hosts said of themselves since last asked, in the order of the file.
  std::vector<HostFacts> take_host_facts();

  // The exporter's connection ended: its templates go with it.
  void forget(const ipfix::Exporter& exporter);

  const ipfix::DecoderCounts& decoded() const;
  const IpfixReaderCounts& counts() const;
  // Elements that came and have no column: how often.
  const std::map<ipfix::ElementKey, std::uint64_t>& unwanted_elements() const;
  // What exporters called their own elements; at most 4096.
  const std::map<ipfix::ElementKey, std::string>& element_names() const;

 private:
  class Sink;
  std::unique_ptr<Sink> sink_;
};

// The length of the message at the front of `in`: 0 when these bytes begin no IPFIX message; for a file that
// is read piece by piece.
std::size_t ipfix_message_length(Bytes in);

}  // namespace anemone
