// A ScenarioRun carries a scenario through bins that were worked out, one after another: their records'
// names brought to one table, since each bin has its own.
#pragma once

#include <memory>

#include "scenario/what_if.h"
#include "server/bin_traffic.h"
#include "server/join_names.h"

namespace anemone {

// What an operator told, and what hosts tell of themselves.
Places places_of(const Inventory& inventory, const Hosts& hosts);

class ScenarioRun {
 public:
  ScenarioRun(Scenario scenario, Places places);

  // An error when the scenario cannot be carried out on that bin's network.
  // REQUIRES: bins come in the order of time.
  Result<void> add(const BinTraffic& traffic);
  WhatIfAnswer answer() const { return what_if_.answer(); }
  const WhatIf& what_if() const { return what_if_; }

 private:
  std::unique_ptr<RecordNames> names_;
  JoinedNames joined_;
  WhatIf what_if_;
};

}  // namespace anemone
