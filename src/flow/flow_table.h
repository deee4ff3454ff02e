// A FlowTable turns events into flows: it counts each event under its key, and lets a flow go when it has
// been silent for the idle time, has lasted for the active time, or reaches the end of its slice.
//
// Slices are cut at multiples of `slice` on the wall clock, so that what left the table adds up exactly
// per bin. A flow that is cut goes on as a new flow with its next event.
//
// Why an own table? Keys are looked up for every packet, and a look-up in a table of a million flows misses
// every cache. Events come in batches, so that the misses of a batch are waited for together: slots stand
// in one flat open-addressing array of 8 bytes each, flows in another. Nothing is allocated per event.
//
// Bounded: at most `flows` at a time, of 64 bytes and 9 to 18 for the slot; the flow that began first is
// pushed out to make room, with all it carried, and counted. Whatever the limits say a flow is cut when it
// has lasted for an hour, or has 2^32 packets (flow/packed_flow.h). One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "capture/event.h"
#include "flow/flow.h"
#include "flow/flow_definition.h"
#include "flow/flow_subject.h"
#include "flow/packed_flow.h"

namespace anemone {

// A time of 0 switches that cut off.
struct FlowLimits {
  std::size_t flows = 1'000'000;
  Duration slice = 10s;
  Duration idle = 15s;
  Duration active = 0s;

  static FlowLimits of(const FlowDefinition& definition, std::size_t flows) {
    return {flows, definition.slice, definition.idle, definition.active};
  }
};

class FlowTable {
 public:
  // What `definition` leaves out and when it cuts is not looked at here: `limits` cut, DefinedFlows leaves
  // out (flow/defined_flows.h). Owners of which only some words are kept are interned in `owners`, which must
  // outlive the table; without it they are kept whole.
  explicit FlowTable(FlowLimits limits = {}, const FlowDefinition& definition = {},
                     OwnerTable* owners = nullptr);

  // Accounts the events to their flows. Appends to `out` flows that these events end or push out. Events
  // should come in the order of time; one that is late by less than its flow's slice is accounted all the
  // same, an older one makes a flow of its own.
  void add(std::span<const Event> events, std::vector<Flow>& out);

  // The same for micro-flows: a flow is what agrees in all that the definition keeps of key and origin. A
  // micro-flow belongs to the slice of its first packet as a whole, and its flow ends within that slice.
  // REQUIRES: one table is given events or micro-flows, not both.
  void add(std::span<const MicroFlow> micro_flows, std::vector<Flow>& out);

  // Moves every flow that is due at `now` to the end of `out`, in the order in which they began. Whenever
  // `out` has grown to `many`, it is handed to `take`, which may empty it: a slice that ends lets all go at
  // once.
  using TakeSome = std::function<void(std::vector<Flow>& out)>;
  void expire(Time now, std::vector<Flow>& out, std::size_t many, const TakeSome& take);
  void expire(Time now, std::vector<Flow>& out);

  // Moves all flows to the end of `out`, in the order in which they began.
  void finish(std::vector<Flow>& out);

  // Moves the `count` flows that began first, or all there are, to the end of `out`; false when there are
  // none. For tables that are too large to be copied as a whole.
  // REQUIRES: nothing else is called until it said false.
  bool finish_some(std::size_t count, std::vector<Flow>& out);

  std::size_t size() const { return size_; }
  // Flows that had to leave because the table was full.
  std::uint64_t pushed_out() const { return pushed_out_; }

 private:
  static constexpr std::uint32_t kNone = 0xffff'ffff;
  static constexpr std::size_t kBatch = 64;

  // A slot of the open-addressing array: where the flow is, and enough of the hash to pass most others by.
  struct Slot {
    std::uint32_t tag = 0;
    std::uint32_t flow = kNone;
  };

  struct alignas(64) Entry {  // a cache line
    PackedFlow flow;
    std::uint32_t older = kNone;  // in the order in which flows began
    std::uint32_t newer = kNone;
  };
  static_assert(sizeof(Entry) == 64);

  // Entries stand in pieces, so that a growing table copies none and pointers to them stay.
  static constexpr std::uint32_t kPieceBits = 12;
  static constexpr std::uint32_t kPiece = 1U << kPieceBits;
  Entry& at(std::uint32_t index) { return pieces_[index >> kPieceBits][index & (kPiece - 1)]; }
  const Entry& at(std::uint32_t index) const { return pieces_[index >> kPieceBits][index & (kPiece - 1)]; }

  void add_batch(std::span<const Event> events, std::vector<Flow>& out);
  void add_one(const Event& event, const FlowKey& key, std::uint32_t hash, std::vector<Flow>& out);
  std::uint32_t find(const FlowKey& key, std::uint32_t hash) const;
  bool goes_on(const PackedFlow& flow, Time time, std::uint32_t packets);
  bool same_slice(Time a, Time b);
  FlowEnd reason(const PackedFlow& flow, Time time);
  bool due(const PackedFlow& flow, Time now);
  Time cut_of(Time start);
  void end(Entry& entry, FlowEnd reason, std::vector<Flow>& out) const;
  static void begin(PackedFlow& flow, const Event& event);

  void add_batch(std::span<const MicroFlow> micro_flows, std::vector<Flow>& out);
  void add_one(const MicroFlow& micro_flow, const FlowSubject& subject, std::uint32_t hash,
               std::vector<Flow>& out);
  std::uint32_t find(const FlowSubject& subject, std::uint32_t hash) const;
  void begin(PackedFlow& flow, const MicroFlow& micro_flow);

  std::uint32_t claim(const FlowKey& key, const Origin& origin, std::uint32_t hash, std::vector<Flow>& out);
  std::uint32_t hash_of(const PackedFlow& flow) const;
  void leave(std::uint32_t index, FlowEnd reason, std::vector<Flow>& out);
  void link_newest(std::uint32_t index);
  void unlink(std::uint32_t index);
  void erase_slot(std::uint32_t index);
  void put_slot(std::uint32_t hash, std::uint32_t index);
  void grow();

  FlowLimits limits_;
  SubjectMask mask_;
  bool whole_;        // events keep their key
  bool tos_matters_;  // to what makes a micro-flow's flow
  bool of_micro_flows_ = false;
  FlowPacking packing_;
  Time slice_from_{};  // the slice that was asked about last
  Time slice_to_{};
  std::vector<Slot> slots_;  // a power of two; at most seven eighths used
  std::vector<std::unique_ptr<Entry[]>> pieces_;
  std::uint32_t entries_ = 0;   // handed out so far, free ones included
  std::uint32_t free_ = kNone;  // unused entries, linked by `newer`
  std::uint32_t oldest_ = kNone;
  std::uint32_t newest_ = kNone;
  std::size_t size_ = 0;
  std::uint64_t pushed_out_ = 0;
};

}  // namespace anemone
