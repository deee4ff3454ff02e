// JoinedNames brings records whose numbers are of several tables of names to one table.
//
// Each number of a source is looked up once. Sources come one after another: begin() another before its
// records. One thread at a time.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "capture/record_names.h"
#include "record/flow_record.h"

namespace anemone {

class JoinedNames {
 public:
  // `into` must outlive it.
  explicit JoinedNames(RecordNames& into) : into_(into) {}

  // What follows has its numbers of `names`, which must outlive it; null: it has none.
  void begin(const RecordNames* names);
  void translate(FlowRecord& record);

 private:
  RecordNames& into_;
  const RecordNames* names_ = nullptr;
  std::vector<OwnerId> owners_;  // by the source's numbers; not valid: not looked up yet
  std::vector<ApplicationId> applications_;
  std::vector<TunnelId> tunnels_;
  std::vector<NatId> nats_;
};

}  // namespace anemone
