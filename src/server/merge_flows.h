// MergedFlows adds up the flows that several agents saw: those with the same key in the same slice are one.
//
// Names are brought to one table first, since every agent has its own numbers. Bounded by the caller.
#pragma once

#include <unordered_map>
#include <vector>

#include "capture/record_names.h"
#include "flow/flow_definition.h"
#include "record/flow_record.h"

namespace anemone {

class MergedFlows {
 public:
  explicit MergedFlows(const FlowDefinition& definition)
      : slice_(definition.slice), tos_(definition.key.has(KeyField::kTos)) {}

  // `names` are those of the numbers in `records`.
  void add(const std::vector<FlowRecord>& records, const RecordNames& names);

  const std::vector<FlowRecord>& flows() const { return flows_; }
  const RecordNames& names() const { return names_; }

 private:
  struct Key {
    FlowKey key;
    Origin origin;
    Time slice{};
    std::uint8_t tos = 0;
    bool operator==(const Key&) const = default;
  };
  struct Hash {
    std::size_t operator()(const Key& key) const noexcept;
  };

  Duration slice_;
  bool tos_;
  RecordNames names_;
  std::vector<FlowRecord> flows_;
  std::unordered_map<Key, std::size_t, Hash> places_;
};

}  // namespace anemone
