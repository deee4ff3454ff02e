// A flow that left a FlowTable, as the record of whoever saw it.
#pragma once

#include "flow/flow.h"
#include "record/flow_record.h"

namespace anemone {

inline FlowRecord record_of(const Flow& flow, ObserverId observer) {
  return {.start = flow.start,
          .end = flow.end,
          .key = flow.key,
          .observer = observer,
          .tcp_flags = flow.tcp_flags,
          .tos = flow.tos,
          .packets = flow.packets,
          .bytes = flow.bytes,
          .origin = flow.origin,
          .srtt_us = flow.srtt_us,
          .retransmits = flow.retransmits,
          .accuracy = flow.accuracy,
          .reason = flow.reason};
}

}  // namespace anemone
