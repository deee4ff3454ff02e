// Observers says which address is watched by whom, at which time, and who of them counts.
//
// An observer is an agent on a host, an exporter in transit (a router that runs an agent, a NetFlow or IPFIX
// exporter), or a host whose capture was recorded. Taking some of them as not instrumented is how coverage is
// played through: their records are then as if they had never come.
//
// Addresses come and go: an observer may be given several times, each holding until the next. Where two
// have an address at once, whoever took it later has it (a host that moved), of equals the first; but each is
// taken at its word on its own records (anycast, and the addresses that every container host has).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/time_span.h"
#include "matrix/address_table.h"
#include "net/address.h"
#include "net/prefix_map.h"
#include "record/flow_record.h"
#include "record/host_facts.h"

namespace anemone {

struct Observer {
  ObserverId id;
  std::vector<IpAddress> addresses{};  // of the host or router it runs on
  bool instrumented = true;            // the last that is given of an id holds for all time
  Time since = Time::min();            // when it came to have these addresses
  std::vector<IpAddress> gateways{};   // next hops of its default routes, the preferred first
  std::vector<TimeSpan> silent{};  // of which nothing has come from it; added up over all entries of an id
  std::vector<Prefix> networks{};  // of its interfaces: what the topology does not know of them is behind it
  Duration clock_error{};          // how far its clock may still be off
};

// A host's agent by what it has told of its host, in the order of time; the first holds for before, too.
std::vector<Observer> observers_of(ObserverId id, std::span<const HostFacts> told);

class Observers {
 public:
  // One observer's addresses from `since` on, until the next of the same address begins.
  struct Stay {
    Time since{};
    ObserverId observer;      // invalid: nobody's
    std::uint32_t entry = 0;  // which of the observers given
  };

  Observers() = default;
  // Entries of one id stand in the order of their times.
  explicit Observers(std::span<const Observer> observers);

  // The last to have it; invalid when nobody watches it.
  ObserverId at(const IpAddress& address) const;
  // In the order of time; empty when nobody ever watches it.
  std::span<const Stay> stays(const IpAddress& address) const;

  // Whether several have the address at one time; what this one says of it then, null when it has it not.
  bool is_shared(const IpAddress& address) const;
  const Stay* claim(ObserverId observer, const IpAddress& address, Time time) const;

  bool instrumented(ObserverId id) const {
    return id.valid() && id.value() < known_.size() && known_[id.value()].instrumented;
  }
  // False while nothing has come from it.
  bool heard(ObserverId id, Time time) const;
  bool heard_throughout(ObserverId id, const TimeSpan& span) const;
  bool always_heard(ObserverId id) const {
    return id.value() >= known_.size() || known_[id.value()].silent.empty();
  }

  // Whether some observer's interface has a network that holds the address.
  bool is_near_some(const IpAddress& address) const { return networks_.find(address).second != nullptr; }

  // What it was at a time; null when it is not known.
  const Observer* place(ObserverId id, Time time) const;
  const Observer& entry(std::uint32_t index) const { return entries_[index]; }

 private:
  struct Known {
    bool instrumented = false;
    std::vector<TimeSpan> silent;
    std::vector<std::uint32_t> entries;
  };
  struct Claim {
    std::uint32_t address = 0;  // number in addresses_
    Time to{};
    Stay stay;
  };
  struct OfAddress {
    std::uint32_t first_claim = 0;
    std::uint32_t end_claim = 0;
    std::uint32_t first_stay = 0;
    std::uint32_t end_stay = 0;
    bool shared = false;
  };

  void note_entries();
  void note_claims();
  void note_stays(OfAddress& of);

  std::vector<Observer> entries_;
  std::vector<Known> known_;  // by id
  AddressTable addresses_;
  std::vector<Claim> claims_;  // by address, then time
  std::vector<Stay> stays_;
  std::vector<OfAddress> of_address_;
  PrefixMap<char> networks_;
};

}  // namespace anemone
