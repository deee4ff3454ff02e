#include "server/scenario_run.h"

#include <utility>
#include <vector>

namespace anemone {

Places places_of(const Inventory& inventory, const Hosts& hosts) {
  Places places = places_of(inventory);
  for (const KnownHost& host : hosts.list()) {
    if (!host.addresses.empty()) places.addresses_of_host[host.name] = host.addresses;
  }
  return places;
}

ScenarioRun::ScenarioRun(Scenario scenario, Places places)
    : names_(std::make_unique<RecordNames>()),
      joined_(*names_),
      what_if_(std::move(scenario), std::move(places), names_.get()) {}

Result<void> ScenarioRun::add(const BinTraffic& traffic) {
  joined_.begin(traffic.observed.names.get());
  std::vector<FlowRecord> records = *traffic.observed.records;
  for (FlowRecord& record : records) joined_.translate(record);
  const Observers observers = traffic.observed.hosts->observed_by(traffic.instrumented);
  WhatIfBin bin;
  bin.from = traffic.bin.from;
  bin.to = traffic.bin.to;
  for (const Epoch& epoch : traffic.epochs) bin.parts.push_back({epoch.from, epoch.topology});
  bin.records = records;
  bin.observers = &observers;
  bin.measured = &traffic.matrix;
  return what_if_.add(bin);
}

}  // namespace anemone
