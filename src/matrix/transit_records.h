// TransitRecords choose who counts where no end of the traffic is instrumented: of all exporters that saw a
// flow the one nearest its source, for that one has seen what is lost later, too.
//
// Each exporter that saw a flow is on its way, so the nearest to the source is the one with the farthest
// still to go: by the cost that routing says is left from it to the destination. Two with as much left cannot
// have seen the same packet (an equal-cost path split in between), so both count. Where routing knows no
// place for any of them, the one that saw most counts.
//
// An exporter that reports what comes in and what goes out reports each packet twice: what it reports more of
// counts. Flows are chosen for in each part of the bin apart, because their way may be another; a record that
// spans several stands for its share in each.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "record/flow_record.h"
#include "topology/topology.h"

namespace anemone {

class TransitRecords {
 public:
  // Where a record's observer stands in a part of the bin, and what is left of its packets' way from there;
  // kUnreachable where that is not known.
  struct Standing {
    NodeId node;
    Cost left = kUnreachable;
  };
  // Asked once for each flow and observer that are not alone.
  using StandingOf = std::function<Standing(const FlowRecord& record, std::size_t part)>;

  // `sent`: the flow as its source sent it.
  void add(const FlowKey& sent, std::size_t part, std::uint32_t record) {
    all_.push_back({sent, static_cast<std::uint32_t>(part), record});
    all_.back().sent.direction = Direction::kUnknown;
  }

  struct Choice {
    std::uint32_t record = 0;
    std::uint32_t part = 0;
    bool ordered = true;  // false: nobody's place was known
  };
  // Those that count, in the order of the records. Forgets all.
  std::vector<Choice> choose(std::span<const FlowRecord> records, const StandingOf& standing_of);

 private:
  struct Candidate {
    FlowKey sent;
    std::uint32_t part = 0;
    std::uint32_t record = 0;
  };
  // What one observer has of a flow.
  struct Sighting {
    ObserverId observer;
    double in = 0;
    double out = 0;
    double unknown = 0;
    std::uint32_t record = 0;  // one of them
    Standing at{};

    bool both() const { return in > 0 && out > 0; }
    Direction twice() const { return in >= out ? Direction::kOut : Direction::kIn; }  // what is said again
    double bytes() const { return (in >= out ? in : out) + unknown; }
  };

  void sight(std::span<const Candidate> flow, std::span<const FlowRecord> records,
             const StandingOf& standing_of);
  Sighting& sighting_of(ObserverId observer);
  const Sighting& nearest() const;
  bool counts(const Sighting& sighting, const Sighting& nearest) const;
  void choose_of(std::span<const Candidate> flow, std::span<const FlowRecord> records,
                 std::vector<Choice>& chosen);

  std::vector<Candidate> all_;
  std::vector<Sighting> sightings_;  // of the flow that is worked on
};

}  // namespace anemone
