"""The tcpdumps: whole OSPF packets where the listeners are, headers on every host; and the counters' reader.

Each is stopped with SIGINT so that it says what it captured and dropped; any loss is an error.
"""

import pathlib
import re
import signal
import subprocess
import sys

from . import pcap, spaces
from .plan import HOST_INTERFACE, space

SNAPLEN = 128


class Captures:
    def __init__(self, plan, folder):
        self.plan, self.folder = plan, pathlib.Path(folder)
        self.running = []
        self.counters = None

    def start_listeners(self):
        for listener in self.plan.raw["listeners"]:
            name, port = listening_at(self.plan, listener)
            self.tcpdump(port.node, port.name, f"ospf-{name}", 0, ["ip", "proto", "89"])

    def start_hosts(self):
        for name in self.plan.hosts:
            self.tcpdump(name, HOST_INTERFACE, f"host-{name}", SNAPLEN, [])
        script = pathlib.Path(__file__).with_name("counters.py")
        with open(self.folder / "counters.csv", "wb") as out, open(self.folder / "counters.log", "wb") as errors:
            self.counters = subprocess.Popen([sys.executable, str(script), *self.plan.routers],
                                             stdout=out, stderr=errors, start_new_session=True)

    def tcpdump(self, node, interface, name, snaplen, what):
        command = ["nice", "-n", "-5", "tcpdump", "-i", interface, "-s", str(snaplen), "-B", "8192", "-p", "-n",
                   "--time-stamp-precision=micro", "-Z", "root", "-w", str(self.folder / f"{name}.pcap"), *what]
        log = self.folder / f"{name}.log"
        self.running.append((name, log, spaces.start(node, command, log)))

    def check(self):
        for name, log, process in self.running:
            if process.poll() is not None:
                raise spaces.LabError(f"capture {name} has ended: {log.read_text()}")
        if self.counters and self.counters.poll() is not None:
            raise spaces.LabError("counters: " + (self.folder / "counters.log").read_text())

    def stop(self):
        """Ends all; answers {capture: packets dropped}."""
        if self.counters:
            self.counters.send_signal(signal.SIGTERM)
            self.counters.wait(timeout=5)
        for _, _, process in self.running:
            process.send_signal(signal.SIGINT)
        dropped = {}
        for name, log, process in self.running:
            process.wait(timeout=20)
            losses = re.findall(r"(\d+) packets? dropped by", log.read_text())
            dropped[name] = sum(map(int, losses)) if losses else -1
        self.running = []
        return dropped

    def kill(self):
        for process in [p for _, _, p in self.running] + ([self.counters] if self.counters else []):
            if process.poll() is None:
                process.kill()
                process.wait()

    def hand_over(self, out, begin, end):
        """Writes the recording's gzipped files: hosts and counters within [begin, end] seconds, OSPF from its start."""
        for name in self.plan.hosts:
            packets = ((t, length, pcap.headers(data)) for t, length, data in pcap.read(self.folder / f"host-{name}.pcap")
                       if begin * 1e6 <= t < end * 1e6)
            pcap.write(out / "hosts" / f"{name}.pcap.gz", packets, SNAPLEN)
        for listener in self.plan.raw["listeners"]:
            name, _ = listening_at(self.plan, listener)
            packets = (p for p in pcap.read(self.folder / f"ospf-{name}.pcap") if p[0] < end * 1e6)
            pcap.write(out / "ospf" / f"{name}.pcap.gz", packets, 262144)


def listening_at(plan, listener):
    """The listener's name and the port where its tcpdump sits."""
    if "lan" in listener:
        return listener["lan"], plan.switches[listener["lan"]][0]
    return listener["link"], plan.links[listener["link"]][0]
