"""What happened in the matrix network and what was read of it: enough to judge what is said of it, then or later, without root.

  FOLDER/story.json    when, who, which events, which router each host left by, the routers' own tables
         counters.csv  every interface's counters (counters.py)
         kept/HOST/    all that the host's agent handed on
         ear.lsalog    what a listener heard
         talks/        what talkers sent and got (talker.py)

A run that is kept is one file, FOLDER.tar.gz, with the counters around the ends of bins only.
"""

import collections
import dataclasses
import io
import json
import tarfile
import time

from . import plan as plans
from . import traffic, true_loads

BIN_S = 10
TTL = 64  # of what hosts send: Linux's default
EXPIRED = "expired"  # counters.py: a row that is no interface's


def at_of(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


class Story:
    def __init__(self, plan, folder, talks, agents):
        self.plan, self.folder, self.talks, self.agents = plan, folder, talks, agents
        self.begin = self.end = 0.0
        self.events = []  # {"name", "began", "done", "silent"}
        self.left_by = [(0.0, {name: host["router"] for name, host in plan.hosts.items()})]  # (since, {host: its router})
        self.addresses = {name: [host["port"].address] for name, host in plan.hosts.items()}  # all that a host has had
        self.stages = []  # (since, {router: {prefix: next hops}}): the routers' own tables
        self.loss = None  # {"begin", "end", "dropped": [packets, bytes]}
        self.phases = []  # of lab/whatif: {"name", "scenario", "begin", "end"}, the first without a scenario
        self.counters = None

    # --- as it happens ---

    def leaves_by(self, host, router):
        self.left_by.append((time.time(), self.left_by[-1][1] | {host: router}))

    def remember_tables(self, since, said):
        self.stages.append((since, {router: {prefix: sorted(hops) for prefix, (_, _, _, hops) in answer.table.items()}
                                    for router, answer in said.items()}))

    # --- time ---

    def bins(self):
        at = self.begin
        while at < self.end:
            yield at
            at += BIN_S

    def events_in(self, begin):
        """Those whose effects reach into this bin: a silent failure is noticed after the dead interval."""
        after = self.plan.raw["ospf"]["dead_s"] + 1
        return [event for event in self.events
                if event["began"] < begin + BIN_S and event["done"] + (after if event["silent"] else 1) > begin]

    # --- the truth ---

    def read_counters(self):
        self.counters = true_loads.Counters(self.folder / "counters.csv")
        return self.counters.late_s

    def links(self):
        return true_loads.Links(self.plan, self.counters)

    def truth(self, begin):
        """A function of one of the API's links: bit/s by a counter, or None where none knows."""
        links = self.links()
        moved = any(begin < since < begin + BIN_S for since, _ in self.left_by)
        before = [of for since, of in self.left_by if since <= begin][-1]
        local = self.local_bps(begin)

        def of(link):
            if link["from"] in self.plan.routers:
                return links.out(link, begin, begin + BIN_S)
            return None if moved else links.from_lan(link, begin, begin + BIN_S, before, local)

        return of

    def offered(self, begin):
        sent = (self.counters.bps(host, "eth0", "tx", begin, begin + BIN_S) for host in self.plan.hosts)
        return sum(bps or 0 for bps in sent)

    def local_bps(self, begin):
        """{host: bit/s} that it sends to others of its LAN, of UDP: no router sees it."""
        out = collections.Counter()
        for (number, start), (_, size) in self.sent().items():
            talk = self.talks[number]
            if start == begin and talk.to in self.plan.hosts and self.lan_of(talk.source) == self.lan_of(talk.to):
                out[talk.source] += size * 8 / BIN_S
        return out

    def lan_of(self, host):
        return next((name for name, ports in self.plan.switches.items() if any(port.node == host for port in ports)), host)

    def swallowed_bps(self, begin):
        """UDP that was sent in this bin and did not arrive."""
        lost = sum(count[1] for (_, start), count in self.sent().items() if start == begin)
        lost -= sum(count[1] for (_, start), count in self.received().items() if start == begin)
        return max(0, lost) * 8 / BIN_S

    def circled(self, begin):
        """{router: bit/s} that packets may have loaded each of its links with which died in it, having gone round between two routers."""
        def packets(host):
            return self.counters.between(host, "eth0", begin, begin + BIN_S, lambda reading: reading.tx_packets) or 0

        mean_bits = self.offered(begin) * BIN_S / max(1, sum(packets(host) for host in self.plan.hosts))
        expired = {router: self.counters.between(router, EXPIRED, begin, begin + BIN_S, lambda reading: reading.rx_packets) or 0
                   for router in self.plan.routers}
        return {router: count * TTL / 2 * mean_bits / BIN_S for router, count in expired.items() if count}

    def sent(self):
        return self.logged("send")

    def received(self):
        return self.logged("sink")

    def logged(self, what):
        """{(number of the talk, slice): [packets, bytes]} of UDP; slices by the clock where it was logged."""
        out = collections.defaultdict(lambda: [0, 0])
        for file in (self.folder / "talks").glob(f"{what}-*"):
            for line in file.read_text().splitlines():
                start, number, packets, size = map(int, line.split())
                count = out[number, start]
                count[0] += packets
                count[1] += size
        return out

    # --- on paper ---

    KEPT = ("begin", "end", "agents", "events", "left_by", "addresses", "stages", "loss", "phases")

    def write(self):
        kept = {key: getattr(self, key) for key in self.KEPT} | {"talks": [dataclasses.asdict(talk) for talk in self.talks]}
        (self.folder / "story.json").write_text(json.dumps(kept, separators=(",", ":")) + "\n")


def read(network_file, folder):
    kept = json.loads((folder / "story.json").read_text())
    story = Story(plans.read(network_file), folder, [traffic.Talk(**talk) for talk in kept["talks"]], [])
    for key in Story.KEPT:
        setattr(story, key, kept.get(key))
    return story


PACKED = ("story.json", "kept", "ear.lsalog", "talks")
AROUND_S = 1.2  # readings come once a second, a little late


def pack(folder, file):
    with tarfile.open(file, "w:gz") as out:
        for name in PACKED:
            out.add(folder / name, name, filter=plain)
        text = "".join(line for line in open(folder / "counters.csv") if line.startswith("time") or near_end(line)).encode()
        about = plain(tarfile.TarInfo("counters.csv"))
        about.size = len(text)
        out.addfile(about, io.BytesIO(text))


def plain(about):
    """Nobody's, of no time: two packings of one folder are alike."""
    about.uid = about.gid = about.mtime = 0
    about.uname = about.gname = ""
    return about


def near_end(line):
    past = float(line.split(",", 1)[0]) % BIN_S
    return past < AROUND_S or past > BIN_S - AROUND_S


def unpack(file, folder):
    with tarfile.open(file) as packed:
        packed.extractall(folder)
    return folder
