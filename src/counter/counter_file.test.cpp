#include "counter/counter_file.h"

#include <doctest/doctest.h>
#include <stdlib.h>

#include <filesystem>

using namespace anemone;

namespace {

struct Followed {
  std::string folder = (std::filesystem::temp_directory_path() / "anemone-test-XXXXXX").string();
  std::string path;
  std::vector<CounterSample> samples;
  std::vector<CounterProblem> problems;

  Followed() {
    REQUIRE(mkdtemp(folder.data()) != nullptr);
    path = folder + "/counters.csv";
  }
  ~Followed() { std::filesystem::remove_all(folder); }

  void write(const std::string& text, std::ios::openmode mode = std::ios::app) const {
    std::ofstream(path, std::ios::binary | mode) << text;
  }
  // What came since the last time: bytes with blanks between.
  std::string read(CounterFile& file) {
    samples.clear();
    for (;;) {
      const auto more = file.read(samples, problems);
      REQUIRE(more);
      if (!*more) break;
    }
    std::string told;
    for (const CounterSample& sample : samples) told += std::to_string(sample.reading.bytes) + " ";
    return told;
  }
};

}  // namespace

TEST_CASE("a file of counters is waited for, and followed while it grows, line by line") {
  Followed at;
  CounterFile file(at.path);
  CHECK_FALSE(file.read(at.samples, at.problems));
  at.write("time,link,bytes\n1,r1:eth0,10\n2,r1:eth0,2");
  CHECK(at.read(file) == "10 ");
  CHECK(at.read(file) == "");
  at.write("0\n3,r1:eth0,30\n");
  CHECK(at.read(file) == "20 30 ");
  CHECK(at.problems.empty());
}

TEST_CASE("a file that is rotated is read to its end, and then the new one") {
  Followed at;
  CounterFile file(at.path);
  at.write("octets,time,link\n10,1,r1:eth0\n");
  CHECK(at.read(file) == "10 ");
  at.write("20,2,r1:eth0\n30,3,r1:eth0");
  std::filesystem::rename(at.path, at.path + ".1");
  CHECK(at.read(file) == "20 ");
  at.write("4,r1:eth0,40\n");  // without a line of names: the usual order
  CHECK(at.read(file) == "30 40 ");
  at.write("5,r1:eth0,50\n");
  CHECK(at.read(file) == "50 ");
  CHECK(at.problems.empty());
}

TEST_CASE("a file that is cut off and written anew is read from its beginning") {
  Followed at;
  CounterFile file(at.path);
  at.write("1,r1:eth0,10\n2,r1:eth0,20\n3,r1");
  CHECK(at.read(file) == "10 20 ");
  at.write("9,r1:eth0,90\n", std::ios::trunc);
  CHECK(at.read(file) == "90 ");
  CHECK(at.problems.empty());
}

TEST_CASE("all of a file is read at once, its last line too") {
  Followed at;
  at.write("time,link,bytes\n1,r1:eth0,10\nx,r1:eth0,1\n2,r1:eth0,20");
  LinkCounters counters;
  REQUIRE(read_counter_file(at.path, counters, at.problems));
  CHECK(counters.counts().taken == 2);
  CHECK(at.problems.size() == 1);
  CHECK_FALSE(read_counter_file(at.folder + "/none.csv", counters, at.problems));
}
