#include "ipfix/decoder.h"

#include <algorithm>
#include <string>

namespace anemone::ipfix {
namespace {

bool is_template_set(std::uint16_t version, std::uint16_t id) {
  if (version == kVersion9) return id == kV9TemplateSet || id == kV9OptionsTemplateSet;
  return id == kTemplateSet || id == kOptionsTemplateSet;
}

constexpr ElementKey kPadding{0, 210};  // paddingOctets

bool all_zero(Bytes bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte == 0; });
}

}  // namespace

// What is known while one message is read.
struct Decoder::Message {
  const Exporter& exporter;
  Time now{};
  std::size_t at = 0;  // offset from the first message's beginning
  MessageHeader header{};
  Stream* stream = nullptr;
  std::uint32_t records = 0;         // of all sets that could be read
  bool records_known = true;         // no set was passed over
  Refusal problem = Refusal::kNone;  // the first, of all messages
  std::size_t problem_at = 0;
};

Decoder::Decoder(Shape shape, DecoderLimits limits) : shape_(shape), limits_(limits) {}

Result<void> Decoder::decode(Bytes messages, const Exporter& exporter, Time now, RecordSink& sink) {
  Message message{.exporter = exporter, .now = now};
  ByteReader in(messages);
  do {
    message.at = in.at();
    decode_message(in, message, sink);
  } while (in.left() > 0);
  if (message.problem == Refusal::kNone) return {};
  return Error{std::string("message at byte ") + std::to_string(message.problem_at) + ": " +
               print_refusal(message.problem)};
}

void Decoder::refuse(Refusal refusal, Message& message) {
  counts_.refused.add(refusal);
  if (message.problem != Refusal::kNone) return;
  message.problem = refusal;
  message.problem_at = message.at;
}

void Decoder::decode_message(ByteReader& in, Message& message, RecordSink& sink) {
  ByteReader body(in.rest());
  const Refusal refusal = read_header(body, message.header);
  if (refusal != Refusal::kNone) {
    in.take(in.left());  // nothing says where the next message begins
    return refuse(refusal, message);
  }
  ++counts_.messages;
  const MessageHeader& header = message.header;
  message.stream = stream_of({message.exporter, header.domain, header.version}, message.now);
  // v9 does not say how long it is: it is all there is. v5's records are of one size.
  std::size_t length = in.left();
  if (header.version == kVersion10) length = header.length;
  if (header.version == kVersion5) length = body.at() + header.count * kV5RecordSize;
  ByteReader sets(in.take(length).subspan(body.at()));
  if (message.stream == nullptr) return refuse(Refusal::kTooManyStreams, message);
  message.records = 0;
  message.records_known = true;
  if (header.version == kVersion5) {
    if (v5_ == nullptr) v5_ = compile(v5_template());
    decode_records(*v5_, sets.rest(), message, sink);
  } else {
    decode_sets(sets, message, sink);
  }
  check_sequence(message);
}

void Decoder::decode_sets(ByteReader& in, Message& message, RecordSink& sink) {
  while (in.left() >= kSetHeaderSize) {
    const Bytes rest = in.rest();
    const std::uint16_t id = in.u16();
    const std::uint16_t length = in.u16();
    if (length < kSetHeaderSize || length > rest.size()) {
      if (message.header.version == kVersion9 && all_zero(rest)) return;  // padded, as some exporters do
      message.records_known = false;
      return refuse(Refusal::kBadSet, message);
    }
    ++counts_.sets;
    decode_set(id, in.take(length - kSetHeaderSize), message, sink);
  }
}

void Decoder::decode_set(std::uint16_t id, Bytes body, Message& message, RecordSink& sink) {
  if (is_template_set(message.header.version, id)) return decode_templates(id, body, message);
  if (id < kFirstDataSet) return refuse(Refusal::kBadSetId, message);
  const auto known = message.stream->templates.find(id);
  if (known == message.stream->templates.end()) {
    message.records_known = false;
    return refuse(Refusal::kNoTemplate, message);
  }
  decode_records(*known->second, body, message, sink);
}

void Decoder::decode_templates(std::uint16_t set_id, Bytes body, Message& message) {
  ByteReader in(body);
  Template layout;
  while (in.left() > 0) {
    switch (read_template(in, message.header.version, set_id, layout)) {
      case TemplateRead::kTemplate:
        learn(layout, message);
        break;
      case TemplateRead::kWithdrawal:
        withdraw(layout.id, set_id, *message.stream);
        break;
      case TemplateRead::kPadding:
        break;
      case TemplateRead::kBad:
        refuse(Refusal::kBadTemplate, message);
        if (!in.ok()) return;
        break;
    }
  }
}

void Decoder::learn(Template& layout, Message& message) {
  auto& templates = message.stream->templates;
  const auto known = templates.find(layout.id);
  const bool is_new = known == templates.end();
  if (!is_new && known->second->layout == layout) return;
  const std::size_t had = is_new ? 0 : known->second->layout.fields.size();
  if ((is_new && templates.size() >= limits_.templates_per_stream) ||
      layout.fields.size() > limits_.fields_per_template ||
      fields_ - had + layout.fields.size() > limits_.fields) {
    return refuse(Refusal::kTooManyTemplates, message);
  }
  ++counts_.templates;
  fields_ += layout.fields.size() - had;
  const std::uint16_t id = layout.id;
  templates[id] = compile(std::move(layout));
}

void Decoder::withdraw(std::uint16_t id, std::uint16_t set_id, Stream& stream) {
  ++counts_.withdrawals;
  for (auto it = stream.templates.begin(); it != stream.templates.end();) {
    const Template& layout = it->second->layout;
    const bool of_kind = layout.is_options() == (set_id == kOptionsTemplateSet);
    const bool gone = layout.id == id || (id == set_id && of_kind);
    if (gone) fields_ -= layout.fields.size();
    it = gone ? stream.templates.erase(it) : std::next(it);
  }
}

std::unique_ptr<Decoder::Compiled> Decoder::compile(Template layout) {
  auto compiled = std::make_unique<Compiled>();
  compiled->plan = Plan(layout, shape_);
  compiled->layout = std::move(layout);
  for (const ElementKey& element : compiled->plan.unwanted()) {
    if (element == kPadding) continue;
    const bool room = unwanted_.size() < limits_.unwanted_elements || unwanted_.contains(element);
    compiled->unwanted.push_back(room ? &unwanted_[element] : &unwanted_others_);
  }
  return compiled;
}

void Decoder::decode_records(Compiled& compiled, Bytes body, Message& message, RecordSink& sink) {
  const DataSet set{message.header, message.exporter, compiled.layout};
  void* const flat = sink.begin(set);
  const std::uint8_t* at = body.data();
  const std::uint8_t* const end = at + body.size();
  std::uint32_t records = 0;
  while (static_cast<std::size_t>(end - at) >= compiled.plan.length_min()) {
    // Not wanted: its length all the same, which may be in the record.
    std::size_t length = 0;
    if (flat != nullptr) {
      length = compiled.plan.decode(at, end, flat);
    } else {
      ByteReader in({at, static_cast<std::size_t>(end - at)});
      for (const Field& field : compiled.layout.fields) take_field(in, field);
      length = in.ok() ? in.at() : 0;
    }
    if (length == 0) {
      message.records_known = false;
      refuse(Refusal::kBadRecord, message);
      break;
    }
    ++records;
    if (flat != nullptr) sink.on_record(set, {at, length});
    at += length;
  }
  message.records += records;
  (compiled.layout.is_options() ? counts_.options_records : counts_.records) += records;
  counts_.unwanted_fields += std::uint64_t{records} * compiled.unwanted.size();
  for (std::uint64_t* count : compiled.unwanted) *count += records;
}

void Decoder::check_sequence(Message& message) {
  Stream& stream = *message.stream;
  const bool by_message = message.header.version == kVersion9;
  const std::uint32_t gap = message.header.sequence - stream.next_sequence;
  if (stream.sequence_known && gap != 0) {
    if (gap < 0x8000'0000) {
      (by_message ? counts_.messages_missed : counts_.records_missed) += gap;
    } else {
      ++counts_.late;
    }
  }
  stream.sequence_known = by_message || message.records_known;
  stream.next_sequence = message.header.sequence + (by_message ? 1 : message.records);
}

Decoder::Stream* Decoder::stream_of(const StreamKey& key, Time now) {
  const auto known = streams_.find(key);
  if (known != streams_.end()) {
    known->second.heard = now;
    return &known->second;
  }
  if (streams_.size() >= limits_.streams && !make_room(now)) return nullptr;
  Stream& stream = streams_[key];
  stream.heard = now;
  return &stream;
}

bool Decoder::make_room(Time now) {
  const auto oldest = std::min_element(streams_.begin(), streams_.end(), [](const auto& a, const auto& b) {
    return a.second.heard < b.second.heard;
  });
  if (oldest == streams_.end() || now - oldest->second.heard < limits_.silence) return false;
  ++counts_.streams_forgotten;
  forget(oldest);
  return true;
}

void Decoder::forget(std::map<StreamKey, Stream>::iterator stream) {
  for (const auto& [id, compiled] : stream->second.templates) fields_ -= compiled->layout.fields.size();
  streams_.erase(stream);
}

void Decoder::forget(const Exporter& exporter) {
  auto at = streams_.lower_bound({exporter, 0, 0});
  while (at != streams_.end() && at->first.exporter == exporter) forget(at++);
}

}  // namespace anemone::ipfix
