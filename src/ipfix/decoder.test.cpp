#include "ipfix/decoder.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "ipfix/message_writer.h"
#include "ipfix/type_information.h"

using namespace anemone;
using namespace anemone::ipfix;

namespace {

constexpr ElementKey kOctets{0, 1};
constexpr ElementKey kProtocol{0, 4};
constexpr ElementKey kSource{0, 8};
constexpr ElementKey kName{0, 96};

struct Flat {
  IpAddress source;
  std::uint64_t octets = 0;
  Text name;
  std::uint8_t protocol = 0;
};

const std::vector<Target> kShape = {{kSource, Into::kAddress, offsetof(Flat, source)},
                                    {kOctets, Into::kU64, offsetof(Flat, octets)},
                                    {kName, Into::kText, offsetof(Flat, name)},
                                    {kProtocol, Into::kU8, offsetof(Flat, protocol)}};

// What came out: a word for each record, "10.0.0.1 500 web 6".
class Story final : public RecordSink {
 public:
  explicit Story(DecoderLimits limits = {}) : decoder(kShape, limits) {}

  void* begin(const DataSet& set) override {
    flat = {};
    return set.layout.is_options() ? nullptr : &flat;
  }
  void on_record(const DataSet&, Bytes) override {
    std::string line = print_address(flat.source) + " " + std::to_string(flat.octets);
    if (flat.name.size > 0)
      line += " " + std::string(reinterpret_cast<const char*>(flat.name.data), flat.name.size);
    if (flat.protocol > 0) line += " " + std::to_string(flat.protocol);
    records.push_back(line);
  }

  // "" or what was wrong.
  std::string read(const std::vector<std::uint8_t>& bytes, std::uint16_t port = 1, Time now = Time{}) {
    const auto done = decoder.decode(bytes, {IpAddress(Ipv4{1}), port}, now, *this);
    return done ? "" : done.error().message;
  }

  Decoder decoder;
  Flat flat;
  std::vector<std::string> records;
};

// Messages put together by hand.
struct Message {
  explicit Message(std::uint32_t sequence = 0, std::uint32_t domain = 0) {
    out.u16(10);
    out.u16(0);
    out.u32(1'700'000'000);
    out.u32(sequence);
    out.u32(domain);
  }
  Message& set(std::uint16_t id, const ByteWriter& body) {
    out.u16(id);
    out.u16(static_cast<std::uint16_t>(body.size() + 4));
    out.put(body.bytes());
    return *this;
  }
  Message& layout(std::uint16_t id, const std::vector<Field>& fields, std::uint16_t scopes = 0) {
    ByteWriter body;
    body.u16(id);
    body.u16(static_cast<std::uint16_t>(fields.size()));
    if (scopes > 0) body.u16(scopes);
    for (const Field& field : fields) {
      body.u16(field.element.id);
      body.u16(field.length);
    }
    return set(scopes > 0 ? kOptionsTemplateSet : kTemplateSet, body);
  }
  // Records of kPlain: addresses 10.0.0.`first` and on, with 100 octets each.
  Message& data(std::uint16_t id, int first, int count) {
    ByteWriter body;
    for (int i = 0; i < count; ++i) {
      body.u32(0x0a000000 + static_cast<std::uint32_t>(first + i));
      body.u32(100);
    }
    return set(id, body);
  }
  std::vector<std::uint8_t> bytes() {
    auto all = out.bytes();
    all[2] = static_cast<std::uint8_t>(all.size() >> 8);
    all[3] = static_cast<std::uint8_t>(all.size());
    return all;
  }
  ByteWriter out;
};

const std::vector<Field> kPlain = {{kSource, 4}, {kOctets, 4}};

}  // namespace

TEST_CASE("records are read by the template that came before them, in the same message or an earlier one") {
  Story s;
  CHECK(s.read(Message().layout(256, kPlain).data(256, 1, 2).bytes()).empty());
  CHECK(s.read(Message(2).data(256, 7, 1).bytes()).empty());
  CHECK(s.records == std::vector<std::string>{"10.0.0.1 100", "10.0.0.2 100", "10.0.0.7 100"});
  CHECK(s.decoder.counts().records_missed == 0);
}

TEST_CASE("variable-length fields, short and long, may stand anywhere; numbers have any width") {
  Story s;
  Message message;
  message.layout(300,
                 {{kName, kVariable}, {kProtocol, 2}, {{0, 999}, kVariable}, {kSource, 4}, {kOctets, 3}});
  ByteWriter body;
  for (const std::string& name : {std::string("web"), std::string(), std::string(300, 'x')}) {
    if (name.size() < 255) {
      body.u8(static_cast<std::uint8_t>(name.size()));
    } else {
      body.u8(255);
      body.u16(static_cast<std::uint16_t>(name.size()));
    }
    body.put({reinterpret_cast<const std::uint8_t*>(name.data()), name.size()});
    body.u16(17);
    body.u8(2);
    body.u16(0xabcd);
    body.u32(0x0a000001);
    body.u24(70'000);
  }
  message.set(300, body);
  CHECK(s.read(message.bytes()).empty());
  REQUIRE(s.records.size() == 3);
  CHECK(s.records[0] == "10.0.0.1 70000 web 17");
  CHECK(s.records[1] == "10.0.0.1 70000 17");
  CHECK(s.records[2] == "10.0.0.1 70000 " + std::string(300, 'x') + " 17");
  CHECK(s.decoder.counts().unwanted_fields == 3);
  CHECK(s.decoder.unwanted_elements().at({0, 999}) == 3);
}

TEST_CASE(
    "a variable-length field may not eat what must follow it, and the rest of its set is lost with it") {
  for (std::uint8_t length : {std::uint8_t{2}, std::uint8_t{5}, std::uint8_t{200}, std::uint8_t{255}}) {
    Story s;
    ByteWriter body;
    body.u8(length);
    body.u8(0);
    body.u32(0x0a000001);
    const auto bad = Message().layout(256, {{kName, kVariable}, {kSource, 4}}).set(256, body).data(256, 1, 0);
    CHECK(s.read(Message(bad).bytes()) == "message at byte 0: bad_record");
    CHECK(s.records.empty());
  }
}

TEST_CASE("data whose template has not come is counted, and what stands beside it is kept") {
  Story s;
  CHECK(s.read(Message().data(400, 1, 2).layout(256, kPlain).data(256, 1, 1).bytes()) ==
        "message at byte 0: no_template");
  CHECK(s.records.size() == 1);
  CHECK(s.decoder.counts().refused[Refusal::kNoTemplate] == 1);
}

TEST_CASE("each exporter and domain has its own templates") {
  Story s;
  CHECK(s.read(Message().layout(256, kPlain).bytes()).empty());
  CHECK_FALSE(s.read(Message().data(256, 1, 1).bytes(), 2).empty());
  CHECK_FALSE(s.read(Message(0, 7).data(256, 1, 1).bytes()).empty());
  CHECK(s.decoder.streams() == 3);
  s.decoder.forget({IpAddress(Ipv4{1}), 1});
  CHECK(s.decoder.streams() == 1);
  CHECK_FALSE(s.read(Message().data(256, 1, 1).bytes()).empty());
}

TEST_CASE("a template that is withdrawn is no more, alone or with all of its kind") {
  Story s;
  const auto withdraw = [](std::uint16_t id, std::uint16_t set_id) {
    ByteWriter body;
    body.u16(id);
    body.u16(0);
    return Message().set(set_id, body).bytes();
  };
  CHECK(s.read(Message().layout(256, kPlain).layout(257, kPlain).layout(300, kPlain, 1).bytes()).empty());
  CHECK(s.read(withdraw(256, kTemplateSet)).empty());
  CHECK_FALSE(s.read(Message().data(256, 1, 1).bytes()).empty());
  CHECK(s.read(Message().data(257, 1, 1).bytes()).empty());
  CHECK(s.read(withdraw(kTemplateSet, kTemplateSet)).empty());
  CHECK_FALSE(s.read(Message().data(257, 1, 1).bytes()).empty());
  CHECK(s.read(Message().data(300, 1, 1).bytes()).empty());
  CHECK(s.read(withdraw(kOptionsTemplateSet, kOptionsTemplateSet)).empty());
  CHECK_FALSE(s.read(Message().data(300, 1, 1).bytes()).empty());
  CHECK(s.decoder.counts().withdrawals == 3);
}

TEST_CASE("a template that comes again is not learnt again, one that changed is") {
  Story s;
  for (int i = 0; i < 3; ++i) CHECK(s.read(Message().layout(256, kPlain).bytes()).empty());
  CHECK(s.decoder.counts().templates == 1);
  CHECK(s.read(Message().layout(256, {{kOctets, 4}, {kSource, 4}}).data(256, 1, 1).bytes()).empty());
  CHECK(s.decoder.counts().templates == 2);
  CHECK(s.records.back() == "0.0.0.100 167772161");
}

TEST_CASE("gaps in the sequence are records that are missing, numbers that went back are not") {
  Story s;
  CHECK(s.read(Message(10).layout(256, kPlain).data(256, 1, 5).bytes()).empty());
  CHECK(s.read(Message(15).data(256, 1, 5).bytes()).empty());
  CHECK(s.decoder.counts().records_missed == 0);
  CHECK(s.read(Message(27).data(256, 1, 1).bytes()).empty());
  CHECK(s.decoder.counts().records_missed == 7);
  CHECK(s.read(Message(20).data(256, 1, 1).bytes()).empty());
  CHECK(s.decoder.counts().records_missed == 7);
  CHECK(s.decoder.counts().late == 1);
  // Data that could not be read were not counted, so that the next number tells nothing.
  CHECK_FALSE(s.read(Message(21).data(999, 1, 4).bytes()).empty());
  CHECK(s.read(Message(25).data(256, 1, 1).bytes()).empty());
  CHECK(s.decoder.counts().records_missed == 7);
}

TEST_CASE("a set that overruns its message ends it; what came before is kept, and the next message too") {
  Story s;
  auto bad = Message().layout(256, kPlain).data(256, 1, 1).bytes();
  bad[bad.size() - 9] = 200;  // the data set's length
  auto both = bad;
  const auto good = Message(0).data(256, 5, 1).bytes();
  both.insert(both.end(), good.begin(), good.end());
  CHECK(s.read(both) == "message at byte 0: bad_set");
  CHECK(s.records == std::vector<std::string>{"10.0.0.5 100"});
}

TEST_CASE("templates that cannot be are refused one by one") {
  Story s;
  CHECK_FALSE(s.read(Message().layout(200, kPlain).bytes()).empty());
  CHECK_FALSE(s.read(Message().layout(256, {{kName, 0}}).bytes()).empty());
  CHECK_FALSE(s.read(Message().layout(256, kPlain, 3).bytes()).empty());
  ByteWriter cut;
  cut.u16(256);
  cut.u16(9);
  cut.u32(0x00080004);
  CHECK_FALSE(s.read(Message().set(kTemplateSet, cut).bytes()).empty());
  CHECK(s.decoder.counts().refused[Refusal::kBadTemplate] == 4);
  CHECK(s.decoder.counts().templates == 0);
}

TEST_CASE("limits hold: templates of a stream, fields of one and of all, streams") {
  Story s({.streams = 2, .templates_per_stream = 2, .fields_per_template = 3, .fields = 6});
  CHECK(s.read(Message().layout(256, kPlain).layout(257, kPlain).bytes()).empty());
  CHECK(s.read(Message().layout(258, kPlain).bytes()) == "message at byte 0: too_many_templates");
  CHECK_FALSE(s.read(Message().layout(256, std::vector<Field>(4, {kOctets, 4})).bytes()).empty());
  CHECK(s.read(Message().layout(256, kPlain).bytes(), 2, Time{} + 10min).empty());
  CHECK_FALSE(s.read(Message().layout(257, kPlain).bytes(), 2, Time{} + 10min).empty());
  // The third waits until the first has been silent for long.
  CHECK(s.read(Message().layout(256, kPlain).bytes(), 3, Time{} + 20min) ==
        "message at byte 0: too_many_streams");
  CHECK(s.read(Message().layout(256, kPlain).bytes(), 3, Time{} + 31min).empty());
  CHECK(s.decoder.counts().streams_forgotten == 1);
  CHECK_FALSE(s.read(Message().data(256, 1, 1).bytes(), 1, Time{} + 32min).empty());
}

TEST_CASE("NetFlow v5 and v9 are read, and their own sequence numbers") {
  Story s;
  const auto v5 = [](std::uint32_t sequence) {
    ByteWriter out;
    out.u16(5);
    out.u16(1);
    out.u32(1000);
    out.u32(1'700'000'000);
    out.u32(0);
    out.u32(sequence);
    out.u32(0);
    out.u32(0x0a000001);  // source
    for (int i = 0; i < 4; ++i) out.u32(0);
    out.u32(4321);  // octets
    for (int i = 0; i < 6; ++i) out.u32(0);
    return out.bytes();
  };
  CHECK(s.read(v5(0)).empty());
  CHECK(s.read(v5(4)).empty());
  CHECK(s.records == std::vector<std::string>{"10.0.0.1 4321", "10.0.0.1 4321"});
  CHECK(s.decoder.counts().records_missed == 3);
  const auto v9 = [](std::uint32_t sequence, int padding) {
    ByteWriter out;
    out.u16(9);
    out.u16(2);
    out.u32(1000);
    out.u32(1'700'000'000);
    out.u32(sequence);
    out.u32(0);
    for (int word : {0, 16, 256, 2, 8, 4, 1, 4}) out.u16(static_cast<std::uint16_t>(word));
    for (int word : {256, 12, 0x0a00, 2, 0, 50}) out.u16(static_cast<std::uint16_t>(word));
    for (int i = 0; i < padding; ++i) out.u8(0);
    return out.bytes();
  };
  CHECK(s.read(v9(5, 0)).empty());
  CHECK(s.read(v9(8, 20)).empty());
  CHECK(s.records.back() == "10.0.0.2 50");
  CHECK(s.records.size() == 4);
  CHECK(s.decoder.counts().messages_missed == 2);
}

TEST_CASE("what is no message is refused with its reason") {
  Story s;
  CHECK(s.read({}) == "message at byte 0: cut_short");
  CHECK(s.read({0, 7, 0, 0}) == "message at byte 0: bad_version");
  CHECK(s.read({0, 10, 0, 16}) == "message at byte 0: cut_short");
  auto shorter = Message().bytes();
  shorter[3] = 15;
  CHECK(s.read(shorter) == "message at byte 0: bad_length");
  CHECK(s.decoder.counts().refused.total() == 4);
}

TEST_CASE("an element of somebody's own is described and read back") {
  const ElementInfo info{{4242, 7}, DataType::kUnsigned32, Semantics::kDeltaCounter, Units::kOctets, "sheep",
                         "Of sheep"};
  const Template layout = type_information_template(999);
  ByteWriter record;
  write_type_information(info, record);
  CHECK(read_type_information(layout, record.bytes()) == info);
  for (std::size_t length = 0; length < record.size(); ++length) {
    CHECK_FALSE(read_type_information(layout, Bytes(record.bytes()).first(length)));
  }
}
