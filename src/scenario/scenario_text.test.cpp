#include "scenario/scenario_text.h"

#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

using namespace anemone;

namespace {

std::string printed(std::string_view text) {
  const auto scenario = parse_scenario(text);
  return scenario ? print_scenario(*scenario) : scenario.error().message;
}

}  // namespace

TEST_CASE("a change is one line, of words that an operator would say") {
  CHECK(printed("fail link a b") == "fail link a b\n");
  CHECK(printed("set cost a b 10") == "set cost link a b 10\n");
  CHECK(printed("set cost interface a eth0 10") == "set cost interface a eth0 10\n");
  CHECK(printed("resize link a b 2.5 G") == "resize link a b 2500000000\n");
  CHECK(printed("add link x a cost 5 capacity 10G") == "add link x a cost 5 capacity 10000000000\n");
  CHECK(printed("add prefix 10.9.0.0/24 at x cost 1 external") ==
        "add prefix 10.9.0.0/24 at x cost 1 external\n");
  CHECK(printed("group g = host a, site b, link c d") == "group g = host a, site b, link c d\n");
  CHECK(printed("add hosts 20 at site x like group g") == "add hosts 20 at site x like group g\n");
}

TEST_CASE("lines end at newlines and semicolons, comments at the end of the line, quotes hold anything") {
  CHECK(printed("fail link a b; fail router c # and d; fail router d\n\n fail site e") ==
        "fail link a b\nfail router c\nfail site e\n");
  CHECK(printed(R"(fail site "a;b # c")") == "fail site \"a;b # c\"\n");
  CHECK(printed("fail router a#b") == "fail router \"a#b\"\n");
}

TEST_CASE("a factor is a number, a percentage, or so much more or less") {
  CHECK(printed("scale 2") == "scale 2\n");
  CHECK(printed("scale 150%") == "scale 1.5\n");
  CHECK(printed("scale +40% where port 80") == "scale 1.4 where port 80\n");
  CHECK(printed("scale -100% to router b") == "scale 0 to router b\n");
  CHECK(printed("scale +2").starts_with("line 1, column 7: more or less of how much?"));
  CHECK(printed("scale -150%").starts_with("line 1, column 7: a factor is 0 to"));
  for (const char* number : {"nan", "inf", "-inf", "1e999", "1e30", "nan%", "+inf%"}) {
    CAPTURE(number);
    CHECK(printed(std::string("scale ") + number).starts_with("line 1, column 7: "));
  }
}

TEST_CASE("what is moved is a filter up to the last 'to'") {
  CHECK(printed("move process exim4 or port 25 to site east") ==
        "move process exim4 or port 25 to site east\n");
  CHECK(printed("move process \"to\" to 10.0.0.1") == "move process to to address 10.0.0.1\n");
  CHECK(printed("move host a to router b") == "move host a to router b\n");
}

TEST_CASE("errors say line and column, also inside of filters") {
  CHECK(printed("fail link a b\nfale link a b") ==
        "line 2, column 1: expected fail, set, add, remove, resize, overload, scale, move, group or at, not "
        "'fale'");
  CHECK(printed("fail link a") == "line 1, column 12: expected the link's other end, not the end");
  CHECK(printed("fail link a b c").starts_with("line 1, column 15: expected the end of the line, not 'c'"));
  CHECK(printed("set cost a b 0") == "line 1, column 14: a cost is 1 to 16777215, not 0");
  CHECK(printed("fail router a;  scale 2 where dst port http").starts_with("line 1, column 40: "));
  CHECK(printed("move process x at site y").starts_with("line 1, column 6: expected 'to'"));
  CHECK(printed("fail site \"a").starts_with("line 1, column 11: a quote"));
  CHECK(printed("at 2026-11-02T10:00:00Z; at 2026-11-02T10:00:01Z")
            .starts_with("line 1, column 26: a second 'at'"));
}

TEST_CASE("every prefix of a scenario is read or refused, and what is read is printed and read again") {
  std::ifstream file(ANEMONE_TEST_DATA "/fuzz/scenario_scenario_text/all.txt");
  std::stringstream buffer;
  buffer << file.rdbuf();
  const std::string text = buffer.str();
  REQUIRE(parse_scenario(text).has_value());
  CHECK(parse_scenario(text)->changes.size() == 18);
  for (std::size_t length = 0; length <= text.size(); ++length) {
    const auto scenario = parse_scenario(std::string_view(text).substr(0, length));
    if (!scenario) continue;
    const auto again = parse_scenario(print_scenario(*scenario));
    REQUIRE(again.has_value());
    CHECK(*again == *scenario);
  }
}

TEST_CASE("a scenario has its limits") {
  CHECK_FALSE(parse_scenario("fail router a", {.length = 5}).has_value());
  CHECK_FALSE(parse_scenario("fail router a\nfail router b", {.changes = 1}).has_value());
}
