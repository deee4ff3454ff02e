#include "net/prefix.h"

#include <bit>

#include "base/text.h"

namespace anemone {
namespace {

// The first `length` of 64 bits.
std::uint64_t leading(int length) {
  if (length <= 0) return 0;
  if (length >= 64) return ~std::uint64_t{0};
  return ~std::uint64_t{0} << (64 - length);
}

IpAddress masked(const IpAddress& address, int length) {
  return {address.high() & leading(length), address.low() & leading(length - 64)};
}

}  // namespace

Prefix::Prefix(const IpAddress& address, int length)
    : address_(masked(address, address.is_v4() ? length + 96 : length)),
      length_(address.is_v4() ? length + 96 : length) {}

bool Prefix::contains(const IpAddress& address) const {
  return address.is_v4() == is_v4() && masked(address, length_) == address_;
}

Result<int> mask_length(Ipv4 mask) {
  const int ones = std::countl_one(mask.value);
  if (mask_of(ones) != mask) return Error{"not a network mask: " + print_address(mask)};
  return ones;
}

Ipv4 mask_of(int length) { return {static_cast<std::uint32_t>(leading(length) >> 32)}; }

std::string print_prefix(const Prefix& prefix) {
  return print_address(prefix.address()) + "/" + std::to_string(prefix.length());
}

Result<Prefix> parse_prefix(std::string_view text) {
  const std::size_t slash = text.find('/');
  auto address = parse_address(text.substr(0, slash));
  const Error bad{"not a prefix: '" + std::string(text) + "' (want 10.1.0.0/16 or 2001:db8::/32)"};
  if (!address) return bad;
  const int longest = address->is_v4() ? 32 : 128;
  if (slash == std::string_view::npos) return Prefix(*address, longest);
  auto length = parse_u64(text.substr(slash + 1));
  if (!length || *length > static_cast<std::uint64_t>(longest)) return bad;
  return Prefix(*address, static_cast<int>(*length));
}

}  // namespace anemone
