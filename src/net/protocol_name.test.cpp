#include "net/protocol_name.h"

#include <doctest/doctest.h>

#include <string>

using namespace anemone;

TEST_CASE("protocols are read by the names that are shown, and by number") {
  for (int number = 0; number < 256; ++number) {
    const auto protocol = static_cast<std::uint8_t>(number);
    CHECK(protocol_number(std::to_string(number)) == protocol);
    if (const auto name = protocol_name(protocol); !name.empty()) CHECK(protocol_number(name) == protocol);
  }
  CHECK(protocol_name(6) == "tcp");
  CHECK(protocol_name(58) == "icmp6");
  CHECK(protocol_name(99).empty());
  CHECK(!protocol_number("256"));
  CHECK(!protocol_number("tpc"));
  CHECK(!protocol_number(""));
}
