// Records a second to IPFIX and back, beside libfixbuf reading the same messages.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "base/random.h"
#include "record/foreign_flow.h"
#include "record/ipfix_reader.h"
#include "record/ipfix_writer.h"

#if __has_include(<fixbuf/public.h>)
#include <fixbuf/public.h>
#define ANEMONE_HAS_FIXBUF 1
#endif

namespace anemone {
namespace {

constexpr Time kSent = time_from_micros(1'795'384'800'000'000);
constexpr std::size_t kRecords = 100'000;

// What an agent sends: 200 owners, half of the records TCP; or, without names, what a capture gives.
struct Made {
  explicit Made(bool names_too) {
    Random random(1);
    std::vector<OwnerId> owners;
    for (int i = 0; i < 200; ++i) {
      const std::string word = "program" + std::to_string(i);
      owners.push_back(names.owners.intern({.process = word,
                                            .executable = "/usr/lib/" + word + "/" + word,
                                            .user = "user" + std::to_string(i % 20),
                                            .unit = word + ".service",
                                            .container = {}}));
    }
    const ApplicationId application = names.applications.intern("https");
    for (std::size_t i = 0; i < kRecords; ++i) {
      FlowRecord record;
      record.start = kSent - Duration{random.below(10'000'000)};
      record.end = record.start + Duration{random.below(1'000'000)};
      record.key = {.src = Ipv4{static_cast<std::uint32_t>(random.next())},
                    .dst = Ipv4{static_cast<std::uint32_t>(random.next())},
                    .src_port = static_cast<std::uint16_t>(random.next()),
                    .dst_port = 443,
                    .protocol = 6};
      record.packets = random.below(1000);
      record.bytes = record.packets * 700;
      if (names_too) {
        record.key.direction = Direction::kOut;
        record.origin = {.owner = owners[random.below(200)],
                         .pid = random.below(30'000),
                         .application = application,
                         .interface = 2,
                         .tunnel = {}};
        if (i % 2 == 0) record.srtt_us = 400;
      }
      records.push_back(record);
    }
    IpfixWriter writer;
    writer.write(records, names, kSent,
                 [this](Bytes message) { messages.emplace_back(message.begin(), message.end()); });
  }
  RecordNames names;
  std::vector<FlowRecord> records;
  std::vector<std::vector<std::uint8_t>> messages;

  std::size_t bytes() const {
    std::size_t sum = 0;
    for (const auto& message : messages) sum += message.size();
    return sum;
  }
};

const Made& made(bool names_too) {
  static const Made with(true);
  static const Made without(false);
  return names_too ? with : without;
}

void finish(benchmark::State& state, const Made& of) {
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()) *
                          static_cast<std::int64_t>(kRecords));
  state.counters["bytes/record"] = static_cast<double>(of.bytes()) / static_cast<double>(kRecords);
}

void write_records(benchmark::State& state) {
  const Made& of = made(state.range(0) != 0);
  for (auto _ : state) {
    IpfixWriter writer;
    std::size_t bytes = 0;
    writer.write(of.records, of.names, kSent, [&](Bytes message) { bytes += message.size(); });
    benchmark::DoNotOptimize(bytes);
  }
  finish(state, of);
}
BENCHMARK(write_records)->ArgName("names")->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

void read_records(benchmark::State& state) {
  const Made& of = made(state.range(0) != 0);
  std::vector<FlowRecord> out;
  IpfixReader reader;
  RecordNames names;
  for (auto _ : state) {
    out.clear();
    for (const auto& message : of.messages) {
      if (!reader.read(message, names, out)) state.SkipWithError("refused");
    }
    if (out.size() != kRecords) state.SkipWithError("records are missing");
  }
  finish(state, of);
}
BENCHMARK(read_records)->ArgName("names")->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

// Every field into a struct, and nothing made of it.
void decode_fields(benchmark::State& state) {
  struct Sink final : ipfix::RecordSink {
    void* begin(const ipfix::DataSet&) override { return &flow; }
    void on_record(const ipfix::DataSet&, Bytes) override {
      ++records;
      octets += flow.bytes;
    }
    ForeignFlow flow;
    std::uint64_t records = 0;
    std::uint64_t octets = 0;
  } sink;
  const Made& of = made(state.range(0) != 0);
  const auto shape = foreign_flow_shape(kOurEnterprise);
  ipfix::Decoder decoder(shape);
  for (auto _ : state) {
    for (const auto& message : of.messages) {
      if (!decoder.decode(message, {}, kSent, sink)) state.SkipWithError("refused");
    }
  }
  benchmark::DoNotOptimize(sink.octets);
  finish(state, of);
}
BENCHMARK(decode_fields)->ArgName("names")->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

#ifdef ANEMONE_HAS_FIXBUF
// libfixbuf into a struct with the same numbers; without names, as it copies neither.
void fixbuf_decodes(benchmark::State& state) {
  struct Flow {
    std::uint64_t start_ms, end_ms, packets, octets;
    std::uint32_t src, dst;
    std::uint16_t src_port, dst_port;
    std::uint8_t protocol, tos, flags, reason;
  };
  fbInfoElementSpec_t spec[] = {{const_cast<char*>("flowStartMilliseconds"), 8, 0},
                                {const_cast<char*>("flowEndMilliseconds"), 8, 0},
                                {const_cast<char*>("packetDeltaCount"), 8, 0},
                                {const_cast<char*>("octetDeltaCount"), 8, 0},
                                {const_cast<char*>("sourceIPv4Address"), 4, 0},
                                {const_cast<char*>("destinationIPv4Address"), 4, 0},
                                {const_cast<char*>("sourceTransportPort"), 2, 0},
                                {const_cast<char*>("destinationTransportPort"), 2, 0},
                                {const_cast<char*>("protocolIdentifier"), 1, 0},
                                {const_cast<char*>("ipClassOfService"), 1, 0},
                                {const_cast<char*>("tcpControlBits"), 1, 0},
                                {const_cast<char*>("flowEndReason"), 1, 0},
                                {nullptr, 0, 0}};
  const Made& of = made(state.range(0) != 0);
  GError* error = nullptr;
  fbInfoModel_t* const model = fbInfoModelAlloc();
  fbSession_t* const session = fbSessionAlloc(model);
  fbTemplate_t* const layout = fbTemplateAlloc(model);
  if (!fbTemplateAppendSpecArray(layout, spec, 0, &error)) return state.SkipWithError(error->message);
  const std::uint16_t own = fbSessionAddTemplate(session, TRUE, 999, layout, &error);
  fBuf_t* const buffer = fBufAllocForCollection(session, nullptr);
  if (own == 0 || !fBufSetInternalTemplate(buffer, own, &error)) return state.SkipWithError(error->message);
  Flow flow{};
  std::uint64_t records = 0;
  std::uint64_t octets = 0;
  for (auto _ : state) {
    for (const auto& message : of.messages) {
      std::vector<std::uint8_t> copy = message;
      fBufSetBuffer(buffer, copy.data(), copy.size());
      for (;;) {
        std::size_t length = sizeof flow;
        if (!fBufNext(buffer, reinterpret_cast<std::uint8_t*>(&flow), &length, &error)) {
          g_clear_error(&error);
          break;
        }
        ++records;
        octets += flow.octets;
      }
    }
  }
  benchmark::DoNotOptimize(octets);
  state.counters["records/file"] = static_cast<double>(records) / static_cast<double>(state.iterations());
  finish(state, of);
  fBufFree(buffer);
}
BENCHMARK(fixbuf_decodes)->ArgName("names")->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);
#endif

}  // namespace
}  // namespace anemone
