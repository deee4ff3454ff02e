"""LSA logs as a listener writes them (docs/formats/lsa-log.md), and a made-up network to fill them with.

A Network has point-to-point links, each with an address of its own at both ends; whoever changes one gets the
router-LSAs that its two routers would flood."""
import random
import struct
import time

MAGIC = b'anemone-lsalog1\n'
STARTED, STOPPED, LOST, ALIVE = 1, 2, 3, 4


def crc32c(data):
    crc = 0xffffffff
    for byte in data:
        crc = _TABLE[(crc ^ byte) & 0xff] ^ crc >> 8
    return crc ^ 0xffffffff


def _entry(value):
    for _ in range(8):
        value = value >> 1 ^ (0x82f63b78 if value & 1 else 0)
    return value


_TABLE = [_entry(i) for i in range(256)]


def now_us():
    return time.time_ns() // 1000


def dotted(number):
    return '.'.join(str(number >> shift & 255) for shift in (24, 16, 8, 0))


def checksummed(lsa):
    """The LSA with its Fletcher checksum (RFC 905 annex B), which leaves out the age."""
    body = bytearray(lsa)
    body[16:18] = b'\0\0'
    c0 = c1 = 0
    for byte in body[2:]:
        c0 = (c0 + byte) % 255
        c1 = (c1 + c0) % 255
    length, place = len(body) - 2, 14 + 1
    x = ((length - place) * c0 - c1) % 255 or 255
    y = (510 - c0 - x) % 255 or 255
    body[16], body[17] = x, y
    return bytes(body)


def router_lsa(router, links, sequence, age=1, abr=False):
    """`links`: (id, data, type, cost), as in RFC 2328 A.4.2."""
    body = struct.pack('>BBH', 1 if abr else 0, 0, len(links))
    for link_id, data, kind, cost in links:
        body += struct.pack('>IIBBH', link_id, data, kind, 0, cost)
    header = struct.pack('>HBBIIiHH', age, 2, 1, router, router, sequence, 0, 20 + len(body))
    return checksummed(header + body)


class LogWriter:
    """One listener's log; every call is on its way when it returns."""

    def __init__(self, path, vantage):
        self.file = open(path, 'ab')
        if self.file.tell() == 0:
            self.file.write(MAGIC)
        self.record(b'\1' + struct.pack('>H', 0) + vantage.encode())

    def record(self, body):
        self.file.write(struct.pack('>II', len(body), crc32c(body)) + body)

    def lsa(self, lsa, at=None, area=0):
        self.record(b'\2' + struct.pack('>qHHI', at or now_us(), 0, 0, area) + lsa)

    def mark(self, what, count=0, at=None):
        self.record(b'\4' + struct.pack('>qHBQ', at or now_us(), 0, what, count))

    def flush(self):
        self.file.flush()


class Network:
    """`routers` of them, joined into clusters and a backbone like a real network's, from a seed."""

    def __init__(self, routers, seed=1, degree=4.4):
        self.random = random.Random(seed)
        self.links = []  # (a, b, cost)
        self.down = set()  # indices of links
        self.stopped = set()  # routers
        self.sequence = {}
        self.count = routers
        joined = set()
        place = [(self.random.random(), self.random.random()) for _ in range(routers)]

        def far(a, b):
            return (place[a][0] - place[b][0]) ** 2 + (place[a][1] - place[b][1]) ** 2

        def join(a, b):
            if a != b and (min(a, b), max(a, b)) not in joined:
                joined.add((min(a, b), max(a, b)))
                self.links.append((a, b, 10 * self.random.randint(1, 10)))

        for a in range(1, routers):  # a tree of near ones, then more near ones until the degree is reached
            join(a, min(self.random.sample(range(a), min(a, 25)), key=lambda b: far(a, b)))
        for _ in range(int(routers * degree)):
            if len(self.links) >= routers * degree / 2:
                break
            a = self.random.randrange(routers)
            others = [b for b in self.random.sample(range(routers), min(routers, 40))
                      if b != a and (min(a, b), max(a, b)) not in joined]
            if others:
                join(a, min(others, key=lambda b: far(a, b)))
        self.of = [[] for _ in range(routers)]
        for index, (a, b, _) in enumerate(self.links):
            self.of[a].append(index)
            self.of[b].append(index)

    @staticmethod
    def id_of(router):
        return 0x0aff0000 + router + 1  # 10.255.x.y

    def address(self, link, side):
        return 0x0a800000 + 4 * link + 1 + side

    def lsa(self, router, age=1):
        """Its router-LSA as it is now, with the next sequence number."""
        self.sequence[router] = self.sequence.get(router, -0x7fffffff - 1) + 1
        links = []
        for index in self.of[router]:
            a, b, cost = self.links[index]
            side = 0 if router == a else 1
            if index not in self.down and not {a, b} & self.stopped:
                other = b if side == 0 else a
                links.append((self.id_of(other), self.address(index, side), 1, cost))
            links.append((self.address(index, 0) & ~3, 0xfffffffc, 3, cost))
        return router_lsa(self.id_of(router), links, self.sequence[router] or 1, age)

    def everything(self):
        return [self.lsa(router) for router in range(self.count) if router not in self.stopped]

    def fail(self, index):
        self.down.add(index)
        a, b, _ = self.links[index]
        return [self.lsa(a), self.lsa(b)]

    def repair(self, index):
        self.down.discard(index)
        a, b, _ = self.links[index]
        return [self.lsa(a), self.lsa(b)]

    def recost(self, index, cost):
        a, b, _ = self.links[index]
        self.links[index] = (a, b, cost)
        return [self.lsa(a), self.lsa(b)]

    def stop(self, router):
        """Its neighbours say that it is gone."""
        self.stopped.add(router)
        return [self.lsa(b if a == router else a) for a, b, _ in (self.links[i] for i in self.of[router])]

    def name(self, index):
        a, b, _ = self.links[index]
        return f'{dotted(self.id_of(a))} - {dotted(self.id_of(b))}'
