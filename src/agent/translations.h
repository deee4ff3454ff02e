// Records of connections that this host's kernel translates learn their other name (NAT).
//
// A record has a translation where its packets leave with other addresses or ports than they were seen with;
// and where they came with others than they were seen with: what is forwarded is seen as it leaves, and what
// a socket here gets is seen as that socket gets it. What a socket here sends and the kernel translated
// before it was seen has the name that everybody else knows: it gets none.
#pragma once

#include <span>

#include "capture/record_names.h"
#include "host/nat_connections.h"
#include "record/flow_record.h"

namespace anemone {

// Sets `nat` of those of `records` that are translated, as rows of `nats`. Records whose definition leaves
// out addresses, ports or the protocol are of many connections, and get none.
void add_translations(std::span<FlowRecord> records, const NatConnections& connections, NatTable& nats);

}  // namespace anemone
