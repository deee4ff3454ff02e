#include "net/area.h"

#include <doctest/doctest.h>

#include <vector>

using namespace anemone;

TEST_CASE("an area is written as a number or as a dotted quad") {
  CHECK(*parse_area("1") == *parse_area("0.0.0.1"));
  CHECK_FALSE(parse_area("backbone"));
  CHECK_FALSE(parse_area("4294967296"));
}

TEST_CASE("areas of the same number in several domains are several areas, the domains apart in order") {
  const AreaId two{1, kOspf2Domain};
  const AreaId three{0, ospf3_domain(64)};
  CHECK(two != AreaId{1, kIsisDomain});
  CHECK(two < three);
  CHECK(is_backbone(three));
  CHECK(backbone_of({7, kIsisDomain}) == AreaId{0, kIsisDomain});
}

TEST_CASE("an area's name says whose it is") {
  CHECK(print_area(AreaId{1}) == "0.0.0.1");
  CHECK(print_area({0, ospf3_domain(0)}) == "ospf3:0.0.0.0");
  CHECK(print_area({256, ospf3_domain(64)}) == "ospf3/64:0.0.1.0");
  CHECK(print_area({0, kIsisDomain}) == "isis:level-2");
  CHECK(print_area({1, kIsisDomain}) == "isis:level-1");
  CHECK(print_area({0x49'0012, kIsisDomain}) == "isis:49.0012");
  CHECK(print_area({0x8000'1234, kIsisDomain}) == "isis:80001234");
  CHECK(print_area({0, isis_domain(2)}) == "isis/2:level-2");
}

TEST_CASE(
    "a level 1 area's number is its address where that has three bytes, else a hash that is no such "
    "address") {
  const std::vector<std::uint8_t> usual = {0x49, 0x00, 0x12};
  const std::vector<std::uint8_t> other = {0x47, 0x00, 0x05, 0x80};
  CHECK(isis_area_number(usual) == 0x49'0012);
  CHECK(isis_area_number(other) >= 0x8000'0000);
  CHECK(isis_area_number(Bytes(other).first(2)) != isis_area_number(other));
  CHECK(isis_area_number({}) != 0);
}
