"""The hosts of the matrix network: a namespace and a cgroup each, an agent on each, and programs below it.

Beside their place on a LAN some have more: two ends of a VXLAN, two of OpenVPN, a host behind another that translates its address, and the
server's host, which has an ear on the LANs of routers. A program's pid is its own, so that it can be ended by it.
"""

import dataclasses
import os
import pathlib
import signal
import subprocess
import time

from . import spaces
from .agent_hosts import cgroup_mount
from .plan import HOST_INTERFACE, space

AGENTS_UNIT = "system.slice/anemone.service"
END_S = 15
KILL_AFTER_S = 3


class Hosts:
    def __init__(self, plan, folder):
        self.plan, self.folder = plan, folder
        self.mount = cgroup_mount()
        self.inside = plan.raw["nat"]["inside"]
        self.names = [*plan.hosts, self.inside]
        self.at = {name: host["port"].address for name, host in plan.hosts.items()}
        self.at[self.inside] = plan.raw["nat"]["addresses"][1]
        self.running = []

    def space(self, host):
        return space(host)

    def cgroup(self, host):
        return self.mount / space(host)

    def build(self):
        """After spaces.build, which made those of the plan."""
        spaces.run(["ip", "netns", "add", space(self.inside)])
        for host in self.names:
            self.cgroup(host).mkdir()
        self.translate()
        self.tunnel()

    def translate(self):
        """A host on a wire of its own behind another, which gives its packets its own address."""
        nat = self.plan.raw["nat"]
        outer, inner = nat["addresses"]
        spaces.run(["ip", "link", "add", "name", "inside", "netns", space(nat["at"]), "type", "veth", "peer", "name",
                    HOST_INTERFACE, "netns", space(self.inside)])
        off = " ".join(name + " off" for name in spaces.OFFLOADS.split())
        spaces.in_space(space(nat["at"]), f"""ethtool -K inside {off} >/dev/null 2>&1 || true
ip addr add {outer}/24 dev inside
ip link set inside up
sysctl -qw net.ipv4.ip_forward=1
nft 'add table ip nat; add chain ip nat after {{ type nat hook postrouting priority 100; }}; add rule ip nat after oifname "{HOST_INTERFACE}" masquerade'
""")
        spaces.in_space(space(self.inside), spaces.quiet_script() + f"""ethtool -K {HOST_INTERFACE} {off} >/dev/null 2>&1 || true
ip addr add {inner}/24 dev {HOST_INTERFACE}
ip link set {HOST_INTERFACE} up
ip route add default via {outer}
""")

    def tunnel(self):
        vxlan = self.plan.raw["vxlan"]
        for here, there, address in (*zip(vxlan["ends"], reversed(vxlan["ends"]), vxlan["addresses"]),):
            spaces.in_space(space(here), f"ip link add vxlan0 type vxlan id {vxlan['id']} local {self.at[here]} remote "
                            f"{self.at[there]} dstport 4789 dev {HOST_INTERFACE}\nip link set vxlan0 mtu 1400\n"
                            f"ip addr add {address}/24 dev vxlan0\nip link set vxlan0 up")

    def private_network(self):
        """OpenVPN, with a key that both ends have."""
        vpn, secret = self.plan.raw["vpn"], self.folder / "vpn.key"
        spaces.run(["openvpn", "--genkey", "secret", str(secret)])
        for here, there, own, peer in (*zip(vpn["ends"], reversed(vpn["ends"]), vpn["addresses"], reversed(vpn["addresses"])),):
            self.start(here, "system.slice/openvpn@lab.service",
                       ["openvpn", "--dev", "tun0", "--dev-type", "tun", "--proto", "udp", "--local", self.at[here], "--remote", self.at[there],
                        "--ifconfig", own, peer, "--secret", str(secret), "--cipher", "AES-256-CBC", "--disable-occ", "--verb", "1"])

    # --- what can happen to a host ---

    def gateway(self, host, router):
        """It leaves its LAN by another router."""
        lan = next(ports for ports in self.plan.switches.values() if any(p.node == host for p in ports))
        via = next(port.address for port in lan if port.node == router)
        spaces.in_space(space(host), f"ip route replace default via {via}")

    def move(self, host, router, address):
        """Its plug is pulled and put into a LAN elsewhere, where it gets another address."""
        port = self.plan.hosts[host]["port"]
        new = f"s-{router}"
        there = next(p for p in self.plan.switches[new] if p.node == router)
        spaces.run([*spaces.inside(spaces.switches()), "ip", "link", "set", spaces.far_end(port), "master", new])
        spaces.in_space(space(host), f"ip addr flush dev {port.name}\nip addr add {address}/{there.prefix_length} dev {port.name}\n"
                        f"ip route add default via {there.address}")
        self.at[host] = address
        for ports in self.plan.switches.values():
            if port in ports:
                ports.remove(port)
        port = dataclasses.replace(port, address=address)
        self.plan.hosts[host].update(port=port, gateway=there.address, router=router)
        self.plan.switches[new].append(port)

    # --- programs ---

    def command(self, host, unit, command):
        """The words that run a command in a unit of a host. Each step becomes the next: the pid stays."""
        group = self.cgroup(host) / unit
        group.mkdir(parents=True, exist_ok=True)
        return ["sh", "-c", f"echo $$ > {group}/cgroup.procs && exec \"$@\"", "sh", "nsenter",
                f"--net=/run/netns/{space(host)}", *command]

    def start(self, host, unit, command, log=None, **options):
        with open(self.folder / (log or f"{host}.log"), "ab") as out:
            options = {"stdin": subprocess.DEVNULL, "stdout": out, "stderr": out, **options}
            process = subprocess.Popen(self.command(host, unit, command), start_new_session=True, **options)
        self.running.append((f"{host}: {' '.join(command[:6])}", process))
        return process

    def end(self, process, number=signal.SIGTERM, seconds=END_S):
        self.running = [(what, one) for what, one in self.running if one is not process]
        if process.poll() is None:
            process.send_signal(number)
        try:
            return process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise spaces.LabError(f"process {process.args[-8:]} did not end within {seconds} s") from None

    def check(self):
        for what, process in self.running:
            if process.poll():
                raise spaces.LabError(f"{what} has ended ({process.returncode}); logs in {self.folder}")

    # --- the end ---

    def pids(self):
        out = set(spaces.pids_in([space(self.inside)]))
        for host in self.names:
            for file in self.cgroup(host).rglob("cgroup.procs"):
                out |= {int(pid) for pid in file.read_text().split()}
        return out

    def destroy(self):
        """Ends what is in the cgroups, then removes them. Never raises."""
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
        if os.path.exists("/run/netns/" + space(self.inside)):
            subprocess.run(["ip", "netns", "del", space(self.inside)], capture_output=True)
        for host in self.names:
            groups = sorted(self.cgroup(host).rglob("*"), key=lambda path: -len(path.parts))
            for group in [path for path in groups if path.is_dir()] + [self.cgroup(host)]:
                try:
                    group.rmdir()
                except OSError:
                    pass


class Agent:
    """`anemone agent` on a host; every file that it hands on is kept as well."""

    def __init__(self, hosts, host, program, server, interfaces=()):
        self.hosts, self.host, self.program, self.server = hosts, host, program, server
        self.interfaces = [word for name in interfaces for word in ("--interface", name)]
        self.spool = hosts.folder / "spool" / host
        self.log = hosts.folder / f"agent-{host}.log"
        self.process = None

    def start(self):
        self.spool.mkdir(parents=True, exist_ok=True)
        self.process = self.hosts.start(
            self.host, AGENTS_UNIT,
            [self.program, "agent", "--name", self.host, "--spool", str(self.spool), "--source", "ebpf", "--cpu", "50",
             "--cgroup", str(self.hosts.cgroup(self.host)), "--micro-flows", "4096", *self.server, *self.interfaces],
            log=self.log.name)

    def wait_watching(self, limit_s=30):
        end = time.monotonic() + limit_s
        while "watching" not in self.text():
            if self.process.poll() is not None or time.monotonic() > end:
                raise spaces.LabError(f"the agent of {self.host} does not watch: {self.text()[-600:]}")
            time.sleep(0.1)

    def text(self):
        return self.log.read_text(errors="replace") if self.log.exists() else ""
