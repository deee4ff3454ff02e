#include "capture/capture_file.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "capture/fragment_table.h"
#include "capture/plain_event.h"
#include "io/file.h"
#include "packet/capture_decoder.h"
#include "packet/link.h"
#include "packet/tunnel.h"

namespace anemone {
namespace {

// Stretches that are fetched ahead: their headers fit into the second-level cache.
constexpr std::size_t kStretch = 2 * 1024 * 1024;
constexpr std::size_t kStretchMin = 64 * 1024;

}  // namespace

struct CaptureFile::Impl {
  explicit Impl(FileReader reader) : file(std::move(reader)) {}

  FileReader file;
  CaptureDecoder decoder;
  std::array<Frame, 64> frames;
  std::size_t frame_at = 0;
  std::size_t frame_count = 0;
  std::uint64_t used = 0;  // by those frames: skipped when they are done with
  std::size_t need = 1;
  std::uint64_t fetched = 0;  // offset up to which headers are on their way
  bool done = false;
  std::optional<Error> problem;
  CaptureCounts counts;
  CapturedPacket packet;
  FragmentTable fragments;
  std::vector<Event> orphans;  // released fragments that wait to be given

  void stop(std::string reason) {
    done = true;
    problem = Error{file.path() + ": at byte " + std::to_string(file.offset()) + ": " + std::move(reason)};
  }

  // Decodes the next frames. False when there are no more.
  bool refill() {
    frame_at = frame_count = 0;
    while (!done && frame_count == 0) step();
    return frame_count > 0;
  }

  void step() {
    auto skipped = file.skip(std::exchange(used, 0));
    if (!skipped) return fail(skipped.error());
    if (!*skipped) return stop("the file ends inside a block");
    auto bytes = file.peek(need);
    if (!bytes) return fail(bytes.error());
    if (bytes->empty()) return end();
    if (bytes->size() < need) {
      return stop("the file ends in the middle of a record: " + std::to_string(bytes->size()) + " bytes of " +
                  std::to_string(need));
    }
    if (file.offset() >= fetched && bytes->size() >= kStretchMin) {
      const std::size_t stretch = std::min(bytes->size(), kStretch);
      decoder.prefetch(bytes->first(stretch));
      fetched = file.offset() + stretch;
    }
    auto step = decoder.decode(*bytes, frames);
    if (!step) return stop(step.error().message);
    frame_count = step->frames;
    used = step->used;
    need = std::max<std::size_t>(step->need, 1);
  }

  void fail(Error error) {
    done = true;
    problem = std::move(error);
  }

  void end() {
    if (file.offset() == 0) return stop("the file is empty");
    done = true;
  }

  // Reads the next frame's IP packet into `packet`. False when there are no more frames with one.
  bool advance() {
    for (;;) {
      if (frame_at == frame_count && !refill()) return false;
      if (read_frame(frames[frame_at++])) return true;
    }
  }

  // The same, or its ISO PDU.
  bool advance_routing() {
    for (;;) {
      if (frame_at == frame_count && !refill()) return false;
      const Frame& frame = frames[frame_at++];
      if (read_frame(frame)) {
        packet.osi = read_inner_osi(packet.ip);
        return true;
      }
      if (read_osi(frame)) return true;
    }
  }

  bool read_osi(const Frame& frame) {
    const IpPlace place = find_ip(frame.link, frame.bytes);
    if (place.found != Found::kOsi) return false;
    stamp(frame);
    packet.osi = frame.bytes.subspan(place.offset);
    return true;
  }

  void stamp(const Frame& frame) {
    packet.time = frame.time;
    packet.interface = frame.interface;
    packet.frame_length = frame.wire_length;
  }

  bool read_frame(const Frame& frame) {
    ++counts.frames;
    counts.wire_bytes += frame.wire_length;
    const IpPlace place = find_ip(frame.link, frame.bytes);
    if (place.found != Found::kIp) return not_ip(place.found, frame);
    const Bytes rest = frame.bytes.subspan(place.offset);
    switch (read_ip(rest, frame.wire_length - place.offset, place.version, packet.ip)) {
      case IpRead::kMalformed:
        ++counts.malformed;
        return false;
      case IpRead::kCut:
        ++counts.truncated;
        ++counts.headers_cut;
        return false;
      case IpRead::kOk:
        break;
    }
    ++counts.packets;
    counts.bytes += packet.ip.length;
    if (packet.ip.ports_cut) {
      ++counts.truncated;
      ++counts.ports_cut;
    }
    stamp(frame);
    return true;
  }

  // A frame that ends before its network protocol is known was cut by the capture, or was that short.
  bool not_ip(Found found, const Frame& frame) {
    if (found == Found::kCut && frame.bytes.size() < frame.wire_length) {
      ++counts.truncated;
      ++counts.headers_cut;
    } else {
      ++counts.not_ip;
    }
    return false;
  }

  // The event of `packet`. False when it is a fragment held back.
  bool event(Event& event) {
    const IpPacket& ip = packet.ip;
    event = {.time = packet.time,
             .key = {ip.src, ip.dst, ip.src_port, ip.dst_port, ip.protocol},
             .tcp_flags = ip.tcp_flags,
             .tos = ip.tos,
             .packets = 1,
             .bytes = ip.length};
    if (!ip.fragment) return true;
    ++counts.fragments;
    return fragments.place(ip, event, orphans);
  }

  // Gives released fragments; at the end of the file all that still wait.
  std::size_t give_orphans(std::span<Event> events) {
    if (done && frame_at == frame_count) fragments.release(orphans);
    const std::size_t count = std::min(events.size(), orphans.size());
    for (std::size_t i = 0; i < count; ++i) {
      counts.fragments_orphaned += orphans.back().packets;
      events[i] = orphans.back();
      orphans.pop_back();
    }
    return count;
  }

  std::size_t read(std::span<Event> events) {
    std::size_t count = 0;
    while (count < events.size()) {
      if (frame_at == frame_count && !refill()) break;
      const Frame& frame = frames[frame_at++];
      if (plain_event(frame, events[count])) {
        ++counts.frames;
        counts.wire_bytes += frame.wire_length;
        ++counts.packets;
        counts.bytes += events[count].bytes;
        ++count;
      } else if (read_frame(frame) && event(events[count])) {
        ++count;
      }
    }
    return count + give_orphans(events.subspan(count));
  }
};

CaptureFile::CaptureFile(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
CaptureFile::CaptureFile(CaptureFile&&) noexcept = default;
CaptureFile& CaptureFile::operator=(CaptureFile&&) noexcept = default;
CaptureFile::~CaptureFile() = default;

Result<CaptureFile> CaptureFile::open(const std::string& path) {
  auto file = FileReader::open(path);
  if (!file) return file.error();
  auto impl = std::make_unique<Impl>(std::move(*file));
  impl->refill();
  if (impl->problem && impl->frame_count == 0 && impl->decoder.format() == std::string("capture")) {
    return *impl->problem;
  }
  return CaptureFile(std::move(impl));
}

const CapturedPacket* CaptureFile::next() { return impl_->advance() ? &impl_->packet : nullptr; }
const CapturedPacket* CaptureFile::next_routing() {
  return impl_->advance_routing() ? &impl_->packet : nullptr;
}
std::size_t CaptureFile::read(std::span<Event> events) { return impl_->read(events); }
const CaptureCounts& CaptureFile::counts() const { return impl_->counts; }
const std::optional<Error>& CaptureFile::problem() const { return impl_->problem; }

}  // namespace anemone
