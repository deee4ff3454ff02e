#include "server/agent_tasks.h"

#include <doctest/doctest.h>
#include <stdlib.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "record/ipfix_writer.h"

using namespace anemone;

namespace {

struct Desk {
  Desk() {
    REQUIRE(mkdtemp(path.data()) != nullptr);
    open();
  }
  ~Desk() { std::filesystem::remove_all(path); }
  void open() {
    auto opened = AgentTasks::open(path + "/definitions.json", agents, clock, changes);
    REQUIRE_MESSAGE(opened, (opened ? "" : opened.error().message));
    tasks = std::move(*opened);
  }
  // Waits until `agent` has a question; its id.
  std::string question_of(const std::string& agent) const {
    for (int i = 0; i < 2000; ++i) {
      const TaskList list = tasks->tasks_of(agent);
      if (!list.questions.empty()) return list.questions[0].id;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return "";
  }

  std::string path = (std::filesystem::temp_directory_path() / "anemone-tasks-XXXXXX").string();
  ManualClock clock{time_from_micros(1'795'305'600'000'000)};
  Agents agents{clock};
  EventStream changes;
  std::unique_ptr<AgentTasks> tasks;
};

QueryWish wish(Desk& desk, Duration wait) {
  QueryWish wish;
  wish.define = "key src dst; slice 10s";
  wish.to = desk.clock.now();
  wish.from = wish.to - 600s;
  wish.wait = wait;
  return wish;
}

std::vector<std::uint8_t> file_of(Time start, std::uint64_t bytes) {
  FlowRecord record;
  record.start = record.end = start;
  record.key.src = *parse_address("10.0.0.1");
  record.key.dst = *parse_address("10.0.0.2");
  record.packets = 1;
  record.bytes = bytes;
  std::vector<std::uint8_t> file;
  IpfixWriter writer;
  const RecordNames names;
  writer.write({&record, 1}, names, start,
               [&](Bytes message) { file.insert(file.end(), message.begin(), message.end()); });
  return file;
}

}  // namespace

TEST_CASE("definitions are checked, counted, told to all who listen, and survive a restart") {
  Desk d;
  const auto listener = d.changes.subscribe([] {});
  CHECK(listener->take().size() == 1);  // whoever comes is told the version
  const std::uint64_t before = d.tasks->tasks_of("web1").version;
  CHECK(d.tasks->set_definition("web", "key src").has_value());
  CHECK(d.tasks->set_definition("all", "key src dst").has_value());
  CHECK(d.tasks->set_definition("web", "key dst").has_value());
  CHECK(d.tasks->tasks_of("web1").version == before + 3);
  const auto told = listener->take();
  REQUIRE(told.size() == 3);
  CHECK(*told.back() == "event: work\ndata: {\"version\":" + std::to_string(before + 3) + "}\n\n");
  CHECK(d.tasks->set_definition("third", "key src").error().message.find("already") != std::string::npos);
  CHECK(d.tasks->set_definition("web", "key nonsense").error().message.find("column 5") != std::string::npos);
  CHECK(!d.tasks->set_definition("no name", "key src"));
  d.clock.advance(1s);
  d.open();
  const TaskList again = d.tasks->tasks_of("web1");
  CHECK(again.version > before + 3);
  REQUIRE(again.definitions.size() == 2);
  for (const auto& one : again.definitions)
    CHECK(one.define == (one.name == "web" ? "key dst" : "key src dst"));
  CHECK(*d.tasks->remove_definition("web"));
  CHECK(!*d.tasks->remove_definition("web"));
  CHECK(d.tasks->definitions().size() == 1);
}

TEST_CASE("a damaged file of definitions is refused by its name") {
  Desk d;
  std::ofstream(d.path + "/definitions.json") << "{\"web\": \"key nonsense\"}";
  const auto opened = AgentTasks::open(d.path + "/definitions.json", d.agents, d.clock, d.changes);
  REQUIRE(!opened);
  CHECK(opened.error().message.find("definitions.json: 'web': column 5") != std::string::npos);
}

TEST_CASE("a question goes to all that spoke lately, and their answers are added up") {
  Desk d;
  d.agents.seen("gone");
  d.clock.advance(60s);
  for (const char* name : {"web1", "web2", "web3"}) d.agents.seen(name);
  Result<QueryAnswer> answer = Error{"none"};
  std::thread asker([&] { answer = d.tasks->ask(wish(d, 10s)); });
  const std::string id = d.question_of("web1");
  REQUIRE(!id.empty());
  CHECK(d.tasks->tasks_of("gone").questions.empty());
  const Time start = d.clock.now() - 20s;
  CHECK(!d.tasks->answered("web1", id, {}, {}, std::vector<std::uint8_t>{1, 2, 3},
                           ""));  // no IPFIX: again, please
  CHECK(*d.tasks->answered("web1", id, start, start + 10s, file_of(start, 100), ""));
  CHECK(!*d.tasks->answered("web1", id, start, start + 10s, file_of(start, 100), ""));  // once
  CHECK(!*d.tasks->answered("gone", id, start, start, file_of(start, 100), ""));
  CHECK(d.tasks->tasks_of("web1").questions.empty());
  CHECK(d.tasks->tasks_of("web2").questions.size() == 1);
  CHECK(*d.tasks->answered("web2", id, start, start + 10s, file_of(start + 1s, 11), ""));
  CHECK(*d.tasks->answered("web3", id, {}, {}, {}, "nothing is kept here"));
  asker.join();
  REQUIRE(answer);
  REQUIRE(answer->flows.size() == 1);
  CHECK(answer->flows[0].bytes == 111);
  CHECK(answer->bytes == 111);
  REQUIRE(answer->agents.size() == 3);
  CHECK(answer->agents[0].state == AnswerState::kAnswered);
  CHECK(answer->agents[0].records == 1);
  CHECK(answer->agents[2].state == AnswerState::kFailed);
  CHECK(answer->agents[2].error == "nothing is kept here");
  CHECK(!*d.tasks->answered("web2", id, start, start, file_of(start, 1), ""));  // nobody waits any more
}

TEST_CASE("a question ends when its time is over, without those that said nothing") {
  Desk d;
  d.agents.seen("web1");
  const auto begun = std::chrono::steady_clock::now();
  const auto answer = d.tasks->ask(wish(d, 100ms));
  CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds(3));
  REQUIRE(answer);
  CHECK(answer->agents[0].state == AnswerState::kWaiting);
  CHECK(answer->flows.empty());
  QueryWish bad = wish(d, 100ms);
  bad.define = "key colour";
  CHECK(d.tasks->ask(bad).error().message.find("column 5") != std::string::npos);
}

TEST_CASE("the totals of an answer have what its list leaves off") {
  Desk d;
  d.agents.seen("web1");
  QueryWish few = wish(d, 5s);
  few.flows_max = 1;
  Result<QueryAnswer> answer = Error{"none"};
  std::thread asker([&] { answer = d.tasks->ask(few); });
  const std::string id = d.question_of("web1");
  auto file = file_of(d.clock.now(), 100);
  const auto more = file_of(d.clock.now() - 30s, 900);
  file.insert(file.end(), more.begin(), more.end());
  CHECK(*d.tasks->answered("web1", id, {}, {}, file, ""));
  asker.join();
  REQUIRE(answer);
  REQUIRE(answer->flows.size() == 1);
  CHECK(answer->flows[0].bytes == 900);
  CHECK(answer->left_off == 1);
  CHECK(answer->merged == 2);
  CHECK(answer->bytes == 1000);
}
