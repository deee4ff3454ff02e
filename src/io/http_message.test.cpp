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
  const auto quoted = [](std::string_view message) {
    const std::string body = http_error(400, "bad", message).body;
    const std::string_view start = R"({"error":{"code":"bad","message":")";
    REQUIRE(body.starts_with(start));
    REQUIRE(body.ends_with("\"}}\n"));
    return body.substr(start.size(), body.size() - start.size() - 4);
  };
  CHECK(quoted("say \"a\\b\"\n\x7f") == R"(say \"a\\b\"\u000a\u007f)");
  CHECK(quoted("Z\xc3\xbcrich \xe2\x82\xac \xf0\x9f\x98\x80") ==
        "Z\xc3\xbcrich \xe2\x82\xac \xf0\x9f\x98\x80");
  // cut short, overlong, a surrogate, beyond the last character, a stray byte
  for (const char* bad :
       {"\xc3", "\xe2\x82", "\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xff"}) {
    CHECK(quoted(bad) == std::string(std::string_view(bad).size(), '?'));
  }
}
