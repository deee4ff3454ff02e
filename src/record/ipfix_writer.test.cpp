#include "record/ipfix_writer.h"

#include <doctest/doctest.h>

#include <vector>

#include "base/random.h"
#include "record/ipfix_reader.h"

using namespace anemone;

namespace {

std::string word(Random& random, std::uint32_t most) {
  std::string text;
  const std::size_t length = 1 + random.below(most);
  for (std::size_t i = 0; i < length; ++i) text += static_cast<char>('a' + random.below(26));
  return text;
}

IpAddress address(Random& random) {
  if (random.below(2) == 0) return Ipv4{static_cast<std::uint32_t>(random.next())};
  return {0x2001'0db8'0000'0000 + std::uint64_t{random.below(1000)}, random.next()};
}

Origin origin(Random& random, RecordNames& names) {
  Origin origin;
  if (random.below(4) != 0) {
    origin.owner = names.owners.intern({.process = word(random, 15),
                                        .executable = random.below(3) == 0 ? "" : "/" + word(random, 400),
                                        .user = word(random, 8),
                                        .unit = random.below(2) == 0 ? "" : word(random, 30) + ".service",
                                        .container = random.below(2) == 0 ? "" : word(random, 12)});
    origin.pid = static_cast<std::uint32_t>(random.below(100'000));
  }
  if (random.below(3) == 0) origin.application = names.applications.intern(word(random, 10));
  if (random.below(2) == 0) origin.interface = static_cast<std::uint32_t>(random.below(10));
  if (random.below(3) == 0) {
    origin.tunnel = names.tunnels.intern({.technology = "vxlan",
                                          .interface = random.below(2) == 0 ? "" : "vxlan0",
                                          .src = address(random),
                                          .dst = address(random),
                                          .id = static_cast<std::uint32_t>(random.below(1 << 24))});
  }
  return origin;
}

FlowRecord record(Random& random, RecordNames& names) {
  FlowRecord record;
  record.start =
      time_from_micros(1'795'384'743'000'000 + static_cast<std::int64_t>(random.below(1'000'000'000)));
  record.end = record.start + Duration{random.below(10'000'000)};
  record.key = {.src = address(random),
                .dst = address(random),
                .src_port = static_cast<std::uint16_t>(random.next()),
                .dst_port = static_cast<std::uint16_t>(random.next()),
                .protocol = static_cast<std::uint8_t>(random.next()),
                .direction = random.below(3) == 0   ? Direction::kUnknown
                             : random.below(2) == 0 ? Direction::kIn
                                                    : Direction::kOut};
  if (random.below(2) == 0) record.observer = ObserverId{random.below(100)};
  record.tcp_flags = static_cast<std::uint8_t>(random.next());
  record.tos = static_cast<std::uint8_t>(random.next());
  record.packets = random.below(1000);
  record.bytes = random.below(4) == 0 ? random.next() : random.below(1'000'000);
  record.origin = origin(random, names);
  if (random.below(3) == 0) {
    const NatTuple nat{.src = address(random),
                       .dst = address(random),
                       .src_port = static_cast<std::uint16_t>(1 + random.below(65'535)),
                       .dst_port = static_cast<std::uint16_t>(1 + random.below(65'535)),
                       .before = random.below(2) == 0};
    record.nat = names.nats.intern(nat);
  }
  if (random.below(2) == 0) record.srtt_us = static_cast<std::uint32_t>(random.next());
  if (random.below(3) == 0) record.retransmits = static_cast<std::uint32_t>(random.below(100));
  record.accuracy = static_cast<std::uint8_t>(random.below(4));
  record.reason = static_cast<FlowEnd>(random.below(6));
  return record;
}

struct Written {
  std::vector<std::vector<std::uint8_t>> messages;
  IpfixWriter::Send send() {
    return [this](Bytes message) { messages.emplace_back(message.begin(), message.end()); };
  }
  std::vector<std::uint8_t> file() const {
    std::vector<std::uint8_t> all;
    for (const auto& message : messages) all.insert(all.end(), message.begin(), message.end());
    return all;
  }
};

std::vector<FlowRecord> some_records(std::size_t count, RecordNames& names) {
  Random random(7);
  std::vector<FlowRecord> records;
  for (std::size_t i = 0; i < count; ++i) records.push_back(record(random, names));
  return records;
}

constexpr Time kSent = time_from_micros(1'795'384'800'000'000);

// The record with its numbers translated from one set of names to another, by the words that they stand for.
void check_same(const FlowRecord& in, const RecordNames& in_names, FlowRecord out,
                const RecordNames& out_names) {
  REQUIRE(in.origin.owner.valid() == out.origin.owner.valid());
  if (in.origin.owner.valid()) CHECK(in_names.owners[in.origin.owner] == out_names.owners[out.origin.owner]);
  REQUIRE(in.origin.application.valid() == out.origin.application.valid());
  if (in.origin.application.valid()) {
    CHECK(in_names.applications[in.origin.application] == out_names.applications[out.origin.application]);
  }
  REQUIRE(in.origin.tunnel.valid() == out.origin.tunnel.valid());
  if (in.origin.tunnel.valid())
    CHECK(in_names.tunnels[in.origin.tunnel] == out_names.tunnels[out.origin.tunnel]);
  REQUIRE(in.nat.valid() == out.nat.valid());
  if (in.nat.valid()) CHECK(in_names.nats[in.nat] == out_names.nats[out.nat]);
  out.nat = in.nat;
  out.origin.owner = in.origin.owner;
  out.origin.application = in.origin.application;
  out.origin.tunnel = in.origin.tunnel;
  CHECK(in == out);
}

}  // namespace

TEST_CASE("records and their names come back from a file exactly as they were written") {
  RecordNames names;
  const auto records = some_records(3000, names);
  Written written;
  IpfixWriter writer({.domain = 9});
  writer.write(records, names, kSent, written.send());
  CHECK(written.messages.size() > 3);
  CHECK(writer.records() == records.size());
  CHECK(writer.names_cut() == 0);

  RecordNames read_names;
  std::vector<FlowRecord> read;
  IpfixReader reader;
  const auto file = written.file();
  REQUIRE(reader.read(file, read_names, read));
  REQUIRE(read.size() == records.size());
  for (std::size_t i = 0; i < read.size(); ++i) check_same(records[i], names, read[i], read_names);
  CHECK(reader.decoded().records_missed == 0);
  CHECK(reader.decoded().unwanted_fields == 20 * 9);  // what describes the elements, and no other
  CHECK(reader.element_names().at({kOurEnterprise, 1}) == "anemoneProcessName");
}

TEST_CASE("traffic between nobody that is named is traffic: what no socket took, flows without addresses") {
  RecordNames names;
  FlowRecord record;
  record.start = record.end = kSent;
  record.packets = 7;
  record.bytes = 420;
  record.origin.owner = kNoSocketOwner;
  record.origin.interface = 2;
  Written written;
  IpfixWriter().write(std::vector{record}, names, kSent, written.send());
  RecordNames read_names;
  std::vector<FlowRecord> read;
  REQUIRE(IpfixReader().read(written.file(), read_names, read));
  REQUIRE(read.size() == 1);
  check_same(record, names, read[0], read_names);
}

TEST_CASE("a record of a capture file says nothing of a host, and is short") {
  RecordNames names;
  FlowRecord record;
  record.start = record.end = kSent;
  record.key = {
      .src = Ipv4{0x0a000001}, .dst = Ipv4{0x0a000002}, .src_port = 1, .dst_port = 2, .protocol = 6};
  record.packets = 1;
  record.bytes = 40;
  Written once;
  Written twice;
  IpfixWriter writer;
  writer.write(std::vector{record}, names, kSent, once.send());
  writer.write(std::vector{record}, names, kSent, twice.send());
  CHECK(twice.messages[0].size() == 16 + 4 + 44);
}

TEST_CASE("messages for UDP keep to their size, and long names are cut between characters") {
  RecordNames names;
  FlowRecord record;
  record.start = record.end = kSent;
  record.key.src = record.key.dst = Ipv4{1};
  std::string path;
  for (int i = 0; i < 1000; ++i) path += "ä";
  record.origin.owner =
      names.owners.intern({.process = "p", .executable = path, .user = {}, .unit = path, .container = {}});
  Written written;
  IpfixWriter writer({.message_bytes_max = 1400});
  writer.write(std::vector<FlowRecord>(500, record), names, kSent, written.send());
  for (const auto& message : written.messages) CHECK(message.size() <= 1400);
  CHECK(writer.names_cut() == 1000);
  IpfixReader reader;
  RecordNames read_names;
  std::vector<FlowRecord> read;
  REQUIRE(reader.read(written.file(), read_names, read));
  REQUIRE(read.size() == 500);
  const std::string& cut = read_names.owners[read[0].origin.owner].executable;
  CHECK(cut.size() % 2 == 0);
  CHECK(cut.size() > 50);
  CHECK(path.substr(0, cut.size()) == cut);
}

TEST_CASE("whoever comes late reads records once templates are said again") {
  RecordNames names;
  const auto records = some_records(10, names);
  Written first;
  Written second;
  Written third;
  IpfixWriter writer;
  writer.write(records, names, kSent, first.send());
  writer.write(records, names, kSent, second.send());
  writer.say_templates_again();
  writer.write(records, names, kSent, third.send());
  IpfixReader reader;
  std::vector<FlowRecord> read;
  CHECK_FALSE(reader.read(second.file(), names, read));
  CHECK(read.empty());
  CHECK(reader.decoded().refused[ipfix::Refusal::kNoTemplate] > 0);
  CHECK(reader.read(third.file(), names, read));
  CHECK(read.size() == 10);
}

TEST_CASE("an own enterprise number is written and read under that number only") {
  RecordNames names;
  const auto records = some_records(50, names);
  Written written;
  IpfixWriter writer({.enterprise = 4242});
  writer.write(records, names, kSent, written.send());
  RecordNames other_names;
  std::vector<FlowRecord> read;
  IpfixReader others;
  REQUIRE(others.read(written.file(), other_names, read));
  CHECK(others.unwanted_elements().at({4242, 1}) > 0);
  IpfixReader reader({.enterprise = 4242, .observer = {}});
  read.clear();
  REQUIRE(reader.read(written.file(), other_names, read));
  for (std::size_t i = 0; i < read.size(); ++i) check_same(records[i], names, read[i], other_names);
}

TEST_CASE("every prefix of a file is refused or read up to there, and never past") {
  RecordNames names;
  const auto records = some_records(40, names);
  Written written;
  IpfixWriter({.message_bytes_max = 1400}).write(records, names, kSent, written.send());
  const auto file = written.file();
  for (std::size_t length = 0; length < file.size(); ++length) {
    const std::vector<std::uint8_t> prefix(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(length));
    RecordNames read_names;
    std::vector<FlowRecord> read;
    IpfixReader reader;
    (void)reader.read(prefix, read_names, read);
    CHECK(read.size() < records.size());
  }
}

TEST_CASE("where a host stands comes back from a file, before its records, and from no short message") {
  const HostFacts facts{
      .at = kSent + 123'456us,
      .name = "web1",
      .addresses = {{Ipv4{0x0a000001}, 24, 2}, {IpAddress{0x2001'0db8'0000'0000, 1}, 64, 3}},
      .gateways = {Ipv4{0x0a0000fe}, IpAddress{0xfe80'0000'0000'0000, 1}},
      .forwards = true};
  RecordNames names;
  Written written;
  IpfixWriter writer({.domain = 2});
  REQUIRE(writer.write_host_facts(facts, kSent, written.send()));
  writer.write(some_records(10, names), names, kSent, written.send());
  RecordNames read_names;
  std::vector<FlowRecord> read;
  IpfixReader reader;
  REQUIRE(reader.read(written.file(), read_names, read));
  CHECK(read.size() == 10);
  CHECK(reader.take_host_facts() == std::vector{facts});
  CHECK(reader.take_host_facts().empty());
  CHECK(reader.decoded().records_missed == 0);

  HostFacts many = facts;
  many.addresses.assign(5000, facts.addresses[0]);
  many.gateways.assign(5000, facts.gateways[0]);
  Written cut;
  IpfixWriter again;
  REQUIRE(again.write_host_facts(many, kSent, cut.send()));
  again.write(some_records(1, names), names, kSent, cut.send());
  REQUIRE(reader.read(cut.file(), read_names, read));
  CHECK(reader.take_host_facts().at(0).addresses.size() == kHostListMax);
  CHECK_FALSE(IpfixWriter({.message_bytes_max = 1400}).write_host_facts(many, kSent, cut.send()));
}
