#!/usr/bin/env python3
"""Writes a large capture file with a realistic mix of flows, the same one for the same arguments.

    tools/make_capture.py FILE [--packets 690000] [--seed 1] [--ipv6 0.1]

Conversations begin at random over a minute; their sizes are heavy-tailed (Pareto, shape 1.1): most have a
handful of packets, a few carry most of the bytes. Two thirds are TCP (handshake, full-sized segments one
way, an acknowledgement for every second one the other way, end), the rest UDP (a question and its answer;
some streams). Their packets are interleaved in time. Addresses are Zipf-like: few servers, many clients.
"""
import argparse
import heapq
import random
import struct

ETHER4 = b'\x02\x00\x00\x00\x00\x02\x02\x00\x00\x00\x00\x01\x08\x00'
ETHER6 = ETHER4[:12] + b'\x86\xdd'
FILLER = bytes(range(256)) * 8
START = 1_700_000_000
SECONDS = 60.0


def address(number, ipv6):
    if ipv6:
        return bytes.fromhex('20010db8') + struct.pack('>IQ', number >> 8, number)
    return struct.pack('>I', 0x0a000000 | number & 0xffffff)


class Conversation:
    """Two ends, and the packets they exchange: next() gives (gap in s, bytes of the frame, wire length)."""

    def __init__(self, rng, ipv6_share):
        self.rng = rng
        ipv6 = rng.random() < ipv6_share
        self.ipv6 = ipv6
        client = address(0x10000 + int(rng.random() * 40000), ipv6)
        server = address(int(rng.paretovariate(0.8)) % 4000, ipv6)
        self.tcp = rng.random() < 0.67
        ports = struct.pack('>HH', rng.randrange(32768, 61000), rng.choice((443, 443, 443, 80, 22, 445, 2049, 993)
                            if self.tcp else (53, 53, 53, 123, 443, 4789)))
        self.ends = (client, server, ports), (server, client, ports[2:] + ports[:2])
        self.left = int(min(rng.paretovariate(1.1) * (3 if self.tcp else 2), 200_000))
        self.stream = not self.tcp and self.left > 6
        self.pace = min(0.2, rng.expovariate(1) * 20.0 / (self.left + 20))
        self.down = rng.random() < 0.8  # the server sends
        self.sent = 0

    def frame(self, way, payload, flags):
        src, dst, ports = self.ends[way]
        if self.tcp:
            transport = ports + struct.pack('>IIBBHHH', self.sent, self.sent, 0x50, flags, 512, 0, 0)
            protocol = 6
        else:
            transport = ports + struct.pack('>HH', 8 + payload, 0)
            protocol = 17
        size = len(transport) + payload
        if self.ipv6:
            head = ETHER6 + struct.pack('>IHBB', 6 << 28, size, protocol, 64) + src + dst
        else:
            head = ETHER4 + struct.pack('>BBHHHBBH', 0x45, 0, 20 + size, self.sent & 0xffff, 0x4000, 64, protocol, 0) + src + dst
        return head + transport + FILLER[:payload]

    def next(self):
        rng = self.rng
        self.left -= 1
        self.sent += 1
        gap = rng.expovariate(1) * self.pace
        if not self.tcp:
            if self.stream:
                return gap, self.frame(int(self.down), 1200, 0)
            return gap, self.frame(self.sent & 1 ^ 1, 40 if self.sent & 1 else rng.randrange(60, 400), 0)
        if self.sent <= 2:
            return gap, self.frame(self.sent - 1, 0, 0x02 if self.sent == 1 else 0x12)
        if self.left == 0:
            return gap, self.frame(0, 0, 0x11)
        if self.sent % 3 == 0:
            return gap, self.frame(int(not self.down), 0, 0x10)
        full = rng.random() < 0.8
        return gap, self.frame(int(self.down), (1440 if self.ipv6 else 1460) if full else rng.randrange(1, 1400), 0x18)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('file')
    parser.add_argument('--packets', type=int, default=690_000)
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--ipv6', type=float, default=0.1)
    wanted = parser.parse_args()
    rng = random.Random(wanted.seed)
    planned, waiting, number = 0, [], 0
    while planned < wanted.packets:
        conversation = Conversation(rng, wanted.ipv6)
        planned += conversation.left
        heapq.heappush(waiting, (rng.random() * SECONDS, number, conversation))
        number += 1
    written = size = 0
    with open(wanted.file, 'wb', 1 << 20) as out:
        out.write(struct.pack('<IHHIIII', 0xa1b2c3d4, 2, 4, 0, 0, 262144, 1))
        while waiting and written < wanted.packets:
            at, key, conversation = heapq.heappop(waiting)
            gap, frame = conversation.next()
            out.write(struct.pack('<IIII', START + int(at), int(at % 1 * 1e6), len(frame), len(frame)) + frame)
            written += 1
            size += len(frame)
            if conversation.left > 0:
                heapq.heappush(waiting, (at + gap, key, conversation))
    print(f'{wanted.file}: {written} packets, {size} bytes on the wire, {number} conversations')


if __name__ == '__main__':
    main()
