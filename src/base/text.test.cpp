#include "base/text.h"

#include <doctest/doctest.h>

#include "base/index.h"
#include "base/random.h"

using namespace anemone;

TEST_CASE("words stand between blanks") {
  const auto found = words("  link a\tb  cost 10\r\n");
  REQUIRE(found.size() == 5);
  CHECK(found[0] == "link");
  CHECK(found[4] == "10");
  CHECK(words(" \t").empty());
}

TEST_CASE("splitting keeps empty parts") {
  CHECK(split("a,,b", ',').size() == 3);
  CHECK(split("", ',').size() == 1);
}

TEST_CASE("a number is read whole or not at all") {
  CHECK(*parse_double("2.5e3") == 2500);
  CHECK_FALSE(parse_double("2.5x"));
  CHECK_FALSE(parse_double("nan"));
  CHECK_FALSE(parse_double(""));
  CHECK(*parse_u64("18446744073709551615") == 18446744073709551615U);
  CHECK_FALSE(parse_u64("-1"));
}

TEST_CASE("amounts carry a decimal multiple, read and printed") {
  CHECK(*parse_si("10 M") == 10e6);
  CHECK(*parse_si("2.5G") == 2.5e9);
  CHECK(*parse_si("8000") == 8000);
  CHECK_FALSE(parse_si("10 X"));
  CHECK(print_si(8'120'000) == "8.12 M");
  CHECK(print_si(999.7) == "1.00 k");
  CHECK(print_si(0) == "0");
  CHECK(print_si(81.25e6) == "81.2 M");
}

TEST_CASE("chance is the same again from the same seed, and even") {
  Random one(42);
  Random two(42);
  std::vector<int> counts(10);
  for (int i = 0; i < 10000; ++i) {
    const std::uint32_t drawn = one.below(10);
    REQUIRE(drawn == two.below(10));
    ++counts[drawn];
  }
  for (int count : counts) CHECK(count > 850);
}

TEST_CASE("an index that was never set is not valid") {
  using Id = Index<struct ExampleTag>;
  CHECK_FALSE(Id{}.valid());
  PerIndex<Id, int> per(3, 7);
  int sum = 0;
  for (Id id : per.ids()) sum += per[id];
  CHECK(sum == 21);
}
