#include "server/host_book.h"

#include <doctest/doctest.h>

using namespace anemone;

namespace {

constexpr Time kNoon = time_from_micros(1'795'305'600'000'000);
const IpAddress kOld = *parse_address("10.0.1.7");
const IpAddress kNew = *parse_address("10.0.2.7");
const IpAddress kPeer = *parse_address("10.0.9.1");

HostFacts facts(Time at, const IpAddress& address) {
  HostFacts facts;
  facts.at = at;
  facts.addresses = {{address, 24, 2}};
  return facts;
}

FlowRecord record(Duration after_noon, const IpAddress& from, const IpAddress& to, Direction direction) {
  FlowRecord record;
  record.start = record.end = kNoon + after_noon;
  record.key.src = from;
  record.key.dst = to;
  record.key.direction = direction;
  return record;
}

Duration dated(const std::vector<FlowRecord>& records, const std::optional<HostFacts>& known) {
  const RecordNames names;
  HostFacts said = facts(kNoon + 10s, kNew);
  date_back(said, records, names, known);
  return said.at - kNoon;
}

}  // namespace

TEST_CASE("a host that moved within a slice is at its new address since it first sent from there") {
  const HostFacts before = facts(kNoon, kOld);
  const std::vector<FlowRecord> records = {record(1s, kOld, kPeer, Direction::kOut),
                                           record(2s, kNew, kPeer, Direction::kIn),  // somebody else's still
                                           record(6s, kNew, kPeer, Direction::kOut),
                                           record(4s, kNew, kPeer, Direction::kOut)};
  CHECK(dated(records, before) == 4s);
  CHECK(dated({records.data(), records.data() + 2}, before) == 10s);
  CHECK(dated(records, facts(kNoon, kNew)) == 10s);
  CHECK(dated(records, std::nullopt) == 10s);
  CHECK(dated(records, facts(kNoon + 5s, kOld)) == 5s + Duration{1});
}
