// Any bytes as a capture file: as a whole, and in pieces of a size that the first byte chooses, it must give
// the same frames, and never more memory than was shown. The packets in it are read to their ports.

#include "packet/capture_decoder.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <vector>

#include "packet/ip.h"
#include "packet/link.h"

namespace {

using namespace anemone;

std::vector<std::uint64_t> frames_of(Bytes file, std::size_t chunk) {
  CaptureDecoder decoder;
  std::array<Frame, 5> frames;
  std::vector<std::uint64_t> seen;
  std::uint64_t at = 0;
  std::size_t need = 1;
  for (std::size_t steps = 0; at + need <= file.size(); ++steps) {
    if (steps > 10 + 2 * file.size()) std::abort();  // it does not get on
    const Bytes rest = file.subspan(static_cast<std::size_t>(at));
    const Bytes shown = rest.first(std::min(rest.size(), std::max(chunk, need)));
    if (need > kFrameMax + 200'000) std::abort();  // memory would not be bounded
    decoder.prefetch(shown);
    auto step = decoder.decode(shown, frames);
    if (!step) break;
    for (const Frame& frame : std::span(frames).first(step->frames)) {
      if (frame.wire_length < frame.bytes.size()) std::abort();
      seen.push_back(static_cast<std::uint64_t>(micros(frame.time)) ^ std::uint64_t{frame.wire_length} << 20 ^
                     frame.bytes.size());
      const IpPlace place = find_ip(frame.link, frame.bytes);
      IpPacket packet;
      if (place.found != Found::kIp) continue;
      if (place.offset > frame.bytes.size()) std::abort();
      const auto wire = static_cast<std::uint32_t>(frame.wire_length - place.offset);
      if (read_ip(frame.bytes.subspan(place.offset), wire, place.version, packet) != IpRead::kOk) continue;
      if (packet.length > wire || packet.payload.size() > packet.length) std::abort();
      for (const std::uint8_t byte : packet.payload) seen.back() += byte;
    }
    at += step->used;
    need = std::max<std::size_t>(1, step->need);
  }
  return seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const Bytes file(data + 1, size - 1);
  if (frames_of(file, file.size()) != frames_of(file, data[0])) std::abort();
  return 0;
}
