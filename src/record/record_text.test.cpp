#include "record/record_text.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "base/random.h"

namespace anemone {
namespace {

constexpr Time kStart = time_from_micros(1'700'000'000'250'000);

FlowRecord web() {
  return {.start = kStart,
          .end = kStart + 90s,
          .key = {Ipv4{0x0a00ff01}, IpAddress(0x20010db800000000, 1), 40000, 443, 6},
          .observer = ObserverId{0},
          .tcp_flags = 0x1b,
          .tos = 8,
          .packets = 3,
          .bytes = 18'000'000'000'000'000'000U};
}

std::string json(const FlowRecord& record) {
  std::string text;
  append_json(record, text);
  return text;
}

}  // namespace

TEST_CASE("a record as JSON") {
  CHECK(json(web()) ==
        R"({"start":"2023-11-14T22:13:20.250000Z","end":"2023-11-14T22:14:50.250000Z","src":"10.0.255.1",)"
        R"("dst":"2001:db8::1","sport":40000,"dport":443,"proto":6,"packets":3,"bytes":18000000000000000000,)"
        R"("tcp_flags":27,"tos":8})");
}

TEST_CASE("ICMP has no ports but type and code") {
  FlowRecord record = web();
  record.key.protocol = 1;
  record.key.src_port = 0;
  record.key.dst_port = 3 * 256 + 4;
  CHECK(json(record).find(R"("sport":0,"dport":0,"proto":1)") != std::string::npos);
  CHECK(json(record).ends_with(R"("tos":8,"icmp_type":3,"icmp_code":4})"));
}

TEST_CASE("a record as CSV has a field for each name in the header") {
  std::string line;
  append_csv(web(), line);
  CHECK(line ==
        "2023-11-14T22:13:20.250000Z,2023-11-14T22:14:50.250000Z,10.0.255.1,2001:db8::1,40000,443,6,3,"
        "18000000000000000000,27,8,,\n");
  const auto commas = [](std::string_view text) { return std::count(text.begin(), text.end(), ','); };
  CHECK(commas(line) == commas(kCsvHeader));
}

TEST_CASE("a row of the table shows flags by letter and IPv6 ports behind brackets") {
  std::string line;
  append_row(web(), line);
  CHECK(line.find("tcp ") != std::string::npos);
  CHECK(line.find(" ...AP.SF 10.0.255.1:40000 -> [2001:db8::1]:443\n") != std::string::npos);
}

TEST_CASE("a row of a host's record ends with whose it is, and a name cannot command the terminal") {
  RecordNames names;
  FlowRecord record = web();
  record.key.direction = Direction::kOut;
  record.origin.owner = names.owners.intern({"curl", "/usr/bin/curl", "ann", "", ""});
  std::string line;
  append_row(record, names, line);
  CHECK(line.ends_with(":443  by curl of ann\n"));
  record.key.direction = Direction::kIn;
  record.origin.owner = names.owners.intern({"a\x1b[2Jb", "", "", "", ""});
  line.clear();
  append_row(record, names, line);
  CHECK(line.ends_with(":443  to a?[2Jb\n"));
}

TEST_CASE("addresses and times are written as print_address and print_time do") {
  Random random(7);
  for (int i = 0; i < 20'000; ++i) {
    FlowRecord record = web();
    std::uint64_t high = random.next();
    std::uint64_t low = random.next();
    for (int group = 0; group < 4; ++group) {  // many zero groups, for "::"
      if (random.below(2) == 0) high &= ~(std::uint64_t{0xffff} << 16 * group);
      if (random.below(2) == 0) low &= ~(std::uint64_t{0xffff} << 16 * group);
    }
    record.key.src = IpAddress(high | 1ULL << 61, low);
    record.key.dst = Ipv4{static_cast<std::uint32_t>(random.next())};
    record.start = time_from_micros(static_cast<std::int64_t>(random.next() % 253'402'300'799'999'999));
    const std::string text = json(record);
    REQUIRE(text.find("\"start\":\"" + print_time(record.start) + "\"") != std::string::npos);
    REQUIRE(text.find("\"src\":\"" + print_address(record.key.src) + "\"") != std::string::npos);
    REQUIRE(text.find("\"dst\":\"" + print_address(record.key.dst) + "\"") != std::string::npos);
  }
}

}  // namespace anemone
