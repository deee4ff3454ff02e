// Any bytes as a frame of any link type, cut anywhere by a snap length.

#include "packet/ip.h"

#include <cstdlib>

#include "packet/link.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace anemone;
  if (size < 4) return 0;
  const auto link = static_cast<LinkType>(data[0] | (data[1] & 1) << 8);
  const auto wire = static_cast<std::uint32_t>(size - 4 + (data[2] << 8 | data[3]));
  const Bytes frame(data + 4, size - 4);
  const IpPlace place = find_ip(link, frame);
  if (place.offset > frame.size()) std::abort();
  if (place.found == Found::kOsi && place.offset == frame.size()) std::abort();
  if (place.found != Found::kIp) return 0;
  IpPacket packet;
  const std::uint32_t left = wire - place.offset;
  if (read_ip(frame.subspan(place.offset), left, place.version, packet) != IpRead::kOk) return 0;
  if (packet.length > left || packet.payload.size() > packet.length) std::abort();
  if (packet.payload.data() + packet.payload.size() > data + size) std::abort();
  return 0;
}
