// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// Part of host_capture.bpf.c: whose a socket is, noted when it is made, put right when another uses it.
#pragma once

#include "bpf/host_slots.bpf.h"

static __always_inline void name_current(struct HostProcess* process, __u32* exec_id) {
  process->pid = bpf_get_current_pid_tgid() >> 32;
  process->uid = (__u32)bpf_get_current_uid_gid();
  process->cgroup = bpf_get_current_cgroup_id();
  __builtin_memset(process->comm, 0, sizeof(process->comm));
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
  socket->who = number_of(&socket->process);
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

// What was counted since the last drain for a process that never used the socket itself belongs to the one
// that does: a server forked after accept.
static __always_inline void hand_over(struct HostSocket* socket) {
  if (!enter_process(socket)) return;
  for (int direction = 0; direction < 2; ++direction) {
    struct HostSlot* slot = slot_at(socket->slot[direction]);
    if (slot && slot->cookie == socket->cookie) slot->who = socket->who;
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
  __builtin_memset(socket->process.comm, 0, sizeof(socket->process.comm));
  bpf_probe_read_kernel_str(socket->process.comm, sizeof(socket->process.comm), leader->comm);
  socket->who = number_of(&socket->process);
  socket->exec_id = task->self_exec_id;
  socket->held = look;
  socket->kernel = 0;
  hand_over(socket);
  return 0;
}
