// A PairTable gives pairs of dense numbers a dense number of their own, in the order in which they first
// come. One flat array with open addressing, at most half full.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace anemone {

class PairTable {
 public:
  PairTable() : slots_(kFirstSlots) {}

  std::size_t size() const { return size_; }

  // size() before the call when the pair is new.
  std::uint32_t intern(std::uint32_t a, std::uint32_t b) {
    const std::uint64_t key = std::uint64_t{a} << 32 | b;
    std::size_t i = place(key);
    for (; slots_[i].number != kNone; i = (i + 1) & (slots_.size() - 1)) {
      if (slots_[i].key == key) return slots_[i].number;
    }
    slots_[i] = {key, size_};
    if (++size_ * 2 > slots_.size()) grow();
    return size_ - 1;
  }

 private:
  static constexpr std::size_t kFirstSlots = 1024;
  static constexpr std::uint32_t kNone = 0xffff'ffff;
  struct Slot {
    std::uint64_t key = 0;
    std::uint32_t number = kNone;
  };

  std::size_t place(std::uint64_t key) const {
    const std::uint64_t hash = (key ^ key >> 29) * 0x9e3779b97f4a7c15;
    return (hash ^ hash >> 32) & (slots_.size() - 1);
  }
  void grow() {
    std::vector<Slot> before(slots_.size() * 2);
    before.swap(slots_);
    for (const Slot& slot : before) {
      if (slot.number == kNone) continue;
      std::size_t i = place(slot.key);
      while (slots_[i].number != kNone) i = (i + 1) & (slots_.size() - 1);
      slots_[i] = slot;
    }
  }

  std::vector<Slot> slots_;
  std::uint32_t size_ = 0;
};

}  // namespace anemone
