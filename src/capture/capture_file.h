// A CaptureFile gives what a capture file holds: IP packets one by one, or events by the batch.
//
//   auto file = CaptureFile::open(path);                       // pcap or pcapng, may be gzip
//   while (const CapturedPacket* packet = file->next()) ...    // for who looks inside: OSPF is protocol 89
//   while (const CapturedPacket* packet = file->next_routing()) ...  // who hears IS-IS, too
//   while (std::size_t count = file->read(events)) ...         // for who counts flows
//   if (file->problem()) ...                                   // the file was damaged after what was given
//
// Use one of these on a file, not several. Packets come as the file has them, fragments as fragments; events
// of fragments have the key of their datagram. Frames that hold no IP are counted, not given.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "base/result.h"
#include "capture/capture_counts.h"
#include "capture/event.h"
#include "packet/ip.h"

namespace anemone {

struct CapturedPacket {
  Time time{};
  std::uint32_t interface = 0;     // in the order in which the file describes them
  std::uint32_t frame_length = 0;  // on the wire
  IpPacket ip;  // its payload is valid until the next call; of no use where `osi` is not empty
  Bytes osi;    // next_routing() only: an ISO PDU from its discriminator on, link padding too
};

class CaptureFile {
 public:
  // An error when the file cannot be read or is no capture at all; it names the file and the reason.
  static Result<CaptureFile> open(const std::string& path);

  CaptureFile(CaptureFile&&) noexcept;
  CaptureFile& operator=(CaptureFile&&) noexcept;
  ~CaptureFile();

  // The next IP packet; null when there are no more.
  const CapturedPacket* next();

  // The next IP packet or ISO PDU, for who hears IS-IS too; in GRE as well. It counts what next() counts: a
  // frame with an ISO PDU holds no IP. Null when there are no more.
  const CapturedPacket* next_routing();

  // Fills `events` as far as there are any; 0 when there are no more.
  std::size_t read(std::span<Event> events);

  // Of all that was given so far.
  const CaptureCounts& counts() const;

  // Set when the file ended where it should not, or is damaged: file, offset and reason.
  const std::optional<Error>& problem() const;

 private:
  struct Impl;
  explicit CaptureFile(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace anemone
