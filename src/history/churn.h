// Churn is how much each router says, and how much of it is news: what it costs everybody to listen to it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lsdb/lsa_log.h"
#include "lsdb/lsdb_history.h"

namespace anemone {

struct Churn {
  RouterId router;  // who says it; IS-IS: 0, and `origin` tells
  std::string origin;
  std::string type;             // print_lsa_type()
  std::uint64_t instances = 0;  // each once, however many vantage points heard it
  std::uint64_t changed = 0;    // that said something new, or took something away
  std::uint64_t refreshed = 0;  // that said the same again
  std::uint64_t copies = 0;     // the same instances, heard again or elsewhere
};

// Within [from, to), those that changed most first. REQUIRES: `history` is made from `log`.
std::vector<Churn> churn(const LsaLog& log, const LsdbHistory& history, Time from, Time to);

}  // namespace anemone
