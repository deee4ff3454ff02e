// Anemone's own text format for networks and demands: one line a fact, made to be typed.
//
//   link a b cost 10 capacity 10 M      both directions
//   demand a b 8 M                      bits per second
//
// docs/formats/topology-text.md has the grammar and a worked example.
#pragma once

#include <string_view>

#include "base/result.h"
#include "topology/network_file.h"

namespace anemone {

// The error says line and reason.
Result<NetworkFile> parse_network_text(std::string_view text);

}  // namespace anemone
