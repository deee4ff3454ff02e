// KnownAddresses remembers of each address of a bin who watches it and where it is attached, at each time.
//
// Looked up once an address and not once a record: most have one observer throughout, and one place in each
// part of the bin. Those that change hands within the bin have a variant for each; those that several hosts
// have at once have one for each that speaks of them (anycast; the bridges that every container host has).
// What no prefix of the domain holds, but an interface of the host that speaks of it does, is behind that
// host.
#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "matrix/address_table.h"
#include "matrix/attachments.h"
#include "matrix/bin_part.h"
#include "matrix/fate.h"
#include "matrix/observers.h"

namespace anemone {

// An address at an instant.
struct KnownAddress {
  ObserverId observer;  // who watches it; invalid: nobody
  AddressKind kind = AddressKind::kOne;
  bool translated = false;     // some NAT box has told of flows with it
  bool by_asking = false;      // only who asks says that it is his: others' records know it as another's
  std::uint32_t attached = 0;  // for KnownAddresses::attached()
};

class KnownAddresses {
 public:
  // All must outlive it.
  KnownAddresses(std::span<const BinPart> parts, const Observers& observers)
      : parts_(parts), observers_(observers) {}

  void prefetch(const IpAddress& address) const { numbers_.prefetch(address); }

  // As of `time`, in a record of `asking`. Valid until the next call.
  // `is_translated(address)` is asked once an address.
  template <class IsTranslated>
  KnownAddress find(const IpAddress& address, Time time, ObserverId asking, IsTranslated is_translated) {
    const std::uint32_t number = numbers_.intern(address);
    if (number == known_.size()) learn(address, is_translated(address));
    const Known& known = known_[number];
    if (known.simple) return variants_[known.first].at;
    return choose(number, address, time, asking);
  }

  const AttachedAt& attached(const KnownAddress& address, std::size_t part) const {
    return attached_[address.attached + part];
  }

  // Where an observer itself stands: the router that it is, or where its first address within the domain is
  // attached; no ingress when that is not known.
  const AttachedAt& home(ObserverId observer, Time time, std::size_t part);

 private:
  struct Variant {
    Time since{};
    KnownAddress at;
  };
  struct Known {
    std::uint32_t first = 0;
    std::uint32_t count = 0;
    bool simple = true;   // one variant, whoever asks
    bool shared = false;  // who asks matters
  };

  void learn(const IpAddress& address, bool translated);
  KnownAddress choose(std::uint32_t number, const IpAddress& address, Time time, ObserverId asking);
  KnownAddress as_said_by(const KnownAddress& general, const IpAddress& address, Time time,
                          ObserverId asking);
  std::uint32_t attach(const IpAddress& address, const Observer* host);
  bool is_behind(ObserverId observer, const IpAddress& address, Time time) const;
  AttachedAt find_home(const Observer& observer, std::size_t part) const;

  std::span<const BinPart> parts_;
  const Observers& observers_;
  AddressTable numbers_;
  std::vector<Known> known_;  // by number
  std::vector<Variant> variants_;
  std::vector<AttachedAt> attached_;
  std::unordered_map<std::uint64_t, KnownAddress> as_said_;           // by number and who says so
  std::unordered_map<std::uint64_t, std::vector<AttachedAt>> homes_;  // by observer and place
};

}  // namespace anemone
