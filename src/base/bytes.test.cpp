#include "base/bytes.h"

#include <doctest/doctest.h>

using namespace anemone;

TEST_CASE("numbers are read as they were written, in network byte order") {
  ByteWriter out;
  out.u8(1);
  out.u16(0x0203);
  out.u24(0x040506);
  out.u32(0x0708090a);
  out.u64(0x0b0c0d0e0f101112);
  CHECK(out.bytes()[1] == 2);
  ByteReader in(out.bytes());
  CHECK(in.u8() == 1);
  CHECK(in.u16() == 0x0203);
  CHECK(in.u24() == 0x040506);
  CHECK(in.u32() == 0x0708090a);
  CHECK(in.u64() == 0x0b0c0d0e0f101112);
  CHECK(in.ok());
  CHECK(in.left() == 0);
}

TEST_CASE("reading past the end gives zeros and is remembered") {
  const std::uint8_t three[] = {1, 2, 3};
  ByteReader in(three);
  CHECK(in.u32() == 0);
  CHECK_FALSE(in.ok());
  CHECK(in.u8() == 0);
  CHECK(in.left() == 0);
}

TEST_CASE("taking more than is there gives nothing") {
  const std::uint8_t three[] = {1, 2, 3};
  ByteReader in(three);
  CHECK(in.take(2).size() == 2);
  CHECK(in.take(2).empty());
  CHECK_FALSE(in.ok());
}
