// A Path is the way from one end to another with the share that takes each link, equal costs kept.
//
// An end is a router (by name or id) or an address: of the source's address the router where its traffic
// enters the network, of the destination's the longest prefix that holds it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "load/link_shares.h"
#include "matrix/attachments.h"

namespace anemone {

struct Path {
  std::optional<Cost> cost;       // none when there is no way
  std::vector<RouteShare> links;  // every link before those that follow it
};

// The error says which end is not known, or not known to be attached anywhere.
Result<Path> find_path(const Attachments& attachments, const std::string& src, const std::string& dst);

}  // namespace anemone
