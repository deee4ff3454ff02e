"""What passed an interface, from a capture of it: bytes and packets per 5-tuple and direction, as on the wire.

A segment that its sender's card would have cut up is captured whole. It is counted as the packets that the card would
make of it: every `mss` bytes of payload one, each with its own headers; `mss` is what both ends announced.
"""

import collections
import ipaddress
import re
import signal
import struct
import subprocess

from . import pcap, spaces
from .agent_hosts import HOSTS

SNAPLEN = 192
VXLAN = 4789
VXLAN_HEADERS = 20 + 8 + 8 + 14  # outer IP, UDP, VXLAN, Ethernet
TIMESTAMPS = 12


class Tap:
    """A tcpdump on one interface of a host."""

    def __init__(self, hosts, host, device):
        self.host, self.device = host, device
        self.file = hosts.folder / f"{host}-{device}.pcap"
        self.log = hosts.folder / f"{host}-{device}.tcpdump"
        self.hosts = hosts
        self.raw = device.startswith("tun")  # no Ethernet there
        with open(self.log, "wb") as log:  # in no unit of the host: it is no part of it
            self.process = subprocess.Popen(
                [*spaces.inside(hosts.space(host)), "tcpdump", "-i", device, "-s", str(SNAPLEN), "-B", "65536", "-p", "-n",
                 "-Z", "root", "-w", str(self.file)], stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)

    def stop(self):
        self.hosts.end(self.process, signal.SIGINT, 30)
        for count in re.findall(r"(\d+) packets? dropped by", self.log.read_text()):
            if int(count):
                raise spaces.LabError(f"{self.file.name}: tcpdump lost {count} packets; nothing can be said")


class Passed:
    """The packets of one capture."""

    def __init__(self, tap):
        self.frames, self.frame_bytes = 0, 0
        self.tuples = collections.defaultdict(lambda: [0, 0])  # (out, src, dst, protocol, sport, dport): packets, bytes
        self.mss = {}  # by the 4-tuple that announced it
        self.own = own_addresses(tap.host)
        self.device = tap.device
        for _, length, data in pcap.read(tap.file):
            self.frames += 1
            self.frame_bytes += length
            if tap.raw:
                self.add(data)
            elif data[12:14] == b"\x08\x00":
                self.add(data[14:])

    def add(self, ip):
        head = (ip[0] & 15) * 4
        length, = struct.unpack_from("!H", ip, 2)
        protocol = ip[9]
        src, dst = (str(ipaddress.ip_address(ip[at:at + 4])) for at in (12, 16))
        sport = dport = 0
        if protocol in (6, 17):
            sport, dport = struct.unpack_from("!HH", ip, head)
        elif protocol == 1:
            dport = ip[head] * 256 + ip[head + 1]
        packets, extra = 1, 0
        if protocol == 6:
            packets, extra = self.cut(ip, head, length, (src, dst, sport, dport))
        elif protocol == 17 and dport == VXLAN and length > VXLAN_HEADERS + 40:
            inner = ip[VXLAN_HEADERS:]
            if ip[VXLAN_HEADERS - 2:VXLAN_HEADERS] == b"\x08\x00" and inner[9] == 6:
                of = tuple(str(ipaddress.ip_address(inner[at:at + 4])) for at in (12, 16))
                packets, extra = self.cut(inner, 20, length - VXLAN_HEADERS, (*of, *struct.unpack_from("!HH", inner, 20)))
                extra += (packets - 1) * VXLAN_HEADERS
        count = self.tuples[(src in self.own, src, dst, protocol, sport, dport)]
        count[0] += packets
        count[1] += length + extra

    def cut(self, ip, head, length, of):
        """(packets on the wire, bytes of headers that they have more)."""
        size = (ip[head + 12] >> 4) * 4
        options = ip[head + 20:head + size]
        src, dst, sport, dport = of
        if ip[head + 13] & 2:  # SYN
            self.mss[of] = announced(options)
        payload = length - head - size
        room = min(self.mss.get(of, 1460), self.mss.get((dst, src, dport, sport), 1460))
        room -= size - 20  # timestamps and the like are part of what was agreed
        if payload <= room:
            return 1, 0
        packets = -(-payload // room)
        return packets, (packets - 1) * (head + size)


def announced(options):
    at = 0
    while at + 1 < len(options) and options[at]:
        if options[at] == 1:
            at += 1
            continue
        if options[at] == 2:
            return struct.unpack_from("!H", options, at + 2)[0]
        at += max(options[at + 1], 2)
    return 536


def own_addresses(host):
    return {f"10.{net}.0.{HOSTS[host]}" for net in (97, 98, 99)}
