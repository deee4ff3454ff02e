// The traffic that a scenario makes of measured traffic: records' ends moved, their amounts scaled, new
// hosts' added.
//
// Records are not copied: a TrafficRow says which record it is of, between which addresses and how many times
// as much. Only owners' records (matrix/build_matrix.h) become rows, since the others are the same traffic
// once more; they help to tell whose an end is: the process at the far end is known from the record of the
// agent there.
//
// An end belongs to a moved service when the service's filter holds for it alone: its address, its port, the
// process that it is of. Both ends of traffic between two servers of the service move.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/result.h"
#include "capture/record_names.h"
#include "matrix/attachments.h"
#include "matrix/build_matrix.h"
#include "matrix/observers.h"
#include "record/flow_record.h"
#include "scenario/places.h"
#include "scenario/scenario.h"

namespace anemone {

struct TrafficRow {
  std::uint32_t record = 0;
  IpAddress src;
  IpAddress dst;
  double factor = 1;
};

class TrafficChange {
 public:
  // `names` are those of the records, must outlive the change and may grow. `after` is where addresses are
  // attached with the scenario; only make() uses it. An error when something that is named is not there, or a
  // filter asks what records do not know.
  static Result<TrafficChange> make(const Scenario& scenario, const Places& places, const RecordNames& names,
                                    const Attachments& after);
  TrafficChange(TrafficChange&&) noexcept;
  TrafficChange& operator=(TrafficChange&&) noexcept;
  ~TrafficChange();

  // True when every row is its record: the scenario changes no traffic.
  bool is_nothing() const;

  // The rows of one bin's records: of all owners' records, in their order, then those of added hosts.
  // `uses` are build_matrix()'s. `before` and `after`: where addresses are attached without and with the
  // scenario, as of the bin.
  std::vector<TrafficRow> rows(std::span<const FlowRecord> records, std::span<const RecordUse> uses,
                               const Observers& observers, const Attachments& before,
                               const Attachments& after);

 private:
  struct Steps;
  explicit TrafficChange(std::unique_ptr<Steps> steps);
  std::unique_ptr<Steps> steps_;
};

}  // namespace anemone
