// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// egress_guard: what a listener must not say does not leave its interface.
//
// Attached at tc's egress, where everything passes that the kernel or a program sends. In capture mode
// nothing leaves. In adjacency mode these do: ARP, and OSPFv2 hellos, database descriptions, requests and
// acknowledgements, to the OSPF groups and to named neighbours. A hello must have priority 0, so that the
// listener is never designated; a description must say that more will come, so that no adjacency with it is
// ever full; and a link-state update never passes, so that nothing it says is ever flooded.
//
// With `routing_only`, for an interface that others use too, what is not a routing protocol is let be.
// What passes goes on to other filters (TC_ACT_UNSPEC). Every packet is counted by kind.

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "bpf/egress_guard.h"

#define OSPF 89
#define IPV6_NEXT_HEADER 6
#define ISO_LLC 0xfefe
#define FRAGMENT 0x3fff       // more fragments, or an offset
#define GROUP_OSPF 0xe0000005  // 224.0.0.5
#define GROUP_DR 0xe0000006    // 224.0.0.6
#define OSPF_LOOKED_AT 32
#define HELLO_PRIORITY 31
#define DESCRIPTION_FLAGS 27
#define MORE 2

char program_license[] SEC("license") = "GPL";

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 1);
  __type(key, __u32);
  __type(value, struct GuardRules);
} rules SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 256);
  __type(key, __be32);
  __type(value, __u8);
} neighbors SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  __uint(max_entries, 1);
  __type(key, __u32);
  __type(value, struct GuardCounts);
} counts SEC(".maps");

struct verdict {
  __u32 kind;
  __u32 pass;
};

static __always_inline struct verdict stop(__u32 kind) {
  struct verdict v = {kind, 0};
  return v;
}

static __always_inline struct verdict pass_if(__u32 kind, __u32 pass) {
  struct verdict v = {kind, pass};
  return v;
}

static __always_inline __u32 kind_of_type(__u8 type) {
  switch (type) {
    case 1:
      return kGuardHello;
    case 2:
      return kGuardDescription;
    case 3:
      return kGuardRequest;
    case 4:
      return kGuardUpdate;
    case 5:
      return kGuardAck;
  }
  return kGuardOtherOspf;
}

static __always_inline struct verdict judge_ospf(struct __sk_buff* skb, const struct GuardRules* rule, __u32 at,
                                                 __be32 to) {
  __u8 ospf[OSPF_LOOKED_AT];
  if (bpf_skb_load_bytes(skb, at, ospf, sizeof(ospf)) || ospf[0] != 2) return stop(kGuardOtherOspf);
  const __u32 kind = kind_of_type(ospf[1]);
  if (!rule->may_speak || kind == kGuardUpdate || kind == kGuardOtherOspf) return stop(kind);
  if (kind == kGuardHello && ospf[HELLO_PRIORITY] != 0) return stop(kind);
  if (kind == kGuardDescription && !(ospf[DESCRIPTION_FLAGS] & MORE)) return stop(kind);
  if (to == bpf_htonl(GROUP_OSPF) || to == bpf_htonl(GROUP_DR)) return pass_if(kind, 1);
  return pass_if(kind, bpf_map_lookup_elem(&neighbors, &to) != 0);
}

static __always_inline struct verdict judge_ipv4(struct __sk_buff* skb, const struct GuardRules* rule,
                                                 __u32 at) {
  struct iphdr ip;
  if (bpf_skb_load_bytes(skb, at, &ip, sizeof(ip))) return pass_if(kGuardOther, rule->routing_only);
  if (ip.protocol == IPPROTO_IGMP) return stop(kGuardIgmp);
  if (ip.protocol != OSPF) return pass_if(kGuardOther, rule->routing_only);
  if (ip.ihl != 5 || (ip.frag_off & bpf_htons(FRAGMENT))) return stop(kGuardOtherOspf);
  return judge_ospf(skb, rule, at + sizeof(ip), ip.daddr);
}

static __always_inline struct verdict judge_ipv6(struct __sk_buff* skb, const struct GuardRules* rule,
                                                 __u32 at) {
  __u8 next = 0;
  if (bpf_skb_load_bytes(skb, at + IPV6_NEXT_HEADER, &next, 1) == 0 && next == OSPF) {
    return stop(kGuardOtherOspf);
  }
  return pass_if(kGuardIpv6, rule->routing_only);
}

static __always_inline struct verdict judge_llc(struct __sk_buff* skb, const struct GuardRules* rule, __u32 at) {
  __be16 ends = 0;
  if (bpf_skb_load_bytes(skb, at, &ends, sizeof(ends)) == 0 && ends == bpf_htons(ISO_LLC)) {
    return stop(kGuardIsis);
  }
  return pass_if(kGuardOther, rule->routing_only);
}

static __always_inline struct verdict judge(struct __sk_buff* skb, const struct GuardRules* rule) {
  __u32 at = rule->link_header;
  __u16 protocol = bpf_ntohs((__be16)skb->protocol);
#pragma unroll
  for (int tag = 0; tag < 2; ++tag) {
    __be16 inner = 0;
    if (protocol != ETH_P_8021Q && protocol != ETH_P_8021AD) break;
    if (bpf_skb_load_bytes(skb, at + 2, &inner, sizeof(inner))) break;
    protocol = bpf_ntohs(inner);
    at += 4;
  }
  if (protocol == ETH_P_IP) return judge_ipv4(skb, rule, at);
  if (protocol == ETH_P_IPV6) return judge_ipv6(skb, rule, at);
  if (protocol == ETH_P_ARP) return pass_if(kGuardArp, rule->routing_only || rule->may_speak);
  if (protocol < ETH_P_802_3_MIN || protocol == 0x8870) return judge_llc(skb, rule, at);
  return pass_if(kGuardOther, rule->routing_only);
}

SEC("tc")
int egress_guard(struct __sk_buff* skb) {
  const __u32 only = 0;
  const struct GuardRules* rule = bpf_map_lookup_elem(&rules, &only);
  struct GuardCounts* count = bpf_map_lookup_elem(&counts, &only);
  if (!rule || !count) return TC_ACT_SHOT;
  const struct verdict v = judge(skb, rule);
  if (v.kind >= kGuardKinds) return TC_ACT_SHOT;
  if (v.pass) {
    count->passed[v.kind]++;
    return TC_ACT_UNSPEC;
  }
  count->stopped[v.kind]++;
  return TC_ACT_SHOT;
}
