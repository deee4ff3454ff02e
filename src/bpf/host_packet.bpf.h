// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// Part of host_capture.bpf.c: a packet's key, and its size as it is on the wire.
#pragma once

#include "bpf/host_kernel.bpf.h"

// What is known of a packet; `bytes` is 0 where the frame may be longer than what it carries. Its key stands
// beside it, on the stack.
struct packet {
  __u32 bytes;
  __u32 packets;
  __u32 l3;     // bytes of IP headers
  __u32 whole;  // bytes before it is cut into segments
  __u8 tcp_flags;
  __u8 tos;
  __u32 netns;  // of events only, as what follows
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
  key->src = ip->saddr;
  key->dst = ip->daddr;
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
  key->src = ip->saddr.in6_u.u6_addr32[0];
  key->dst = ip->daddr.in6_u.u6_addr32[0];
  __builtin_memcpy(key->src_rest, &ip->saddr.in6_u.u6_addr32[1], 12);
  __builtin_memcpy(key->dst_rest, &ip->daddr.in6_u.u6_addr32[1], 12);
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
