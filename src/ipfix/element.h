// An ElementKey names an information element: one of IANA's registry (enterprise 0), or an enterprise's own.
//
// NetFlow v9's field types below 128 are the same elements. Its option scopes are numbered by themselves and
// stand under kV9Scope. Elements that records are made of are named here; all others are as good, by number.
#pragma once

#include <compare>
#include <cstdint>
#include <string>

namespace anemone::ipfix {

struct ElementKey {
  std::uint32_t enterprise = 0;
  std::uint16_t id = 0;

  constexpr auto operator<=>(const ElementKey&) const = default;
};

constexpr std::uint32_t kReverse = 29305;  // RFC 5103: the same element of the other direction
constexpr std::uint32_t kNtop = 35632;
constexpr std::uint32_t kAntrea = 56506;
constexpr std::uint32_t kV9Scope = 0xffff'ffff;  // no enterprise's number: option scopes of NetFlow v9

// RFC 5610's numbers for what an element holds, means and is counted in.
enum class DataType : std::uint8_t {
  kOctetArray = 0,
  kUnsigned8 = 1,
  kUnsigned16 = 2,
  kUnsigned32 = 3,
  kUnsigned64 = 4,
  kString = 13,
  kIpv4Address = 18,
  kIpv6Address = 19,
};
enum class Semantics : std::uint8_t {
  kDefault = 0,
  kQuantity = 1,
  kTotalCounter = 2,
  kDeltaCounter = 3,
  kIdentifier = 4,
  kFlags = 5,
};
enum class Units : std::uint16_t { kNone = 0, kBits = 1, kOctets = 2, kPackets = 3, kMicroseconds = 10 };

// What an exporter says of an element of its own (RFC 5610).
struct ElementInfo {
  ElementKey key;
  DataType type = DataType::kOctetArray;
  Semantics semantics = Semantics::kDefault;
  Units units = Units::kNone;
  std::string name;
  std::string description;

  bool operator==(const ElementInfo&) const = default;
};

}  // namespace anemone::ipfix
