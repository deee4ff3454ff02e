// SweptSource is what `anemone sweep` holds failures against when it reads files itself: a network with
// matrices, or a recording.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "app/change_options.h"
#include "app/routing_source.h"
#include "base/result.h"
#include "scenario/places.h"
#include "scenario/swept_traffic.h"

namespace anemone {

struct SweptOptions {
  std::vector<std::string> sources;  // a topology, captures of one network, or a recording's folder
  std::vector<std::string> matrices;
  std::string inventory;
  std::string at;
  std::string bin = "10s";
  KeyOptions keys;
};

struct SweptSource {
  SweptTraffic traffic;  // as the scenario makes it
  Places places;
  std::map<Time, std::string> bin_names;  // of files; empty: bins are called by their time
  // As SweepReport has them.
  std::size_t bins_elsewhere = 0;
  std::string network_at;
  double coverage = 1;

  std::string name_of(Time bin) const;
};

Result<SweptSource> read_swept_source(const SweptOptions& options, const Scenario& scenario);

}  // namespace anemone
