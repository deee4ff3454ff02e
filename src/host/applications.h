// Applications answers which application a flow belongs to, by ApplicationRules, for each new flow.
//
// Rules are about owners first: which of them can hold for an owner is worked out once, with the patterns
// over its names; what is left for a flow are the few that look at ports, protocol or peer. Owners are dense
// numbers, so this is an array. One thread at a time.
#pragma once

#include <cstdint>
#include <vector>

#include "base/name_table.h"
#include "host/application_rules.h"
#include "host/owner.h"
#include "net/address.h"

namespace anemone {

// A flow as the host sees it, whichever way it goes.
struct HostFlow {
  std::uint8_t protocol = 0;
  std::uint16_t local_port = 0;
  std::uint16_t remote_port = 0;
  IpAddress peer;
};

class Applications {
 public:
  // `owners` and `names` must outlive it.
  Applications(const OwnerTable& owners, NameTable<ApplicationId>& names, ApplicationRules rules);
  Applications(Applications&&) noexcept = default;
  Applications(const Applications&) = delete;  // what is worked out points into the rules
  Applications& operator=(const Applications&) = delete;

  // Not valid when no rule holds. REQUIRES: `owner` is of the table.
  ApplicationId application_of(OwnerId owner, const HostFlow& flow);

 private:
  // A rule as it is for one owner: only the flow can refuse it.
  struct Step {
    const ApplicationRule* rule;
    ApplicationId name;  // not valid: the port's
  };
  struct Compiled {
    bool done = false;
    std::vector<Step> steps;
  };

  void compile(OwnerId owner, Compiled& compiled);

  const OwnerTable& owners_;
  NameTable<ApplicationId>& names_;
  ApplicationRules rules_;
  std::vector<Compiled> by_owner_;
};

}  // namespace anemone
