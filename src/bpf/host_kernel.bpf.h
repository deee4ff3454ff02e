// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// Part of host_capture.bpf.c: what of the kernel it reads, what it was told, its maps.
#pragma once

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
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(map_flags, BPF_F_MMAPABLE);
  __uint(max_entries, 1);
  __type(key, __u32);
  __type(value, struct HostRest);
} rests SEC(".maps");

// Those that slots name. One stands here from the first slot that names it until the reader, which knows it
// by then, takes it out; a slot that is filled later puts it back.
struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, kHostProcesses);
  __type(key, __u32);
  __type(value, struct HostProcess);
} processes SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_STACK);
  __uint(max_entries, 1);
  __uint(value_size, sizeof(__u32));
} free_slots SEC(".maps");

// Where slots are found by the hash of their key. Not a hash map, because one look at one line of cache does,
// and because user space, which sees it as memory, takes out what is idle without asking.
struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(map_flags, BPF_F_MMAPABLE);
  __uint(max_entries, 1);
  __type(key, __u32);
  __type(value, struct HostBucket);
} buckets SEC(".maps");

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

// Interfaces that are counted, each in the row of the last byte of its number, or by its number where another
// has that row: to hash it for each packet would cost more than all else at tc.
struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  __uint(max_entries, kHostInterfaces);
  __type(key, __u32);
  __type(value, struct HostPassed);
} interface_rows SEC(".maps");

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

static __always_inline struct HostPassed* passed_at(__u32 interface) {
  const __u32 row = interface % kHostInterfaces;
  struct HostPassed* passed = bpf_map_lookup_elem(&interface_rows, &row);
  if (passed && passed->interface == interface) return passed;
  return bpf_map_lookup_elem(&interfaces, &interface);
}

static __always_inline struct HostTally* tally_here(void) {
  const __u32 only = 0;
  return bpf_map_lookup_elem(&tally, &only);
}
