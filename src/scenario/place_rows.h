// Rows of changed traffic become demands of one part of a bin, in the topology that the scenario makes.
//
// Ends that were not moved stay where the matrix of the bin has them, whatever told it so (a host's gateway,
// a record's exporter); moved ones are where their new address is attached.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "matrix/attachments.h"
#include "matrix/build_matrix.h"
#include "scenario/change_traffic.h"

namespace anemone {

struct PlacedRow {
  std::uint32_t row = 0;
  std::uint32_t demand = 0;
  Traffic traffic;  // average over the bin
};

// A row with an end that is nowhere.
struct HomelessRow {
  std::uint32_t row = 0;
  double bps = 0;
};

struct PlacedRows {
  std::vector<Demand> demands;
  std::vector<PlacedRow> rows;
  std::vector<HomelessRow> homeless;
  double unattached_bps = 0;  // of moved ends, and for prefixes that the topology no longer has
  double local_bps = 0;       // moved into one network with the other end
};

// `part` is what build_matrix() made of the records, `prefix_after` for each of its prefixes the one in the
// topology of `attachments` (the same, where nothing was changed; not valid where none holds it).
PlacedRows place_rows(std::span<const TrafficRow> rows, std::span<const FlowRecord> records,
                      const PartMatrix& part, bool is_first_part, std::span<const PrefixId> prefix_after,
                      const Attachments& attachments, Duration bin);

}  // namespace anemone
