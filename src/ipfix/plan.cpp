#include "ipfix/plan.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "net/address.h"

namespace anemone::ipfix {
namespace {

std::uint8_t width_of(Into into) {
  if (into == Into::kU8) return 1;
  if (into == Into::kU16) return 2;
  if (into == Into::kU32) return 4;
  return into == Into::kU64 ? 8 : 0;
}

bool takes(const Target& target, const Field& field) {
  if (target.into == Into::kText) return true;
  if (field.length == kVariable || field.length == 0) return false;
  if (target.into == Into::kAddress) return field.length == 4 || field.length == 16;
  return field.length <= 8;
}

template <class T>
T load(const std::uint8_t* from) {
  T value = 0;
  std::memcpy(&value, from, sizeof(T));
  if constexpr (sizeof(T) == 2) return __builtin_bswap16(value);
  if constexpr (sizeof(T) == 4) return __builtin_bswap32(value);
  if constexpr (sizeof(T) == 8) return __builtin_bswap64(value);
  return value;
}
static_assert(std::endian::native == std::endian::little);

template <class T>
void put(std::uint8_t* to, T value) {
  std::memcpy(to, &value, sizeof(T));
}

void move_number(const std::uint8_t* from, std::size_t length, std::uint8_t* to, std::size_t width) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < length; ++i) value = value << 8 | from[i];
  std::memcpy(to, &value, width);
}

// Which of the fields each target of the shape gets: the first target of each place that the template has.
std::vector<const Target*> assign(const Template& layout, Shape shape) {
  std::vector<const Target*> of_field(layout.fields.size(), nullptr);
  std::vector<std::uint16_t> taken;
  for (const Target& target : shape) {
    if (std::find(taken.begin(), taken.end(), target.offset) != taken.end()) continue;
    for (std::size_t i = 0; i < layout.fields.size(); ++i) {
      const Field& field = layout.fields[i];
      if (of_field[i] != nullptr || field.element != target.element || !takes(target, field)) continue;
      of_field[i] = &target;
      taken.push_back(target.offset);
      break;
    }
  }
  return of_field;
}

}  // namespace

Plan::Plan(const Template& layout, Shape shape) : length_min_(layout.length_min()) {
  const auto of_field = assign(layout, shape);
  std::uint32_t at = 0;
  std::size_t left = length_min_;
  for (std::size_t i = 0; i < layout.fields.size(); ++i) {
    const Field& field = layout.fields[i];
    if (of_field[i] == nullptr) unwanted_.push_back(field.element);
    const bool variable = field.length == kVariable;
    left -= variable ? 1 : field.length;
    if (variable || of_field[i] != nullptr) add(field, of_field[i], at);
    if (variable) moves_.back().rest = static_cast<std::uint32_t>(left);
    at = variable ? 0 : at + field.length;
  }
  tail_ = at;
}

void Plan::add(const Field& field, const Target* target, std::uint32_t at) {
  Move move;
  move.at = at;
  move.length = field.length;
  move.wanted = target != nullptr;
  if (target != nullptr) move.offset = target->offset;
  if (field.length == kVariable) {
    move.op = Op::kOwnLength;
  } else if (target->into == Into::kText) {
    move.op = Op::kText;
  } else if (target->into == Into::kAddress) {
    move.op = field.length == 4 ? Op::kAddress4 : Op::kAddress6;
  } else {
    move.width = width_of(target->into);
    move.op = Op::kNumber;
    if (move.width == field.length) {
      constexpr Op kExact[] = {Op::kByte, Op::kNumber16, Op::kNumber32, Op::kNumber64};
      move.op = kExact[std::countr_zero(move.width)];
    } else if (field.length == 4 && move.width == 8) {
      move.op = Op::kNumber32To64;
    }
  }
  moves_.push_back(move);
}

// Where the field after it begins; nullptr when the record overruns.
const std::uint8_t* Plan::decode_variable(const Move& move, const std::uint8_t* from, const std::uint8_t* end,
                                          std::uint8_t* flat) const {
  // The field's own first byte is within length_min_, what follows it within `rest`.
  std::size_t length = *from++;
  if (length == 255) {
    if (static_cast<std::size_t>(end - from) < 2U + move.rest) return nullptr;
    length = load<std::uint16_t>(from);
    from += 2;
  }
  if (static_cast<std::size_t>(end - from) < length + move.rest) return nullptr;
  if (move.wanted) put(flat + move.offset, Text{from, length});
  return from + length;
}

std::size_t Plan::decode(const std::uint8_t* at, const std::uint8_t* end, void* flat) const {
  if (static_cast<std::size_t>(end - at) < length_min_) return 0;
  auto* const to = static_cast<std::uint8_t*>(flat);
  const std::uint8_t* base = at;
  for (const Move& move : moves_) {
    const std::uint8_t* from = base + move.at;
    std::uint8_t* const place = to + move.offset;
    switch (move.op) {
      case Op::kByte:
        *place = *from;
        break;
      case Op::kNumber16:
        put(place, load<std::uint16_t>(from));
        break;
      case Op::kNumber32:
        put(place, load<std::uint32_t>(from));
        break;
      case Op::kNumber64:
        put(place, load<std::uint64_t>(from));
        break;
      case Op::kNumber32To64:
        put(place, std::uint64_t{load<std::uint32_t>(from)});
        break;
      case Op::kNumber:
        move_number(from, move.length, place, move.width);
        break;
      case Op::kAddress4:
        put(place, IpAddress(Ipv4{load<std::uint32_t>(from)}));
        break;
      case Op::kAddress6:
        put(place, IpAddress(load<std::uint64_t>(from), load<std::uint64_t>(from + 8)));
        break;
      case Op::kText:
        put(place, Text{from, move.length});
        break;
      case Op::kOwnLength:
        base = decode_variable(move, from, end, to);
        if (base == nullptr) return 0;
        break;
    }
  }
  return static_cast<std::size_t>(base + tail_ - at);
}

}  // namespace anemone::ipfix
