#include "net/address.h"

#include <arpa/inet.h>

#include <array>
#include <charconv>
#include <cstring>

#include "base/text.h"

namespace anemone {

IpAddress IpAddress::from_bytes6(std::span<const std::uint8_t, 16> bytes) {
  ByteReader in(bytes);
  const std::uint64_t high = in.u64();
  return {high, in.u64()};
}

std::string print_address(Ipv4 address) {
  char text[16];
  char* end = text;
  for (int shift = 24; shift >= 0; shift -= 8) {
    if (shift < 24) *end++ = '.';
    end = std::to_chars(end, text + sizeof text, (address.value >> shift) & 0xff).ptr;
  }
  return {text, end};
}

std::string print_address(const IpAddress& address) {
  if (address.is_v4()) return print_address(address.v4());
  ByteWriter out;
  out.u64(address.high());
  out.u64(address.low());
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(AF_INET6, out.bytes().data(), text.data(), text.size());
  return text.data();
}

Result<Ipv4> parse_ipv4(std::string_view text) {
  const std::string whole(text);
  std::array<std::uint8_t, 4> bytes{};
  if (inet_pton(AF_INET, whole.c_str(), bytes.data()) != 1) {
    return Error{"not an IPv4 address: '" + whole + "'"};
  }
  return Ipv4{ByteReader(bytes).u32()};
}

Result<IpAddress> parse_address(std::string_view text) {
  if (text.find(':') == std::string_view::npos) {
    auto v4 = parse_ipv4(text);
    if (!v4) return Error{"not an address: '" + std::string(text) + "'"};
    return IpAddress(*v4);
  }
  const std::string whole(text);
  std::array<std::uint8_t, 16> bytes{};
  if (inet_pton(AF_INET6, whole.c_str(), bytes.data()) != 1) return Error{"not an address: '" + whole + "'"};
  return IpAddress::from_bytes6(bytes);
}

}  // namespace anemone
