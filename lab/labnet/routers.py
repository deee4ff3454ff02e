"""FRR in every router's namespace: its configuration, its daemons, its own answers.

Questions and changes go over each daemon's vty socket (a NUL ends a command; an answer ends
with three NULs and a status), which costs a millisecond where a vtysh process costs fifty.
"""

import json
import os
import pathlib
import shutil
import socket
import subprocess
import time

from . import spaces
from .plan import space

DAEMONS = pathlib.Path("/usr/lib/frr")
RUN = pathlib.Path("/var/run/frr")

SNAPSHOT = {
    "show ip ospf route json": "ospfd",
    "show ip ospf database json": "ospfd",
    "show ip ospf neighbor json": "ospfd",
    "show ip route json": "zebra",
}


def ospf_config(plan, name):
    router, ospf = plan.routers[name], plan.raw["ospf"]
    out = [f"hostname {name}", "log timestamp precision 6"]
    for port in router["ports"]:
        if port.kind == "outside":
            continue
        out += interface_lines(port, ospf)
    out += ["interface lo", f" ip ospf area {home_area(router)}", *process_lines(router, ospf)]
    outside = plan.raw["outside"]
    if name == outside["router"]:
        out += [f" redistribute connected metric {outside['connected_metric']} metric-type"
                f" {outside['connected_metric_type']} route-map outside",
                f" default-information originate metric {outside['default_metric']} metric-type"
                f" {outside['default_metric_type']}",
                f"ip prefix-list outside permit {outside['prefix']}",
                "route-map outside permit 10", " match ip address prefix-list outside"]
    return "\n".join(out) + "\n"


def interface_lines(port, ospf):
    out = [f"interface {port.name}", f" ip ospf area {port.area}", f" ip ospf cost {port.cost}",
           f" ip ospf hello-interval {ospf['hello_s']}", f" ip ospf dead-interval {ospf['dead_s']}",
           f" ip ospf retransmit-interval {ospf['retransmit_s']}"]
    return out + {"link": [" ip ospf network point-to-point"], "stub": [" ip ospf passive"], "lan": []}[port.kind]


def home_area(router):
    """The area of a router's own address: the backbone where it is in it."""
    areas = {port.area for port in router["ports"] if port.area}
    return "0.0.0.0" if "0.0.0.0" in areas else min(areas)


def process_lines(router, ospf):
    return ["router ospf", f" ospf router-id {router['id']}",
            " timers throttle spf " + " ".join(map(str, ospf["spf_ms"])), " timers throttle lsa all 100",
            f" timers lsa min-arrival {ospf.get('min_arrival_ms', 50)}"]


def static_config(plan):
    outside = plan.raw["outside"]
    return f"ip route 0.0.0.0/0 {plan.hosts[outside['default_via']]['port'].address}\n"


class Routers:
    """Every router's daemons. `folder` keeps configurations and logs."""

    def __init__(self, plan, folder):
        self.plan = plan
        self.folder = pathlib.Path(folder)
        self.processes = []

    def start_zebra(self):
        for name in self.plan.routers:
            make_run_folder(name)
            self.daemon(name, "zebra", f"hostname {name}\nlog timestamp precision 6\n")
        for name in self.plan.routers:
            wait_for_file(RUN / space(name) / "zserv.api")
        edge = self.plan.raw["outside"]["router"]
        self.daemon(edge, "staticd", static_config(self.plan))

    def start_ospf(self):
        for name in self.plan.routers:
            self.daemon(name, "ospfd", ospf_config(self.plan, name))
        for name in self.plan.routers:
            wait_for_file(RUN / space(name) / "ospfd.vty")

    def daemon(self, name, program, config):
        self.processes.append(start_daemon(name, program, config, self.folder))

    def ask(self, name, command):
        """JSON that a daemon answers to a `show ... json`."""
        return json.loads(vty(name, SNAPSHOT[command], ["enable", command])[-1] or "{}")

    def configure(self, name, lines):
        vty(name, "ospfd", ["enable", "configure terminal", *lines, "end"])

    def tables(self):
        """{(router, prefix): what its OSPF says of it}, to be compared: next hops as a set, however often told."""
        out = {}
        for name in self.plan.routers:
            for prefix, route in self.ask(name, "show ip ospf route json").items():
                hops = frozenset(hop.get("ip", "").strip() for hop in route.get("nexthops", []))
                out[name, prefix] = route.get("routeType", "").strip(), route.get("cost"), hops
        return out

    def snapshot(self):
        out = {}
        for name, router in self.plan.routers.items():
            out[name] = {"t": time.time(), "router": name, "rid": router["id"]}
            for command in SNAPSHOT:
                out[name][command] = self.ask(name, command)
            kernel = spaces.run([*spaces.inside(space(name)), "ip", "-j", "route"])
            out[name]["kernel"] = json.loads(kernel)
        return out

    def wait_converged(self, limit_s=120):
        """All adjacencies full, and no routing table changed for three seconds."""
        deadline = time.monotonic() + limit_s
        before, since = None, time.monotonic()
        while time.monotonic() < deadline:
            now = self.tables()
            if now != before or not self.all_full():
                before, since = now, time.monotonic()
            if time.monotonic() - since > 3:
                return
            time.sleep(0.5)
        raise spaces.LabError(f"OSPF has not converged within {limit_s} s; logs in {self.folder}")

    def all_full(self):
        for name, router in self.plan.routers.items():
            wanted = sum(1 for p in router["ports"] if p.kind == "link")
            wanted += sum(len(self.plan.switches[p.name]) - 1 for p in router["ports"] if p.kind == "lan")
            states = [n.get("nbrState", n.get("state", "")) for all_of in
                      self.ask(name, "show ip ospf neighbor json").get("neighbors", {}).values() for n in all_of]
            if sum(s.startswith("Full") for s in states) != wanted:
                return False
        return True

    def clean(self):
        for name in self.plan.routers:
            shutil.rmtree(RUN / space(name), ignore_errors=True)


def make_run_folder(name):
    where = RUN / space(name)
    shutil.rmtree(where, ignore_errors=True)
    where.mkdir(parents=True)
    shutil.chown(where, "frr", "frr")


def start_daemon(name, program, config, folder):
    """One of FRR's programs in a router's namespace; its configuration and its log are kept in `folder`."""
    path = folder / f"{name}.{program}.conf"
    path.write_text(config)
    command = ["nice", "-n", "-5", str(DAEMONS / program), "-N", space(name), "-f", str(path), "--log", "stdout",
               "-i", str(RUN / space(name) / f"{program}.pid"), "-A", "127.0.0.1", "-P", "0"]
    return spaces.start(name, command, folder / f"{name}.{program}.log")


def wait_for_file(path, limit_s=20):
    deadline = time.monotonic() + limit_s
    while not os.path.exists(path):
        if time.monotonic() > deadline:
            raise spaces.LabError(f"{path} did not appear")
        time.sleep(0.05)


def vty(name, daemon, commands):
    answers = []
    with socket.socket(socket.AF_UNIX) as wire:
        wire.settimeout(20)
        wire.connect(str(RUN / space(name) / f"{daemon}.vty"))
        for command in commands:
            wire.sendall(command.encode() + b"\0")
            got = b""
            while got[-4:-1] != b"\0\0\0":
                part = wire.recv(1 << 16)
                if not part:
                    raise spaces.LabError(f"{name} {daemon}: closed on '{command}'")
                got += part
            if got[-1]:
                raise spaces.LabError(f"{name} {daemon}: '{command}': {got[:-4].decode(errors='replace').strip()}")
            answers.append(got[:-4].decode().strip())
    return answers
