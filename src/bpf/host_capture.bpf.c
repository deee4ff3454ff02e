// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// host_capture: every packet of the host's sockets is counted under its micro-flow and its process.
//
// A micro-flow is counted in a slot of one array that user space sees as memory. A socket remembers the slot of
// its last micro-flow by direction, so that a packet costs one look at the socket and one at the slot; only a
// socket that talks to many at once (a DNS server) needs the buckets as well: one line of cache more. Slots are
// never reset: user space takes differences, frees what is idle, and hands free slots back through a stack. When
// there is none the packet becomes an event in a ring that nobody is woken up for; when that is full, it is
// counted as lost.
//
// A socket's process is noted when the socket is made, inherited by accepted ones, and put right when another
// process sends or receives, or the same one after an exec. Where the kernel has no tracepoint for that, user
// space looks at open files from time to time (iter/task_file).
//
// At tc stand programs for what never meets a socket: they count interfaces' totals, forwarded packets, and the
// kernel's own, such as the outer packets of a tunnel that still carry the inner program's socket.

#include "bpf/host_owners.bpf.h"
#include "bpf/host_slots.bpf.h"
#include "bpf/host_wire.bpf.h"

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
