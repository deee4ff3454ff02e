"""Every router's interface counters, once a second on the second, as CSV on stdout until SIGTERM.

One process reads all: /proc/thread-self/net/dev stays bound to the namespace in which it was
opened, so each namespace is entered once and its counters are then one read away.
Usage: counters.py ROUTER...
"""

import ctypes
import os
import signal
import sys
import time

CLONE_NEWNET = 0x40000000
HEADER = "time,router,interface,rx_bytes,rx_packets,tx_bytes,tx_packets,tx_dropped"


def open_counters(routers):
    libc = ctypes.CDLL(None, use_errno=True)
    out = []
    for router in routers:
        with open(f"/run/netns/anm-{router}") as space:
            if libc.setns(space.fileno(), CLONE_NEWNET):
                raise OSError(ctypes.get_errno(), f"setns {router}")
        out.append((router, os.open("/proc/thread-self/net/dev", os.O_RDONLY)))
    return out


def be_punctual():
    """Real-time scheduling: a reading that comes 50 ms late says little about the second's end."""
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(10))
    except OSError as error:
        print(f"readings may be late on a busy machine: {error}", file=sys.stderr)


def main():
    sources = open_counters(sys.argv[1:])
    be_punctual()
    stopping = []
    signal.signal(signal.SIGTERM, lambda *_: stopping.append(1))
    print(HEADER, flush=True)
    while not stopping:
        time.sleep(1 - time.time() % 1)
        taken = []
        for router, file in sources:
            now = time.time()
            taken.append((now, router, os.pread(file, 1 << 16, 0)))
        for now, router, text in taken:
            for line in text.decode().splitlines()[2:]:
                name, _, numbers = line.partition(":")
                n = numbers.split()
                if name.strip() != "lo":
                    print(f"{now:.6f},{router},{name.strip()},{n[0]},{n[1]},{n[8]},{n[9]},{n[11]}")
        sys.stdout.flush()


main()
