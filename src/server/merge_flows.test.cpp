#include "server/merge_flows.h"

#include <doctest/doctest.h>

using namespace anemone;

namespace {

FlowRecord flow(Time start, const char* src, std::uint64_t bytes) {
  FlowRecord record;
  record.start = start;
  record.end = start + 1s;
  record.key.src = *parse_address(src);
  record.packets = 1;
  record.bytes = bytes;
  return record;
}

}  // namespace

TEST_CASE("the same flow of two agents in one slice is one, whatever numbers their names have") {
  const auto definition = parse_flow_definition("key src process; slice 10s");
  REQUIRE(definition);
  MergedFlows merged(*definition);
  RecordNames one;
  RecordNames other;
  other.owners.intern({"sshd", "", "", "", ""});
  const Owner nginx{"nginx", "/usr/sbin/nginx", "", "", ""};
  std::vector<FlowRecord> first = {flow(time_from_micros(12'000'000), "10.0.0.1", 100),
                                   flow(time_from_micros(13'000'000), "10.0.0.2", 7)};
  first[0].origin.owner = one.owners.intern(nginx);
  first[0].tcp_flags = 2;
  std::vector<FlowRecord> second = {flow(time_from_micros(11'000'000), "10.0.0.1", 50),
                                    flow(time_from_micros(21'000'000), "10.0.0.1", 5)};
  for (FlowRecord& record : second) record.origin.owner = other.owners.intern(nginx);
  second[0].tos = 46;  // not in the key
  second[0].tcp_flags = 16;
  merged.add(first, one);
  merged.add(second, other);

  REQUIRE(merged.flows().size() == 3);
  const FlowRecord& both = merged.flows()[0];
  CHECK(both.bytes == 150);
  CHECK(both.packets == 2);
  CHECK(both.tcp_flags == 18);
  CHECK(both.start == time_from_micros(11'000'000));
  CHECK(both.end == time_from_micros(13'000'000));
  CHECK(merged.names().owners[both.origin.owner] == nginx);
  CHECK(merged.flows()[2].bytes == 5);  // another slice
}

TEST_CASE("without slices all times are one, and the type of service tells apart where it is asked for") {
  const auto definition = parse_flow_definition("key src tos; slice 0s");
  REQUIRE(definition);
  MergedFlows merged(*definition);
  std::vector<FlowRecord> records = {flow(time_from_micros(1), "10.0.0.1", 1),
                                     flow(time_from_micros(50'000'000), "10.0.0.1", 2),
                                     flow(time_from_micros(60'000'000), "10.0.0.1", 4)};
  records[2].tos = 46;
  const RecordNames names;
  merged.add(records, names);
  REQUIRE(merged.flows().size() == 2);
  CHECK(merged.flows()[0].bytes == 3);
  CHECK(merged.flows()[1].bytes == 4);
}
