// A PrefixMap answers which value's prefix is the longest that holds an address.
//
// Built once from all its entries and then only asked: entries stand sorted in one flat array, each
// knows the entry that encloses it, and a look-up is a binary search followed by a short walk outwards.
// Prefixes are distinct; of equal ones the last given wins.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "net/prefix.h"

namespace anemone {

template <class T>
class PrefixMap {
 public:
  PrefixMap() = default;
  explicit PrefixMap(std::vector<std::pair<Prefix, T>> entries) {
    std::stable_sort(entries.begin(), entries.end(),
                     [](const auto& a, const auto& b) { return before(a.first, b.first); });
    std::vector<std::uint32_t> open;
    for (auto& [prefix, value] : entries) {
      if (!entries_.empty() && entries_.back().prefix == prefix) {
        entries_.back().value = std::move(value);
        continue;
      }
      while (!open.empty() && !entries_[open.back()].prefix.contains(prefix)) open.pop_back();
      entries_.push_back({prefix, std::move(value), open.empty() ? kNone : open.back()});
      open.push_back(static_cast<std::uint32_t>(entries_.size() - 1));
    }
  }

  std::size_t size() const { return entries_.size(); }

  // The value of the longest prefix that contains `address`, and that prefix; null when none does.
  const std::pair<const Prefix*, const T*> find(const IpAddress& address) const {
    const Prefix host(address, address.is_v4() ? 32 : 128);
    auto after = std::upper_bound(
        entries_.begin(), entries_.end(), host,
        [](const Prefix& wanted, const Entry& entry) { return before(wanted, entry.prefix); });
    auto at = static_cast<std::uint32_t>(after - entries_.begin()) - 1;  // kNone when there is none before
    while (at != kNone && !entries_[at].prefix.contains(address)) at = entries_[at].outer;
    if (at == kNone) return {nullptr, nullptr};
    return {&entries_[at].prefix, &entries_[at].value};
  }

 private:
  static constexpr std::uint32_t kNone = 0xffff'ffff;

  // Families apart: ::/0 would else stand around the IPv4 prefixes without containing them.
  static bool before(const Prefix& a, const Prefix& b) { return a.is_v4() != b.is_v4() ? a.is_v4() : a < b; }

  struct Entry {
    Prefix prefix;
    T value;
    std::uint32_t outer;  // the longest entry that encloses this one
  };
  std::vector<Entry> entries_;
};

}  // namespace anemone
