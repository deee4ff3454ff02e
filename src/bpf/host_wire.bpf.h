// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// Part of host_capture.bpf.c: programs at the interfaces (tc), for what never meets a socket of the host.
#pragma once

#include "bpf/host_slots.bpf.h"

// Who sends a packet that the cgroup did not count; -1 when it did. A tunnel's outer packet may carry the
// socket of the program inside, which then is not what its header says.
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

// Bytes of headers that a VXLAN packet at the offset carries: VXLAN's, Ethernet's, IPv4's and TCP's; 0 when
// it is none.
static __always_inline __u32 inner_headers(struct __sk_buff* skb, const struct HostKey* key, __u32 at) {
  struct iphdr ip;
  __u8 offset = 0;
  const __u32 frame = 8 + ETH_HLEN;
  if (key->dst_port != bpf_htons(4789) && key->dst_port != bpf_htons(8472)) return 0;
  if (load(skb, at + frame, &ip, sizeof(ip)) || ip.version != 4 || ip.protocol != IPPROTO_TCP) return 0;
  if (load(skb, at + frame + ip.ihl * 4 + 12, &offset, 1)) return 0;
  return frame + ip.ihl * 4 + (offset >> 4) * 4;
}

// The packet behind its frame's header, where it can be read directly; else a copy.
static __always_inline int read_frame(struct __sk_buff* skb, __u32 head, struct HostKey* key,
                                      struct packet* p) {
  const void* end = (const void*)(long)skb->data_end;
  const void* frame = (const void*)(long)skb->data;
  const struct iphdr* ip = frame + (head == ETH_HLEN ? ETH_HLEN : 0);
  if (head > ETH_HLEN) return read_copied(skb, key, p);
  if ((const void*)(ip + 1) <= end && ip->version == 4) return read_ipv4(skb, ip, end, key, p);
  return read_copied(skb, key, p);
}

// The length of a packet of IPv4 by itself, of which no more is wanted when it comes in; 0: look at it.
static __always_inline __u32 plain_length(struct __sk_buff* skb, __u32 head) {
  const void* end = (const void*)(long)skb->data_end;
  const struct iphdr* ip = (const void*)(long)skb->data + (head == ETH_HLEN ? ETH_HLEN : 0);
  if (head > ETH_HLEN || skb->gso_size || (const void*)(ip + 1) > end || ip->version != 4) return 0;
  return bpf_ntohs(ip->tot_len);
}

static __always_inline int count_at_wire(struct __sk_buff* skb, __u32 direction) {
  struct HostKey key = {};
  struct packet p = {};
  const __u32 interface = skb->ifindex;
  struct HostPassed* wire = passed_at(interface);
  if (!wire) return TC_ACT_UNSPEC;
  if (direction == kHostIn && skb->protocol == bpf_htons(ETH_P_IP)) {
    const __u32 bytes = plain_length(skb, wire->head);
    wire->packets[kHostIn] += bytes != 0;
    wire->bytes[kHostIn] += bytes;
    if (bytes) return TC_ACT_UNSPEC;
  }
  if ((skb->protocol != bpf_htons(ETH_P_IP) && skb->protocol != bpf_htons(ETH_P_IPV6)) ||
      read_frame(skb, wire->head, &key, &p)) {
    wire->other[direction]++;
    return TC_ACT_UNSPEC;
  }
  // Behind a tunnel's header each segment has the inner headers too. Of what leaves the kernel has summed
  // them up.
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
