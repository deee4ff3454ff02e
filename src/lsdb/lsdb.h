// An Lsdb is what a listener knows of the network at an instant: of every LSA heard the newest instance.
//
// It is a router's link-state database (RFC 2328 sections 12 and 13) without the router: areas beside
// each other, ages that advance with time, newer instances replacing older ones, LSAs flushed or aged
// out gone. What a database description promised, and what LSAs refer to, but has not been heard, is
// known as unseen (lsdb/unseen.h).
//
// A value: copying it is how history keeps checkpoints. One thread at a time.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "base/time.h"
#include "net/address.h"
#include "ospf/lsa.h"

namespace anemone {

// One instance of an LSA as it was heard, or (described) only its header in a database description.
struct HeardLsa {
  Time time{};
  std::uint16_t vantage = 0;  // index into LsaLog::vantages
  bool described = false;
  AreaId area;                                             // of the packet that brought it
  ospf::LsaHeader header;                                  // age as it was when heard
  std::shared_ptr<const std::vector<std::uint8_t>> bytes;  // all of it, header included; shared by copies
};

// Where an LSA belongs: its flooding scope and its key. AS-wide LSAs (types 5, 11) are in no area.
struct LsdbKey {
  bool as_wide = false;
  AreaId area;
  ospf::LsaKey lsa;
  constexpr auto operator<=>(const LsdbKey&) const = default;
};
LsdbKey lsdb_key(AreaId area, const ospf::LsaKey& lsa);

// What installing an LSA did, so that callers recompute no more than needed.
enum class LsdbChange {
  kNone,       // older than ours, or the same instance (RFC 2328, 13.1)
  kRefreshed,  // newer, but options, length and body are equal (13.2)
  kChanged,    // routes may change
};

struct StoredLsa {
  Time arrived{};
  ospf::LsaHeader header;  // age as of `arrived`
  std::shared_ptr<const std::vector<std::uint8_t>> bytes;

  std::uint16_t age_s(Time now) const;
  // When it reaches MaxAge if nothing newer comes; none for an LSA that does not age.
  std::optional<Time> dies() const;
  Bytes body() const { return Bytes(*bytes).subspan(ospf::kLsaHeaderSize); }
};

class Lsdb {
 public:
  // Takes what was heard, or notes what was described. REQUIRES: heard.time >= time().
  LsdbChange install(const HeardLsa& heard);

  // Lets time pass: ages grow, and what reaches MaxAge is no longer there.
  // REQUIRES: now >= time().
  void advance(Time now) { time_ = now; }
  Time time() const { return time_; }

  // The LSA as of time(); null when there is none, or none any more.
  const StoredLsa* find(const LsdbKey& key) const;

  // Calls `visit(key, stored)` for every LSA that is there at time(), in the order of LsdbKey.
  template <class Visit>
  void each(Visit visit) const {
    for (const auto& [key, stored] : lsas_) {
      if (alive(stored)) visit(key, stored);
    }
  }

  // Headers in database descriptions that are newer than what we have.
  std::vector<LsdbKey> described_but_unheard() const;

 private:
  bool alive(const StoredLsa& stored) const { return stored.age_s(time_) < ospf::kMaxAgeSeconds; }

  Time time_{};
  std::map<LsdbKey, StoredLsa> lsas_;  // flushed ones too: what comes late is older than they
  std::map<LsdbKey, StoredLsa> described_;
};

}  // namespace anemone
