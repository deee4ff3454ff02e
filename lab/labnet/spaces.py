"""Network namespaces, the wires between them, and programs inside them.

Every wire is a veth pair with segmentation and checksum offload off, so that packets are
as they would be on a cable, and every sender of a wire is shaped (tbf) to its capacity, where it has one,
with a queue long enough to lose nothing. LANs are bridges in a namespace of their own.
"""

import os
import pathlib
import shutil
import signal
import subprocess
import time

from .plan import space

ETC = pathlib.Path("/etc/netns")
OFFLOADS = "rx tx sg tso gso gro lro rxvlan txvlan"


class LabError(Exception):
    pass


def switches():
    """The namespace in which every bridge is."""
    return space("switches")


def far_end(port):
    """The bridge's end of a router's wire."""
    return f"{port.node}.{port.name}"[:15]


def run(command, text=None):
    done = subprocess.run(command, input=text, capture_output=True, text=True)
    if done.returncode:
        raise LabError(f"{' '.join(command)[:200]}: {(done.stderr or done.stdout).strip()[:800]}")
    return done.stdout


def ip_batch(lines):
    run(["ip", "-batch", "-"], "\n".join(lines) + "\n")


def spaces_of(plan):
    return [space(node) for node in plan.nodes] + [switches()]


def existing(names):
    return [n for n in names if os.path.exists("/run/netns/" + n)]


def build(plan, balance_object):
    """Makes every namespace and wire. `balance_object`: the compiled balance.bpf.c, or None for per-flow."""
    present = existing(spaces_of(plan))
    if present:
        raise LabError(f"namespace {present[0]} exists: run lab/down first")
    ip_batch([f"netns add {name}" for name in spaces_of(plan)])
    lines = []
    for a, b in plan.wires:
        lines.append(f"link add name {a.name} netns {space(a.node)} type veth peer name {b.name} netns {space(b.node)}")
    for name, ports in plan.switches.items():
        for port in ports:
            lines.append(f"link add name {port.name} netns {space(port.node)} type veth"
                         f" peer name {far_end(port)} netns {switches()}")
    ip_batch(lines)
    in_space(switches(), switch_script(plan))
    for name, router in plan.routers.items():
        in_space(space(name), router_script(router, balance_object))
    for name, ports in plan.listeners.items():
        in_space(space(name), quiet_script() + "".join(map(port_script, ports)) + ear_script(name in plan.hosts, ports))
    for name, host in plan.hosts.items():
        in_space(space(name), host_script(host))
        if not plan.resolver():
            continue
        folder = ETC / space(name)
        folder.mkdir(parents=True)
        (folder / "resolv.conf").write_text(f"search {plan.domain}\nnameserver {plan.resolver()}\n")


def inside(name):
    """The words before a command that run it in a namespace. Only `ip netns exec` gives it the resolver of
    /etc/netns; it remounts /sys for that, which fails where / is no mount point (chroot)."""
    if (ETC / name).exists():
        return ["ip", "netns", "exec", name]
    return ["nsenter", f"--net=/run/netns/{name}"]


def in_space(name, script):
    run([*inside(name), "sh", "-e"], script)


def port_script(port):
    """Offloads off, shaped, addressed, up. A burst of two packets keeps what leaves evenly spaced."""
    shaped = f"tc qdisc add dev {port.name} root tbf rate {port.mbps}mbit burst 3100 limit 1000000" if port.mbps else ""
    return f"""
ethtool -K {port.name} {' '.join(o + ' off' for o in OFFLOADS.split())} >/dev/null 2>&1 || true
{shaped}
ip addr add {port.address}/{port.prefix_length} dev {port.name}
ip link set {port.name} up
"""


def quiet_script():
    return "sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1\nip link set lo up\n"


def ear_script(is_host, ports):
    """A host that listens as well sends nothing of its own there: no route leads to the LANs that it hears."""
    if not is_host:
        return ""
    lines = "sysctl -qw net.ipv4.conf.all.arp_ignore=1\n"
    return lines + "".join(f"ip route flush dev {port.name}\n" for port in ports)


def switch_script(plan):
    out = quiet_script()
    for name, ports in plan.switches.items():
        hub = " ageing_time 0" if plan.hubs and not any(port.kind == "host" for port in ports) else ""
        out += f"ip link add {name} type bridge mcast_snooping 0{hub}\nip link set {name} up\n"
        for port in ports:
            far = far_end(port)
            out += f"ethtool -K {far} {' '.join(o + ' off' for o in OFFLOADS.split())} >/dev/null 2>&1 || true\n"
            out += f"ip link set {far} master {name} up\n"
    return out


def router_script(router, balance_object):
    out = quiet_script()
    out += "sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0"
    out += " net.ipv4.conf.all.send_redirects=0 net.ipv4.conf.default.send_redirects=0"
    out += " net.ipv4.fib_multipath_hash_policy=1 net.ipv4.icmp_ratelimit=0\n"
    out += f"ip addr add {router['id']}/32 dev lo\n"
    for port in router["ports"]:
        out += port_script(port)
        if balance_object:
            out += f"tc qdisc add dev {port.name} clsact\n"
            out += f"tc filter add dev {port.name} ingress bpf da obj {balance_object} sec classifier\n"
    return out


def host_script(host):
    out = quiet_script() + "sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0\n"
    out += port_script(host["port"])
    for address in host["more"]:
        out += f"ip addr add {address}/32 dev lo\n"
    return out + f"ip route add default via {host['gateway']}\n"


def start(node, command, log, **options):
    """A program in a node's namespace (and, on hosts, with the lab's resolver); its pid is the program's own."""
    with open(log, "ab") as out:
        return subprocess.Popen([*inside(space(node)), *command], stdin=subprocess.DEVNULL,
                                stdout=options.pop("stdout", out), stderr=out, start_new_session=True, **options)


def pids_in(names):
    out = []
    for name in existing(names):
        done = subprocess.run(["ip", "netns", "pids", name], capture_output=True, text=True)
        out += [int(pid) for pid in done.stdout.split()]
    return out


def destroy(plan):
    """Ends every process inside the lab's namespaces, by pid, then removes them. Never raises."""
    names = spaces_of(plan)
    for signal_number in (signal.SIGTERM, signal.SIGKILL):
        for pid in pids_in(names):
            try:
                os.kill(pid, signal_number)
            except ProcessLookupError:
                pass
        deadline = time.monotonic() + 3
        while pids_in(names) and time.monotonic() < deadline:
            time.sleep(0.1)
    for name in existing(names):
        subprocess.run(["ip", "netns", "del", name], capture_output=True)
    for name in names:
        shutil.rmtree(ETC / name, ignore_errors=True)
    if ETC.is_dir() and not any(ETC.iterdir()):
        ETC.rmdir()
