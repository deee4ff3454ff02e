// Reads capture files for the routing protocol in them, in tunnels and fragments too, each file a vantage
// point; MRT files, of which the same is true; and LSA logs, which name theirs.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "lsdb/isis_listener.h"
#include "lsdb/lsa_log.h"
#include "lsdb/ospf3_listener.h"
#include "lsdb/ospf_listener.h"

namespace anemone {

struct OspfRecording {
  LsaLog log;  // sorted
  OspfCounts counts;
  IsisCounts isis;
  Ospf3Counts ospf3;
  Time from{};  // of the first and last packet of any kind; equal when there are none
  Time to{};
  bool any = false;
  std::vector<Error> problems;  // damaged files: what stood before the damage is in the log

  void reach(Time time);  // something happened at that time
};

// An error when a file cannot be read at all, or is none of these. With keys, packets in captures
// that they do not verify are not taken (ospf/auth.h).
Result<OspfRecording> read_ospf_captures(std::span<const std::string> paths, const ospf::AuthKeys& keys = {});

}  // namespace anemone
