// KnownLsas is which instance of each LSA one interface has heard: what to ask a neighbour for, and what has
// silently gone.
//
// Why not ask the Lsdb? Because two interfaces of one area must each load the whole by themselves, to be a
// redundant pair; and because an LSA that was flushed is unknown here: when it comes again, with whatever
// sequence number, it is news.
#pragma once

#include <map>
#include <set>
#include <vector>

#include "base/bytes.h"
#include "base/time.h"
#include "lsdb/heard_lsa.h"
#include "ospf/lsa.h"

namespace anemone {

// RFC 2328 section 13.1: positive when `a` is the newer instance. REQUIRES: ages are those of one instant.
inline int compare(const ospf::LsaHeader& a, const ospf::LsaHeader& b) {
  return compare_instances(Protocol::kOspf2, ospf_instance(a), ospf_instance(b));
}

enum class Hearing : std::uint8_t {
  kTaken,          // this is the newest now
  kNothingNew,     // an older instance, or the same
  kFlushed,        // it was here, and is no longer
  kFlushedBefore,  // at MaxAge, and not known
};

class KnownLsas {
 public:
  Hearing hear(Time now, const ospf::LsaView& lsa);

  // Whether what we know is this instance or a newer one.
  bool have(Time now, const ospf::LsaHeader& header) const;

  // Forgets, and answers, what was last heard before `since` and is not in `described`: each as it would
  // have been flooded when it was flushed, at MaxAge.
  std::vector<std::vector<std::uint8_t>> take_missing(Time now, Time since,
                                                      const std::set<ospf::LsaKey>& described);

  bool any_missing(Time since, const std::set<ospf::LsaKey>& described) const;

  std::size_t size() const { return known_.size(); }

 private:
  struct Known {
    ospf::LsaHeader header;  // age as it was when heard
    Time heard{};
    std::vector<std::uint8_t> bytes;
  };
  static ospf::LsaHeader as_of(Time now, const Known& known);

  std::map<ospf::LsaKey, Known> known_;
};

}  // namespace anemone
