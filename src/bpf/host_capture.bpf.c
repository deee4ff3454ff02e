// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// host_capture: every packet of the host's sockets is counted under its micro-flow and its process.
//
// A micro-flow is counted in a slot of one array that user space sees as memory. A socket remembers the slot of
// its last micro-flow by direction, so that a packet costs one look at the socket and one at the slot; only a
// socket that talks to many at once (a DNS server) needs the hash table as well. Slots are never reset: user
// space takes differences, frees what is idle, and hands free slots back through a stack. When there is none
// the packet becomes an event in a ring that nobody is woken up for; when that is full, it is counted as lost.
//
// A socket's process is noted when the socket is made, inherited by accepted ones, and put right when another
// process sends or receives, or the same one after an exec. Where the kernel has no tracepoint for that, user
// space looks at open files from time to time (iter/task_file).
//
// At tc stand programs for what never meets a socket: they count interfaces' totals, forwarded packets, and the
// kernel's own, such as the outer packets of a tunnel that still carry the inner program's socket.

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "bpf/host_capture.h"

#define FRAGMENT_OFFSET 0x1fff
#define EXTENSIONS_MAX 4
#define TIME_WAIT 6
#define LISTENING 10
#define RAW 3
#define INET 2
#define INET6 10
#define TICKS(ns) ((__u32)((ns) >> kHostTickBits))

char program_license[] SEC("license") = "GPL";

// What this kernel can do; found out by user space before loading.
const volatile struct HostAbilities can = {1, 1, 1, 1, 0, 0};

struct HostRules rules SEC(".data.rules");

// The few fields of the kernel's own structures that are read; their places are found when loading.
struct kuid {
  __u32 val;
} __attribute__((preserve_access_index));
struct cred {
  struct kuid uid;
} __attribute__((preserve_access_index));
struct kernfs_node {
  __u64 id;
} __attribute__((preserve_access_index));
struct cgroup {
  struct kernfs_node* kn;
} __attribute__((preserve_access_index));
struct css_set {
  struct cgroup* dfl_cgrp;
} __attribute__((preserve_access_index));
struct task_struct {
  int tgid;
  __u64 start_boottime;
  __u64 self_exec_id;
  struct task_struct* group_leader;
  const struct cred* cred;
  struct css_set* cgroups;
  char comm[16];
} __attribute__((preserve_access_index));
struct sock_common {
  unsigned short skc_family;
} __attribute__((preserve_access_index));
struct sock {
  struct sock_common __sk_common;
} __attribute__((preserve_access_index));
struct socket {
  struct sock* sk;
} __attribute__((preserve_access_index));
struct file;
struct bpf_iter__task_file {
  struct task_struct* task;
  struct file* file;
} __attribute__((preserve_access_index));

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(map_flags, BPF_F_MMAPABLE);
  __uint(max_entries, 1);
  __type(key, __u32);
  __type(value, struct HostSlot);
} slots SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_STACK);
  __uint(max_entries, 1);
  __uint(value_size, sizeof(__u32));
} free_slots SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(map_flags, BPF_F_NO_PREALLOC);
  __uint(max_entries, 1);
  __type(key, __u64);
  __type(value, __u32);
} found SEC(".maps");

// Where a micro-flow was found last, by some bits of its hash; short, so that it stays in the processor's cache.
struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, kHostRecent);
  __type(key, __u32);
  __type(value, __u32);
} recent SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_RINGBUF);
  __uint(max_entries, 4096);
} events SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_SK_STORAGE);
  __uint(map_flags, BPF_F_NO_PREALLOC | BPF_F_CLONE);
  __type(key, int);
  __type(value, struct HostSocket);
} sockets SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_HASH);
  __uint(max_entries, kHostInterfaces);
  __type(key, __u32);
  __type(value, struct HostPassed);
} interfaces SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  __uint(max_entries, 1);
  __type(key, __u32);
  __type(value, struct HostTally);
} tally SEC(".maps");

static __always_inline struct HostTally* tally_here(void) {
  const __u32 only = 0;
  return bpf_map_lookup_elem(&tally, &only);
}

// ---- packets

// What is known of a packet; `bytes` is 0 where the frame may be longer than what it carries. Its key stands beside it, on the stack.
struct packet {
  __u32 bytes;
  __u32 packets;
  __u32 l3;     // bytes of IP headers
  __u32 whole;  // bytes before it is cut into segments
  __u8 tcp_flags;
  __u8 tos;
  __u32 netns;    // of events only, as what follows
  __u32 srtt_us;
  __u32 again;
};

// The first bytes of a transport header, which may not be where it can be read directly.
struct transport {
  __u16 src_port;
  __u16 dst_port;
  __u32 unused[2];
  __u8 offset;
  __u8 flags;
};

static __always_inline __u64 now_ns(void) {
  return can.coarse_clock ? bpf_ktime_get_coarse_ns() : bpf_ktime_get_ns();
}

// Each segment of a super-packet goes over the wire with headers of its own.
static __always_inline void count_segments(struct __sk_buff* skb, struct packet* p, __u32 l4) {
  __u32 segments = skb->gso_segs;
  p->packets = 1;
  p->whole = p->bytes;
  if (segments <= 1) {
    const __u32 size = skb->gso_size;
    if (size == 0 || p->bytes <= p->l3 + l4 + size) return;
    segments = (p->bytes - p->l3 - l4 + size - 1) / size;
  }
  p->packets = segments;
  p->bytes += (segments - 1) * (p->l3 + l4);
}

static __always_inline void read_transport(struct __sk_buff* skb, struct HostKey* key, struct packet* p,
                                           const struct transport* t) {
  __u32 l4 = 8;
  if (key->protocol == IPPROTO_TCP) {
    p->tcp_flags = t->flags;
    l4 = (t->offset >> 4) * 4;
  }
  if (key->protocol == IPPROTO_ICMP || key->protocol == IPPROTO_ICMPV6) {
    key->dst_port = t->src_port;  // type * 256 + code
  } else if (!rules.coarse) {
    key->src_port = t->src_port;
    key->dst_port = t->dst_port;
  }
  count_segments(skb, p, l4);
}

static __always_inline int has_ports(__u8 protocol) {
  return protocol == IPPROTO_TCP || protocol == IPPROTO_UDP || protocol == IPPROTO_ICMP ||
         protocol == IPPROTO_ICMPV6 || protocol == IPPROTO_SCTP || protocol == IPPROTO_UDPLITE;
}

static __always_inline int load(struct __sk_buff* skb, __u32 at, void* to, __u32 size) {
  return bpf_skb_load_bytes_relative(skb, at, to, size, BPF_HDR_START_NET);
}

// Ports that do not stand where they can be read at once: behind options, extensions, or not in one piece.
static __noinline void far_transport(struct __sk_buff* skb, struct HostKey* key, struct packet* p) {
  struct transport t = {};
  __u32 size = key->protocol == IPPROTO_TCP ? 14 : key->protocol == IPPROTO_UDP ? 8 : 4;
  p->packets = 1;
  if (!has_ports(key->protocol)) return;
  if (size == 14 ? load(skb, p->l3, &t, 14) : load(skb, p->l3, &t, 4)) return;
  read_transport(skb, key, p, &t);
}

static __noinline int far_ipv6(struct __sk_buff* skb, struct HostKey* key, struct packet* p) {
  p->packets = 1;
  for (int i = 0; i < EXTENSIONS_MAX; ++i) {
    __u8 next[4];
    if (key->protocol != IPPROTO_HOPOPTS && key->protocol != IPPROTO_ROUTING &&
        key->protocol != IPPROTO_DSTOPTS && key->protocol != IPPROTO_FRAGMENT)
      break;
    if (load(skb, p->l3, next, sizeof(next))) return 0;
    p->l3 += key->protocol == IPPROTO_FRAGMENT ? 8 : 8 + next[1] * 8;
    const int later = key->protocol == IPPROTO_FRAGMENT && ((next[2] << 8 | next[3]) & 0xfff8);
    key->protocol = next[0];
    if (later) return 0;  // no ports in a later fragment
  }
  far_transport(skb, key, p);
  return 0;
}

// The network header when it can be read directly, else a copy.
static __always_inline int read_ipv4(struct __sk_buff* skb, const struct iphdr* ip, const void* end,
                                     struct HostKey* key, struct packet* p) {
  key->version = 4;
  key->src[0] = ip->saddr;
  key->dst[0] = ip->daddr;
  key->protocol = ip->protocol;
  p->tos = ip->tos;
  p->l3 = ip->ihl * 4;
  if (!p->bytes) p->bytes = bpf_ntohs(ip->tot_len);
  if (ip->frag_off & bpf_htons(FRAGMENT_OFFSET)) {
    p->packets = 1;
    return 0;
  }
  const struct transport* t = (const void*)(ip + 1);
  if (end && ip->ihl == 5 && (const void*)(t + 1) <= end && has_ports(key->protocol)) {
    read_transport(skb, key, p, t);
    return 0;
  }
  // A short UDP or ICMP packet.
  if (end && ip->ihl == 5 && (const void*)t + 8 <= end && key->protocol == IPPROTO_UDP) {
    if (!rules.coarse) {
      key->src_port = t->src_port;
      key->dst_port = t->dst_port;
    }
    count_segments(skb, p, 8);
    return 0;
  }
  far_transport(skb, key, p);
  return 0;
}

static __always_inline int read_ipv6(struct __sk_buff* skb, const struct ipv6hdr* ip, const void* end,
                                     struct HostKey* key, struct packet* p) {
  key->version = 6;
  __builtin_memcpy(key->src, &ip->saddr, 16);
  __builtin_memcpy(key->dst, &ip->daddr, 16);
  key->protocol = ip->nexthdr;
  p->tos = ip->priority << 4 | ip->flow_lbl[0] >> 4;
  p->l3 = sizeof(*ip);
  if (!p->bytes) p->bytes = bpf_ntohs(ip->payload_len) + sizeof(*ip);
  const struct transport* t = (const void*)(ip + 1);
  if (end && (const void*)(t + 1) <= end && (key->protocol == IPPROTO_TCP || key->protocol == IPPROTO_UDP)) {
    read_transport(skb, key, p, t);
    return 0;
  }
  return far_ipv6(skb, key, p);
}

static __noinline int read_copied(struct __sk_buff* skb, struct HostKey* key, struct packet* p) {
  struct ipv6hdr ip;
  __u8 version = 0;
  if (load(skb, 0, &version, 1)) return -1;
  if (version >> 4 == 4 && !load(skb, 0, &ip, sizeof(struct iphdr))) {
    return read_ipv4(skb, (const struct iphdr*)&ip, 0, key, p);
  }
  if (version >> 4 == 6 && !load(skb, 0, &ip, sizeof(ip))) return read_ipv6(skb, &ip, 0, key, p);
  return -1;
}

// 0 when it is IP.
static __always_inline int read_packet(struct __sk_buff* skb, struct HostKey* key, struct packet* p) {
  const void* end = (const void*)(long)skb->data_end;
  const struct iphdr* ip = (const void*)(long)skb->data;
  p->bytes = skb->len;
  if ((const void*)(ip + 1) <= end && ip->version == 4) return read_ipv4(skb, ip, end, key, p);
  const struct ipv6hdr* ip6 = (const void*)(long)skb->data;
  if ((const void*)(ip6 + 1) <= end && ip6->version == 6) return read_ipv6(skb, ip6, end, key, p);
  return read_copied(skb, key, p);
}

// ---- slots

static __always_inline struct HostSlot* slot_at(__u32 number) {
  const __u32 index = number - 1;
  return bpf_map_lookup_elem(&slots, &index);
}

static __always_inline int same(const struct HostSlot* slot, const struct HostKey* key, __u32 pid) {
  const __u32* a = (const __u32*)&slot->key;
  const __u32* b = (const __u32*)key;
  if (slot->pid != pid || a[2] != b[2] || a[1] != b[1] || a[0] != b[0] || a[3] != b[3] || a[7] != b[7])
    return 0;
  if (key->version == 4) return 1;
  return a[4] == b[4] && a[5] == b[5] && a[6] == b[6] && a[8] == b[8] && a[9] == b[9] && a[10] == b[10];
}

static __always_inline __u64 mix(__u64 hash, __u64 more) {
  hash = (hash ^ more) * 0x9e3779b97f4a7c15ULL;
  return hash ^ hash >> 32;
}

static __always_inline __u64 hash_of(const struct HostKey* key) {
  const __u32* k = (const __u32*)key;
  __u64 hash = mix(can.hash_seed, (__u64)k[0] << 32 | k[1]);
  hash = mix(hash, (__u64)k[2] << 32 | k[3]);
  hash = mix(hash, k[7]);
  if (key->version == 4) return hash;
  hash = mix(hash, (__u64)k[4] << 32 | k[5]);
  hash = mix(hash, (__u64)k[6] << 32 | k[8]);
  return mix(hash, (__u64)k[9] << 32 | k[10]);
}

static __noinline int fill_slot(struct __sk_buff* skb, struct HostSlot* slot, const struct HostKey* key,
                                const struct HostSocket* socket) {
  __builtin_memcpy(&slot->key, key, sizeof(*key));
  if (socket) {
    slot->cookie = socket->cookie;
    __builtin_memcpy(&slot->process, &socket->process, sizeof(slot->process));
    slot->netns = can.netns_cookie ? bpf_get_netns_cookie(skb) : 0;
  } else {
    slot->cookie = 0;
    slot->netns = 0;
    __builtin_memset(&slot->process, 0, sizeof(slot->process));
  }
  slot->pid = slot->process.pid;
  slot->generation = rules.generation - 1;
  slot->srtt_us = 0;
  slot->tcp_flags[0] = slot->tcp_flags[1] = 0;
  return 0;
}

// A slot for a micro-flow that has none; kHostNoSlot when there is none left. `hashed`: others must find it too.
static __noinline __u32 new_slot(struct __sk_buff* skb, const struct HostKey* key, const struct HostSocket* socket,
                                 __u64 hash) {
  __u32 number = kHostNoSlot;
  if (bpf_map_pop_elem(&free_slots, &number)) return kHostNoSlot;
  struct HostSlot* slot = slot_at(number);
  if (!slot) return kHostNoSlot;
  fill_slot(skb, slot, key, socket);
  if (hash) bpf_map_update_elem(&found, &hash, &number, BPF_ANY);
  return number;
}

// The slot's number of a micro-flow that the socket does not remember. `hashed`: others must find it too.
static __always_inline __u32 find_slot(struct __sk_buff* skb, const struct HostKey* key,
                                       const struct HostSocket* socket, __u32 hashed) {
  const __u64 hash = hash_of(key);
  const __u32 place = hash % kHostRecent;
  const __u32 pid = socket ? socket->process.pid : 0;
  __u32* last = bpf_map_lookup_elem(&recent, &place);
  if (!last) return kHostNoSlot;
  struct HostSlot* slot = slot_at(*last);
  if (!slot || !same(slot, key, pid)) {
    const __u32* known = bpf_map_lookup_elem(&found, &hash);
    slot = known ? slot_at(*known) : 0;
    if (slot && same(slot, key, pid)) *last = *known;
    else slot = 0;
  }
  if (slot) {
    // An accepted connection goes on in the slot in which its listener began it.
    if (socket && slot->cookie != socket->cookie) slot->cookie = socket->cookie;
    return *last;
  }
  const __u32 number = new_slot(skb, key, socket, hashed ? hash : 0);
  if (hashed) *last = number;
  return number;
}

static __always_inline void add(struct HostSlot* slot, const struct packet* p) {
  const __u32 tick = TICKS(now_ns());
  const __u8 generation = rules.generation;
  __u8* flags = &slot->tcp_flags[generation & 1];
  if (slot->generation != generation) {
    slot->generation = generation;
    slot->first = tick;
    slot->tos = p->tos;
  }
  if (p->tcp_flags & ~*flags) *flags |= p->tcp_flags;
  __sync_fetch_and_add(&slot->total, (__u64)p->packets << kHostBytesBits | p->bytes);
  if (slot->last != tick) slot->last = tick;
}

// Round-trip time and segments sent again, as the socket has them now.
static __always_inline void add_tcp(struct __sk_buff* skb, struct HostSlot* slot, struct HostSocket* socket) {
  struct bpf_sock* sk = skb->sk;
  if (!sk) return;
  const struct bpf_tcp_sock* tcp = bpf_tcp_sock(sk);
  if (!tcp) return;
  if (slot->srtt_us != tcp->srtt_us) slot->srtt_us = tcp->srtt_us;
  const __u32 again = tcp->total_retrans - socket->retransmits;
  if (again == 0) return;
  socket->retransmits = tcp->total_retrans;
  __sync_fetch_and_add(&slot->retransmits, again);
}

static __noinline int tell(const struct HostKey* key, const struct packet* p, const struct HostSocket* socket) {
  struct HostTally* count = tally_here();
  struct HostEvent* event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
  if (!event) {
    struct HostPassed* wire = bpf_map_lookup_elem(&interfaces, &key->interface);
    if (wire) {
      wire->lost_packets[key->direction & 1] += p->packets;
      wire->lost_bytes[key->direction & 1] += p->bytes;
    }
    if (count) {
      count->lost_packets += p->packets;
      count->lost_bytes += p->bytes;
    }
    return 0;
  }
  __builtin_memset(event, 0, sizeof(*event));
  event->time_ns = bpf_ktime_get_ns();
  event->bytes = p->bytes;
  event->packets = p->packets;
  event->tcp_flags = p->tcp_flags;
  event->tos = p->tos;
  event->srtt_us = p->srtt_us;
  event->retransmits = p->again;
  event->netns = p->netns;
  event->wanted = rules.single_packets != 0;
  __builtin_memcpy(&event->key, key, sizeof(*key));
  if (socket) {
    event->cookie = socket->cookie;
    __builtin_memcpy(&event->process, &socket->process, sizeof(event->process));
  }
  if (count && !event->wanted) count->overflowed += p->packets;
  bpf_ringbuf_submit(event, BPF_RB_NO_WAKEUP);
  return 0;
}

// An event with what TCP says of its socket.
static __noinline int tell_with_tcp(struct __sk_buff* skb, const struct HostKey* key, struct packet* p,
                                    struct HostSocket* socket) {
  struct bpf_sock* sk = skb->sk;
  const struct bpf_tcp_sock* tcp = sk && key->protocol == IPPROTO_TCP ? bpf_tcp_sock(sk) : 0;
  if (tcp && socket) {
    p->srtt_us = tcp->srtt_us;
    p->again = tcp->total_retrans - socket->retransmits;
    socket->retransmits = tcp->total_retrans;
  }
  if (can.netns_cookie) p->netns = bpf_get_netns_cookie(skb);
  return tell(key, p, socket);
}

static __always_inline void malformed(__u32 bytes) {
  struct HostTally* count = tally_here();
  if (!count) return;
  count->malformed_packets++;
  count->malformed_bytes += bytes;
}

// A socket that no program noted yet gets a place for its owner, to be filled in later.
static __noinline int meet(struct __sk_buff* skb, struct HostSocket* socket) {
  struct bpf_sock* sk = skb->sk;
  socket->cookie = bpf_get_socket_cookie(skb);
  if (!sk) return 0;
  const struct bpf_tcp_sock* tcp = bpf_tcp_sock(sk);
  if (tcp) socket->retransmits = tcp->total_retrans;
  // All that programs have were noted. One that was closed before we came may still have packets to send, but
  // it is connected.
  if (can.all_noted && socket->process.pid == 0 && sk->dst_port == 0) socket->kernel = 1;
  return 0;
}

static __always_inline struct HostSocket* socket_of(struct __sk_buff* skb, __u64 flags) {
  struct bpf_sock* sk = skb->sk;
  if (sk) sk = bpf_sk_fullsock(sk);  // before Linux 5.10 storage wants it
  if (!sk) return 0;
  return bpf_sk_storage_get(&sockets, sk, 0, flags);
}

// The slot of a packet's micro-flow: what the socket remembers, else what can be found. A socket that talks to many
// goes on remembering one of them while it lasts: to write down each would take the line of cache with the socket's
// owner away from the processor that reads it.
static __always_inline struct HostSlot* slot_of(struct __sk_buff* skb, const struct HostKey* key,
                                                struct HostSocket* socket, int listening) {
  struct bpf_sock* sk = skb->sk;
  if (!socket || listening || !sk) return slot_at(find_slot(skb, key, socket, 1));
  __u32* last = &socket->slot[key->direction & 1];
  struct HostSlot* slot = slot_at(*last);
  if (slot && same(slot, key, socket->process.pid)) return slot;
  const int lasts = slot && slot->generation == (__u8)rules.generation;
  const int alone = *last == kHostNoSlot && sk->dst_port != 0;
  const __u32 number = find_slot(skb, key, socket, !alone);
  if (!lasts && number != kHostNoSlot) *last = number;
  return slot_at(number);
}

static __always_inline int count(struct __sk_buff* skb, __u32 direction) {
  struct HostKey key = {};
  struct packet p = {};
  if (read_packet(skb, &key, &p)) {
    malformed(skb->len);
    return 1;
  }
  key.interface = skb->ifindex;
  key.direction = direction;
  struct HostSocket* socket = socket_of(skb, 0);
  if (!socket) socket = socket_of(skb, BPF_SK_STORAGE_GET_F_CREATE);
  struct bpf_sock* sk = skb->sk;
  const int listening = !sk || (key.protocol == IPPROTO_TCP && sk->state == LISTENING);
  if (socket && socket->cookie == 0 && !listening) meet(skb, socket);
  if (socket && socket->kernel) key.origin = kHostKernel;
  if (rules.single_packets) {
    tell_with_tcp(skb, &key, &p, socket);
    return 1;
  }
  struct HostSlot* slot = slot_of(skb, &key, socket, listening);
  if (!slot) {
    tell_with_tcp(skb, &key, &p, socket);
    return 1;
  }
  add(slot, &p);
  if (key.protocol == IPPROTO_TCP && socket) add_tcp(skb, slot, socket);
  return 1;
}

SEC("cgroup_skb/ingress")
int host_in(struct __sk_buff* skb) { return count(skb, kHostIn); }

SEC("cgroup_skb/egress")
int host_out(struct __sk_buff* skb) { return count(skb, kHostOut); }

// ---- what never meets a socket of the host

// Who sends a packet that the cgroup did not count; -1 when it did. A tunnel's outer packet may carry the socket
// of the program inside, which then is not what its header says.
static __always_inline int sender_at_wire(struct __sk_buff* skb, const struct HostKey* key,
                                          struct HostSocket** owner) {
  struct bpf_sock* sk = skb->sk;
  *owner = 0;
  if (!sk) return skb->ingress_ifindex ? kHostForwarded : kHostKernel;
  const __u32 state = sk->state;
  const __u32 peer_port = sk->dst_port;
  sk = bpf_sk_fullsock(sk);
  // A connection that begins, counted with its listener, or one that is over, which answers without socket.
  if (!sk) return key->protocol == IPPROTO_TCP && state != TIME_WAIT ? -1 : kHostKernel;
  const __u32 protocol = sk->protocol;
  if (sk->type == RAW) {
    if (protocol != key->protocol && protocol != IPPROTO_RAW) return kHostKernel;
  } else if (protocol != key->protocol) {
    return kHostKernel;
  } else if (!rules.coarse && key->src_port && sk->src_port != bpf_ntohs(key->src_port) &&
             (__u16)peer_port != key->dst_port) {
    return kHostKernel;
  }
  // Its listener sent it for a connection that is over, and the cgroup counted it so.
  if (key->protocol == IPPROTO_TCP && state == LISTENING) return -1;
  *owner = bpf_sk_storage_get(&sockets, sk, 0, 0);
  if (!*owner) return kHostKernel;
  return (*owner)->cookie ? -1 : kHostSocket;  // no packet of it came by the cgroup: it is in another
}

// Bytes of headers that a VXLAN packet at the offset carries: VXLAN's, Ethernet's, IPv4's and TCP's; 0 when it is
// none.
static __always_inline __u32 inner_headers(struct __sk_buff* skb, const struct HostKey* key, __u32 at) {
  struct iphdr ip;
  __u8 offset = 0;
  const __u32 frame = 8 + ETH_HLEN;
  if (key->dst_port != bpf_htons(4789) && key->dst_port != bpf_htons(8472)) return 0;
  if (load(skb, at + frame, &ip, sizeof(ip)) || ip.version != 4 || ip.protocol != IPPROTO_TCP) return 0;
  if (load(skb, at + frame + ip.ihl * 4 + 12, &offset, 1)) return 0;
  return frame + ip.ihl * 4 + (offset >> 4) * 4;
}

static __always_inline int count_at_wire(struct __sk_buff* skb, __u32 direction) {
  struct HostKey key = {};
  struct packet p = {};
  const __u32 interface = skb->ifindex;
  struct HostPassed* wire = bpf_map_lookup_elem(&interfaces, &interface);
  if (!wire) return TC_ACT_UNSPEC;
  if ((skb->protocol != bpf_htons(ETH_P_IP) && skb->protocol != bpf_htons(ETH_P_IPV6)) ||
      read_copied(skb, &key, &p)) {
    wire->other[direction]++;
    return TC_ACT_UNSPEC;
  }
  // Behind a tunnel's header each segment has the inner headers too. Of what leaves the kernel has summed them up.
  if (p.packets > 1) {
    if (direction == kHostOut) {
      p.bytes = skb->wire_len - p.packets * (skb->len - p.whole);
    } else if (key.protocol == IPPROTO_UDP && key.version == 4) {
      p.bytes += (p.packets - 1) * inner_headers(skb, &key, p.l3 + 8);
    }
  }
  wire->packets[direction] += p.packets;
  wire->bytes[direction] += p.bytes;
  if (direction == kHostIn) return TC_ACT_UNSPEC;
  struct HostSocket* owner = 0;
  const int origin = sender_at_wire(skb, &key, &owner);
  if (origin < 0) return TC_ACT_UNSPEC;
  key.interface = interface;
  key.direction = direction;
  key.origin = origin;
  struct HostSlot* slot = rules.single_packets ? 0 : slot_at(find_slot(skb, &key, owner, 1));
  if (slot) {
    add(slot, &p);
  } else {
    tell(&key, &p, owner);
  }
  return TC_ACT_UNSPEC;
}

SEC("tc")
int host_wire_in(struct __sk_buff* skb) { return count_at_wire(skb, kHostIn); }

SEC("tc")
int host_wire_out(struct __sk_buff* skb) { return count_at_wire(skb, kHostOut); }

// ---- owners

static __always_inline void name_current(struct HostProcess* process, __u32* exec_id) {
  process->pid = bpf_get_current_pid_tgid() >> 32;
  process->uid = (__u32)bpf_get_current_uid_gid();
  process->cgroup = bpf_get_current_cgroup_id();
  if (can.task) {
    struct task_struct* task = (void*)bpf_get_current_task();
    struct task_struct* leader = BPF_CORE_READ(task, group_leader);
    process->started_ns = BPF_CORE_READ(leader, start_boottime);
    BPF_CORE_READ_STR_INTO(&process->comm, leader, comm);
    *exec_id = (__u32)BPF_CORE_READ(task, self_exec_id);
  } else {
    bpf_get_current_comm(process->comm, sizeof(process->comm));
  }
}

static __always_inline void take(struct HostSocket* socket, __u32 used) {
  name_current(&socket->process, &socket->exec_id);
  socket->used = used;
  socket->kernel = 0;
}

SEC("cgroup/sock_create")
int host_made(struct bpf_sock* sk) {
  struct HostSocket* socket = bpf_sk_storage_get(&sockets, sk, 0, BPF_SK_STORAGE_GET_F_CREATE);
  if (socket) take(socket, 0);
  return 1;
}

static __always_inline int spoke(struct bpf_sock_addr* address) {
  struct bpf_sock* sk = address->sk;
  if (!sk) return 1;
  struct HostSocket* socket = bpf_sk_storage_get(&sockets, sk, 0, BPF_SK_STORAGE_GET_F_CREATE);
  if (socket && socket->process.pid != bpf_get_current_pid_tgid() >> 32) take(socket, 1);
  return 1;
}

SEC("cgroup/connect4")
int host_connect4(struct bpf_sock_addr* address) { return spoke(address); }
SEC("cgroup/connect6")
int host_connect6(struct bpf_sock_addr* address) { return spoke(address); }
SEC("cgroup/sendmsg4")
int host_sendmsg4(struct bpf_sock_addr* address) { return spoke(address); }
SEC("cgroup/sendmsg6")
int host_sendmsg6(struct bpf_sock_addr* address) { return spoke(address); }

// What was counted since the last drain for a process that never used the socket itself belongs to the one that
// does: a server forked after accept.
static __always_inline void hand_over(struct HostSocket* socket) {
  for (int direction = 0; direction < 2; ++direction) {
    struct HostSlot* slot = slot_at(socket->slot[direction]);
    if (slot && slot->cookie == socket->cookie) {
      __builtin_memcpy(&slot->process, &socket->process, sizeof(slot->process));
      slot->pid = slot->process.pid;
    }
  }
}

static __always_inline int used(struct sock* sk) {
  const unsigned short family = sk->__sk_common.skc_family;
  if (family != INET && family != INET6) return 0;
  struct task_struct* task = bpf_get_current_task_btf();
  struct HostSocket* socket = bpf_sk_storage_get(&sockets, sk, 0, BPF_SK_STORAGE_GET_F_CREATE);
  if (!socket) return 0;
  if (socket->process.pid == (__u32)task->tgid && socket->exec_id == (__u32)task->self_exec_id) {
    if (!socket->used) socket->used = 1;
    return 0;
  }
  const __u32 known = socket->process.pid;
  const __u32 follows = !socket->used || socket->process.pid == (__u32)task->tgid;
  take(socket, 1);
  if (follows) hand_over(socket);
  struct HostTally* count = known ? tally_here() : 0;
  if (count) count->owner_changes++;
  return 0;
}

SEC("tp_btf/sock_send_length")
int host_sent(__u64* arguments) { return used((struct sock*)arguments[0]); }

SEC("tp_btf/sock_recv_length")
int host_received(__u64* arguments) { return used((struct sock*)arguments[0]); }

// Sockets by who holds them open: those that nobody noted, and those that their owner has let go of.
SEC("iter/task_file")
int host_held(struct bpf_iter__task_file* at) {
  struct task_struct* task = at->task;
  struct file* file = at->file;
  if (!task || !file) return 0;
  struct socket* open = bpf_sock_from_file(file);
  if (!open) return 0;
  struct sock* sk = open->sk;
  if (!sk) return 0;
  const unsigned short family = sk->__sk_common.skc_family;
  if (family != INET && family != INET6) return 0;
  struct HostSocket* socket = bpf_sk_storage_get(&sockets, sk, 0, BPF_SK_STORAGE_GET_F_CREATE);
  if (!socket) return 0;
  const __u32 look = rules.look;
  if (socket->process.pid == (__u32)task->tgid && socket->exec_id == (__u32)task->self_exec_id) {
    socket->held = look;
    return 0;
  }
  if (socket->process.pid != 0 && (!rules.taking || socket->held == look)) return 0;
  struct task_struct* leader = task->group_leader;
  socket->process.pid = task->tgid;
  socket->process.uid = task->cred->uid.val;
  socket->process.started_ns = leader->start_boottime;
  socket->process.cgroup = task->cgroups->dfl_cgrp->kn->id;
  bpf_probe_read_kernel_str(socket->process.comm, sizeof(socket->process.comm), leader->comm);
  socket->exec_id = task->self_exec_id;
  socket->held = look;
  socket->kernel = 0;
  hand_over(socket);
  return 0;
}
