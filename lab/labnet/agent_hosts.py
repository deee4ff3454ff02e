"""Three hosts on a LAN for the agents: each a network namespace and a tree of cgroups, as systemd and container runtimes
make them. Programs run in a unit (a cgroup below the host's) and as a user; a program's pid is its own.
"""

import json
import os
import pathlib
import signal
import subprocess
import time

from . import spaces
from .programs import stop

PREFIX = "anm-agent-"
SWITCH = PREFIX + "lan"
NET = "10.99.0."
HOSTS = {"a": 1, "b": 2, "c": 3}
KILL_AFTER_S = 3


def cgroup_mount():
    for line in pathlib.Path("/proc/mounts").read_text().splitlines():
        if line.split()[2] == "cgroup2":
            return pathlib.Path(line.split()[1])
    raise spaces.LabError("cgroup v2 is not mounted")


def address(host):
    return NET + str(HOSTS[host])


class Hosts:
    """`offload`: whether segmentation is left to the (virtual) cards, as on a real host."""

    def __init__(self, folder, offload):
        self.folder, self.offload = folder, offload
        self.mount = cgroup_mount()
        self.running = []  # (what, process)

    def space(self, host):
        return PREFIX + host

    def cgroup(self, host):
        return self.mount / (PREFIX + host)

    def build(self):
        spaces.run(["ip", "netns", "add", SWITCH])
        spaces.in_space(SWITCH, spaces.quiet_script() + "ip link add lan type bridge mcast_snooping 0\nip link set lan up\n")
        for host in HOSTS:
            spaces.run(["ip", "netns", "add", self.space(host)])
            self.cgroup(host).mkdir()
            spaces.run(["ip", "link", "add", "eth0", "netns", self.space(host), "type", "veth", "peer", "name", host,
                        "netns", SWITCH])
            spaces.in_space(self.space(host), spaces.quiet_script())
            for space, device in ((self.space(host), "eth0"), (SWITCH, host)):
                if not self.offload:
                    off = " ".join(name + " off" for name in spaces.OFFLOADS.split())
                    spaces.in_space(space, f"ethtool -K {device} {off} >/dev/null 2>&1 || true")
            spaces.in_space(SWITCH, f"ip link set dev {host} master lan up")
            spaces.in_space(self.space(host), f"ip addr add {address(host)}/24 dev eth0\nip link set eth0 up")
            for setting, value in (("ping_group_range", "0 2147483647"), ("tcp_notsent_lowat", "131072")):
                spaces.in_space(self.space(host), f"sysctl -qw 'net.ipv4.{setting}={value}' || true")
        self.vxlan("a", "b", 42)
        self.know_neighbours("eth0", {host: address(host) for host in HOSTS})
        self.know_neighbours("vxlan0", {host: f"10.98.0.{HOSTS[host]}" for host in "ab"})

    def know_neighbours(self, device, addresses):
        """Nobody asks for anybody, and the LAN floods nothing: when no program sends, nothing passes."""
        for host in addresses:
            link, = json.loads(spaces.run([*spaces.inside(self.space(host)), "ip", "-j", "link", "show", device]))
            if device == "eth0":
                spaces.in_space(SWITCH, f"bridge fdb replace {link['address']} dev {host} master static")
            for other in addresses.keys() - {host}:
                spaces.run([*spaces.inside(self.space(other)), "ip", "neigh", "replace", addresses[host], "lladdr", link["address"],
                            "dev", device, "nud", "permanent"])

    def vxlan(self, one, other, vni):
        """A VXLAN between two hosts; 10.98.0.x inside."""
        for here, there in ((one, other), (other, one)):
            spaces.in_space(self.space(here), f"ip link add vxlan0 type vxlan id {vni} local {address(here)} remote "
                            f"{address(there)} dstport 4789 dev eth0\nip addr add 10.98.0.{HOSTS[here]}/24 dev vxlan0\n"
                            "ip link set vxlan0 up")

    def command(self, host, unit, user, command):
        """The words that run a command in a unit of a host. Each step becomes the next: the pid stays."""
        group = self.cgroup(host) / unit
        group.mkdir(parents=True, exist_ok=True)
        as_user = [] if user == "root" else ["setpriv", "--reuid", user, "--regid", user_group(user), "--clear-groups"]
        return ["sh", "-c", f"echo $$ > {group}/cgroup.procs && exec \"$@\"", "sh", "nsenter",
                f"--net=/run/netns/{self.space(host)}", *as_user, *command]

    def start(self, host, unit, user, command, **options):
        with open(self.folder / f"{host}.log", "ab") as log:
            options = {"stdin": subprocess.DEVNULL, "stdout": log, "stderr": log, **options}
            process = subprocess.Popen(self.command(host, unit, user, command), start_new_session=True, **options)
        self.running.append((f"{host}: {command[0]}", process))
        return process

    def end(self, process, number=signal.SIGTERM, seconds=10):
        """Ends one program by a signal, and waits for it."""
        if process.poll() is None:
            process.send_signal(number)
        try:
            return process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            stop(process)
            raise spaces.LabError(f"process {process.args[-8:]} did not end within {seconds} s") from None

    def counters(self, host, device="eth0"):
        """(packets, bytes) in and out, link headers included."""
        link, = json.loads(spaces.run([*spaces.inside(self.space(host)), "ip", "-j", "-s", "link", "show", device]))
        stats = link["stats64"]
        return {way: (stats[way]["packets"], stats[way]["bytes"]) for way in ("rx", "tx")}

    def interface_names(self, host):
        """{number: name}"""
        links = json.loads(spaces.run([*spaces.inside(self.space(host)), "ip", "-j", "link"]))
        return {link["ifindex"]: link["ifname"] for link in links}

    def pids(self):
        out = set(spaces.pids_in([self.space(host) for host in HOSTS]))
        for host in HOSTS:
            for file in self.cgroup(host).rglob("cgroup.procs"):
                out |= {int(pid) for pid in file.read_text().split()}
        return out

    def destroy(self):
        """Ends all that is in the namespaces and cgroups, then removes them. Never raises."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            for pid in self.pids():
                try:
                    os.kill(pid, number)
                except ProcessLookupError:
                    pass
            end = time.monotonic() + KILL_AFTER_S
            while self.pids() and time.monotonic() < end:
                for _, process in self.running:
                    process.poll()
                time.sleep(0.05)
        for host in [*HOSTS, "lan"]:
            if os.path.exists("/run/netns/" + PREFIX + host):
                subprocess.run(["ip", "netns", "del", PREFIX + host], capture_output=True)
        for host in HOSTS:
            groups = sorted(self.cgroup(host).rglob("*"), key=lambda path: -len(path.parts))
            for group in [path for path in groups if path.is_dir()] + [self.cgroup(host)]:
                try:
                    group.rmdir()
                except OSError:
                    pass


def user_group(user):
    return spaces.run(["id", "-gn", user]).strip()
