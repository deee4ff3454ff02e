// What a crash leaves behind. The child is this very program, run again with one test case that is
// skipped otherwise, so that nothing of DuckDB is carried over a fork.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <map>
#include <thread>

#include "store/database.h"
#include "store/store.test.h"

using namespace anemone;

namespace {

const IpAddress kA = *parse_address("10.0.0.1");
const IpAddress kB = *parse_address("2001:db8::1");

// Batch `id`: a number of records that only the id decides, half of the batches over midnight. Every
// record and LSA carries the id.
Batch numbered(std::uint64_t id) {
  Batch batch;
  batch.id = id;
  batch.at = kDay + Duration{static_cast<std::int64_t>(id)};
  batch.progress = "up to " + std::to_string(id);
  const std::size_t records = 50 + id * 37 % 400;
  for (std::size_t i = 0; i < records; ++i) {
    const bool before = id % 2 == 0 && i % 2 == 0;
    const IpAddress own = Ipv4{static_cast<std::uint32_t>(0x0a000000 + id * 8 + i % 8)};
    batch.records.push_back(flow(before ? kDay - 10s : kDay + 10s, own, kB, id));
  }
  batch.lsas = {lsa(kDay + 10s, 1, static_cast<std::uint32_t>(id))};
  return batch;
}

constexpr int kAckHandle = 200;

struct Child {
  pid_t pid = 0;
  int acknowledged = -1;  // reads the ids of batches that append() has taken, 8 bytes each
};

Child start_child(const std::string& folder, const char* test) {
  std::array<int, 2> pipe{};
  REQUIRE(::pipe2(pipe.data(), O_CLOEXEC) == 0);
  std::string which = std::string("--test-case=") + test;
  std::string arguments[] = {"test_store", which, "--no-skip", "--out=/dev/null"};
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  std::string where = "ANEMONE_STORE_CHILD=" + folder;
  std::vector<char*> variables{where.data()};
  for (char** variable = environ; *variable != nullptr; ++variable) variables.push_back(*variable);
  variables.push_back(nullptr);

  // Not fork(): DuckDB's allocator has handlers for it that nobody needs here.
  Child child;
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, pipe[1], kAckHandle);
  REQUIRE(::posix_spawn(&child.pid, "/proc/self/exe", &actions, nullptr, argv.data(), variables.data()) == 0);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(pipe[1]);
  child.acknowledged = pipe[0];
  return child;
}

// Waits until something was acknowledged, at most 30 s.
void wait_for_first(const Child& child) {
  pollfd readable{child.acknowledged, POLLIN, 0};
  ::poll(&readable, 1, 30'000);
}

std::uint64_t last_acknowledged(int from) {
  std::uint64_t id = 0;
  std::uint64_t last = 0;
  while (::read(from, &id, sizeof id) == static_cast<ssize_t>(sizeof id)) last = id;
  return last;
}

// The first id that is not in the store as it should be; 0 when all up to `last` are.
std::uint64_t first_wrong(const Store& store, std::uint64_t last) {
  std::map<std::uint64_t, std::size_t> records;
  std::map<std::uint64_t, std::size_t> lsas;
  const auto all_records = store.flows_between(kDay - 1h, kDay + 1h);
  const auto all_lsas = store.lsas_until(kDay + 1h);
  for (const FlowRecord& record : *all_records) {
    const std::uint64_t owner = (record.key.src.v4().value - 0x0a000000) / 8;
    ++records[owner == record.bytes && record.key.dst == kB ? record.bytes : 0];
  }
  for (const LsaRow& heard : *all_lsas) ++lsas[heard.key.area.value];
  for (std::uint64_t id = 1; id <= last; ++id) {
    if (records[id] != numbered(id).records.size() || lsas[id] != 1) return id;
  }
  return records.size() == last && lsas.size() == last ? 0 : last + 1;
}

}  // namespace

TEST_CASE("child: appends numbered batches until it is killed" * doctest::skip()) {
  const char* folder = std::getenv("ANEMONE_STORE_CHILD");
  if (folder == nullptr) return;
  StoreConfig config;
  config.folder = folder;
  auto store = Store::open(config);
  REQUIRE(store);
  REQUIRE((*store)->observer("h1"));
  REQUIRE((*store)->vantage("v1"));
  const auto progress = (*store)->progress();
  for (std::uint64_t id = progress ? progress->id + 1 : 1;; ++id) {
    REQUIRE((*store)->append(numbered(id)));
    REQUIRE(::write(kAckHandle, &id, sizeof id) == static_cast<ssize_t>(sizeof id));
  }
}

TEST_CASE("after kill -9 at any moment every acknowledged batch is in once, and the progress is the data's") {
  StoreFolder folder;
  Random random(static_cast<std::uint64_t>(::getpid()));
  std::uint64_t before = 0;
  for (int round = 0; round < 6; ++round) {
    const Child child = start_child(folder.path, "child: appends*");
    if (round % 2 == 0) wait_for_first(child);  // the others may be hit while they open the store
    const Duration life{random.below(300'000)};
    std::this_thread::sleep_for(life);
    ::kill(child.pid, SIGKILL);
    ::waitpid(child.pid, nullptr, 0);
    const std::uint64_t acknowledged = std::max(before, last_acknowledged(child.acknowledged));
    ::close(child.acknowledged);

    CAPTURE(round);
    CAPTURE(life.count());
    const auto store = Store::open(folder.config());
    if (!store) FAIL(store.error().message);
    const auto progress = (*store)->progress();
    const std::uint64_t last = progress ? progress->id : 0;
    CHECK(last >= acknowledged);
    CHECK(last <= acknowledged + 1);  // committed, but killed before it could say so
    if (progress) CHECK(progress->text == "up to " + std::to_string(last));
    if (last > 0) CHECK(first_wrong(**store, last) == 0);
    before = last;
  }
  CHECK(before > 0);
  MESSAGE("batches kept over six kills: " << before);
}

TEST_CASE(
    "a batch whose last part never reached its file is taken out when the store is opened, and can be sent "
    "again") {
  StoreFolder folder;
  Batch batch;
  batch.id = 2;
  batch.records = {flow(kDay - 1s, kA, kB), flow(kDay, kA, kB)};
  Batch first;
  first.id = 1;
  first.records = {flow(kDay - 1s, kB, kA)};
  {
    auto store = Store::open(folder.config());
    REQUIRE((*store)->observer("h1"));
    REQUIRE((*store)->append(first));
    REQUIRE((*store)->append(batch));
  }
  std::filesystem::remove(folder.path + "/period-20261122T000000Z.duckdb");
  auto store = Store::open(folder.config());
  REQUIRE(store);
  CHECK((*store)->progress()->id == 1);
  CHECK((*store)->counts()->records == 1);
  REQUIRE((*store)->append(batch));
  CHECK((*store)->counts()->records == 3);
}

TEST_CASE("a file that a crash left unfinished is made anew") {
  StoreFolder folder;
  std::ofstream(folder.path + "/main.duckdb.new") << "half";
  std::ofstream(folder.path + "/period-20261122T000000Z.duckdb.new") << "half";
  auto store = Store::open(folder.config());
  if (!store) FAIL(store.error().message);
  REQUIRE((*store)->observer("h1"));
  Batch batch;
  batch.id = 1;
  batch.records = {flow(kDay, kA, kB)};
  CHECK((*store)->append(batch));
}

TEST_CASE("child: opens the store and says whether it could" * doctest::skip()) {
  const char* folder = std::getenv("ANEMONE_STORE_CHILD");
  if (folder == nullptr) return;
  StoreConfig config;
  config.folder = folder;
  const auto store = Store::open(config);
  const bool named = !store && store.error().message.starts_with(std::string(folder) + "/main.duckdb: ") &&
                     store.error().message.find("lock") != std::string::npos;
  const std::uint64_t said = store ? 1 : named ? 2 : 3;
  REQUIRE(::write(kAckHandle, &said, sizeof said) == static_cast<ssize_t>(sizeof said));
}

TEST_CASE("a second process is told which file another one holds") {
  StoreFolder folder;
  auto store = Store::open(folder.config());
  REQUIRE(store);
  const Child child = start_child(folder.path, "child: opens*");
  CHECK(last_acknowledged(child.acknowledged) == 2);
  ::close(child.acknowledged);
  ::waitpid(child.pid, nullptr, 0);
}
