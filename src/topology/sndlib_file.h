// SNDlib's networks and demand matrices (Orlowski, Pioro, Tomaszewski, Wessaely 2010), XML and native.
//
// Links are undirected there: each becomes two. Their costs are money, not metrics: every link costs 1.
// Capacity is what is installed beforehand; where nothing is, one module of the first size offered is
// taken as installed; where none is offered either, it is not known. Numbers are Mbit/s unless the
// file's own <unit> says otherwise.
#pragma once

#include <string_view>

#include "base/result.h"
#include "topology/network_file.h"

namespace anemone {

// The error says line and reason.
Result<NetworkFile> parse_sndlib_xml(std::string_view text);
Result<NetworkFile> parse_sndlib_native(std::string_view text);

}  // namespace anemone
