// Any Ethernet frame: where the short way gives an event, the long one must give the same.

#include "capture/plain_event.h"

#include <cstdlib>

#include "packet/link.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace anemone;
  if (size < 2) return 0;
  Frame frame;
  frame.bytes = {data + 2, size - 2};
  frame.wire_length = static_cast<std::uint32_t>(size - 2 + (data[0] << 8 | data[1]));
  Event event;
  if (!plain_event(frame, event)) return 0;
  const IpPlace place = find_ip(frame.link, frame.bytes);
  IpPacket ip;
  if (place.found != Found::kIp || place.offset != 14) std::abort();
  if (read_ip(frame.bytes.subspan(14), frame.wire_length - 14, place.version, ip) != IpRead::kOk)
    std::abort();
  const FlowKey key{ip.src, ip.dst, ip.src_port, ip.dst_port, ip.protocol};
  if (event.key != key || event.bytes != ip.length || event.tcp_flags != ip.tcp_flags ||
      event.tos != ip.tos || ip.fragment || ip.ports_cut) {
    std::abort();
  }
  return 0;
}
