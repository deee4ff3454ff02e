// What a running `anemone snoop` says about itself: sentences when it starts, a line for a terminal, and
// JSON for a status file.
#pragma once

#include <string>
#include <vector>

#include "listen/snooper.h"
#include "lsdb/lsdb.h"

namespace anemone {

// What an interface's mode hears, what it does not, and by when the database must be whole.
std::string limits_of(const Snooper::Place& place, GuardChoice guard, Time now);

// The neighbours and their states, and what keeps an adjacency from forming; changes when any of it does.
std::vector<std::string> neighbor_lines(const Snooper& snooper);

// "412 LSAs of 57 routers, 3 unseen; eth1: 2 exchange, stopped 4"
std::string progress_line(const Snooper& snooper, const Lsdb& lsdb);

std::string status_json(const Snooper& snooper, const Lsdb& lsdb, Time started, Time now);

}  // namespace anemone
