// Any sequence of fragments: every packet and byte comes out once, with its event, its first or as an orphan.

#include "capture/fragment_table.h"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace anemone;
  FragmentTable table;
  std::vector<Event> orphans;
  ByteReader in({data, size});
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;
  std::uint64_t given_packets = 0;
  std::uint64_t given_bytes = 0;
  Time now = time_from_micros(0);
  while (in.left() >= 8) {
    IpPacket packet;
    const std::uint8_t kind = in.u8();
    packet.src = Ipv4{in.u8()};
    packet.dst = kind & 1 ? IpAddress(1, 2) : IpAddress(Ipv4{7});
    packet.protocol = kind & 2 ? kUdp : kTcp;
    packet.fragment = true;
    packet.fragments_follow = (kind & 4) != 0;
    packet.fragment_id = in.u8();
    packet.fragment_offset = static_cast<std::uint16_t>((in.u8() & 3) * 8);
    packet.length = in.u16();
    packet.header_length = 20;
    now += Duration{in.u16() * 10'000};
    Event event{.time = now, .key = {packet.src, packet.dst, 1, 2, packet.protocol}, .bytes = packet.length};
    ++packets;
    bytes += packet.length;
    if (!table.place(packet, event, orphans)) continue;
    given_packets += event.packets;
    given_bytes += event.bytes;
  }
  table.release(orphans);
  for (const Event& event : orphans) {
    given_packets += event.packets;
    given_bytes += event.bytes;
  }
  if (packets != given_packets || bytes != given_bytes) std::abort();
  return 0;
}
