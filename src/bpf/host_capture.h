// What the host's capture in the kernel and the program that reads it say to each other: slots in which
// micro-flows are counted, where to find them, events for what found no slot, and the owners of sockets.
// Plain C, because both sides include it.
#pragma once

#include <linux/types.h>

enum {
  kHostBytesBits = 38,    // of HostSlot.total: 256 GiB and 64 million packets between two drains
  kHostTickBits = 20,     // a tick is 2^20 ns: about a millisecond, in 32 bits for 52 days
  kHostNoSlot = 0,        // numbers of slots begin with 1
  kHostNumberBits = 20,   // of a slot's number in a bucket; above it stand bits of the hash
  kHostWays = 16,         // micro-flows in a bucket, which is a line of cache
  kHostInterfaces = 256,  // whose totals are kept, and rows that are found by the last byte of their number
  kHostProcesses = 8192,  // that slots can name at a time
  kHostHeadUnknown = 255
};

// Who counted it, which is also who can own it.
enum HostOrigin {
  kHostSocket,     // at the cgroup: of a socket; its process is 0 where nobody saw it
  kHostKernel,     // of a socket of the kernel's own, or of none
  kHostForwarded,  // came in by another interface
};

enum HostDirection { kHostIn = 0, kHostOut = 1 };

// A process as it was when it last used a socket.
struct HostProcess {
  __u32 pid;
  __u32 uid;
  __u64 started_ns;  // since the machine was started
  __u64 cgroup;
  char comm[16];
};

// Addresses and ports in network order; IPv4 has the first words only.
struct HostKey {
  __u32 interface;
  __u16 src_port;
  __u16 dst_port;
  __u8 protocol;
  __u8 direction;
  __u8 origin;
  __u8 version;  // 4 or 6; 0 = a free slot
  __u32 src;
  __u32 dst;
  __u32 src_rest[3];
  __u32 dst_rest[3];
};

// A micro-flow: a line of cache, with all that changes with a packet and all that IPv4's key has. `total` and
// `retransmits` are added to and exchanged for 0 by a reader, each in one step, so that nothing is lost
// between reading and resetting.
struct HostSlot {
  __u64 total;        // packets << kHostBytesBits | bytes
  __u32 first;        // tick of the first packet of this generation
  __u32 last;         // of the last packet
  __u8 generation;    // which drain the first packet waits for
  __u8 tcp_flags[2];  // by the last bit of the generation; cleared by the reader
  __u8 tos;
  __u32 who;        // its process, in the map of processes; 0: none
  __u32 interface;  // from here on as in HostKey
  __u16 src_port;
  __u16 dst_port;
  __u8 protocol;
  __u8 direction;
  __u8 origin;
  __u8 version;
  __u32 src;
  __u32 dst;
  __u32 srtt_us;  // times 8, as the kernel has it
  __u32 retransmits;
  __u32 netns;  // the cookie of the socket's network namespace; 0 = not known, or no socket
  __u64 cookie;
};

// The rest of IPv6's addresses, in an array beside that of the slots.
struct HostRest {
  __u32 src[3];
  __u32 dst[3];
};

// The numbers of slots whose keys have the same bits of their hash, each with more bits of it; 0: room.
struct HostBucket {
  __u32 entries[kHostWays];
};

// What a socket carries with it.
struct HostSocket {
  struct HostProcess process;
  __u64 cookie;   // 0: no packet yet
  __u32 exec_id;  // how often the process had exec'ed: another name since, when it differs
  __u32 slot[2];  // the last micro-flow by direction
  __u32 retransmits;
  __u32 used;    // the process has sent or received by itself: it did not only inherit the socket
  __u32 held;    // the last look at open files at which the process still held it
  __u32 kernel;  // it is the kernel's own
  __u32 who;     // the process's number: a hash of all of it, or one that follows where another has that
};

// A packet that found no slot, or that is wanted by itself.
struct HostEvent {
  __u64 time_ns;  // monotonic
  __u64 cookie;
  __u32 bytes;
  __u32 packets;
  __u32 srtt_us;
  __u32 retransmits;
  __u8 tcp_flags;
  __u8 tos;
  __u8 wanted;  // by itself; else there was no slot
  __u8 unused[1];
  struct HostKey key;
  __u32 netns;  // as in HostSlot
  __u32 unused_too;
  struct HostProcess process;
};

// Per processor.
struct HostTally {
  __u64 overflowed;  // packets that found no slot and went to the ring
  __u64 lost_packets;
  __u64 lost_bytes;
  __u64 malformed_packets;  // no IP header that could be read
  __u64 malformed_bytes;
  __u64 owner_changes;
};

// What passed an interface, at tc, by direction; IP as on the wire. Per processor.
struct HostPassed {
  __u64 packets[2];
  __u64 bytes[2];
  __u64 lost_packets[2];  // of sockets, for want of a slot and of room in the ring
  __u64 lost_bytes[2];
  __u64 other[2];   // not IP
  __u32 head;       // bytes of a frame before the packet: 14, 0; kHostHeadUnknown
  __u32 interface;  // 0: a free row
};

// What this kernel can do; fixed before the programs are loaded, so that nothing is left of what it cannot.
struct HostAbilities {
  __u8 coarse_clock;
  __u8 netns_cookie;
  __u8 task;          // bpf_get_current_task in programs of cgroups
  __u8 all_noted;     // sockets made before us and since: those without process are the kernel's
  __u32 last_bucket;  // their number, a power of two, less one
  __u64 hash_seed;
};

// Written by the reader at any time.
struct HostRules {
  __u32 generation;
  __u32 coarse;  // ports are left out
  __u32 single_packets;
  __u32 look;    // number of the look at open files
  __u32 taking;  // second half of a look: who holds a socket that its owner let go of gets it
};
