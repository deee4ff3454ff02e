// An event file keeps micro-flows of a while: readable alone, compact, and whole up to where it was torn.
//
// What tells micro-flows apart (a FlowSubject) repeats every second for as long as a connection lives, so
// each stands once in a file and events refer to it by number; so do owners, applications and tunnels. An
// event is then a dozen bytes. The kernel's cookie of the socket is not kept.
//
//   file     = "AnemEvt1" block ...
//   block    = header payload
//   header   = checksum u32 (of all behind it), magic u32 "blok", length u32 of the payload, events u32,
//   first u64
//              and last u64 (times of events in it, microseconds), since u64 and until u64 (what was counted
//              between these stands in this block); 48 bytes, network byte order
//   payload  = owners applications tunnels subjects (each a count and as many rows: those that are new) event
//   ... event    = subject, time after `first`, lasted, packets, bytes: varints; flags u8; what u8; [srtt]
//   [retransmits]
//              [accuracy]: varints that are there where `what` says so (1, 2, 4)
//
// Varints are LEB128, least significant first. An id in a subject is one more than the row's number; 0 is
// none.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "capture/record_names.h"
#include "flow/flow_subject.h"

namespace anemone {

class VarintReader;

struct TimeRange {
  Time from{};
  Time to{};  // not included
  bool operator==(const TimeRange&) const = default;
};

// A block as it stands in a file; `payload` is what the file's other blocks give numbers to.
struct EventBlock {
  Time first{};
  Time last{};
  TimeRange counted;
  std::uint32_t events = 0;
  Bytes payload;
};
void append_event_block(const EventBlock& block, std::vector<std::uint8_t>& out);
// Nothing when `bytes` do not begin with a whole block that is in order; else how many bytes it has in
// `size`.
std::optional<EventBlock> read_event_block(Bytes bytes, std::size_t& size);

// Makes a file's bytes, block by block. Bounded by whoever asks subjects() and begins another file.
class EventFileWriter {
 public:
  // `names` must outlive the writer.
  explicit EventFileWriter(const RecordNames& names);
  EventFileWriter(EventFileWriter&&) noexcept;
  EventFileWriter& operator=(EventFileWriter&&) noexcept;
  ~EventFileWriter();

  // Appends to `out` a block with what was counted in `counted`; the file's beginning, too, the first time.
  void add(const TimeRange& counted, std::span<const MicroFlow> micro_flows, std::vector<std::uint8_t>& out);
  std::size_t subjects() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

struct ArchivedEvent {
  std::uint32_t subject = 0;
  std::uint32_t lasted_us = 0;
  Time time{};
  std::uint64_t bytes = 0;
  std::uint32_t packets = 0;
  std::uint32_t srtt_us = 0;
  std::uint32_t retransmits = 0;
  std::uint8_t tcp_flags = 0;
  std::uint8_t accuracy = 0;
};

class EventFileReader {
 public:
  // Words of the file are interned in `names`. `bytes` and `names` must outlive the reader.
  EventFileReader(Bytes bytes, RecordNames& names) : bytes_(bytes), names_(names) {}

  // The next block: what it covers, and in `events` those of [wanted.from, wanted.to). Nothing at the end,
  // and where the file was torn or damaged.
  std::optional<TimeRange> next(const TimeRange& wanted, std::vector<ArchivedEvent>& events);

  // Of all blocks so far; events refer to them by their number.
  const std::vector<FlowSubject>& subjects() const { return subjects_; }
  MicroFlow micro_flow(const ArchivedEvent& event) const;

  // Bytes at the end that are no whole block; 0 while next() still gives blocks.
  std::size_t torn() const { return torn_; }

 private:
  bool read_words(VarintReader& in);
  bool read_event(VarintReader& in, ArchivedEvent& event) const;
  bool read_subject(VarintReader& in);
  std::optional<TimeRange> give_up();

  Bytes bytes_;
  RecordNames& names_;
  std::size_t at_ = 0;
  std::size_t torn_ = 0;
  std::vector<OwnerId> owners_;
  std::vector<ApplicationId> applications_;
  std::vector<TunnelId> tunnels_;
  std::vector<FlowSubject> subjects_;
};

}  // namespace anemone
