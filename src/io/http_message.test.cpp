#include "io/http_message.h"

#include <doctest/doctest.h>

using namespace anemone;

TEST_CASE("a query string is decoded, and of a parameter given twice the last counts") {
  const auto query = HttpQuery::parse("a=1&b=x+y%26z&a=2&flag&&=e");
  REQUIRE(query);
  CHECK(query->text("a") == "2");
  CHECK(query->text("b") == "x y&z");
  CHECK(query->has("flag"));
  CHECK(query->text("flag", "other") == "");
  CHECK(query->text("none", "other") == "other");
}

TEST_CASE("a number, a count or a time that is none is refused by its parameter's name") {
  const auto query = HttpQuery::parse("n=12x&at=tomorrow&k=-1&good=0.5&time=2026-11-22T23:00:10Z&empty=");
  REQUIRE(query);
  CHECK(query->number("n", 1).error().message.starts_with("n: "));
  CHECK(query->count("k", 1).error().message.starts_with("k: "));
  CHECK(query->time("at", Time{}).error().message.starts_with("at: "));
  CHECK(*query->number("good", 1) == 0.5);
  CHECK(*query->number("none", 7) == 7);
  CHECK(*query->count("empty", 3) == 3);
  CHECK(print_time(*query->time("time", Time{})) == "2026-11-22T23:00:10Z");
}

TEST_CASE("a broken escape and too many parameters are errors") {
  for (const char* text : {"a=%", "a=%4", "a=%4g", "%zz=1"}) CHECK(!HttpQuery::parse(text));
  std::string many;
  for (int i = 0; i < 101; ++i) many += "p" + std::to_string(i) + "=1&";
  CHECK(!HttpQuery::parse(many));
}

TEST_CASE("a target is split into path and query, and a path that leads elsewhere is refused") {
  const auto target = parse_http_target("/a+b%20c?x=1#frag");
  REQUIRE(target);
  CHECK(target->path == "/a+b c");
  CHECK(target->query.text("x") == "1");
  for (const char* text : {"", "a", "*", "/..", "/a/../b", "/%2e%2e/b", "/a%00b", "/a\\b", "/%"}) {
    CAPTURE(text);
    CHECK(!parse_http_target(text));
  }
  CHECK(parse_http_target("/..a/b.."));
}

TEST_CASE("an error's message is one JSON string, whatever was quoted in it") {
  CHECK(http_error(400, "bad", "say \"a\\b\"\n\xff").body ==
        "{\"error\":{\"code\":\"bad\",\"message\":\"say \\\"a\\\\b\\\"\\u000a?\"}}\n");
}
