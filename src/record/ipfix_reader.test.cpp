#include "record/ipfix_reader.h"

#include <doctest/doctest.h>

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "base/text.h"
#include "ipfix/message_writer.h"

using namespace anemone;

namespace {

const std::string kFolder = ANEMONE_TEST_DATA "/flow-export/";

std::vector<std::uint8_t> read_bytes(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  REQUIRE_MESSAGE(in.good(), path);
  return {std::istreambuf_iterator<char>(in), {}};
}

struct Totals {
  std::uint64_t records = 0;
  std::uint64_t octets = 0;
  std::uint64_t packets = 0;
  bool operator==(const Totals&) const = default;
};

struct Exports {
  RecordNames names;
  std::vector<FlowRecord> records;
  IpfixReader reader;

  void datagram(Bytes bytes) { (void)reader.read(bytes, {}, Time{}, names, records); }
  void files(std::string_view listed) {
    for (std::string_view file : split(listed, ',')) datagram(read_bytes(kFolder + std::string(file)));
  }
  Totals totals() const {
    Totals totals{.records = records.size()};
    for (const FlowRecord& record : records) {
      totals.octets += record.bytes;
      totals.packets += record.packets;
    }
    return totals;
  }
};

}  // namespace

TEST_CASE("exports of real routers, firewalls and probes hold what tshark finds in them") {
  std::ifstream expected(kFolder + "EXPECTED.tsv");
  std::size_t groups = 0;
  for (std::string line; std::getline(expected, line);) {
    if (line.empty() || line[0] == '#') continue;
    const auto columns = split(line, '\t');
    REQUIRE(columns.size() >= 5);
    Exports exports;
    exports.files(columns[1]);
    const Totals wanted{parse_u64(columns[2]).value(), parse_u64(columns[3]).value(),
                        parse_u64(columns[4]).value()};
    const Totals got = exports.totals();
    CHECK_MESSAGE(got == wanted, columns[0], ": ", got.records, " ", got.octets, " ", got.packets,
                  " not_flows ", exports.reader.counts().not_flows, " refused ",
                  exports.reader.decoded().refused.total());
    ++groups;
  }
  CHECK(groups == 51);
}

TEST_CASE(
    "tunnelTechnology is yes or no, as RFC 6759 has it; another word is the technology, as our files once "
    "said it") {
  const ipfix::Template layout{
      .id = 300,
      .scope_fields = 0,
      .fields = {
          {{0, 152}, 8}, {{0, 8}, 4}, {{0, 12}, 4}, {{0, 2}, 4}, {{0, 1}, 4}, {{0, 289}, ipfix::kVariable}}};
  const auto read = [&](std::string_view word) {
    ipfix::MessageWriter messages(1, 1400);
    Exports exports;
    const auto send = [&](Bytes message) { exports.datagram(message); };
    ByteWriter& out = messages.begin_record(layout, 100, Time{}, send);
    out.u64(1'795'384'743'000);
    for (const std::uint32_t number : {0x0a000001U, 0x0a000002U, 3U, 300U}) out.u32(number);
    out.u8(static_cast<std::uint8_t>(word.size()));
    out.put({reinterpret_cast<const std::uint8_t*>(word.data()), word.size()});
    messages.added();
    messages.flush(Time{}, send);
    REQUIRE(exports.records.size() == 1);
    const TunnelId tunnel = exports.records[0].origin.tunnel;
    return tunnel.valid() ? exports.names.tunnels[tunnel].technology : "none";
  };
  CHECK(read("vxlan") == "vxlan");
  for (const char* word : {"yes", "no", "unassigned", "y", "n", "u", ""}) CHECK(read(word) == "none");
}
