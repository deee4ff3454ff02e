#include "lsdb/ospf_capture.h"

#include <algorithm>

#include "capture/capture_file.h"
#include "capture/whole_packet.h"
#include "io/file.h"
#include "lsdb/lsa_log_file.h"
#include "lsdb/mrt_file.h"

namespace anemone {
namespace {

constexpr std::uint8_t kEsp = 50;

// ESP between link-local addresses is a routing protocol's (RFC 4552), as far as can be seen from outside.
bool is_encrypted_ospf3(const IpPacket& packet) {
  return packet.protocol == kEsp && !packet.src.is_v4() && packet.src.high() >> 54 == 0xfe80U >> 6;
}

void listen(const CapturedPacket& captured, WholePacket& whole, OspfListener& listener,
            Ospf3Listener& ospf3) {
  if (is_encrypted_ospf3(captured.ip)) return ospf3.refuse(ospf3::Refusal::kEncrypted);
  const IpPacket* packet = whole.find(captured.time, captured.ip);
  if (packet == nullptr) return;
  if (packet->src.is_v4()) return listener.on_packet(captured.time, packet->payload, packet->src);
  ospf3.on_packet(captured.time, {packet->src, packet->dst}, packet->payload);
}

enum class FileKind : std::uint8_t { kCapture, kLog, kMrt };

Result<FileKind> kind_of(const std::string& path) {
  auto file = FileReader::open(path);
  if (!file) return file.error();
  auto start = file->peek(12);
  if (!start) return start.error();
  if (begins_like_lsa_log(*start)) return FileKind::kLog;
  return begins_like_mrt(start->first(std::min<std::size_t>(start->size(), 12))) ? FileKind::kMrt
                                                                                 : FileKind::kCapture;
}

// Logs tell what they hold by themselves, times included.
Result<void> read_log(const std::string& path, OspfRecording& recording) {
  auto reader = LsaLogReader::open(path);
  if (!reader) return reader.error();
  LsaLog& log = recording.log;
  const std::size_t known = log.entries.size();
  const std::size_t known_marks = log.marks.size();
  if (auto read = reader->read(log); !read) recording.problems.push_back(read.error());
  if (reader->refused() > 0) {
    recording.problems.push_back(
        {path + ": " + std::to_string(reader->refused()) + " records are not right ones"});
  }
  for (std::size_t i = known; i < log.entries.size(); ++i) recording.reach(log.entries[i].time);
  for (std::size_t i = known_marks; i < log.marks.size(); ++i) recording.reach(log.marks[i].time);
  recording.counts.lsas += static_cast<std::uint64_t>(
      std::count_if(log.entries.begin() + static_cast<std::ptrdiff_t>(known), log.entries.end(),
                    [](const HeardLsa& heard) { return !heard.described; }));
  return {};
}

// A capture listens from its first packet to its last.
void mark_span(const std::string& path, Time from, Time to, LsaLog& log) {
  const std::uint16_t vantage = log.vantage(path);
  log.marks.push_back({from, vantage, VantageMarkKind::kStarted, 0});
  log.marks.push_back({to, vantage, VantageMarkKind::kStopped, 0});
}

// The checksum is also over where a packet went to: for most a group, while MRT has room for the collector's
// own address only.
ospf3::Ends ends_of(const MrtMessage& message) {
  constexpr std::uint64_t kLinkGroups = 0xff02ULL << 48;
  for (const IpAddress& to : {message.local, IpAddress(kLinkGroups, 5), IpAddress(kLinkGroups, 6)}) {
    ospf3::Packet packet;
    const ospf3::Ends ends{message.remote, to};
    if (ospf3::read_packet(ends, message.bytes, packet) != ospf3::Refusal::kBadChecksum) return ends;
  }
  return {message.remote, message.local};
}

Result<void> read_mrt(const std::string& path, const ospf::AuthKeys& keys, OspfRecording& recording) {
  auto reader = MrtReader::open(path);
  if (!reader) return reader.error();
  OspfListener listener(path, recording.log, keys);
  Ospf3Listener ospf3(path, recording.log);
  IsisListener isis(path, recording.log);
  std::optional<std::pair<Time, Time>> span;
  while (const MrtMessage* message = reader->next()) {
    recording.reach(message->time);
    if (!span) span.emplace(message->time, message->time);
    span->first = std::min(span->first, message->time);
    span->second = std::max(span->second, message->time);
    switch (message->protocol) {
      case Protocol::kOspf2:
        listener.on_packet(message->time, message->bytes, message->remote);
        break;
      case Protocol::kOspf3:
        ospf3.on_packet(message->time, ends_of(*message), message->bytes);
        break;
      case Protocol::kIsis:
        isis.on_pdu(message->time, message->bytes);
        break;
    }
  }
  if (span) mark_span(path, span->first, span->second, recording.log);
  recording.counts.add(listener.counts());
  recording.ospf3.add(ospf3.counts());
  recording.isis.add(isis.counts());
  if (reader->problem()) recording.problems.push_back(*reader->problem());
  if (reader->refused() > 0) {
    recording.problems.push_back(
        {path + ": " + std::to_string(reader->refused()) + " records do not hold what their type says"});
  }
  return {};
}

}  // namespace

void OspfRecording::reach(Time time) {
  from = any ? std::min(from, time) : time;
  to = any ? std::max(to, time) : time;
  any = true;
}

Result<OspfRecording> read_ospf_captures(std::span<const std::string> paths, const ospf::AuthKeys& keys) {
  OspfRecording recording;
  for (const std::string& path : paths) {
    const auto kind = kind_of(path);
    if (!kind) return kind.error();
    if (*kind != FileKind::kCapture) {
      auto read = *kind == FileKind::kLog ? read_log(path, recording) : read_mrt(path, keys, recording);
      if (!read) return read.error();
      continue;
    }
    auto file = CaptureFile::open(path);
    if (!file) return file.error();
    OspfListener listener(path, recording.log, keys);
    Ospf3Listener ospf3(path, recording.log);
    IsisListener isis(path, recording.log);
    WholePacket whole(ospf::kIpProtocol);
    std::optional<std::pair<Time, Time>> span;
    while (const CapturedPacket* packet = file->next_routing()) {
      recording.reach(packet->time);
      if (!span) span.emplace(packet->time, packet->time);
      span->first = std::min(span->first, packet->time);
      span->second = std::max(span->second, packet->time);
      if (packet->osi.empty()) {
        listen(*packet, whole, listener, ospf3);
      } else {
        isis.on_pdu(packet->time, packet->osi);
      }
    }
    for (std::uint64_t i = 0; i < whole.incomplete(); ++i) listener.refuse(ospf::Refusal::kFragment);
    if (span) mark_span(path, span->first, span->second, recording.log);
    recording.counts.add(listener.counts());
    recording.ospf3.add(ospf3.counts());
    recording.isis.add(isis.counts());
    if (file->problem()) recording.problems.push_back(*file->problem());
  }
  recording.log.sort();
  return recording;
}

}  // namespace anemone
