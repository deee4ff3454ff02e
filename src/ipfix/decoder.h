// A Decoder reads what exporters send: IPFIX, NetFlow v9 and v5, and IPFIX Files (RFC 5655: messages one
// after another). It keeps the templates of each exporter and domain, counts what is missing by sequence
// numbers, and hands every record on, laid out in the consumer's flat struct.
//
// What is wrong gets a reason and a counter, and what is right beside it is kept: a bad set ends its message,
// a bad template is not learnt, data whose template has not come are counted by set.
//
// Bounded by DecoderLimits. When a new exporter comes and there is no room, the one that was silent longest
// goes if it was silent for `silence`; else the new one is refused. Nothing is allocated per record. One
// thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <unordered_map>

#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"
#include "ipfix/message.h"
#include "ipfix/plan.h"
#include "ipfix/refusal.h"
#include "ipfix/template.h"
#include "net/address.h"

namespace anemone::ipfix {

// Who sends: templates are its own (RFC 7011 section 8: per transport session and domain).
struct Exporter {
  IpAddress address;
  std::uint16_t port = 0;

  constexpr auto operator<=>(const Exporter&) const = default;
};

struct DecoderLimits {
  std::size_t streams = 1024;  // exporters and their domains
  std::size_t templates_per_stream = 1024;
  std::size_t fields_per_template = 1024;
  std::size_t fields = 1'000'000;        // of all templates
  std::size_t unwanted_elements = 4096;  // counted each by its number; others together
  Duration silence = 30min;
};

struct DecoderCounts {
  std::uint64_t messages = 0;
  std::uint64_t sets = 0;
  std::uint64_t records = 0;          // of flows
  std::uint64_t options_records = 0;  // about the exporter
  std::uint64_t templates = 0;        // learnt, or changed
  std::uint64_t withdrawals = 0;
  std::uint64_t streams_forgotten = 0;
  std::uint64_t records_missed = 0;   // by gaps in IPFIX's and v5's sequence numbers
  std::uint64_t messages_missed = 0;  // by gaps in v9's
  std::uint64_t late = 0;             // messages whose number went back: reordered, or the exporter restarted
  std::uint64_t unwanted_fields = 0;  // fields of records that the consumer does not know
  RefusalCounts refused;
};

struct DataSet {
  const MessageHeader& header;
  const Exporter& exporter;
  const Template& layout;
};

class RecordSink {
 public:
  virtual ~RecordSink() = default;

  // Records of one template begin. Where their fields go, as the shape of the Decoder says: it is written
  // again for each record, places of fields that the template lacks are left alone. nullptr: not wanted.
  virtual void* begin(const DataSet& set) = 0;
  // The struct holds a record; `raw` are its bytes, for the fields that the shape does not name. Both are
  // valid until the call returns.
  virtual void on_record(const DataSet& set, Bytes raw) = 0;
};

class Decoder {
 public:
  // `shape` must outlive the decoder.
  explicit Decoder(Shape shape, DecoderLimits limits = {});
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  // Reads one message or several one after another, as a UDP payload or a file has them; `now` is when it
  // came. The first thing that was wrong, if anything was; what was right has gone to `sink` all the same.
  Result<void> decode(Bytes messages, const Exporter& exporter, Time now, RecordSink& sink);

  // Everything of the exporter is forgotten: its connection ended (RFC 7011 section 10.3.8, 10.4.2.2).
  void forget(const Exporter& exporter);

  const DecoderCounts& counts() const { return counts_; }
  // How often elements came that the shape does not name.
  const std::map<ElementKey, std::uint64_t>& unwanted_elements() const { return unwanted_; }
  std::size_t streams() const { return streams_.size(); }

 private:
  struct Compiled {
    Template layout;
    Plan plan;
    std::vector<std::uint64_t*> unwanted;  // counters in unwanted_, whose nodes stay
  };
  struct StreamKey {
    Exporter exporter;
    std::uint32_t domain = 0;
    std::uint16_t version = 0;
    constexpr auto operator<=>(const StreamKey&) const = default;
  };
  struct Stream {
    std::unordered_map<std::uint16_t, std::unique_ptr<Compiled>> templates;
    Time heard{};
    std::uint32_t next_sequence = 0;
    bool sequence_known = false;
  };
  struct Message;

  // Bytes of the message at the front of `in`, which is left behind it; 0 with `problem` set when it is none.
  void decode_message(ByteReader& in, Message& message, RecordSink& sink);
  void decode_sets(ByteReader& in, Message& message, RecordSink& sink);
  void decode_set(std::uint16_t id, Bytes body, Message& message, RecordSink& sink);
  void decode_templates(std::uint16_t set_id, Bytes body, Message& message);
  void decode_records(Compiled& compiled, Bytes body, Message& message, RecordSink& sink);
  void learn(Template& layout, Message& message);
  void withdraw(std::uint16_t id, std::uint16_t set_id, Stream& stream);
  std::unique_ptr<Compiled> compile(Template layout);
  Stream* stream_of(const StreamKey& key, Time now);
  bool make_room(Time now);
  void forget(std::map<StreamKey, Stream>::iterator stream);
  void check_sequence(Message& message);
  void refuse(Refusal refusal, Message& message);

  Shape shape_;
  DecoderLimits limits_;
  DecoderCounts counts_;
  std::map<StreamKey, Stream> streams_;
  std::map<ElementKey, std::uint64_t> unwanted_;
  std::uint64_t unwanted_others_ = 0;
  std::size_t fields_ = 0;  // of all templates
  std::unique_ptr<Compiled> v5_;
};

}  // namespace anemone::ipfix
