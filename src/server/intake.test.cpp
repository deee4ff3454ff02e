#include "server/intake.h"

#include <doctest/doctest.h>
#include <stdlib.h>

#include <filesystem>
#include <thread>

#include "record/ipfix_writer.h"

using namespace anemone;

namespace {

const std::string kStream(32, 'a');
constexpr Time kNow = time_from_micros(1'795'305'600'000'000);

struct Server {
  Server() {
    REQUIRE(mkdtemp(path.data()) != nullptr);
    open();
  }
  ~Server() {
    store.reset();
    std::filesystem::remove_all(path);
  }
  void open() {
    store.reset();
    StoreConfig config;
    config.folder = path;
    auto opened = Store::open(config);
    REQUIRE(opened);
    store = std::move(*opened);
  }
  std::string path = (std::filesystem::temp_directory_path() / "anemone-intake-XXXXXX").string();
  std::unique_ptr<Store> store;
  ManualClock clock{kNow};
};

std::vector<std::uint8_t> file_of(std::size_t count, Time start = kNow, std::uint32_t definition = 1) {
  RecordNames names;
  std::vector<FlowRecord> records(count);
  for (FlowRecord& record : records) {
    record.start = record.end = start;
    record.key.src = *parse_address("10.0.0.1");
    record.key.dst = *parse_address("10.0.0.2");
    record.packets = 1;
    record.bytes = 100;
    record.origin.owner = names.owners.intern({"nginx", "", "", "", ""});
  }
  std::vector<std::uint8_t> file;
  IpfixWriter writer({.domain = definition});
  writer.write(records, names, start,
               [&](Bytes message) { file.insert(file.end(), message.begin(), message.end()); });
  return file;
}

}  // namespace

TEST_CASE("a file is kept once, also after a restart; another stream's and another agent's are their own") {
  Server s;
  for (int run = 0; run < 2; ++run) {
    Intake intake({}, *s.store, s.clock);
    const bool is_new = run == 0;
    for (const char* agent : {"web1", "web2"}) {
      const auto answer = intake.take(agent, kStream, 5, file_of(3));
      CHECK(answer.outcome == (is_new ? IntakeOutcome::kKept : IntakeOutcome::kHad));
    }
    CHECK(intake.take("web1", kStream, 5, file_of(3)).outcome == IntakeOutcome::kHad);
    CHECK(intake.take("web1", kStream, 4, file_of(3)).outcome == IntakeOutcome::kHad);
    const std::string other(32, static_cast<char>('b' + run));
    CHECK(intake.take("web1", other, 1, file_of(2)).records == 2);
    CHECK(intake.counters().repeated == (is_new ? 2 : 4));
    s.open();
  }
  CHECK(s.store->counts()->records == 3 + 3 + 2 + 2);
  CHECK(s.store->observers() == std::vector<std::string>{"web1", "web2"});
}

TEST_CASE("what a second definition made of the same traffic is kept apart") {
  Server s;
  Intake intake({}, *s.store, s.clock);
  CHECK(intake.take("web1", kStream, 1, file_of(3, kNow, 1)).records == 3);
  CHECK(intake.take("web1", kStream, 2, file_of(2, kNow, 2)).records == 2);
  CHECK(s.store->observers() == std::vector<std::string>{"web1", "web1#2"});
}

TEST_CASE("what is no whole IPFIX File is refused as a whole, and its number may come again") {
  Server s;
  Intake intake({}, *s.store, s.clock);
  auto file = file_of(50);
  CHECK(intake.take("web1", kStream, 1, {}).outcome == IntakeOutcome::kBadFile);
  for (const std::size_t size : {std::size_t{1}, std::size_t{15}, file.size() / 2, file.size() - 1}) {
    CAPTURE(size);
    CHECK(intake.take("web1", kStream, 1, Bytes(file).first(size)).outcome == IntakeOutcome::kBadFile);
  }
  CHECK(s.store->counts()->records == 0);
  CHECK(intake.take("web1", kStream, 1, file).outcome == IntakeOutcome::kKept);
  CHECK(intake.counters().bad_files == 5);
}

TEST_CASE("records of a clock that is far ahead are left out and counted; a week is not") {
  Server s;
  Intake intake({}, *s.store, s.clock);
  CHECK(intake.take("web1", kStream, 1, file_of(4, kNow + 8 * 24h)).records == 0);
  CHECK(intake.take("web1", kStream, 2, file_of(4, kNow + 6 * 24h)).records == 4);
  CHECK(intake.counters().bad_times == 4);
}

TEST_CASE("many agents at once lose nothing: each file is kept or sent away") {
  Server s;
  IntakeConfig config;
  config.waiting_max = 3;
  Intake intake(config, *s.store, s.clock);
  std::vector<std::thread> agents;
  for (int i = 0; i < 6; ++i) {
    agents.emplace_back([&intake, i] {
      for (std::uint64_t n = 1; n <= 5; ++n) {
        while (intake.take("web" + std::to_string(i), kStream, n, file_of(10)).outcome !=
               IntakeOutcome::kKept) {
          std::this_thread::yield();
        }
      }
    });
  }
  for (std::thread& agent : agents) agent.join();
  CHECK(s.store->counts()->records == 300);
  CHECK(intake.counters().files == 30);
}
