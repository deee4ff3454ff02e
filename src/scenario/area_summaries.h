// What area border routers would announce after a change: their summaries (RFC 2328 section 12.4.3) worked
// out anew.
//
// A topology holds summaries as they were heard. After a change inside an area its border routers would tell
// other areas another cost, or nothing. What a border router announced before with the very cost of its own
// route is taken as such a summary, and gets the cost of its route after the change: first into the backbone
// (from routes within areas), then out of it. What it announced with another cost (a range of several
// networks, an area that nobody listens to) stays as it was.
//
// What was announced before is worked out once, for as many changes as wanted.
#pragma once

#include <memory>

#include "topology/topology.h"

namespace anemone {

class AreaSummaries {
 public:
  // `before` must outlive it.
  explicit AreaSummaries(const Topology& before);
  ~AreaSummaries();

  // Whether there are any: where not, anew() gives back what it takes.
  bool any() const { return before_ != nullptr; }
  // `after` with its OSPF summaries as its border routers would announce them; nodes of `before` have the
  // same ids in both, and links keep theirs. Any thread, at any time.
  Topology anew(Topology after) const;

 private:
  struct Before;
  std::unique_ptr<const Before> before_;
};

}  // namespace anemone
