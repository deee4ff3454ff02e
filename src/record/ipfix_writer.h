// An IpfixWriter turns flow records and their names into IPFIX messages (RFC 7011) that any collector reads
// and that IpfixReader reads back exactly (docs/formats/ipfix.md).
//
// Messages one after another are an IPFIX File (RFC 5655). Templates and the description of our own elements
// (RFC 5610) stand before the first record that needs them; over UDP have them said again from time to time.
// Records take the template with the fields that they have something in: IPv4 or IPv6, counters of 32 or 64
// bits, with or without what a host knows, TCP's measurements, a tunnel, translated addresses, what their own
// protocol carries. One thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>

#include "base/bytes.h"
#include "base/time.h"
#include "capture/record_names.h"
#include "ipfix/message_writer.h"
#include "record/carrier.h"
#include "record/flow_record.h"
#include "record/host_facts.h"
#include "record/ipfix_elements.h"

namespace anemone {

struct IpfixWriterConfig {
  std::uint32_t domain = 0;  // observation domain: one of this exporter's
  std::uint32_t enterprise = kOurEnterprise;
  std::size_t message_bytes_max = 32 * 1024;  // 512 to 65535; what fits into a datagram for UDP
};

class IpfixWriter {
 public:
  using Send = std::function<void(Bytes message)>;

  explicit IpfixWriter(IpfixWriterConfig config = {});

  // Hands whole messages with all of `records` to `send`; bytes are valid until it returns. `names` are those
  // that the numbers in the records are of.
  void write(std::span<const FlowRecord> records, const RecordNames& names, Time export_time,
             const Send& send);

  // Says where the exporter stands, before the records that are written next. False, and nothing is said,
  // when it does not fit into a message; it does in one of 32 KiB.
  bool write_host_facts(const HostFacts& facts, Time export_time, const Send& send);

  // All templates and what our elements are, in messages of their own: for whoever joins in the middle.
  void write_templates(Time export_time, const Send& send);

  // The next messages say templates and elements again, for who missed them.
  void say_templates_again();

  std::uint64_t records() const { return records_; }
  // What sequence numbers count: descriptions of elements, too.
  std::uint64_t data_records() const { return messages_.records(); }
  // Names that were longer than a message lets them be, and were cut.
  std::uint64_t names_cut() const { return names_cut_; }

 private:
  static constexpr std::size_t kVariants = 128;
  static constexpr std::size_t kNames = 8;  // that may be long
  static constexpr std::size_t kTexts = kNames + 2;

  // The names of one record, in the order of the template.
  struct Texts {
    std::array<std::string_view, kTexts> of;
    std::size_t count = 0;
    std::size_t bytes = 0;  // on the wire
  };

  void add(const FlowRecord& record, const RecordNames& names, const Carriers& carriers, Time export_time,
           const Send& send);
  void add_text(std::string_view text, Texts& texts);
  void say_elements(Time export_time, const Send& send);

  IpfixWriterConfig config_;
  std::size_t name_bytes_max_;
  ipfix::MessageWriter messages_;
  std::array<ipfix::Template, kVariants> templates_;
  bool elements_said_ = false;
  std::uint64_t records_ = 0;
  std::uint64_t names_cut_ = 0;
};

}  // namespace anemone
