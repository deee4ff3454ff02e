"""What runs on the agents' hosts, and whose each packet is.

Every server's port, and every client's peer and port, belongs to one program of one user in one unit: that is how the
truth about a packet is known without asking the kernel. Programs are the real ones; forked and threaded servers are
small ones of our own, whose processes have names of their own.
"""

import dataclasses
import os
import pathlib
import shutil
import subprocess
import sys
import threading
import time

from . import spaces
from .agent_hosts import NET, address

DOCKER = "3f2a9c1b7d5e4f60a1b2c3d4e5f60718293a4b5c6d7e8f90123456789abcdef0"
POD = "9c1b7d5e3f2a4f60a1b2c3d4e5f60718293a4b5c6d7e8f90123456789abcde12"
KERNEL = {"(kernel)", "(no socket)", "(forwarded)"}
ICMP, TCP, UDP = 1, 6, 17


@dataclasses.dataclass(frozen=True)
class Owner:
    process: str
    user: str
    unit: str = ""
    container: str = ""

    def __str__(self):
        return f"{self.process}/{self.user}/{self.unit or self.container}"


KERNELS = Owner("(kernel)", "")


@dataclasses.dataclass(frozen=True)
class Place:
    """A cgroup below a host's, and what it is called."""

    path: str
    unit: str = ""
    container: str = ""


def service(name):
    return Place(f"system.slice/{name}.service", unit=f"{name}.service")


def docker(hexes):
    return Place(f"system.slice/docker-{hexes}.scope", container=hexes[:12])


def pod(hexes):
    return Place(f"kubepods.slice/kubepods-burstable.slice/kubepods-burstable-podabc.slice/cri-containerd-{hexes}.scope",
                 container=hexes[:12])


SESSION = Place("user.slice/user-1000.slice/session-3.scope", unit="session-3.scope")

SERVER_SCRIPT = r"""
import os, socket, sys, threading, time
kind, address, port, size = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
def name(text):
    open(f'/proc/self/task/{threading.get_native_id()}/comm', 'w').write(text)
def answer(connection, size):
    with connection:
        while data := connection.recv(65536):
            if data.endswith(b'\n'):
                connection.sendall(b'x' * size + b'\n')
name(kind)
listener = socket.create_server((address, port), backlog=64)
while True:
    connection, _ = listener.accept()
    if kind == 'threadd':
        def work(connection=connection):
            name('a-thread')
            answer(connection, size)
        threading.Thread(target=work, daemon=True).start()
    else:
        if os.fork() == 0:
            listener.close()
            name('forkd-child')
            answer(connection, size)
            os._exit(0)
        connection.close()
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            pass
"""

# Asks so many times on each of so many connections; one that is asked to wait begins before the agent.
CLIENT_SCRIPT = r"""
import socket, sys, time
name, address, port, connections, asks, go = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5]), sys.argv[6]
open('/proc/self/comm', 'w').write(name)
import os
def ask(connection):
    connection.sendall(b'q' * 500 + b'\n')
    while not connection.recv(1 << 16).endswith(b'\n'):
        pass
if go != '-':
    connection = socket.create_connection((address, port))
    while not os.path.exists(go):
        time.sleep(0.05)
    for _ in range(asks):
        ask(connection)
else:
    for _ in range(connections):
        with socket.create_connection((address, port)) as connection:
            for _ in range(asks):
                ask(connection)
"""


class Work:
    def __init__(self, hosts, folder):
        self.hosts, self.folder = hosts, folder
        self.servers = {}  # (host, protocol, port): Owner
        self.clients = {}  # (host, protocol, peer, port): Owner
        self.failures = []
        self.go = folder / "go"
        self.vpn = shutil.which("openvpn") is not None and os.path.exists("/dev/net/tun")

    # --- whose a packet is ---

    def owner(self, host, out, src, dst, protocol, sport, dport):
        """None where nobody said."""
        here, there, own_port, peer_port = (src, dst, sport, dport) if out else (dst, src, dport, sport)
        if protocol == ICMP:
            return self.icmp(host, out, there, dport)
        return (self.servers.get((host, protocol, own_port)) or self.clients.get((host, protocol, there, peer_port))
                or (KERNELS if self.is_refused(protocol, own_port) else None))

    def icmp(self, host, out, there, kind):
        pinging = self.clients.get((host, ICMP, there, 0))
        if pinging and (kind >> 8 == 8) == out:
            return pinging
        return KERNELS

    @staticmethod
    def is_refused(protocol, own_port):
        return own_port == 9

    def tunnel_of(self, src, dst):
        """(technology, id, the outer ends) of an inner packet; None of an outer one."""
        numbers = {"10.98.0.": ("vxlan", 42), "10.97.0.": ("openvpn", 0)}
        net = src[:src.rindex(".") + 1]
        if net not in numbers:
            return None
        return (*numbers[net], frozenset(NET + end.rsplit(".", 1)[1] for end in (src, dst)))

    # --- servers ---

    def serve(self, host, place, user, process, protocols, port, command, as_user=None):
        """`user`: who holds the connection; `as_user`: who starts it, when that is another."""
        for protocol in protocols:
            self.servers[(host, protocol, port)] = Owner(process, user, place.unit, place.container)
        return self.hosts.start(host, place.path, as_user or user, command)

    def own_server(self, host, place, user, kind, process, port, size):
        script = self.folder / "server.py"
        script.write_text(SERVER_SCRIPT)
        self.serve(host, place, user, process, [TCP], port,
                   [sys.executable, str(script), kind, address(host), str(port), str(size)])

    def start_servers(self):
        self.web()
        names = self.folder / "names"
        names.write_text("".join(f"10.5.0.{n} name{n}\n" for n in range(1, 200)))
        self.serve("a", service("dnsmasq"), "nobody", "dnsmasq", [UDP, TCP], 53,
                   ["dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv", "--no-hosts", "--user=nobody",
                    f"--addn-hosts={names}", f"--pid-file={self.folder}/dns.pid", "--cache-size=0"], as_user="root")
        self.ssh()
        share = self.folder / "share"
        for n in range(20):
            (share / f"d{n % 4}").mkdir(parents=True, exist_ok=True)
            (share / f"d{n % 4}" / f"f{n}").write_bytes(os.urandom(150_000))
        conf = self.folder / "rsyncd.conf"
        conf.write_text(f"use chroot = no\nuid = root\ngid = root\n[share]\n path = {share}\n")
        self.serve("a", service("rsync"), "root", "rsync", [TCP], 873,
                   ["rsync", "--daemon", "--no-detach", f"--config={conf}", f"--log-file={self.folder}/rsyncd.log"])
        self.mail()
        self.serve("a", docker(DOCKER), "daemon", "iperf3", [TCP, UDP], 5201, ["iperf3", "-s", "-p", "5201", "-4"])
        self.serve("b", service("iperf3"), "root", "iperf3", [TCP, UDP], 5202, ["iperf3", "-s", "-p", "5202", "-4"])
        self.serve("b", service("iperf3"), "root", "iperf3", [TCP, UDP], 5203, ["iperf3", "-s", "-p", "5203", "-4"])
        self.own_server("a", service("forkd"), "games", "forkd", "forkd-child", 7001, 60_000)
        self.own_server("a", service("threadd"), "root", "threadd", "threadd", 7002, 60_000)
        self.own_server("c", service("older"), "games", "threadd", "threadd", 7003, 60_000)
        for host in ("a", "b"):
            self.servers[(host, UDP, 4789)] = KERNELS  # VXLAN's outer packets
            self.clients[(host, UDP, address("b" if host == "a" else "a"), 4789)] = KERNELS
        if self.vpn:
            self.private_network()
        time.sleep(1)
        self.older_client()
        time.sleep(0.5)
        for what, process in self.hosts.running:
            if process.poll() is not None:
                log = self.hosts.folder / f"{what[0]}.log"
                raise spaces.LabError(f"{what} has ended: {log.read_text()[-600:]}")

    def web(self):
        www = self.folder / "www"
        www.mkdir()
        for size in (2, 40, 200):
            (www / f"{size}k").write_bytes(os.urandom(size * 1000))
        for path in (self.folder, www):
            path.chmod(0o755)
        conf = self.folder / "nginx.conf"
        scratch = "".join(f" {kind}_temp_path {self.folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        conf.write_text(f"""daemon off; user www-data; worker_processes 2; pid {self.folder}/nginx.pid;
error_log {self.folder}/nginx.log; events {{ worker_connections 128; }}
http {{ access_log off; default_type application/octet-stream; {scratch} server {{ listen 80; root {www}; }} }}
""")
        self.serve("a", service("nginx"), "www-data", "nginx", [TCP], 80, ["nginx", "-p", str(self.folder), "-c", str(conf)],
                   as_user="root")

    def ssh(self):
        key = self.folder / "key"
        for name in ("key", "host_key"):
            spaces.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(self.folder / name)])
        conf = self.folder / "sshd_config"
        conf.write_text(f"HostKey {self.folder}/host_key\nPidFile {self.folder}/sshd.pid\nAuthorizedKeysFile {key}.pub\n"
                        "StrictModes no\nUsePAM no\nUseDNS no\nPasswordAuthentication no\nPermitRootLogin yes\n"
                        "Subsystem sftp internal-sftp\n")
        pathlib.Path("/run/sshd").mkdir(exist_ok=True)
        self.serve("a", service("ssh"), "root", "sshd", [TCP], 22, ["/usr/sbin/sshd", "-D", "-e", "-f", str(conf)])

    def mail(self):
        conf = self.folder / "exim.conf"
        conf.write_text(f"""primary_hostname = a.lab
spool_directory = {self.folder}/spool
log_file_path = {self.folder}/exim.%slog
pid_file_path = {self.folder}/exim.pid
exim_user = root
exim_group = root
never_users =
host_lookup =
rfc1413_query_timeout = 0s
acl_smtp_rcpt = take
acl_smtp_data = take
begin acl
take:
  accept
begin routers
all:
  driver = redirect
  data = :blackhole:
""")
        self.serve("a", service("exim4"), "root", "exim4", [TCP], 25, ["exim4", "-bdf", "-q10m", "-oX", "25", "-C", str(conf)])

    def private_network(self):
        """OpenVPN between b and c; 10.97.0.x inside."""
        secret = self.folder / "vpn.key"
        spaces.run(["openvpn", "--genkey", "secret", str(secret)])
        for host, other, own, peer in (("b", "c", "10.97.0.2", "10.97.0.3"), ("c", "b", "10.97.0.3", "10.97.0.2")):
            place = service("openvpn@lab")
            self.serve(host, place, "root", "openvpn", [UDP], 1194,
                       ["openvpn", "--dev", "tun0", "--dev-type", "tun", "--proto", "udp", "--local", address(host), "--remote",
                        address(other), "--ifconfig", own, peer, "--secret", str(secret), "--cipher", "AES-256-CBC",
                        "--disable-occ", "--verb", "1"])
        end = time.monotonic() + 8
        while time.monotonic() < end and any(
                subprocess.run([*spaces.inside(self.hosts.space(host)), "ip", "addr", "show", "tun0"], capture_output=True).returncode
                for host in ("b", "c")):
            time.sleep(0.1)
        time.sleep(1)
        self.serve("c", service("iperf3"), "root", "iperf3", [TCP, UDP], 5204, ["iperf3", "-s", "-p", "5204", "-4"])

    def own_client(self, host, place, user, name, peer, port, connections, asks, go="-"):
        script = self.folder / "client.py"
        script.write_text(CLIENT_SCRIPT)
        self.clients[(host, TCP, address(peer), port)] = Owner(name, user, place.unit, place.container)
        return self.hosts.start(host, place.path, user, [sys.executable, str(script), name, address(peer), str(port),
                                                        str(connections), str(asks), str(go)])

    def older_client(self):
        """A connection that is there before the agent."""
        self.older = self.own_client("b", service("oldest"), "daemon", "older", "c", 7003, 1, 40, self.go)

    # --- clients ---

    def use(self, host, place, user, process, protocol, peer, port, command, times=1, ok=(0,), at=None):
        self.clients[(host, protocol, at or address(peer), port)] = Owner(process, user, place.unit, place.container)
        return host, place, user, command, times, ok

    def uses(self):
        a, b = address("a"), address("b")
        url = f"http://{a}/"
        ssh = f"-i {self.folder}/key -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR -o BatchMode=yes"
        letter = self.folder / "letter"
        letter.write_text("Subject: status\n\n" + "All is well, all manner of thing is well.\n" * 700)
        batch = self.folder / "batch"
        batch.write_text(f"get -r {self.folder}/share/d0 {self.folder}/sftp-in\n")
        got = self.folder / "rsync-in"
        lines = [
            self.use("b", service("cron"), "www-data", "curl", TCP, "a", 80, ["curl", "-sf", "-o", "/dev/null", url + "200k"], 30),
            self.use("c", pod(POD), "nobody", "curl", TCP, "a", 80, ["curl", "-sf", "-o", "/dev/null", url + "2k"], 100),
            self.use("b", SESSION, "nobody", "dig", UDP, "a", 53, ["dig", "+short", f"@{a}", "name7"], 30),
            self.use("c", service("backup"), "root", "rsync", TCP, "a", 873, ["rsync", "-a", f"rsync://{a}/share", str(got)]),
            self.use("b", service("sftp"), "root", "ssh", TCP, "a", 22, ["sftp", "-q", "-b", str(batch), *ssh.split(), f"root@{a}"]),
            self.use("c", service("mailer"), "daemon", "curl", TCP, "a", 25,
                     ["curl", "-s", "--mail-from", "x@a.lab", "--mail-rcpt", "y@a.lab", "-T", str(letter), f"smtp://{a}"], 10),
            self.use("c", docker(POD), "games", "iperf3", TCP, "a", 5201, ["iperf3", "-c", a, "-p", "5201", "-n", "24M"]),
            self.use("c", docker(POD), "games", "iperf3", TCP, "b", 5202, ["iperf3", "-c", b, "-p", "5202", "-u", "-b", "8M", "-l", "1000",
                                                                          "-n", "3M"]),
            self.use("c", SESSION, "root", "ping", ICMP, "a", 0, ["ping", "-q", "-c", "20", "-i", "0.1", a]),
            self.use("b", SESSION, "root", "curl", TCP, "a", 9, ["curl", "-s", f"http://{a}:9/"], 10, ok=(7,)),
            self.use("a", service("overlay"), "root", "iperf3", TCP, "b", 5203, ["iperf3", "-c", "10.98.0.2", "-p", "5203", "-n", "6M"],
                     at="10.98.0.2"),
        ]
        self.clients[("c", UDP, b, 5202)] = self.clients[("c", TCP, b, 5202)]
        if self.vpn:
            lines.append(self.use("b", service("private"), "root", "iperf3", TCP, "c", 5204,
                                  ["iperf3", "-c", "10.97.0.3", "-p", "5204", "-n", "3M"], at="10.97.0.3"))
        return lines

    def run(self):
        """All of it, side by side where that is realistic."""
        threads = [threading.Thread(target=self.follow, args=line) for line in self.uses()]
        own = [self.own_client("b", service("asker"), "mail", "asker", "a", 7001, 20, 2),
               self.own_client("c", service("asker"), "mail", "asker", "a", 7002, 20, 2)]
        self.go.write_text("")
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for process in [*own, self.older]:
            if process.wait(timeout=60):
                self.failures.append(f"{process.args[-7]}: {process.returncode}")
        if self.failures:
            raise spaces.LabError("clients failed: " + ", ".join(self.failures[:5]))

    def follow(self, host, place, user, command, times, ok):
        for _ in range(times):
            process = self.hosts.start(host, place.path, user, command)
            try:
                code = process.wait(timeout=60)
            except subprocess.TimeoutExpired:
                code = "does not end"
            if code not in ok:
                self.failures.append(f"{host}: {' '.join(command)[:90]}: {code}")
                return
