// ByteReader and ByteWriter: network byte order, and never past the end.
//
// A decoder reads field after field and asks once, at the end, whether there was enough: reading past
// the end gives zeros and makes ok() false for good.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace anemone {

using Bytes = std::span<const std::uint8_t>;

class ByteReader {
 public:
  explicit ByteReader(Bytes bytes) : bytes_(bytes) {}

  bool ok() const { return ok_; }
  std::size_t left() const { return bytes_.size() - at_; }
  std::size_t at() const { return at_; }  // offset from where the reader began

  std::uint8_t u8() { return static_cast<std::uint8_t>(number<1>()); }
  std::uint16_t u16() { return static_cast<std::uint16_t>(number<2>()); }
  std::uint32_t u24() { return static_cast<std::uint32_t>(number<3>()); }
  std::uint32_t u32() { return static_cast<std::uint32_t>(number<4>()); }
  std::uint64_t u64() { return number<8>(); }

  void skip(std::size_t count) { take(count); }

  // The next `count` bytes; empty, and ok() false, when there are fewer.
  Bytes take(std::size_t count) {
    if (count > left()) {
      ok_ = false;
      at_ = bytes_.size();
      return {};
    }
    Bytes taken = bytes_.subspan(at_, count);
    at_ += count;
    return taken;
  }

  // What is left, without moving.
  Bytes rest() const { return bytes_.subspan(at_); }

 private:
  template <std::size_t kSize>
  std::uint64_t number() {
    if (kSize > left()) {
      ok_ = false;
      at_ = bytes_.size();
      return 0;
    }
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < kSize; ++i) value = value << 8 | bytes_[at_ + i];
    at_ += kSize;
    return value;
  }

  Bytes bytes_;
  std::size_t at_ = 0;
  bool ok_ = true;
};

class ByteWriter {
 public:
  void u8(std::uint8_t value) { number<1>(value); }
  void u16(std::uint16_t value) { number<2>(value); }
  void u24(std::uint32_t value) { number<3>(value); }
  void u32(std::uint32_t value) { number<4>(value); }
  void u64(std::uint64_t value) { number<8>(value); }
  void put(Bytes bytes) { bytes_.insert(bytes_.end(), bytes.begin(), bytes.end()); }

  std::size_t size() const { return bytes_.size(); }
  const std::vector<std::uint8_t>& bytes() const { return bytes_; }
  std::vector<std::uint8_t>& bytes() { return bytes_; }

 private:
  template <std::size_t kSize>
  void number(std::uint64_t value) {
    for (std::size_t i = kSize; i-- > 0;) bytes_.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
  }

  std::vector<std::uint8_t> bytes_;
};

}  // namespace anemone
