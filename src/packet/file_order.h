// FileOrder reads numbers in the byte order of the machine that wrote a capture file.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>

#include "base/bytes.h"

namespace anemone {

struct FileOrder {
  bool swap = false;

  // REQUIRES: so many bytes at `at`.
  std::uint16_t u16(const std::uint8_t* at) const {
    std::uint16_t value = 0;
    std::memcpy(&value, at, sizeof value);
    return swap ? __builtin_bswap16(value) : value;
  }
  std::uint32_t u32(const std::uint8_t* at) const {
    std::uint32_t value = 0;
    std::memcpy(&value, at, sizeof value);
    return swap ? __builtin_bswap32(value) : value;
  }
  std::uint64_t u64(const std::uint8_t* at) const {
    std::uint64_t value = 0;
    std::memcpy(&value, at, sizeof value);
    return swap ? __builtin_bswap64(value) : value;
  }
};

// What a file that is no capture begins with, for the message.
std::string unknown_magic(Bytes bytes);

}  // namespace anemone
