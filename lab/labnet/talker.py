"""Traffic of known rate, on one host: sends, fetches, takes; and logs what it did in each slice.

  talker.py send NAME NUMBER TO BPS PAYLOAD SEED CYCLE LOG   UDP to port 7000, at a rate that another draw of SEED changes each slice
  talker.py fetch NAME TO PORT BPS SEED CYCLE                TCP: asks for files, one after the other
  talker.py sink LOG                                         takes the UDP
  talker.py serve NAME PORT                                  serves the files

NAME is what the process calls itself. NUMBER is the talk's, and goes with each packet. With a CYCLE (seconds, 0 is none) the rates of a
slice are those of the slice one cycle before, and TCP has one file in each slice. A log has a line for each slice and talk:
"SLICE NUMBER PACKETS BYTES", bytes with IP and UDP headers; SLICE is the Unix time at which the slice of ten seconds began.
"""

import collections
import os
import random
import select
import signal
import socket
import struct
import sys
import threading
import time

SLICE_S = 10
HEADERS = 28  # IPv4 and UDP
UDP_PORT = 7000
TICK_S = 0.01
BURST_MAX = 64  # packets; who was held up for longer leaves the rest out
CHUNK = 8192
FILLED = 0.85  # of a slice by its one file
LATE_MAX_S = 0.5  # a file begins with its slice, or not at all


def slice_of(seconds):
    return int(seconds // SLICE_S) * SLICE_S


def rate_in(seed, begin, cycle, mean_bps):
    """The rate of a slice: it varies by half, so that bins differ."""
    return mean_bps * random.Random(f"{seed} {begin % cycle if cycle else begin}").uniform(0.6, 1.4)


class Log:
    def __init__(self, path):
        self.out = open(path, "a", buffering=1)
        self.counts, self.slice = collections.defaultdict(lambda: [0, 0]), slice_of(time.time())

    def add(self, number, size, now):
        if slice_of(now) != self.slice:
            self.write()
            self.slice = slice_of(now)
        count = self.counts[number]
        count[0] += 1
        count[1] += size

    def write(self):
        for number, (packets, size) in self.counts.items():
            self.out.write(f"{self.slice} {number} {packets} {size}\n")
        self.counts.clear()


def send(number, to, bps, payload, seed, cycle, log):
    wire = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
    body = struct.pack("!I", number) + os.urandom(payload - 4)
    size = payload + HEADERS
    owed, last = 0.0, time.monotonic()
    while not stopping:
        now, wall = time.monotonic(), time.time()
        owed = min(owed + (now - last) * rate_in(seed, slice_of(wall), cycle, bps) / 8 / size, BURST_MAX)
        last = now
        while owed >= 1:
            try:
                wire.sendto(body, (to, UDP_PORT))
                log.add(number, size, time.time())
            except OSError:
                pass  # no way there just now: nothing was sent
            owed -= 1
        time.sleep(max(TICK_S, (1 - owed) * size * 8 / bps / 2))
    log.write()


def fetch(to, port, bps, seed):
    """Files of random size at this rate on average, with a pause now and then."""
    draw = random.Random(seed)
    while not stopping:
        if not get(to, port, int(draw.uniform(0.5, 3) * bps / 8), bps * draw.uniform(0.7, 1.5)):
            time.sleep(0.5)
        time.sleep(draw.uniform(0.05, 0.4))


def fetch_in_turn(to, port, bps, seed, cycle):
    """A file a slice, whose size is drawn as rates are."""
    done = 0
    while not stopping:
        begin = slice_of(time.time())
        if begin != done and time.time() < begin + LATE_MAX_S:
            rate = rate_in(seed, begin, cycle, bps)
            get(to, port, int(rate * SLICE_S / 8), rate / FILLED)
            done = begin
        time.sleep(TICK_S)


def get(to, port, size, bps):
    try:
        with socket.create_connection((to, port), timeout=5) as wire:
            wire.settimeout(10)
            wire.sendall(f"{size} {bps:.0f}\n".encode())
            while wire.recv(1 << 16) and not stopping:
                pass
        return True
    except OSError:
        return False


def sink(log):
    wire = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
    wire.bind(("", UDP_PORT))
    while not stopping:
        if not select.select([wire], [], [], 0.5)[0]:
            continue
        data = wire.recv(2048)
        log.add(struct.unpack_from("!I", data)[0], len(data) + HEADERS, time.time())
    log.write()


def serve(port):
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("", port))
    listener.listen(64)
    listener.settimeout(0.5)
    while not stopping:
        try:
            wire, _ = listener.accept()
        except TimeoutError:
            continue
        threading.Thread(target=answer, args=(wire,), daemon=True).start()


def answer(wire):
    body = os.urandom(CHUNK)
    try:
        with wire:
            wire.settimeout(10)
            size, bps = map(int, wire.makefile("r").readline().split())
            began, sent = time.monotonic(), 0
            while sent < size:
                part = min(CHUNK, size - sent)
                wire.sendall(body[:part])
                sent += part
                time.sleep(max(0, sent * 8 / bps - (time.monotonic() - began)))
    except (OSError, ValueError):
        pass


def name_oneself(name):
    with open("/proc/self/comm", "w") as comm:
        comm.write(name)


stopping = []
signal.signal(signal.SIGTERM, lambda *_: stopping.append(1))
mode, *words = sys.argv[1:]
if mode == "send":
    name, number, to, bps, payload, seed, cycle, path = words
    name_oneself(name)
    send(int(number), to, float(bps), int(payload), seed, int(cycle), Log(path))
elif mode == "fetch":
    name, to, port, bps, seed, cycle = words
    name_oneself(name)
    fetch_in_turn(to, int(port), float(bps), seed, int(cycle)) if int(cycle) else fetch(to, int(port), float(bps), seed)
elif mode == "sink":
    name_oneself("sinkd")
    sink(Log(words[0]))
elif mode == "serve":
    name, port = words
    name_oneself(name)
    serve(int(port))
