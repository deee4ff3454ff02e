// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// Part of host_capture.bpf.c: the slots in which micro-flows are counted; the ring for what finds none.
#pragma once

#include "bpf/host_packet.bpf.h"

static __always_inline struct HostSlot* slot_at(__u32 number) {
  const __u32 index = number - 1;
  return bpf_map_lookup_elem(&slots, &index);
}

static __always_inline struct HostRest* rest_at(__u32 number) {
  const __u32 index = number - 1;
  return bpf_map_lookup_elem(&rests, &index);
}

// Without a branch for each word: the verifier follows them all.
static __always_inline int same(const struct HostSlot* slot, __u32 number, const struct HostKey* key,
                                __u32 who) {
  const __u32* a = &slot->interface;
  const __u32* b = (const __u32*)key;
  if ((slot->who ^ who) | (a[2] ^ b[2]) | (a[1] ^ b[1]) | (a[0] ^ b[0]) | (a[3] ^ b[3]) | (a[4] ^ b[4]))
    return 0;
  if (key->version == 4) return 1;
  const struct HostRest* rest = rest_at(number);
  if (!rest) return 0;
  a = rest->src;
  return !((a[0] ^ b[5]) | (a[1] ^ b[6]) | (a[2] ^ b[7]) | (a[3] ^ b[8]) | (a[4] ^ b[9]) | (a[5] ^ b[10]));
}

static __always_inline __u64 mix(__u64 hash, __u64 more) {
  hash = (hash ^ more) * 0x9e3779b97f4a7c15ULL;
  return hash ^ hash >> 32;
}

static __always_inline __u64 hash_of(const struct HostKey* key) {
  const __u32* k = (const __u32*)key;
  __u64 hash = mix(can.hash_seed, (__u64)k[0] << 32 | k[1]);
  hash = mix(hash, (__u64)k[2] << 32 | k[3]);
  hash = mix(hash, k[4]);
  if (key->version == 4) return hash;
  hash = mix(hash, (__u64)k[5] << 32 | k[6]);
  hash = mix(hash, (__u64)k[7] << 32 | k[8]);
  return mix(hash, (__u64)k[9] << 32 | k[10]);
}

static __always_inline __u32 number_of(const struct HostProcess* process) {
  const __u64* words = (const __u64*)process;
  __u64 hash = 0;
  for (__u32 i = 0; i < sizeof(*process) / 8; ++i) hash = mix(hash, words[i]);
  return hash >> 32 | 1;  // 0 is no process
}

static __always_inline int same_process(const struct HostProcess* one, const struct HostProcess* other) {
  const __u64* a = (const __u64*)one;
  const __u64* b = (const __u64*)other;
  return !((a[0] ^ b[0]) | (a[1] ^ b[1]) | (a[2] ^ b[2]) | (a[3] ^ b[3]) | (a[4] ^ b[4]));
}

// The socket's process stands among the processes, under the socket's number for it; 0 when there is no room.
static __noinline int enter_process(struct HostSocket* socket) {
  if (!socket->who) return 1;
#pragma clang loop unroll(disable)
  for (int tries = 0; tries < 4; ++tries) {
    const __u32 who = socket->who;
    const struct HostProcess* there = bpf_map_lookup_elem(&processes, &who);
    if (!there) {
      bpf_map_update_elem(&processes, &who, &socket->process, BPF_NOEXIST);
      there = bpf_map_lookup_elem(&processes, &who);  // another processor may have been first
    }
    if (!there) return 0;
    if (same_process(there, &socket->process)) return 1;
    socket->who = who + 2;
  }
  return 0;
}

static __noinline int fill_slot(struct __sk_buff* skb, struct HostSlot* slot, struct HostRest* rest,
                                const struct HostKey* key, const struct HostSocket* socket) {
  const __u32* k = (const __u32*)key;
  __builtin_memcpy(rest, key->src_rest, sizeof(*rest));
  if (socket) {
    slot->cookie = socket->cookie;
    slot->who = socket->who;
    slot->netns = can.netns_cookie ? bpf_get_netns_cookie(skb) : 0;
  } else {
    slot->cookie = 0;
    slot->who = 0;
    slot->netns = 0;
  }
  slot->generation = rules.generation - 1;
  slot->srtt_us = 0;
  slot->tcp_flags[0] = slot->tcp_flags[1] = 0;
  slot->src = k[3];
  slot->dst = k[4];
  slot->interface = k[0];
  *(__u32*)&slot->src_port = k[1];
  *(__u32*)&slot->protocol = k[2];  // last: with it the slot is taken
  return 0;
}

// A slot for a micro-flow that has none; kHostNoSlot when there is none left.
static __noinline __u32 new_slot(struct __sk_buff* skb, const struct HostKey* key,
                                 struct HostSocket* socket) {
  __u32 number = kHostNoSlot;
  if (socket && !enter_process(socket)) return kHostNoSlot;
  if (bpf_map_pop_elem(&free_slots, &number)) return kHostNoSlot;
  struct HostSlot* slot = slot_at(number);
  struct HostRest* rest = rest_at(number);
  if (!slot || !rest) return kHostNoSlot;
  fill_slot(skb, slot, rest, key, socket);
  return number;
}

static __always_inline __u32 tag_of(__u64 hash) { return hash >> 32 & ~0U << kHostNumberBits; }

// The number of the slot of a micro-flow; kHostNoSlot when there is none. What a bucket has no room for
// stands in its neighbour, which then is looked at, too.
static __always_inline __u32 find_number(const struct HostKey* key, __u32 who, __u64 hash) {
  const __u32 tag = tag_of(hash);
  __u32 place = hash & can.last_bucket;
#pragma clang loop unroll(disable)
  for (int next = 0; next < 2; ++next) {
    const struct HostBucket* bucket = bpf_map_lookup_elem(&buckets, &place);
    if (!bucket) return kHostNoSlot;
#pragma clang loop unroll(disable)
    for (int i = 0; i < kHostWays; ++i) {
      const __u32 number = bucket->entries[i] ^ tag;
      if (number >> kHostNumberBits) continue;
      const struct HostSlot* slot = slot_at(number);
      if (slot && same(slot, number, key, who)) return number;
    }
    if (!bucket->entries[kHostWays - 1]) return kHostNoSlot;
    place ^= 1;
  }
  return kHostNoSlot;
}

// Where a micro-flow that was not found can be entered; 0 when there is no room.
static __noinline __u32* find_room(__u64 hash) {
  __u32 place = hash & can.last_bucket;
  for (int next = 0; next < 2; ++next) {
    struct HostBucket* bucket = bpf_map_lookup_elem(&buckets, &place);
    if (!bucket) return 0;
#pragma clang loop unroll(disable)
    for (int i = 0; i < kHostWays; ++i) {
      if (!bucket->entries[i]) return &bucket->entries[i];
    }
    place ^= 1;
  }
  return 0;
}

// The slot's number of a micro-flow that the socket does not remember. `entered`: others must find it too.
// Two processors that meet the same new micro-flow, or take the same room, make two slots of it, or one that
// is found no more: both are read, and what is idle is given back.
static __always_inline __u32 find_slot(struct __sk_buff* skb, const struct HostKey* key,
                                       struct HostSocket* socket, __u32 entered) {
  const __u64 hash = hash_of(key);
  __u32 number = find_number(key, socket ? socket->who : 0, hash);
  if (number != kHostNoSlot) {
    // An accepted connection goes on in the slot in which its listener began it.
    struct HostSlot* slot = slot_at(number);
    if (slot && socket && slot->cookie != socket->cookie) slot->cookie = socket->cookie;
    return number;
  }
  if (!entered) return new_slot(skb, key, socket);
  __u32* room = find_room(hash);
  if (!room) return kHostNoSlot;
  number = new_slot(skb, key, socket);
  if (number != kHostNoSlot) *room = tag_of(hash) | number;
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

static __noinline int tell(const struct HostKey* key, const struct packet* p,
                           const struct HostSocket* socket) {
  struct HostTally* count = tally_here();
  struct HostEvent* event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
  if (!event) {
    struct HostPassed* wire = passed_at(key->interface);
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

// The slot of a packet's micro-flow: what the socket remembers, else what can be found. A socket that talks
// to many goes on remembering one of them while it lasts: to write down each would take the line of cache
// with the socket's owner away from the processor that reads it.
static __always_inline struct HostSlot* slot_of(struct __sk_buff* skb, const struct HostKey* key,
                                                struct HostSocket* socket, int listening) {
  struct bpf_sock* sk = skb->sk;
  if (!socket || listening || !sk) return slot_at(find_slot(skb, key, socket, 1));
  __u32* last = &socket->slot[key->direction & 1];
  struct HostSlot* slot = slot_at(*last);
  if (slot && same(slot, *last, key, socket->who)) return slot;
  const int lasts = slot && slot->generation == (__u8)rules.generation;
  const int alone = *last == kHostNoSlot && sk->dst_port != 0;
  const __u32 number = find_slot(skb, key, socket, !alone);
  if (!lasts && number != kHostNoSlot) *last = number;
  return slot_at(number);
}
