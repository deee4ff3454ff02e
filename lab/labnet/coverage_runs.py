"""The same traffic, seen by some of the hosts only: do the intervals that are stated for each link hold?

Each choice of hosts gets a server of its own, which is given the LSA log and what the agents of these hosts handed on. It is asked
for the same bins; then it is given the counters of half of the links, and asked again.
"""

import contextlib
import json
import math
import pathlib
import random
import shutil
import tempfile

from . import judge as judges
from . import lab, matrix_server
from .story import BIN_S, at_of

SHARES = (0.5, 0.2)
BINS_MAX = 6  # of each choice
RANKED_FIRST = 2  # hosts by chance, before a ranking is asked for


class Replays:
    """Servers that are given what was recorded, each in a folder of its own."""

    def __init__(self, program, out):
        self.program, self.out = program, out
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="anemone-matrix-"))
        self.number = 0

    def take(self, work):
        """Moves a recorded run here, before its folder goes."""
        shutil.move(work, self.folder / "run")
        return self.folder / "run"

    @contextlib.contextmanager
    def server(self, story, hosts):
        self.number += 1
        folder = self.folder / f"server{self.number}"
        told = self.folder / f"inventory{self.number}.json"
        told.write_text(matrix_server.inventory(story.plan, [host for host in story.plan.hosts if host not in hosts]))
        with matrix_server.Replay(self.program, folder, story.folder / "ear.lsalog", told) as replay:
            replay.upload(story.folder / "kept", hosts)
            matrix_server.wait_for_bin(replay.api, story.loss["end"] if story.loss else story.end)
            yield replay.api
        shutil.rmtree(folder)

    def clean(self):
        shutil.rmtree(self.folder, ignore_errors=True)


class Choices:
    def __init__(self, claims, story, replays):
        self.claims, self.story, self.replays, self.number = claims, story, replays, 0
        bins = list(story.bins())
        step = max(1, len(bins) // BINS_MAX)
        self.bins = bins[step // 2::step][:BINS_MAX]  # spread over the run, changes among them
        if story.counters is None:
            story.read_counters()

    def judge(self, what, chosen):
        """Answers the ranking that a server which sees these hosts makes of the others."""
        with self.replays.server(self.story, chosen) as api:
            self.intervals(what, api, [])
            given = self.give_counters(api)
            if given:
                self.intervals(f"{what}, and the counters of half of the links", api, given)
            return self.ranking(api)

    def intervals(self, what, api, given):
        self.number += 1
        rows = [row for row in judges.rows(self.story, api, self.bins) if row.link not in given]
        judges.judge_intervals(self.claims, rows, what)
        judges.write(self.replays.out, f"coverage-{self.number:02}", rows, what)

    # --- counters ---

    def give_counters(self, api):
        """Those of a random half of the links, as bytes of IP; answers the links' ids, none if they are not taken."""
        links = [link for link in api.get("load", at=at_of(self.bins[0] + 5))["links"] if link["from"] in self.story.plan.routers]
        given = random.Random("counters").sample(sorted(link["id"] for link in links), len(links) // 2)
        samples = [sample for link in links if link["id"] in given for sample in self.samples(link)]
        status, text = api.raw("PUT", "/api/v1/counters", json.dumps({"samples": samples}).encode())
        if status != 200:
            self.claims.claim(None, f"counters are not taken: {status} {text[:200].decode(errors='replace')}")
            return []
        return given

    def samples(self, link):
        port, at = self.story.links().port_of(link), self.story.begin
        while port and at <= self.story.end:
            size = self.story.counters.at(port.node, port.name, at, lambda reading: reading.ip_bytes("tx"))
            if size is not None:
                yield {"link": link["id"], "time": at_of(at), "bytes": round(size)}
            at += BIN_S

    # --- the choices ---

    def at_random(self, choices):
        hosts = sorted(self.story.agents)
        for share in SHARES:
            for number in range(choices):
                chosen = random.Random(f"hosts {number}").sample(hosts, math.ceil(share * len(hosts)))
                self.judge(f"{share:.0%} of the hosts at random, choice {number + 1}", chosen)

    def by_role(self):
        of = {host["name"]: host.get("role") for host in self.story.plan.raw["hosts"]}
        for role in ("server", "client"):
            chosen = [host for host in self.story.agents if of[host] == role]
            self.judge(f"{len(chosen)} of {len(self.story.agents)} hosts, every {role}", chosen)

    def by_ranking(self):
        """Some by chance, and then always those that the ranking says would tell most."""
        hosts = sorted(self.story.agents)
        chosen = random.Random("ranked").sample(hosts, RANKED_FIRST)
        ranked = self.judge(f"{len(chosen)} hosts to begin with", chosen)
        for share in sorted(SHARES):
            wanted = math.ceil(share * len(hosts))
            more = [host for host in ranked if host not in chosen][:max(0, wanted - len(chosen))]
            if not more:
                return self.claims.claim(None, "no ranking of hosts was given")
            chosen = chosen + more
            lab.log(f"  the ranking adds {' '.join(more)}")
            ranked = self.judge(f"{share:.0%} of the hosts, by the ranking", chosen)

    def ranking(self, api):
        """Names of hosts with an agent, the most worthwhile first."""
        status, text = api.raw("GET", f"/api/v1/coverage?n=50&from={at_of(self.story.begin)}&to={at_of(self.story.end)}")
        if status != 200:
            return []
        name_of = {address: host for host, addresses in self.story.addresses.items() for address in addresses}
        hosts = [name_of.get(one["address"], one["name"]) for one in json.loads(text)["hosts"]]
        return [host for host in hosts if host in self.story.agents]


def judge(claims, story, replays, choices):
    all_of = Choices(claims, story, replays)
    all_of.at_random(choices)
    all_of.by_role()
    all_of.by_ranking()
