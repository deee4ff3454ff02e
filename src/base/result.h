// A Result is a value or the reason why there is none.
//
// Errors are values here: a function that can fail says so in its type, and the caller either handles
// the error or adds what only it knows and hands it up. The member names are std::expected's, so that
// moving to it (C++23) is one `using`. Exceptions stop where a third-party library is called.
#pragma once

#include <cassert>
#include <string>
#include <utility>
#include <variant>

namespace anemone {

// What went wrong, in words for the person who has to mend it.
struct Error {
  std::string message;

  // The same error, said by a caller who knows more: "FILE: message".
  Error in(const std::string& where) const { return {where + ": " + message}; }
};

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT: implicit on purpose
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT

  bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }

  // REQUIRES: has_value().
  T& value() & { return get(); }
  const T& value() const& { return get(); }
  T&& value() && { return std::move(get()); }
  T& operator*() & { return get(); }
  const T& operator*() const& { return get(); }
  T&& operator*() && { return std::move(get()); }
  T* operator->() { return &get(); }
  const T* operator->() const { return &get(); }

  // REQUIRES: !has_value().
  const Error& error() const {
    assert(!has_value());
    return std::get<1>(state_);
  }

  T value_or(T otherwise) const { return has_value() ? get() : std::move(otherwise); }

 private:
  T& get() {
    assert(has_value());
    return *std::get_if<0>(&state_);
  }
  const T& get() const {
    assert(has_value());
    return *std::get_if<0>(&state_);
  }

  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)), failed_(true) {}  // NOLINT: implicit on purpose

  bool has_value() const { return !failed_; }
  explicit operator bool() const { return has_value(); }

  // REQUIRES: !has_value().
  const Error& error() const {
    assert(failed_);
    return error_;
  }

 private:
  Error error_;
  bool failed_ = false;
};

}  // namespace anemone
