// Numbers of as many bytes as they need (LEB128, seven bits a byte, least significant first), and texts
// behind their length. Reading never goes past the end: zeros, and ok() is false for good.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace anemone {

class VarintReader {
 public:
  explicit VarintReader(Bytes bytes) : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  bool ok() const { return ok_; }
  std::size_t left() const { return static_cast<std::size_t>(end_ - at_); }

  std::uint64_t number() {
    if (at_ < end_ && *at_ < 0x80) return *at_++;
    return long_number();
  }
  std::uint8_t byte() {
    if (at_ < end_) return *at_++;
    ok_ = false;
    return 0;
  }
  std::string text() {
    const std::uint64_t size = number();
    if (size > left()) {
      fail();
      return {};
    }
    std::string text(reinterpret_cast<const char*>(at_), size);
    at_ += size;
    return text;
  }
  // The next `count` bytes as a number, most significant first.
  std::uint64_t fixed(std::size_t count) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < count; ++i) value = value << 8 | byte();
    return value;
  }

 private:
  std::uint64_t long_number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (at_ == end_) break;
      const std::uint8_t part = *at_++;
      value |= std::uint64_t{part & 0x7fU} << shift;
      if (part < 0x80) return value;
    }
    fail();
    return 0;
  }
  void fail() {
    ok_ = false;
    at_ = end_;
  }

  const std::uint8_t* at_;
  const std::uint8_t* end_;
  bool ok_ = true;
};

class VarintWriter {
 public:
  void number(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) bytes_.push_back(static_cast<std::uint8_t>(value | 0x80));
    bytes_.push_back(static_cast<std::uint8_t>(value));
  }
  void byte(std::uint8_t value) { bytes_.push_back(value); }
  void text(const std::string& text) {
    number(text.size());
    bytes_.insert(bytes_.end(), text.begin(), text.end());
  }
  void fixed(std::uint64_t value, std::size_t count) {
    for (std::size_t i = count; i-- > 0;) bytes_.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
  }
  void clear() { bytes_.clear(); }
  const std::vector<std::uint8_t>& bytes() const { return bytes_; }

 private:
  std::vector<std::uint8_t> bytes_;
};

}  // namespace anemone
