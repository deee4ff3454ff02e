// A Plan is a template compiled for one consumer: a list of moves from a record's bytes into a flat struct.
//
// The consumer lists the elements that it wants and where each goes (a Shape); compiling looks every field
// up once per template, so that decoding a record is a walk over moves: no look-up, no allocation. Fields
// nobody wants cost nothing (variable ones: their length is read); they are named, so that they can be
// counted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "ipfix/template.h"

namespace anemone::ipfix {

// A field's bytes where they stand in the message.
struct Text {
  const std::uint8_t* data = nullptr;
  std::size_t size = 0;
};

// What a wanted field becomes. Numbers may be shorter or longer than their place (reduced-size encoding);
// what does not fit loses its high bytes.
enum class Into : std::uint8_t {
  kU8,
  kU16,
  kU32,
  kU64,
  kAddress,  // IpAddress, from 4 or 16 bytes
  kText,     // Text
};

struct Target {
  ElementKey element;
  Into into = Into::kU64;
  std::uint16_t offset = 0;  // in the flat struct
};

// Several elements may go to one place: the first of the shape that a template has is taken.
using Shape = std::span<const Target>;

class Plan {
 public:
  Plan() = default;
  Plan(const Template& layout, Shape shape);

  // Writes the fields of the record at `at` into `flat`. The record's length; 0 when it overruns `end`.
  // REQUIRES: flat is the struct that the shape speaks of.
  std::size_t decode(const std::uint8_t* at, const std::uint8_t* end, void* flat) const;

  std::size_t length_min() const { return length_min_; }
  std::size_t size() const { return moves_.size(); }
  // Elements of the template that the shape does not want.
  const std::vector<ElementKey>& unwanted() const { return unwanted_; }

 private:
  enum class Op : std::uint8_t {
    kByte,
    kNumber16,
    kNumber32,
    kNumber64,      // as wide as their places
    kNumber32To64,  // counters of reduced size, as most are
    kNumber,        // any width into `width` bytes
    kAddress4,
    kAddress6,
    kText,
    kOwnLength,  // a variable-length field, wanted or not
  };
  struct Move {
    Op op = Op::kByte;
    bool wanted = true;
    std::uint8_t width = 0;    // of the place, for numbers
    std::uint16_t length = 0;  // of the field
    std::uint16_t offset = 0;  // of the place
    std::uint32_t at = 0;      // of the field, from where the last variable one ended
    std::uint32_t rest = 0;    // for kOwnLength: the least that must follow
  };

  void add(const Field& field, const Target* target, std::uint32_t at);
  const std::uint8_t* decode_variable(const Move& move, const std::uint8_t* from, const std::uint8_t* end,
                                      std::uint8_t* flat) const;

  std::vector<Move> moves_;
  std::vector<ElementKey> unwanted_;
  std::size_t length_min_ = 0;
  std::uint32_t tail_ = 0;  // fixed bytes behind the last variable field
};

}  // namespace anemone::ipfix
