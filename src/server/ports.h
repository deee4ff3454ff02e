// The name of an application by its well-known port: the best a capture allows, and shown as such.
//
// A host's agent knows the program behind a packet; a capture knows ports. Of the two ports the one that
// has a name here wins, the lower one where both or neither have; a port without a name is "tcp/8123".
#pragma once

#include <string>

#include "capture/event.h"

namespace anemone {

std::string application_by_port(const FlowKey& key);

}  // namespace anemone
