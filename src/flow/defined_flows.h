// DefinedFlows makes flows of micro-flows as a definition says: leaves out, adds up, cuts, leaves out again.
//
//   micro-flow -> filter (what it is) -> FlowTable -> filter (how much it became) -> out
//
// Two may run at once over the same micro-flows, and a third over an archive (flow/retrospect.h). One thread.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/result.h"
#include "capture/record_names.h"
#include "flow/flow_definition.h"
#include "flow/flow_filter.h"
#include "flow/flow_table.h"

namespace anemone {

class DefinedFlows {
 public:
  // An error when the definition asks for what is not known here. `names` are those of the micro-flows;
  // owners of which only some words are in the key are added to them. They must outlive this.
  static Result<DefinedFlows> make(const FlowDefinition& definition, RecordNames& names,
                                   std::size_t flows_max, const InterfaceNumbers& interfaces = {});

  // As FlowTable's.
  void add(std::span<const MicroFlow> micro_flows, std::vector<Flow>& out);
  void expire(Time now, std::vector<Flow>& out, std::size_t many, const FlowTable::TakeSome& take);
  void expire(Time now, std::vector<Flow>& out);
  void finish(std::vector<Flow>& out);
  bool finish_some(std::size_t count, std::vector<Flow>& out);

  const FlowDefinition& definition() const { return definition_; }
  std::size_t size() const { return table_->size(); }
  std::uint64_t pushed_out() const { return table_->pushed_out(); }
  // Packets of micro-flows that the filter let in. Cheap to keep, so that nobody has to add up what left.
  std::uint64_t packets() const { return packets_; }
  std::uint64_t bytes() const { return bytes_; }

 private:
  DefinedFlows(const FlowDefinition& definition, FlowFilter before, FlowFilter after, RecordNames& names,
               std::size_t flows_max);

  // Of the flows from `first` on, those that the second filter lets go.
  void keep_wanted(std::size_t first, std::vector<Flow>& out);

  FlowDefinition definition_;
  FlowFilter before_;
  FlowFilter after_;
  std::unique_ptr<FlowTable> table_;
  std::vector<MicroFlow> wanted_;
  std::uint64_t packets_ = 0;
  std::uint64_t bytes_ = 0;
};

}  // namespace anemone
