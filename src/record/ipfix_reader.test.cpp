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
