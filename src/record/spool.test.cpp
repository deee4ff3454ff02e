#include "record/spool.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <set>
#include <thread>

#include "base/random.h"

using namespace anemone;
namespace fs = std::filesystem;

namespace {

struct Folder {
  Folder() {
    std::string name = (fs::temp_directory_path() / "anemone-spool-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~Folder() { fs::remove_all(path); }
  SpoolConfig config() const {
    SpoolConfig spool;
    spool.folder = path + "/spool";
    return spool;
  }
  std::string path;
};

std::vector<std::uint8_t> file_of(std::size_t size, std::uint8_t value) {
  return std::vector<std::uint8_t>(size, value);
}

std::unique_ptr<Spool> open(const SpoolConfig& config) {
  auto spool = Spool::open(config);
  REQUIRE_MESSAGE(spool, (spool ? "" : spool.error().message));
  return std::move(*spool);
}

}  // namespace

TEST_CASE("files come out of a spool in the order in which they went in, and stay until they are done") {
  Folder folder;
  auto spool = open(folder.config());
  CHECK(!spool->oldest());
  for (std::uint8_t i = 1; i <= 3; ++i) CHECK(*spool->add(file_of(10U * i, i), i) == i);
  for (std::uint8_t i = 1; i <= 3; ++i) {
    for (int again = 0; again < 2; ++again) {
      const auto file = spool->oldest();
      REQUIRE(file);
      CHECK(file->sequence == i);
      CHECK(file->records == i);
      CHECK(file->bytes == file_of(10U * i, i));
    }
    spool->done(i);
  }
  CHECK(!spool->oldest());
  CHECK(spool->counters().done.records == 6);
  CHECK(spool->counters().waiting.bytes == 0);
}

TEST_CASE("a spool that is opened again has its files, its stream, and never an old number") {
  Folder folder;
  std::string stream;
  std::uint64_t last = 0;
  {
    auto spool = open(folder.config());
    stream = spool->stream();
    CHECK(stream.size() == 32);
    REQUIRE(spool->add(file_of(5, 1), 11));
    last = *spool->add(file_of(6, 2), 12);
    REQUIRE(spool->oldest());
    spool->done(1);
  }
  {
    auto spool = open(folder.config());
    CHECK(spool->stream() == stream);
    CHECK(spool->counters().waiting.records == 12);
    CHECK(spool->oldest()->sequence == last);
    spool->done(last);
  }
  for (int round = 0; round < 3; ++round) {  // empty when it was closed: only the stream file knows
    auto spool = open(folder.config());
    const auto number = spool->add(file_of(1, 1), 1);
    REQUIRE(number);
    CHECK(*number > last);
    last = *number;
    spool->oldest();
    spool->done(last);
  }
}

TEST_CASE("a full spool lets the oldest go and counts them, but not the one that is being uploaded") {
  Folder folder;
  SpoolConfig config = folder.config();
  config.quota_bytes = 350;
  auto spool = open(config);
  REQUIRE(spool->add(file_of(100, 1), 10));
  REQUIRE(spool->add(file_of(100, 2), 20));
  REQUIRE(spool->oldest()->sequence == 1);
  REQUIRE(spool->add(file_of(100, 3), 30));
  REQUIRE(spool->add(file_of(100, 4), 40));
  CHECK(spool->counters().lost.records == 20);
  CHECK(spool->counters().lost.files == 1);
  CHECK(spool->counters().waiting.bytes == 300);
  CHECK(spool->oldest()->sequence == 1);
  spool->done(1);
  CHECK(spool->oldest()->sequence == 3);
  CHECK(!spool->add(file_of(351, 5), 50));
  CHECK(spool->counters().lost.records == 20 + 50);  // for that one no other had to go
  const SpoolCounters all = spool->counters();
  CHECK(all.added.records == all.waiting.records + all.done.records + (all.lost.records - 50));
}

TEST_CASE("a file that cannot be written is a loss that is counted, and its number is not used again") {
  Folder folder;
  auto spool = open(folder.config());
  REQUIRE(*spool->add(file_of(10, 1), 1) == 1);
  fs::create_directory(folder.config().folder + "/000000000002-7.ipfix");  // in its way
  CHECK(!spool->add(file_of(10, 1), 7));
  CHECK(spool->counters().lost.records == 7);
  CHECK(spool->counters().waiting.records == 1);
  CHECK(*spool->add(file_of(10, 1), 1) == 3);
}

TEST_CASE("a file that is written piece by piece is there whole, or not at all") {
  Folder folder;
  auto spool = open(folder.config());
  const auto names = [&] {
    std::set<std::string> all;
    for (const auto& entry : fs::directory_iterator(folder.config().folder))
      all.insert(entry.path().filename());
    return all;
  };
  {
    UnfinishedFile thrown_away = spool->begin();
    thrown_away.write(file_of(10, 9));
    CHECK(names().size() == 2);
  }
  CHECK(names() == std::set<std::string>{"stream"});
  UnfinishedFile file = spool->begin();
  UnfinishedFile other = spool->begin();
  file.write(file_of(10, 1));
  other.write(file_of(5, 3));
  file.write(file_of(20, 1));
  CHECK_FALSE(spool->oldest());
  CHECK(*spool->add(std::move(file), 4) == 1);
  CHECK(*spool->add(std::move(other), 1) == 2);
  CHECK(spool->oldest()->bytes == file_of(30, 1));
  CHECK(spool->counters().waiting.bytes == 35);
  CHECK(names() == std::set<std::string>{"000000000001-4.ipfix", "000000000002-1.ipfix", "stream"});
}

TEST_CASE("what the server would not have is set aside, and only the newest few of that are kept") {
  Folder folder;
  SpoolConfig config = folder.config();
  config.bad_max = 2;
  auto spool = open(config);
  for (int i = 0; i < 4; ++i) {
    REQUIRE(spool->add(file_of(10, 1), 3));
    spool->set_aside(spool->oldest()->sequence);
  }
  CHECK(spool->counters().set_aside.records == 12);
  CHECK(!spool->oldest());
  std::set<std::string> kept;
  for (const auto& entry : fs::directory_iterator(config.folder + "/bad"))
    kept.insert(entry.path().filename());
  CHECK(kept == std::set<std::string>{"000000000003-3.ipfix", "000000000004-3.ipfix"});
}

TEST_CASE("a spool in use, a damaged stream file and a missing one are refused with a reason") {
  Folder folder;
  {
    auto spool = open(folder.config());
    const auto second = Spool::open(folder.config());
    REQUIRE(!second);
    CHECK(second.error().message == folder.path + "/spool: another process uses this spool");
    REQUIRE(spool->add(file_of(1, 1), 1));
  }
  const std::string stream = folder.path + "/spool/stream";
  std::ofstream(stream) << "nonsense 7\n";
  CHECK(Spool::open(folder.config()).error().message.find("want a stream's 32") != std::string::npos);
  fs::remove(stream);
  CHECK(Spool::open(folder.config()).error().message.find("is missing, but files wait here") !=
        std::string::npos);
}

TEST_CASE("a process killed at any instant leaves whole files only, and no number twice") {
  Folder folder;
  Random random(4);
  std::set<std::uint64_t> seen;
  std::uint64_t highest = 0;
  for (int round = 0; round < 12 || (seen.size() <= 20 && round < 200); ++round) {  // disks may be slow
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      auto spool = Spool::open(folder.config());
      for (std::uint32_t i = 0; spool; ++i) {
        const std::uint32_t size = 1 + i * 7919 % 200'000;
        (void)(*spool)->add(std::vector<std::uint8_t>(size, static_cast<std::uint8_t>(size)), size);
      }
      ::_exit(1);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10 + random.below(60)));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    auto spool = open(folder.config());
    while (const auto file = spool->oldest()) {
      CHECK(file->bytes.size() == file->records);
      CHECK(file->bytes.front() == static_cast<std::uint8_t>(file->records));
      CHECK(file->bytes.back() == file->bytes.front());
      CHECK(seen.insert(file->sequence).second);
      CHECK(file->sequence > highest);
      highest = file->sequence;
      spool->done(file->sequence);
    }
    CHECK(spool->counters().lost.files == 0);
  }
  CHECK(seen.size() > 20);
}

TEST_CASE("a mark is kept with its file, and outlives it however the file goes") {
  enum class Goes { kDone, kSetAside, kLost, kStays };
  for (const Goes goes : {Goes::kDone, Goes::kSetAside, Goes::kLost, Goes::kStays}) {
    CAPTURE(static_cast<int>(goes));
    Folder folder;
    SpoolConfig config = folder.config();
    config.quota_bytes = 100;
    {
      auto spool = open(config);
      CHECK(spool->mark().empty());
      REQUIRE(spool->set_mark("begun"));
      CHECK(*spool->add(file_of(40, 1), 1, "10.25") == 1);
      CHECK(*spool->add(file_of(40, 2), 1, "20.35") == 2);
      CHECK(*spool->add(file_of(10, 3), 1) == 3);
      for (int file = 0; file < 3 && goes != Goes::kLost && goes != Goes::kStays; ++file) {
        const auto oldest = spool->oldest();
        REQUIRE(oldest);
        goes == Goes::kDone ? spool->done(oldest->sequence) : spool->set_aside(oldest->sequence);
      }
      if (goes == Goes::kLost) CHECK(spool->add(file_of(95, 4), 1));
      CHECK(spool->mark() == "20.35");
    }
    {
      auto spool = open(config);
      CHECK(spool->mark() == "20.35");
      while (const auto file = spool->oldest()) spool->done(file->sequence);
      REQUIRE(spool->set_mark("30.5"));
      REQUIRE(spool->set_mark("31.5"));
    }
    CHECK(open(config)->mark() == "31.5");
    std::size_t others = 0;
    for (const auto& entry : fs::directory_iterator(config.folder)) {
      const std::string name = entry.path().filename().string();
      others += name != "stream" && name != "bad" && !name.starts_with("mark-");
    }
    CHECK(others == 0);
  }
}

TEST_CASE("what is no mark is refused") {
  Folder folder;
  auto spool = open(folder.config());
  CHECK_FALSE(spool->set_mark("a-b"));
  CHECK_FALSE(spool->set_mark("../up"));
  CHECK_FALSE(spool->set_mark(""));
  CHECK_FALSE(spool->set_mark(std::string(65, 'a')));
  CHECK_FALSE(spool->add(file_of(1, 1), 1, "a b"));
  CHECK(spool->mark().empty());
}

TEST_CASE("a spool whose writer and uploader are killed at any instant knows the mark of its newest file") {
  Folder folder;
  Random random(23);
  for (int round = 0; round < 25; ++round) {
    const std::string told = folder.path + "/told";
    fs::remove(told);  // a child that is killed before it begins says nothing
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      auto spool = open(folder.config());
      const int log = ::open(told.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
      for (std::uint64_t i = 0;; ++i) {
        const std::string mark = std::to_string(round) + "." + std::to_string(i);
        const bool kept =
            i % 3 == 0 ? spool->set_mark(mark).has_value() : spool->add(file_of(100, 1), 1, mark).has_value();
        if (!kept || ::write(log, (mark + "\n").data(), mark.size() + 1) < 0) ::_exit(1);
        if (i % 2 == 0) continue;
        if (const auto file = spool->oldest()) spool->done(file->sequence);
      }
    }
    std::this_thread::sleep_for(std::chrono::microseconds(3000 + random.below(30'000)));
    ::kill(child, SIGKILL);
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WIFSIGNALED(status));
    std::ifstream lines(told);
    std::string last;
    std::uint64_t count = 0;
    for (std::string line; std::getline(lines, line); ++count) last = line;
    if (count == 0) continue;
    // The one after it may have been kept, and not told yet.
    const std::string next = std::to_string(round) + "." + std::to_string(count);
    const std::string mark = open(folder.config())->mark();
    CHECK((mark == last || mark == next));
  }
}
