#include "lsdb/ospf_capture.h"

#include <algorithm>

#include "capture/capture_file.h"

namespace anemone {
namespace {

void listen(const CapturedPacket& packet, OspfListener& listener) {
  if (!packet.ip.src.is_v4()) return listener.refuse(ospf::Refusal::kNotIpv4);
  if (packet.ip.fragment) return listener.refuse(ospf::Refusal::kFragment);
  listener.on_packet(packet.time, packet.ip.payload);
}

}  // namespace

Result<OspfRecording> read_ospf_captures(std::span<const std::string> paths) {
  OspfRecording recording;
  bool any = false;
  for (const std::string& path : paths) {
    auto file = CaptureFile::open(path);
    if (!file) return file.error();
    OspfListener listener(path, recording.log);
    while (const CapturedPacket* packet = file->next()) {
      recording.from = any ? std::min(recording.from, packet->time) : packet->time;
      recording.to = any ? std::max(recording.to, packet->time) : packet->time;
      any = true;
      if (packet->ip.protocol == ospf::kIpProtocol) listen(*packet, listener);
    }
    recording.counts.add(listener.counts());
    if (file->problem()) recording.problems.push_back(*file->problem());
  }
  recording.log.sort();
  return recording;
}

}  // namespace anemone
