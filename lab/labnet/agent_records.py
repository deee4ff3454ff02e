"""The agents, and what they reported.

`anemone agent` writes IPFIX Files into a spool, which ipfix_file.py reads. In its place may stand try_host_capture, the test
tool that prints what the kernel counted.
"""

import collections
import json
import pathlib
import subprocess
import time

from . import ipfix_file, spaces
from .agent_work import ICMP, Owner

READY_S = 10
END_S = 20


def start(hosts, host, options, work):
    kind = Tool if pathlib.Path(options.anemone).name == "try_host_capture" else Agent
    return kind(hosts, host, options, work)


def interfaces(hosts, host, work):
    out = ["eth0"] + (["vxlan0"] if host in "ab" else []) + (["tun0"] if work.vpn and host in "bc" else [])
    return [word for name in out for word in ("--interface", name)]


class Agent:
    def __init__(self, hosts, host, options, work):
        self.hosts, self.host = hosts, host
        self.names = hosts.interface_names(host)
        self.spool = hosts.folder / f"spool-{host}"
        self.log = hosts.folder / f"agent-{host}.log"
        where = ["--cgroup", str(hosts.cgroup(host))] if options.source == "ebpf" else []
        with open(self.log, "wb") as log:
            self.process = hosts.start(host, "system.slice/anemone.service", "root",
                                       [options.anemone, "agent", "--name", host, "--spool", str(self.spool), "--source", options.source,
                                        *where, *interfaces(hosts, host, work)], stdout=log, stderr=log)
        time.sleep(2)
        if self.process.poll() is not None:
            raise spaces.LabError(f"the agent on {host} has ended: {self.log.read_text()[-600:]}")

    def end(self):
        self.hosts.end(self.process, seconds=END_S)
        rows = [row for file in sorted(self.spool.rglob("*")) if file.is_file() for row in ipfix_file.records(file)]
        if not rows:
            raise spaces.LabError(f"the agent on {self.host} has reported nothing: {self.log.read_text()[-600:]}")
        return Reported(rows, self.names)


class Tool:
    def __init__(self, hosts, host, options, work):
        self.hosts, self.host = hosts, host
        self.names = hosts.interface_names(host)
        self.out = hosts.folder / f"counted-{host}.jsonl"
        with open(self.out, "wb") as out:
            self.process = hosts.start(host, "system.slice/anemone.service", "root",
                                       [options.anemone, str(hosts.cgroup(host)), *interfaces(hosts, host, work)], stdout=out,
                                       stdin=subprocess.PIPE)
        end = time.monotonic() + READY_S
        while not self.out.stat().st_size and time.monotonic() < end:
            time.sleep(0.05)
            if self.process.poll() is not None:
                raise spaces.LabError(f"try_host_capture on {host} has ended: {(hosts.folder / f'{host}.log').read_text()[-600:]}")

    def end(self):
        self.process.stdin.close()
        self.process.wait(timeout=END_S)
        rows = [json.loads(line) for line in self.out.read_text().splitlines()]
        return Reported([{**row, "direction": row["out"]} for row in rows if "src" in row], self.names)


class Reported:
    """What one agent said. What met no socket may come as one sum for each interface and direction, without addresses."""

    def __init__(self, rows, interface_names):
        self.tuples = collections.defaultdict(lambda: collections.defaultdict(lambda: [0, 0]))  # key: Owner: packets, bytes
        self.tunnels = collections.defaultdict(collections.Counter)  # key: (technology, id, outer ends): bytes
        self.sums = collections.defaultdict(lambda: [0, 0])  # (interface, out): packets, bytes
        for row in rows:
            out = bool(row["direction"])
            if row["src"] == "::" and row["dst"] == "::":
                number = row.get("interface") or row.get("interface_out" if out else "interface_in", 0)
                count = self.sums[(interface_names.get(number, str(number)), out)]
            else:
                sport, dport = row.get("sport", 0), row.get("dport", 0)
                key = (out, row["src"], row["dst"], row["proto"], 0 if row["proto"] == ICMP else sport, dport)
                owner = Owner(row.get("process", ""), row.get("user", ""), row.get("unit", ""), row.get("container", ""))
                count = self.tuples[key][owner]
                outer = frozenset((row.get("outer_src", ""), row.get("outer_dst", "")))
                self.tunnels[key][(row.get("tunnel", ""), row.get("tunnel_id", 0), outer)] += row["bytes"]
            count[0] += row["packets"]
            count[1] += row["bytes"]
