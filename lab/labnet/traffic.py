"""Who talks to whom in the matrix network, drawn from a seed, and what the talkers say that they did.

Servers (role "server") are asked for files over TCP and are sent UDP; some talks are fixed in the network's file: voice, a
backup, what goes outside, through a tunnel, behind a translated address, and on one LAN.
"""

import dataclasses
import pathlib
import random
import signal
import sys

FILES_PORT = 7001
TALKER = pathlib.Path(__file__).with_name("talker.py")
NAMES = ["report", "sync", "desk", "chat", "call", "render", "poll", "metrics", "scan", "build"]


@dataclasses.dataclass
class Talk:
    name: str
    kind: str  # send | fetch
    source: str  # the host on which it runs
    to: str  # a host's name, or an address
    bps: float
    payload: int = 1000
    port: int = FILES_PORT  # of what is fetched


def fixed(talks):
    """Talks as a network's file gives them."""
    return [Talk(t["name"], t["kind"], t["from"], t["to"], t["bps"], t.get("payload", 1000), t.get("port", FILES_PORT)) for t in talks]


def draw(plan, seed):
    """Each client talks to some servers; a seed, one list."""
    dice, raw = random.Random(f"talks {seed}"), plan.raw
    of = {host["name"]: host.get("role") for host in raw["hosts"]}
    servers = [name for name, role in of.items() if role == "server" and name != "noc"]
    out = fixed(raw["traffic"]["fixed"])
    number = 0
    for client in (name for name, role in of.items() if role == "client"):
        for server in dice.sample(servers, raw["traffic"]["talks_per_client"]):
            kind = dice.choice(["send", "fetch"])
            low, high = raw["traffic"]["udp_bps" if kind == "send" else "tcp_bps"]
            name = f"{NAMES[number % len(NAMES)]}{number // len(NAMES) or ''}"
            out.append(Talk(name, kind, client, server, dice.uniform(low, high), dice.choice([300, 800, 1200])))
            number += 1
    return out


class Traffic:
    def __init__(self, hosts, talks, seed, cycle_s=0):
        self.hosts, self.talks, self.seed, self.cycle_s = hosts, talks, seed, cycle_s
        self.folder = hosts.folder / "talks"
        self.folder.mkdir(exist_ok=True)
        self.processes = {}  # number of the talk: process
        self.services = {}  # (name, host): process

    def start_takers(self):
        for host in self.hosts.names:
            self.hosts.start(host, "system.slice/sinkd.service", self.words("sink", self.folder / f"sink-{host}"))
            self.start_service("filed", host, FILES_PORT)

    def start_service(self, name, host, port):
        self.services[name, host] = self.hosts.start(host, f"system.slice/{name}.service", self.words("serve", name, port))

    def start(self):
        for number in range(len(self.talks)):
            self.start_one(number)

    def start_one(self, number):
        talk = self.talks[number]
        to = self.hosts.at.get(talk.to, talk.to)
        seed = f"{self.seed}-{number}"
        if talk.kind == "send":
            words = self.words("send", talk.name, number, to, talk.bps, talk.payload, seed, self.cycle_s,
                               self.folder / f"send-{number}")
        else:
            words = self.words("fetch", talk.name, to, talk.port, talk.bps, seed, self.cycle_s)
        self.processes[number] = self.hosts.start(talk.source, f"user.slice/{talk.name}.scope", words)

    def words(self, *words):
        return ["nice", "-n", "-2", sys.executable, str(TALKER), *map(str, words)]

    def restart_of(self, host):
        """Those that talk from or to a host, which has another address now."""
        for number, talk in enumerate(self.talks):
            if host in (talk.source, talk.to):
                self.end(number)
                self.start_one(number)

    def move_service(self, name, port, hosts, to):
        """Another host serves in the place of all these, and whoever talked to them talks to it; so do its own talks."""
        self.start_service(name, to, port)
        for number, talk in enumerate(self.talks):
            of_it = talk.port == port
            if of_it and talk.to in hosts or talk.name == name and talk.source in hosts:
                self.end(number)
                talk.to = to if of_it and talk.to in hosts else talk.to
                talk.source = to if talk.name == name and talk.source in hosts else talk.source
                self.start_one(number)
        for host in hosts:
            self.hosts.end(self.services.pop((name, host)), signal.SIGTERM)

    def stop(self):
        for number in self.processes:
            self.end(number)

    def end(self, number):
        """Who sends writes its log first; who fetches may wait for what does not come any more."""
        how = signal.SIGTERM if self.talks[number].kind == "send" else signal.SIGKILL
        self.hosts.end(self.processes[number], how)


def total_bps(talks):
    return sum(talk.bps for talk in talks)


def describe(talks):
    return f"{len(talks)} talks of {len({talk.source for talk in talks})} hosts, {total_bps(talks) / 1e6:.1f} Mbit/s on average"
