// The HostBook knows where hosts are, at every instant: what an operator's inventory says, and what agents
// say of themselves with their records (record/host_facts.h).
//
// What an agent said holds from then on until it says otherwise; the first thing that it said holds for the
// time before, too. It looks at its place at the end of a slice: a new address holds since it was first sent
// from (date_back). The inventory goes before an agent: its address is the one that a host goes by, its
// gateway counts. An agent that does not say where it is gives itself away: what goes out from it has its
// address (inferred_place).
//
// Any thread.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "capture/record_names.h"
#include "record/flow_record.h"
#include "record/host_facts.h"
#include "server/hosts.h"

namespace anemone {

class HostBook {
 public:
  // `inventory` must outlive it.
  explicit HostBook(const Inventory& inventory) : inventory_(inventory) {}

  // An agent of this name sends records as this observer.
  void know(ObserverId observer, const std::string& name);

  // Whether this says more than was known, or it was last kept before `since`: then it is to be kept.
  bool is_news(ObserverId observer, const HostFacts& facts, Time since) const;
  // REQUIRES: the observer is known.
  void learn(ObserverId observer, HostFacts facts);
  // The newest that it said; none when nothing.
  std::optional<HostFacts> newest(ObserverId observer) const;

  // Who was where. The same snapshot for instants between which nothing changed.
  std::shared_ptr<const Hosts> at(Time time) const;
  // Grows with every change.
  std::uint64_t version() const;

 private:
  struct Agent {
    std::string name;
    std::map<Time, HostFacts> facts;  // changes only
    Time kept{};                      // the newest `at` that was learnt
  };
  std::vector<KnownHost> hosts_at(Time time) const;  // REQUIRES: the lock is held

  const Inventory& inventory_;
  mutable std::mutex mutex_;  // what follows
  std::map<ObserverId, Agent> agents_;
  std::uint64_t version_ = 1;
  // By the instant since which it holds; of this version.
  mutable std::map<Time, std::shared_ptr<const Hosts>> snapshots_;
};

// Where records of an agent that says nothing of itself show it to be; `known`: what they showed before.
// None when they show nothing new.
std::optional<HostFacts> inferred_place(std::span<const FlowRecord> records, const RecordNames& names,
                                        const std::optional<HostFacts>& known);

// Moves the time of what an agent said back to the first of the records beside it that went out from an
// address which `known`, what it said before, does not have. Without this the agent at the other end would be
// taken for the only one that saw this traffic, and it would count twice.
void date_back(HostFacts& said, std::span<const FlowRecord> records, const RecordNames& names,
               const std::optional<HostFacts>& known);

}  // namespace anemone
