// Evidence is what an event was made of: the LSAs that came, went or changed, each as it was before and
// after, in lines that an operator can hold against a router's own `show ip ospf database`.
#pragma once

#include <string>
#include <vector>

#include "lsdb/lsdb.h"
#include "server/answers.h"

namespace anemone {

constexpr std::size_t kEvidenceMax = 200;  // LSAs of one instant that are shown

// The LSAs that differ between two databases, in the order of their keys. `vantages`: names by number.
std::vector<EvidenceAnswer> evidence_between(const Lsdb& before, const Lsdb& after,
                                             const std::vector<std::string>& vantages);

// What is in an LSA, a line a fact; of types that are not read here, its bytes.
std::vector<std::string> lsa_lines(const LsdbKey& key, const StoredLsa& lsa);

}  // namespace anemone
