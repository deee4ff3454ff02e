#!/usr/bin/env python3
"""The map follows traffic: agents upload every second to `anemone serve --agents` while a browser looks on. A load that
changes is on the map within 2 s of its upload, so is one that moves because a link failed; an agent that is behind is
named; losses and what a change makes uncertain are shown; and a bin that is looked at is drawn anew when a late agent corrects it. Usage: fed_check.py ANEMONE"""
import json
import pathlib
import struct
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

from made_network import ALIVE, STARTED, LogWriter, Network, dotted, router_lsa
from served import Served

ROOT = pathlib.Path(__file__).resolve().parent.parent
BIN, CAPACITY, ENTERPRISE = 10, 100_000_000, 32473
#   r1 --10-- r2        h1 at r1 and h4 at r4 send to h3 at r3
#   |          |
#   10        10
#   |          |
#   r4 --20-- r3
LINKS = [(0, 1, 10), (1, 2, 10), (0, 3, 10), (3, 2, 20)]


class Square(Network):
    """A network with hosts: 10.1.N.0/24 hangs on router N."""

    def __init__(self):  # pylint: disable=super-init-not-called
        self.links, self.down, self.stopped, self.sequence, self.count = list(LINKS), set(), set(), {}, 4
        self.of = [[i for i, (a, b, _) in enumerate(LINKS) if router in (a, b)] for router in range(4)]

    def lsa(self, router, age=1):
        self.sequence[router] = self.sequence.get(router, -0x7fffffff - 1) + 1
        links = [(0x0a010000 + (router + 1) * 256, 0xffffff00, 3, 1)]
        for index in self.of[router]:
            a, b, cost = self.links[index]
            if index not in self.down:
                links.append((self.id_of(b if router == a else a), self.address(index, 0 if router == a else 1), 1, cost))
        return router_lsa(self.id_of(router), links, self.sequence[router] or 1, age)

    def inventory(self):
        place = [(0, 0), (1, 0), (1, 1), (0, 1)]
        return {'format': 'anemone-recording-1', 'name': 'square',
                'routers': [{'id': dotted(self.id_of(i)), 'name': f'r{i + 1}', 'x': x, 'y': y} for i, (x, y) in enumerate(place)],
                'links': [{'from': f'r{a + 1}', 'from_interface': f'to-r{b + 1}', 'from_address': dotted(self.address(i, 0)),
                           'to': f'r{b + 1}', 'to_interface': f'to-r{a + 1}', 'to_address': dotted(self.address(i, 1)),
                           'area': '0.0.0.0', 'capacity_bps': CAPACITY} for i, (a, b, _) in enumerate(LINKS)]}


def host(router):
    return 0x0a01000a + router * 256


def ipfix_file(records, until):
    """RFC 7011, by hand: `records` are (from router, to router, start s, end s, bytes, process, user, out or in)."""
    own = ((1, 65535),)
    fields = ((8, 4), (12, 4), (7, 2), (11, 2), (4, 1), (61, 1), (152, 8), (153, 8), (2, 8), (1, 8), (371, 65535))
    template = struct.pack('>HH', 300, len(fields) + len(own)) + b''.join(struct.pack('>HH', *f) for f in fields)
    template += b''.join(struct.pack('>HHI', 0x8000 | field, length, ENTERPRISE) for field, length in own)
    body = struct.pack('>HH', 2, 4 + len(template)) + template
    data = b''
    for src, dst, start, end, size, process, user, out in records:
        data += struct.pack('>IIHHBBQQQQ', host(src), host(dst), 443, 40000, 6, out, int(start * 1000), int(end * 1000),
                            1 + size // 1000, size)
        data += b''.join(bytes([len(text)]) + text.encode() for text in (user, process))
    if data:
        body += struct.pack('>HH', 300, 4 + len(data)) + data
    return struct.pack('>HHIII', 10, 16 + len(body), int(until), 0, 1) + body


class Agent:
    def __init__(self, url, name):
        self.url, self.name, self.sequence = url, name, 0

    def put(self, records, until):
        self.sequence += 1
        request = urllib.request.Request(f'{self.url}/api/v1/agents/{self.name}/files/{self.sequence}?stream=' + self.name[-1] * 32,
                                         method='PUT', data=ipfix_file(records, until))
        with urllib.request.urlopen(request, timeout=20) as answer:
            if answer.status != 200 or not json.loads(answer.read())['kept']:
                sys.exit(f'{self.name}: the server did not keep a file')


class Steady(threading.Thread):
    """h1 reports each second what it sent in it, at a rate that can be changed, and h3 what came in: nine tenths."""

    def __init__(self, agent, receiver, log):
        super().__init__(daemon=True)
        self.agent, self.receiver, self.log, self.mbps, self.ended = agent, receiver, log, 2, threading.Event()
        self.sent = threading.Condition()
        self.round = 0

    def run(self):
        until = int(time.time()) - 3 * BIN
        while not self.ended.wait(max(0, until + 1 - time.time())):
            size = int(self.mbps * 1e6 / 8)
            self.agent.put([(1, 3, until, until + 0.999, size, 'nginx', 'www-data', 1)], until + 1)
            self.receiver.put([(1, 3, until, until + 0.999, size * 9 // 10, 'curl', 'ann', 0),
                               (3, 1, until, until + 0.999, 800, 'curl', 'ann', 1)], until + 1)
            self.log.mark(ALIVE)
            self.log.flush()
            until += 1
            with self.sent:
                self.round += 1
                self.sent.notify_all()

    def set(self, mbps):
        """Returns when the first second of the new rate is with the server."""
        with self.sent:
            self.mbps = mbps
            after = self.round + 2  # the one under way may have the old rate
            self.sent.wait_for(lambda: self.round >= after, 20)


def answer(words, network, log, steady, late):
    if words[0] == 'rate':
        steady.set(float(words[1]))
    elif words[0] in ('fail', 'repair'):
        for lsa in getattr(network, words[0])(int(words[1])):
            log.lsa(lsa)
        log.flush()
    elif words[0] == 'correct':  # the late agent brings 16 Mb/s of each second of the bin that begins then
        begin = int(words[1])
        late.put([(4, 3, begin + s, begin + s + 0.999, 2_000_000, 'rsync', 'backup', 1) for s in range(BIN)], begin + BIN)


def main():
    with tempfile.TemporaryDirectory() as name:
        folder, network = pathlib.Path(name), Square()
        log = LogWriter(folder / 'a.lsalog', 'noc:eth1')
        log.mark(STARTED)
        for lsa in network.everything():
            log.lsa(lsa)
        log.flush()
        (folder / 'names.json').write_text(json.dumps(network.inventory()))
        with Served(sys.argv[1], 'serve', '--agents', '--store', str(folder / 'store'), '--log', str(folder / 'a.lsalog'),
                    '--inventory', str(folder / 'names.json')) as served:
            steady, late = Steady(Agent(served.url, 'h1'), Agent(served.url, 'h3'), log), Agent(served.url, 'h4')
            late.put([(4, 3, time.time() - 80, time.time() - 79.5, 1000, 'rsync', 'backup', 1)], time.time() - 70)
            steady.start()
            page = subprocess.Popen([ROOT / 'scripts/with-node', 'node', ROOT / 'ui/e2e/fed.mjs', served.url, *sys.argv[2:]],
                                    stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            for line in page.stdout:
                print(line, end='', flush=True)
                words = line.split()
                if words[:1] == ['please']:
                    answer(words[1:], network, log, steady, late)
                    print('done', file=page.stdin, flush=True)
            steady.ended.set()
            steady.join()
            if page.wait() != 0:
                sys.exit('the browser did not see what it should')


if __name__ == '__main__':
    main()
