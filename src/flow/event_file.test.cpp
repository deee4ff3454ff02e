#include "flow/event_file.h"

#include <doctest/doctest.h>

#include "flow/random_micro_flows.test.h"

namespace anemone {
namespace {

constexpr Time kStart = time_from_micros(1'700'000'000'000'000);
const TimeRange kAlways{Time{}, kStart + 24h};

}  // namespace

TEST_CASE("what is written comes back, but for the socket") {
  RandomMicroFlows source(1);
  EventFileWriter writer(source.names);
  std::vector<std::uint8_t> bytes;
  std::vector<MicroFlow> written;
  for (int i = 0; i < 20; ++i) {
    auto some = source.some(100);
    if (i == 3) some.front().origin = Origin{};
    if (i == 4) some.front().accuracy = kShed;
    writer.add({kStart, source.now}, some, bytes);
    written.insert(written.end(), some.begin(), some.end());
  }
  EventFileReader reader(bytes, source.names);
  std::vector<ArchivedEvent> events;
  std::size_t at = 0;
  while (reader.next(kAlways, events)) {
    for (const ArchivedEvent& event : events) {
      const MicroFlow read = reader.micro_flow(event);
      const MicroFlow& was = written[at++];
      REQUIRE(read.event.time == was.event.time);
      REQUIRE(read.event.key == was.event.key);
      REQUIRE(read.event.bytes == was.event.bytes);
      REQUIRE(read.event.packets == was.event.packets);
      REQUIRE(read.event.tcp_flags == was.event.tcp_flags);
      REQUIRE(read.event.tos == was.event.tos);
      REQUIRE(read.lasted_us == was.lasted_us);
      REQUIRE(read.srtt_us == was.srtt_us);
      REQUIRE(read.retransmits == was.retransmits);
      REQUIRE(read.accuracy == was.accuracy);
      REQUIRE(read.origin == was.origin);
    }
  }
  CHECK(at == written.size());
  CHECK(reader.torn() == 0);
}

TEST_CASE("every prefix of a file is read as far as it is whole") {
  RandomMicroFlows source(2);
  EventFileWriter writer(source.names);
  std::vector<std::uint8_t> bytes;
  for (int i = 0; i < 3; ++i) writer.add({kStart, kStart + 1s}, source.some(10), bytes);
  std::size_t most = 0;
  for (std::size_t size = 0; size <= bytes.size(); ++size) {
    RecordNames names;
    EventFileReader reader(Bytes(bytes).first(size), names);
    std::vector<ArchivedEvent> events;
    std::size_t read = 0;
    while (reader.next(kAlways, events)) read += events.size();
    REQUIRE(read % 10 == 0);
    REQUIRE(read >= most);
    most = read;
  }
  CHECK(most == 30);
}

}  // namespace anemone
