// Index and PerIndex: dense ids that cannot be confused, and arrays that take only their own kind.
//
// Inside the engine a node, a link or a prefix is a small number and what is known about it stands in a
// flat array. With plain integers `load[node]` compiles; with these it does not.
#pragma once

#include <cassert>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <utility>
#include <vector>

namespace anemone {

template <class Tag>
class Index {
 public:
  constexpr Index() = default;
  constexpr explicit Index(std::size_t value) : value_(static_cast<std::uint32_t>(value)) {}

  constexpr std::uint32_t value() const { return value_; }
  constexpr bool valid() const { return value_ != kNone; }
  constexpr auto operator<=>(const Index&) const = default;

 private:
  static constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();
  std::uint32_t value_ = kNone;
};

// All indices below `count`, for `for (NodeId node : indices<NodeId>(topology.node_count()))`.
template <class I>
class Indices {
 public:
  class Iterator {
   public:
    explicit Iterator(std::uint32_t at) : at_(at) {}
    I operator*() const { return I{at_}; }
    Iterator& operator++() {
      ++at_;
      return *this;
    }
    bool operator!=(const Iterator& other) const { return at_ != other.at_; }

   private:
    std::uint32_t at_;
  };
  Indices(std::uint32_t first, std::uint32_t end) : first_(first), end_(end) {}
  Iterator begin() const { return Iterator{first_}; }
  Iterator end() const { return Iterator{end_}; }
  std::uint32_t size() const { return end_ - first_; }

 private:
  std::uint32_t first_;
  std::uint32_t end_;
};

template <class I>
Indices<I> indices(std::size_t count) {
  return {0, static_cast<std::uint32_t>(count)};
}

template <class I, class T>
class PerIndex {
 public:
  PerIndex() = default;
  explicit PerIndex(std::size_t size, T value = T{}) : values_(size, value) {}
  explicit PerIndex(std::vector<T> values) : values_(std::move(values)) {}

  decltype(auto) operator[](I index) {
    assert(index.value() < values_.size());
    return values_[index.value()];
  }
  decltype(auto) operator[](I index) const {
    assert(index.value() < values_.size());
    return values_[index.value()];
  }
  std::size_t size() const { return values_.size(); }
  bool empty() const { return values_.empty(); }
  I push_back(T value) {
    values_.push_back(std::move(value));
    return I{values_.size() - 1};
  }
  void assign(std::size_t size, const T& value) { values_.assign(size, value); }
  Indices<I> ids() const { return indices<I>(values_.size()); }
  auto begin() { return values_.begin(); }
  auto end() { return values_.end(); }
  auto begin() const { return values_.begin(); }
  auto end() const { return values_.end(); }
  const std::vector<T>& values() const { return values_; }

 private:
  std::vector<T> values_;
};

}  // namespace anemone

template <class Tag>
struct std::hash<anemone::Index<Tag>> {
  std::size_t operator()(anemone::Index<Tag> index) const noexcept { return index.value(); }
};
