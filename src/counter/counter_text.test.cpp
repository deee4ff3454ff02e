#include "counter/counter_text.h"

#include <doctest/doctest.h>

using namespace anemone;

namespace {

struct Read {
  std::vector<CounterSample> samples;
  std::vector<CounterProblem> problems;
  CounterText text;

  explicit Read(std::string_view whole) {
    text.read(whole, samples, problems);
    text.end(samples, problems);
  }
  // "line:column what", each in a line.
  std::string told() const {
    std::string told;
    for (const CounterProblem& problem : problems) {
      told += std::to_string(problem.line) + ":" + std::to_string(problem.column) + " " + problem.what + "\n";
    }
    return told;
  }
};

}  // namespace

TEST_CASE("a sample is a time, a link and bytes; packets where they are told") {
  const Read read(
      "time,link,bytes,packets\n"
      "2026-11-22T23:01:10Z,core1:to-core2,1234567,8901\n"
      " 1795388471.5 , core1>core2:10.1.0.1 , 99 \r\n"
      "\n"
      "# of a collector\n"
      "1795388471,r1:eth0/in,18446744073709551615,");
  CHECK(read.told() == "");
  REQUIRE(read.samples.size() == 3);
  CHECK(read.samples[0].name == "core1:to-core2");
  CHECK(read.samples[0].reading.bytes == 1'234'567);
  CHECK(read.samples[0].reading.packets == 8901U);
  CHECK(print_time(read.samples[0].reading.time) == "2026-11-22T23:01:10Z");
  CHECK(read.samples[1].name == "core1>core2:10.1.0.1");
  CHECK(micros(read.samples[1].reading.time) == 1'795'388'471'500'000);
  CHECK_FALSE(read.samples[1].reading.packets);
  CHECK(read.samples[2].reading.bytes == 18'446'744'073'709'551'615U);
}

TEST_CASE("a line of names says in which order values come") {
  const Read read("host,octets,link,time\nx,5,r1:eth0,1795388471\n");
  REQUIRE(read.samples.size() == 1);
  CHECK(read.samples[0].reading.bytes == 5);
  CHECK(read.samples[0].name == "r1:eth0");
}

TEST_CASE("what is not understood is told with line and column, and the rest is read") {
  const Read read(
      "time,link,bytes\n"
      "yesterday,r1:eth0,1\n"
      "1795388471,,1\n"
      "1795388471,r1:eth0,-1\n"
      "1795388471,r1:eth0\n"
      "1795388471,r1:eth0,7\n");
  REQUIRE(read.samples.size() == 1);
  REQUIRE(read.problems.size() == 4);
  CHECK(read.problems[0].line == 2);
  CHECK(read.problems[0].column == 1);
  CHECK(read.problems[0].what.starts_with("time: "));
  CHECK(read.problems[1].line == 3);
  CHECK(read.problems[1].column == 12);
  CHECK(read.problems[1].what.starts_with("link: "));
  CHECK(read.problems[2].column == 20);
  CHECK(read.problems[2].what.starts_with("bytes: "));
  CHECK(read.problems[3].line == 5);
  CHECK(read.problems[3].column == 19);
}

TEST_CASE("a line of any length is left out, and the next one read") {
  const Read read("1795388471,r1:eth0," + std::string(10'000, '1') + "\n1795388471,r1:eth0,7\n");
  CHECK(read.samples.size() == 1);
  REQUIRE(read.problems.size() == 1);
  CHECK(read.problems[0].line == 1);
}

TEST_CASE("text comes in pieces of any size, and lines are read when they are whole") {
  const std::string whole = "1795388471,r1:eth0,7\nnonsense\n1795388472,r1:eth0,8\n";
  const Read at_once(whole);
  for (std::size_t size = 1; size < 12; ++size) {
    Read pieces("");
    pieces.text = CounterText();
    for (std::size_t at = 0; at < whole.size(); at += size) {
      pieces.text.read(std::string_view(whole).substr(at, size), pieces.samples, pieces.problems);
    }
    CHECK(pieces.samples.size() == 2);
    CHECK(pieces.told() == at_once.told());
  }
}
