// What the egress guard and the program that attaches it say to each other: its rules, and its counters.
// Plain C, because both sides include it.
#pragma once

#include <linux/types.h>

// What a packet that wants to leave is.
enum GuardKind {
  kGuardHello,
  kGuardDescription,
  kGuardRequest,
  kGuardUpdate,  // would change what routers believe: never passes
  kGuardAck,
  kGuardOtherOspf,  // OSPFv3, another version, fragments, what no listener sends
  kGuardIgmp,
  kGuardArp,
  kGuardIpv6,
  kGuardIsis,
  kGuardOther,
  kGuardKinds,
};

struct GuardRules {
  __u32 link_header;   // bytes before the network header
  __u32 routing_only;  // judge OSPF, IS-IS and IGMP, and let everything else be
  __u32 may_speak;     // adjacency mode: hellos, descriptions, requests, acknowledgements
};

struct GuardCounts {
  __u64 passed[kGuardKinds];
  __u64 stopped[kGuardKinds];
};
