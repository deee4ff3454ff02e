// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// balance: a router shares its load per packet, not per flow.
//
// Linux sends a flow over one of its equal-cost next hops, chosen by a hash, so a
// few large flows load two equal paths unevenly. Router vendors offer the other way
// too, per-packet load sharing, and that is what this gives a lab router: attached
// where a packet enters, it sets the hash by which the kernel then chooses.
//
// With two next hops the kernel gives each a half of the hash's range, with three a third;
// this program knows the bytes but not the number of next hops. So it cuts the range into
// six cells and keeps, for each destination /24, what each half and each third got; the
// packet goes to the cell whose half and third are furthest behind. Two or three next hops
// then get equal bytes, to within a packet or two for each place of entry and destination.
//
// No headers are needed: the few declarations below are the kernel's stable interface.

typedef unsigned int u32;
typedef unsigned short u16;
typedef unsigned long long u64;

struct __sk_buff {
  u32 len;
};

static long (*load_bytes)(const struct __sk_buff*, u32 offset, void* to, u32 size) = (void*)26;
static long (*set_hash)(struct __sk_buff*, u32 hash) = (void*)48;

struct shares {
  u64 half[2];
  u64 third[3];
};

struct shares sent[256];  // bytes, by destination

__attribute__((section("classifier"), used)) int balance(struct __sk_buff* skb) {
  u16 type = 0;
  u32 to = 0;
  if (load_bytes(skb, 12, &type, 2) || type != 0x0008) return -1;  // IPv4, in wire order
  if (load_bytes(skb, 30, &to, 4)) return -1;
  struct shares* to_net = &sent[((to & 0xffffff) * 2654435769u) >> 24];
  u32 best = 0;
  u64 least = ~0ull;
#pragma unroll
  for (u32 cell = 0; cell < 6; ++cell) {
    u64 got = to_net->half[cell / 3] + to_net->third[cell / 2];
    if (got < least) {
      least = got;
      best = cell;
    }
  }
#pragma unroll
  for (u32 cell = 0; cell < 6; ++cell) {
    if (cell != best) continue;
    to_net->half[cell / 3] += skb->len;
    to_net->third[cell / 2] += skb->len;
  }
  set_hash(skb, best * 715827882u + 357913941u);  // the middle of the cell
  return -1;  // go on as if this had not been here
}

char _license[] __attribute__((section("license"), used)) = "GPL";
