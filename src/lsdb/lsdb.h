// An Lsdb is what listeners know of the network at an instant: of every LSA heard the newest instance.
//
// It is a router's link-state database (RFC 2328 sections 12 and 13, ISO 10589 section 7.3) without the
// router: areas and protocols beside each other, lifetimes that run out, newer instances replacing older
// ones, LSAs flushed or died of age gone. What a database description promised and nobody has heard yet is
// known as described_but_unheard(); what LSAs refer to, too, is in lsdb/unseen.h.
//
// Every LSA has a dense id, given at its first hearing and kept by copies. A value: copying it is cheap,
// since the LSAs' bytes are shared. One thread at a time, also for reading.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "base/index.h"
#include "lsdb/heard_lsa.h"

namespace anemone {

using LsaId = Index<struct LsaTag>;

// What installing an LSA did, so that callers recompute no more than needed.
enum class LsdbChange : std::uint8_t {
  kNone,       // older than ours, or the same instance (RFC 2328, 13.1)
  kRefreshed,  // newer, but options, length and body are equal (13.2); or a flush of what was not there
  kChanged,    // routes may change
};

struct StoredLsa {
  Time arrived{};
  LsaInstance instance;  // as of `arrived`
  std::uint16_t vantage = 0;
  LsaBytes
      bytes;  // its age, sequence number and checksum may be those of an earlier instance: see whole_lsa()

  std::uint16_t left_s(Time now) const;
  std::uint16_t age_s(Time now) const;  // OSPF's age
  // When it dies if nothing newer comes; none for an LSA that is flushed or does not age.
  std::optional<Time> dies() const;
  // What follows the header. REQUIRES: an OSPF LSA.
  Bytes body() const { return bytes.view().subspan(ospf::kLsaHeaderSize); }
};

// An LSA's bytes as they were heard, with the header of just this instance.
std::vector<std::uint8_t> whole_lsa(Protocol protocol, const StoredLsa& stored);

class Lsdb {
 public:
  struct Installed {
    LsdbChange change = LsdbChange::kNone;
    LsaId lsa;  // invalid for what was only described
  };

  // Takes what was heard, or notes what was described. REQUIRES: heard.time >= time().
  LsdbChange install(const HeardLsa& heard) { return install_at(heard).change; }
  Installed install_at(const HeardLsa& heard);

  // Lets time pass: what runs out of lifetime is no longer there. REQUIRES: now >= time().
  void advance(Time now) { time_ = now; }
  Time time() const { return time_; }

  // The LSA as of time(); null when there is none, or none any more.
  const StoredLsa* find(const LsdbKey& key) const;

  // Calls `visit(key, stored)` for every LSA that is there at time(), in the order of LsdbKey.
  template <class Visit>
  void each(Visit visit) const {
    for (const std::uint32_t slot : order()) {
      if (alive(entries_[slot].lsa)) visit(entries_[slot].key, entries_[slot].lsa);
    }
  }
  // The same for one protocol's.
  template <class Visit>
  void each(Protocol protocol, Visit visit) const {
    each([&](const LsdbKey& key, const StoredLsa& stored) {
      if (protocol_of(key.area.domain) == protocol) visit(key, stored);
    });
  }
  // The number of LSAs ever heard, also those that are gone.
  std::size_t known() const { return entries_.size(); }

  // What is described as newer than what we have.
  std::vector<LsdbKey> described_but_unheard() const;

 private:
  friend class LsdbHistory;
  struct Entry {
    LsdbKey key;
    StoredLsa lsa;
  };

  bool alive(const StoredLsa& stored) const { return stored.left_s(time_) > 0; }
  LsaInstance now(const StoredLsa& stored) const;
  void describe(const HeardLsa& heard);
  void forget_described(const LsdbKey& key);
  bool newer_than_ours(const LsdbKey& key, const StoredLsa& described) const;
  std::span<const std::uint32_t> order() const;
  std::uint32_t* slot_of(const LsdbKey& key);
  const Entry* entry(const LsdbKey& key) const;
  void grow_index();

  Time time_{};
  std::vector<Entry> entries_;        // by LsaId; flushed ones too: what comes late is older than they
  std::vector<std::uint32_t> index_;  // open addressing, from the hash of a key to its entry
  mutable std::vector<std::uint32_t> order_;  // entries by key, as far as each() has needed it
  std::map<LsdbKey, StoredLsa> described_;    // newer than ours when it was described
};

}  // namespace anemone
