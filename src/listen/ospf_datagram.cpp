#include "listen/ospf_datagram.h"

#include "ospf/packet.h"

namespace anemone {
namespace {

constexpr std::uint8_t kVersionAndLength = 0x45;
constexpr std::uint8_t kInternetControl = 0xc0;
constexpr std::size_t kIpHeader = 20;
constexpr std::uint16_t kDoNotFragment = 0x4000;

std::uint16_t header_checksum(Bytes header) {
  std::uint32_t sum = 0;
  for (ByteReader in(header); in.left() > 0;) sum += in.u16();
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<std::uint16_t>(~sum);
}

}  // namespace

std::vector<std::uint8_t> write_ospf_datagram(Ipv4 from, Ipv4 to, std::uint16_t id, Bytes payload) {
  ByteWriter out;
  out.u8(kVersionAndLength);
  out.u8(kInternetControl);
  out.u16(static_cast<std::uint16_t>(kIpHeader + payload.size()));
  out.u16(id);
  out.u16(kDoNotFragment);
  out.u8(1);
  out.u8(ospf::kIpProtocol);
  out.u16(0);
  out.u32(from.value);
  out.u32(to.value);
  const std::uint16_t sum = header_checksum(out.bytes());
  out.bytes()[10] = static_cast<std::uint8_t>(sum >> 8);
  out.bytes()[11] = static_cast<std::uint8_t>(sum);
  out.put(payload);
  return std::move(out.bytes());
}

MacAddress group_mac(Ipv4 group) {
  return {0x01,
          0x00,
          0x5e,
          static_cast<std::uint8_t>(group.value >> 16 & 0x7f),
          static_cast<std::uint8_t>(group.value >> 8),
          static_cast<std::uint8_t>(group.value)};
}

}  // namespace anemone
