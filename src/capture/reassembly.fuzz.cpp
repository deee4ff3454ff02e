// Any fragments, many of one datagram: nothing is read past, and what comes out is as long as it says.
#include "capture/reassembly.h"

#include <cstdlib>

using namespace anemone;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Reassembly reassembly;
  ByteReader in({data, size});
  std::int64_t now = 0;
  while (in.left() >= 5) {
    IpPacket fragment;
    fragment.fragment = true;
    fragment.src = Ipv4{1};
    fragment.fragment_id = in.u8();
    const std::uint16_t place = in.u16();
    fragment.fragments_follow = (place & 0x2000) != 0;
    fragment.fragment_offset = static_cast<std::uint16_t>((place & 0x1fff) * 8);
    now += in.u8();
    fragment.header_length = 20;
    fragment.payload = in.take(std::min<std::size_t>(in.u8(), in.left()));
    fragment.length = 20 + static_cast<std::uint32_t>(fragment.payload.size());
    IpPacket whole;
    if (!reassembly.add(Time{std::chrono::seconds(now)}, fragment, whole)) continue;
    if (whole.payload.empty() || whole.length != 20 + whole.payload.size()) std::abort();
  }
  return 0;
}
