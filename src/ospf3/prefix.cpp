#include "ospf3/prefix.h"

#include <algorithm>

namespace anemone::ospf3 {
namespace {

constexpr int kLengthMax = 128;
constexpr int kLengthMax4 = 32;

// The bytes of an address on the wire: in whole words.
std::size_t address_size(std::uint8_t length) { return (std::size_t{length} + 31) / 32 * 4; }

void clear_behind(PrefixField& field) {
  for (std::size_t i = 0; i < field.address.size(); ++i) {
    const int bits = std::clamp(field.length - static_cast<int>(i * 8), 0, 8);
    field.address[i] &= static_cast<std::uint8_t>(0xff00 >> bits);
  }
}

}  // namespace

Family family_of(std::uint8_t instance) {
  if (instance < 32) return Family::kIpv6;
  if (instance >= 128) return Family::kOther;
  return instance >= 64 && instance < 96 ? Family::kIpv4 : Family::kMulticast;
}

PrefixField read_prefix(ByteReader& in) {
  PrefixField field;
  field.length = in.u8();
  field.options = in.u8();
  field.extra = in.u16();
  if (field.length > kLengthMax) in.skip(in.left() + 1);
  const Bytes bytes = in.take(address_size(field.length));
  if (in.ok()) std::copy(bytes.begin(), bytes.end(), field.address.begin());
  clear_behind(field);
  return field;
}

void write_prefix(const PrefixField& prefix, ByteWriter& out) {
  out.u8(prefix.length);
  out.u8(prefix.options);
  out.u16(prefix.extra);
  out.put(Bytes(prefix.address).first(address_size(prefix.length)));
}

std::optional<Prefix> to_prefix(const PrefixField& field, Family family) {
  if (family != Family::kIpv6 && family != Family::kIpv4) return std::nullopt;
  if (field.length > (family == Family::kIpv6 ? kLengthMax : kLengthMax4)) return std::nullopt;
  const Prefix prefix(to_address(field.address, family), field.length);
  if (prefix.is_v4() != (family == Family::kIpv4)) return std::nullopt;  // ::ffff:0:0/96 stands for IPv4 here
  return prefix;
}

PrefixField from_prefix(const Prefix& prefix, std::uint16_t extra, std::uint8_t options) {
  return {static_cast<std::uint8_t>(prefix.length()), options, extra, from_address(prefix.address())};
}

IpAddress to_address(const std::array<std::uint8_t, 16>& bytes, Family family) {
  if (family == Family::kIpv4) return Ipv4{ByteReader(bytes).u32()};
  ByteReader in(bytes);
  const std::uint64_t high = in.u64();
  return {high, in.u64()};
}

std::array<std::uint8_t, 16> from_address(const IpAddress& address) {
  ByteWriter out;
  if (address.is_v4()) {
    out.u32(address.v4().value);
  } else {
    out.u64(address.high());
    out.u64(address.low());
  }
  std::array<std::uint8_t, 16> bytes{};
  std::copy(out.bytes().begin(), out.bytes().end(), bytes.begin());
  return bytes;
}

}  // namespace anemone::ospf3
