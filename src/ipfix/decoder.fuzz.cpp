// Any bytes as messages of one exporter, IPFIX, NetFlow v9 and v5: records lie within them, numbers add up,
// limits hold.
#include "ipfix/decoder.h"

#include <cstdlib>
#include <vector>

#include "ipfix/type_information.h"

using namespace anemone;
using namespace anemone::ipfix;

namespace {

struct Flat {
  IpAddress address;
  Text text;
  std::uint64_t number = 0;
  std::uint8_t small = 0;
};

class Sink final : public RecordSink {
 public:
  void* begin(const DataSet&) override {
    flat = {};
    return skip++ % 5 == 4 ? nullptr : &flat;
  }
  void on_record(const DataSet& set, Bytes raw) override {
    ++records;
    if (flat.text.data != nullptr &&
        (flat.text.data < raw.data() || flat.text.data + flat.text.size > raw.data() + raw.size())) {
      std::abort();
    }
    ByteReader in(raw);
    for (const Field& field : set.layout.fields) take_field(in, field);
    if (!in.ok() || in.left() != 0) std::abort();
    (void)read_type_information(set.layout, raw);
  }
  Flat flat;
  std::size_t skip = 0;
  std::size_t records = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::vector<Target> shape = {{{0, 8}, Into::kAddress, offsetof(Flat, address)},
                                     {{0, 27}, Into::kAddress, offsetof(Flat, address)},
                                     {{0, 96}, Into::kText, offsetof(Flat, text)},
                                     {{0, 1}, Into::kU64, offsetof(Flat, number)},
                                     {{0, 4}, Into::kU8, offsetof(Flat, small)}};
  Decoder decoder(shape, {.streams = 3, .templates_per_stream = 4, .fields_per_template = 32, .fields = 64});
  Sink sink;
  ByteReader in({data, size});
  // Datagrams, each behind its length: v9 says nothing of its own.
  for (std::int64_t second = 0; in.left() > 2; ++second) {
    const std::size_t length = std::min<std::size_t>(in.u16(), in.left());
    (void)decoder.decode(in.take(length), {}, time_from_micros(second * 1'000'000'000), sink);
  }
  const DecoderCounts& counts = decoder.counts();
  if (sink.records > counts.records + counts.options_records || decoder.streams() > 3) std::abort();
  return 0;
}
