#include "agent/running_definitions.h"

#include <doctest/doctest.h>

#include <map>

#include "base/random.h"

using namespace anemone;

namespace {

const Time kStart = *parse_time("2026-11-23T10:00:00Z");

MicroFlow micro_flow(Time time, std::uint16_t src_port, std::uint64_t bytes = 100) {
  MicroFlow one;
  one.event.time = time;
  one.event.key = {Ipv4{0x0a000001}, Ipv4{0x0a000002}, src_port, 443, 6, Direction::kOut};
  one.event.bytes = bytes;
  one.origin.owner = kUnknownOwner;
  return one;
}

struct Bench {
  RecordNames names;
  std::unique_ptr<RunningDefinitions> running;
  std::vector<RecordBatch> batches;
  RunningDefinitions::Take take = [this](RecordBatch&& batch) { batches.push_back(std::move(batch)); };

  explicit Bench(const char* define = "", std::size_t flows_max = 1000) {
    auto made = RunningDefinitions::make(define, names, flows_max);
    REQUIRE_MESSAGE(made, made.error().message);
    running = std::move(*made);
    running->advance(kStart, take);
  }
  void see(Time time, std::uint16_t src_port) {
    const MicroFlow one = micro_flow(time, src_port);
    running->add({&one, 1}, take);
  }
};

std::uint64_t bytes_of(const RecordBatch& batch) {
  std::uint64_t bytes = 0;
  for (const FlowRecord& record : batch.records) bytes += record.bytes;
  return bytes;
}

}  // namespace

TEST_CASE("each slice is one batch, handed on when the slice is over") {
  Bench bench;
  bench.see(kStart + 1s, 1);
  bench.see(kStart + 2s, 2);
  bench.see(kStart + 9s, 1);
  bench.running->advance(kStart + 9s, bench.take);
  CHECK(bench.batches.empty());
  bench.running->advance(kStart + 10s, bench.take);
  REQUIRE(bench.batches.size() == 1);
  CHECK(bench.batches[0].until == kStart + 10s);
  CHECK(bench.batches[0].records.size() == 2);
  CHECK(bytes_of(bench.batches[0]) == 300);
  bench.running->advance(kStart + 20s, bench.take);
  CHECK(bench.batches.size() == 1);
}

TEST_CASE("a slice of many flows is handed on in parts, which all add up to it, and then no more") {
  RecordNames names;
  auto running = RunningDefinitions::make("", names, 100'000);
  REQUIRE(running);
  std::vector<RecordBatch> parts;
  const auto take = [&](RecordBatch&& part) { parts.push_back(std::move(part)); };
  (*running)->advance(kStart, take);
  const auto see = [&](Time time, std::uint32_t count) {
    std::vector<MicroFlow> all;
    for (std::uint32_t i = 0; i < count; ++i) {
      all.push_back(micro_flow(time, static_cast<std::uint16_t>(i), i + 1));
      all.back().event.key.src = Ipv4{i >> 16};
    }
    (*running)->add(all, take);
  };
  const auto check = [&](std::uint64_t count) {
    REQUIRE(parts.size() > 2);
    std::uint64_t records = 0;
    std::uint64_t bytes = 0;
    for (const RecordBatch& part : parts) {
      CHECK(part.goes_on == (&part != &parts.back()));
      CHECK(part.until == parts[0].until);
      CHECK(part.records.size() < 10'000);
      records += part.records.size();
      bytes += bytes_of(part);
    }
    CHECK(records == count);
    CHECK(bytes == count * (count + 1) / 2);
    parts.clear();
  };
  for (const std::uint32_t count : {70'000U, 4096U * 4}) {
    see(kStart + 1s, count);
    (*running)->advance(kStart + 10s, take);
    check(count);
    see(kStart + 11s, count);
    see(kStart + 21s, count);  // before anybody said that the slice was over
    (*running)->advance(kStart + 21s, take);
    check(count);
    (*running)->finish(kStart + 22s, take);
    check(count);
    auto next = RunningDefinitions::make("", names, 100'000);
    REQUIRE(next);
    running = std::move(next);
    (*running)->advance(kStart, take);
  }
  (*running)->advance(kStart + 30s, take);
  CHECK(parts.empty());
}

TEST_CASE("two definitions see the same traffic, under numbers of their own") {
  Bench bench;
  bench.running->want({{"pairs", "key src dst"}, {"ports", "key sport"}});
  bench.running->advance(kStart + 1s, bench.take);
  CHECK(bench.running->names_in_force() == std::vector<std::string>{"pairs", "ports"});
  bench.see(kStart + 2s, 1);
  bench.see(kStart + 2s, 2);
  bench.running->advance(kStart + 10s, bench.take);
  REQUIRE(bench.batches.size() == 2);
  CHECK(bench.batches[0].records.size() == 1);
  CHECK(bench.batches[1].records.size() == 2);
  CHECK(bytes_of(bench.batches[0]) == bytes_of(bench.batches[1]));
  CHECK(bench.batches[0].definition != bench.batches[1].definition);
}

TEST_CASE("a definition that goes hands on what it has; one that stays is not disturbed") {
  Bench bench;
  bench.running->want({{"pairs", "key src dst"}, {"ports", "key sport"}});
  bench.running->advance(kStart + 1s, bench.take);
  bench.see(kStart + 2s, 1);
  bench.running->want({{"pairs", "key src dst"}});
  bench.running->advance(kStart + 3s, bench.take);
  REQUIRE(bench.batches.size() == 1);
  CHECK(bench.batches[0].name == "ports");
  CHECK(bench.batches[0].until == kStart + 3s);
  bench.see(kStart + 4s, 1);
  bench.running->advance(kStart + 10s, bench.take);
  REQUIRE(bench.batches.size() == 2);
  CHECK(bench.batches[1].name == "pairs");
  CHECK(bytes_of(bench.batches[1]) == 200);
}

TEST_CASE(
    "where the first definition goes the second is the first from then on, and each byte is in the first "
    "once") {
  Bench bench;
  bench.running->want({{"pairs", "key src dst"}, {"ports", "key sport"}});
  bench.running->advance(kStart + 1s, bench.take);
  bench.see(kStart + 2s, 1);
  bench.running->want({{"ports", "key sport"}});
  bench.running->advance(kStart + 3s, bench.take);
  bench.see(kStart + 4s, 1);
  bench.running->advance(kStart + 10s, bench.take);
  std::map<std::uint32_t, std::uint64_t> bytes;
  for (const RecordBatch& batch : bench.batches) bytes[batch.definition] += bytes_of(batch);
  CHECK(bytes == std::map<std::uint32_t, std::uint64_t>{{1, 200}, {2, 100}});
  CHECK(bench.batches.back().name == "ports");
}

TEST_CASE(
    "a batch has all that began before its end and nothing that began later, whatever comes late or is "
    "pushed out") {
  for (const std::size_t flows_max : {2U, 1000U}) {
    CAPTURE(flows_max);
    Bench bench("key sport", flows_max);
    std::map<Time, std::uint64_t> seen;  // by slice, up to each batch
    std::uint64_t told = 0;
    bench.take = [&](RecordBatch&& batch) {
      for (const FlowRecord& record : batch.records) CHECK(record.start < batch.handed_on_before);
      told += bytes_of(batch);
      std::uint64_t due = 0;
      for (const auto& [slice, bytes] : seen) due += slice < batch.handed_on_before ? bytes : 0;
      CHECK(told == due);
      CHECK(batch.handed_on_before == batch.until);
    };
    Random random(31);
    for (Time now = kStart; now < kStart + 95s; now += 700ms) {
      for (int i = 0; i < 20; ++i) {
        const Time time = now - Duration{static_cast<std::int64_t>(random.below(900'000))};
        bench.see(time, static_cast<std::uint16_t>(random.below(6)));
        seen[slice_start(time, 10s)] += 100;
      }
      bench.running->advance(now, bench.take);
    }
    CHECK(told > 100'000);
  }
}

TEST_CASE("what cannot be in force is a problem that is told, and what was in force goes on") {
  Bench bench;
  bench.running->want({{"broken", "key nonsense"}});
  bench.running->advance(kStart + 1s, bench.take);
  REQUIRE(bench.running->problems().size() == 1);
  CHECK(bench.running->problems()[0].starts_with("definition broken: "));
  CHECK(bench.running->names_in_force() == std::vector<std::string>{kOwnDefinition});
  CHECK_FALSE(bench.running->set_own("key nonsense"));
  bench.running->want({});
  bench.running->advance(kStart + 2s, bench.take);
  CHECK(bench.running->problems().empty());
}

TEST_CASE("at the end everything is handed on") {
  Bench bench;
  bench.see(kStart + 1s, 1);
  bench.running->finish(kStart + 2s, bench.take);
  REQUIRE(bench.batches.size() == 1);
  CHECK(bytes_of(bench.batches[0]) == 100);
}

TEST_CASE("a definition may call an interface by its name") {
  RecordNames names;
  auto running = RunningDefinitions::make("where interface wire", names, 1000, {{"wire", 2}});
  REQUIRE_MESSAGE(running, running.error().message);
  std::vector<MicroFlow> flows(2, micro_flow(kStart + 1s, 1));
  flows[0].origin.interface = 2;
  flows[1].origin.interface = 3;
  std::vector<RecordBatch> batches;
  const auto take = [&](RecordBatch&& batch) { batches.push_back(std::move(batch)); };
  (*running)->add(flows, take);
  (*running)->finish(kStart + 2s, take);
  REQUIRE(batches.size() == 1);
  CHECK(batches[0].records.size() == 1);
  CHECK(batches[0].records[0].origin.interface == 2);
}
