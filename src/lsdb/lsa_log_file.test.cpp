#include "lsdb/lsa_log_file.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "lsdb/lsdb.test.h"

using namespace anemone;
namespace fs = std::filesystem;

namespace {

class LogFolder {
 public:
  LogFolder() : path_(fs::temp_directory_path() / ("anemone-lsalog-" + std::to_string(::getpid()))) {
    fs::create_directories(path_);
  }
  ~LogFolder() { fs::remove_all(path_); }
  std::string file() const { return path_ / "a.lsalog"; }

 private:
  fs::path path_;
};

HeardLsa router(Time time, std::uint32_t id, std::uint16_t vantage = 0) {
  HeardLsa lsa = heard_router(time, Ipv4{id}, {stub("10.0.0.0", "255.0.0.0", 1)}, {.area = AreaId{id % 3}});
  lsa.vantage = vantage;
  return lsa;
}

LsaLog read_all(const std::string& file) {
  LsaLog log;
  auto reader = LsaLogReader::open(file);
  REQUIRE(reader);
  REQUIRE(reader->read(log));
  CHECK(reader->refused() == 0);
  return log;
}

bool same(const HeardLsa& a, const HeardLsa& b) {
  return a.time == b.time && a.vantage == b.vantage && a.described == b.described && a.key == b.key &&
         a.instance == b.instance && bytes_of(a) == bytes_of(b);
}

}  // namespace

TEST_CASE("what is logged is read again: LSAs, descriptions, marks, vantage points by name") {
  const LogFolder folder;
  HeardLsa described = router(kStart + 1s, 2);
  described.described = true;
  described.bytes = {};
  {
    auto log = LsaLogWriter::open(folder.file());
    REQUIRE(log);
    CHECK(*log->vantage("area 0") == 0);
    CHECK(*log->vantage("area 1") == 1);
    CHECK(*log->vantage("area 0") == 0);
    log->append(VantageMark{kStart, 1, VantageMarkKind::kStarted, 0});
    log->append(router(kStart, 1, 1));
    log->append(described);
    log->append(VantageMark{kStart + 2s, 0, VantageMarkKind::kLost, 17});
  }
  const LsaLog log = read_all(folder.file());
  CHECK(log.vantages == std::vector<std::string>{"area 0", "area 1"});
  REQUIRE(log.entries.size() == 2);
  CHECK(same(log.entries[0], router(kStart, 1, 1)));
  CHECK(same(log.entries[1], described));
  REQUIRE(log.marks.size() == 2);
  CHECK(log.marks[1] == VantageMark{kStart + 2s, 0, VantageMarkKind::kLost, 17});
}

TEST_CASE("a log that a crash cut anywhere is read up to there, and goes on behind its last whole record") {
  const LogFolder folder;
  std::vector<std::uintmax_t> whole;
  {
    auto log = LsaLogWriter::open(folder.file());
    REQUIRE(log->vantage("v"));
    for (std::uint32_t i = 0; i < 3; ++i) {
      log->append(router(kStart, i + 1));
      REQUIRE(log->flush(LsaLogWriter::Until::kDisk));
      whole.push_back(fs::file_size(folder.file()));
    }
  }
  const std::uintmax_t size = whole.back();
  const std::string copy = folder.file() + ".cut";
  for (std::uintmax_t cut = 0; cut <= size; ++cut) {
    fs::copy_file(folder.file(), copy, fs::copy_options::overwrite_existing);
    fs::resize_file(copy, cut);
    {
      auto log = LsaLogWriter::open(copy);
      REQUIRE(log);
      const auto number = log->vantage("v");
      REQUIRE(number);
      CHECK(*number == 0);
      log->append(router(kStart + 1s, 9));
    }
    const LsaLog log = read_all(copy);
    const auto kept =
        std::count_if(whole.begin(), whole.end(), [&](std::uintmax_t end) { return end <= cut; });
    REQUIRE(log.entries.size() == static_cast<std::size_t>(kept) + 1);
    CHECK(same(log.entries.back(), router(kStart + 1s, 9)));
  }
}

TEST_CASE("a reader takes what is added while it looks, and no torn record") {
  const LogFolder folder;
  auto log = LsaLogWriter::open(folder.file());
  auto reader = LsaLogReader::open(folder.file());
  REQUIRE(reader);
  LsaLog read;
  REQUIRE(log->vantage("v"));
  for (std::uint32_t i = 1; i <= 5; ++i) {
    log->append(router(kStart, i));
    REQUIRE(log->flush(LsaLogWriter::Until::kKernel));
    REQUIRE(reader->read(read));
    CHECK(read.entries.size() == i);
    REQUIRE(reader->read(read));
    CHECK(read.entries.size() == i);
  }
}

TEST_CASE("another writer, another kind of file and damage are refused by their names") {
  const LogFolder folder;
  {
    const auto first = LsaLogWriter::open(folder.file());
    CHECK(LsaLogWriter::open(folder.file()).error().message ==
          folder.file() + ": another process is writing it");
  }
  const std::string other = folder.file() + ".txt";
  std::ofstream(other) << "router a\n";
  CHECK(LsaLogWriter::open(other).error().message == other + ": is there already and is not an LSA log");
  CHECK(LsaLogReader::open(other).error().message == other + ": is not an LSA log");
  {
    auto log = LsaLogWriter::open(folder.file());
    REQUIRE(log->vantage("v"));
    log->append(router(kStart, 1));
    log->append(VantageMark{kStart, 0, VantageMarkKind::kStopped, 0});
  }
  std::fstream damaged(folder.file(), std::ios::in | std::ios::out | std::ios::binary);
  damaged.seekp(-40, std::ios::end);
  damaged.put('\x7f');
  damaged.close();
  LsaLog log;
  const auto read = LsaLogReader::open(folder.file())->read(log);
  REQUIRE_FALSE(read);
  CHECK(read.error().message.find(": damaged at byte ") != std::string::npos);
  CHECK(log.entries.empty());
  const auto size = fs::file_size(folder.file());
  CHECK_FALSE(LsaLogWriter::open(folder.file()));
  CHECK(fs::file_size(folder.file()) == size);  // nothing is cut off that may be good
}
