// An AddressTable gives addresses dense numbers, in the order in which they first come.
//
// A bin has a million records and some thousand addresses: two look-ups a record are most of what building a
// matrix costs, so this is one flat array with open addressing (linear probing, at most half full), and
// callers that know what they will ask for say so ahead (prefetch). Nothing is ever removed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "net/address.h"

namespace anemone {

class AddressTable {
 public:
  static constexpr std::uint32_t kNone = 0xffff'ffff;

  AddressTable() : slots_(kFirstSlots) {}

  std::size_t size() const { return size_; }
  void prefetch(const IpAddress& address) const { __builtin_prefetch(&slots_[place(address)]); }

  // kNone when it has not come yet.
  std::uint32_t find(const IpAddress& address) const {
    for (std::size_t i = place(address);; i = (i + 1) & (slots_.size() - 1)) {
      const Slot& slot = slots_[i];
      if (slot.number == kNone || slot.address == address) return slot.number;
    }
  }

  // size() before the call when it is new.
  std::uint32_t intern(const IpAddress& address) {
    std::size_t i = place(address);
    for (; slots_[i].number != kNone; i = (i + 1) & (slots_.size() - 1)) {
      if (slots_[i].address == address) return slots_[i].number;
    }
    slots_[i] = {address, size_};
    if (++size_ * 2 > slots_.size()) grow();
    return size_ - 1;
  }

 private:
  static constexpr std::size_t kFirstSlots = 1024;
  struct Slot {
    IpAddress address;
    std::uint32_t number = kNone;
  };

  std::size_t place(const IpAddress& address) const {
    const std::uint64_t hash = std::hash<IpAddress>{}(address);
    return (hash ^ hash >> 32) & (slots_.size() - 1);
  }
  void grow() {
    std::vector<Slot> before(slots_.size() * 2);
    before.swap(slots_);
    for (const Slot& slot : before) {
      if (slot.number == kNone) continue;
      std::size_t i = place(slot.address);
      while (slots_[i].number != kNone) i = (i + 1) & (slots_.size() - 1);
      slots_[i] = slot;
    }
  }

  std::vector<Slot> slots_;
  std::uint32_t size_ = 0;
};

}  // namespace anemone
