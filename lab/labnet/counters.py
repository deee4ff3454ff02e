"""Every interface's counters in some namespaces, once a second on the second, as CSV on stdout until SIGTERM.

One process reads all: /proc/thread-self/net/dev stays bound to the namespace in which it was
opened, so each namespace is entered once and its counters are then one read away.
Usage: counters.py [--prefix PREFIX] [--apart] NODE...
  --prefix   of the namespaces' names (anm-)
  --apart    also counts what no program of a host has sent: all that is neither UDP nor TCP over IPv4 (routing protocols,
             ARP, ICMP, IGMP, IPv6). Four columns more: these are part of the others. And a row of each node's own, its interface
             called "expired": rx_packets is how many packets had no hops left there, having gone round between routers.
"""

import argparse
import collections
import ctypes
import os
import signal
import socket
import struct
import sys
import time

CLONE_NEWNET = 0x40000000
HEADER = "time,router,interface,rx_bytes,rx_packets,tx_bytes,tx_packets,tx_dropped"
APART = ",apart_rx_bytes,apart_rx_packets,apart_tx_bytes,apart_tx_packets"
SO_ATTACH_FILTER = 26
EXPIRED = "expired"
ETH_P_ALL = 3
PACKET_OUTGOING = 4
# Classic BPF: nothing of IPv4's UDP and TCP, all else whole.
NEITHER = [(0x28, 0, 0, 12), (0x15, 0, 3, 0x0800), (0x30, 0, 0, 23), (0x15, 2, 0, 17), (0x15, 1, 0, 6),
           (0x06, 0, 0, 0x40000), (0x06, 0, 0, 0)]


class Source:
    """One namespace: its counters' file, and a socket that hears what is counted apart."""

    def __init__(self, libc, prefix, node, apart):
        self.node = node
        with open(f"/run/netns/{prefix}{node}") as space:
            if libc.setns(space.fileno(), CLONE_NEWNET):
                raise OSError(ctypes.get_errno(), f"setns {node}")
        self.file = os.open("/proc/thread-self/net/dev", os.O_RDONLY)
        self.snmp = os.open("/proc/thread-self/net/snmp", os.O_RDONLY)
        self.socket = listening() if apart else None
        self.apart = collections.defaultdict(lambda: [0, 0, 0, 0])

    def hear(self):
        """Counts what has come since it was last asked."""
        while True:
            try:
                frame, (interface, _, kind, *_) = self.socket.recvfrom(1 << 16, socket.MSG_DONTWAIT)
            except BlockingIOError:
                return
            count = self.apart[interface]
            at = 2 if kind == PACKET_OUTGOING else 0
            count[at] += len(frame)
            count[at + 1] += 1


def expired(source):
    """InHdrErrors of RFC 4293: of what a router forwards, those that have come with a TTL of 1."""
    names, numbers = (line.split() for line in os.pread(source.snmp, 1 << 13, 0).decode().splitlines() if line.startswith("Ip:"))
    return int(numbers[names.index("InHdrErrors")])


def listening():
    wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
    program = b"".join(struct.pack("HBBI", *instruction) for instruction in NEITHER)
    held = ctypes.create_string_buffer(program)
    wire.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, struct.pack("HL", len(NEITHER), ctypes.addressof(held)))
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    return wire


def be_punctual():
    """Real-time scheduling: a reading that comes 50 ms late says little about the second's end."""
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(10))
    except OSError as error:
        print(f"readings may be late on a busy machine: {error}", file=sys.stderr)


def rows(source, now, text):
    for line in text.decode().splitlines()[2:]:
        name, _, numbers = line.partition(":")
        n, name = numbers.split(), name.strip()
        if name != "lo":
            row = f"{now:.6f},{source.node},{name},{n[0]},{n[1]},{n[8]},{n[9]},{n[11]}"
            yield row + ("," + ",".join(map(str, source.apart[name])) if source.socket else "")
    if source.socket:
        yield f"{now:.6f},{source.node},{EXPIRED},0,{expired(source)},0,0,0,0,0,0,0"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--prefix", default="anm-")
    parser.add_argument("--apart", action="store_true")
    parser.add_argument("nodes", nargs="+")
    options = parser.parse_args()
    libc = ctypes.CDLL(None, use_errno=True)
    sources = [Source(libc, options.prefix, node, options.apart) for node in options.nodes]
    be_punctual()
    stopping = []
    signal.signal(signal.SIGTERM, lambda *_: stopping.append(1))
    print(HEADER + (APART if options.apart else ""), flush=True)
    while not stopping:
        time.sleep(1 - time.time() % 1)
        taken = []
        for source in sources:
            now = time.time()
            taken.append((source, now, os.pread(source.file, 1 << 16, 0)))
        for source, now, text in taken:
            if source.socket:
                source.hear()
            for row in rows(source, now, text):
                print(row)
        sys.stdout.flush()


main()
