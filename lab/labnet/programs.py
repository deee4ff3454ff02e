"""What runs on the hosts: real servers, and clients that use them on a timetable.

A service's kind names a function below; each writes its configuration into the host's folder.
A line of `traffic` in network.json runs its command once (from `from`, ended at `to`), or again
and again with think times drawn from an exponential of mean `every` seconds, from a fixed seed.
"""

import os
import pathlib
import random
import shlex
import signal
import subprocess
import threading
import time

from . import spaces

LETTER_BYTES = 9000


def fill(path, size):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(os.urandom(size))


def web(host, folder, service, plan):
    for page, size in service["pages"].items():
        fill(folder / "www" / page, size)
    conf = folder / "nginx.conf"
    conf.write_text(f"""daemon off; user root; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/nginx.log;
events {{ worker_connections 128; }}
http {{ access_log off; default_type application/octet-stream;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  server {{ listen 80; root {folder}/www; }} }}
""")
    return ["nginx", "-p", str(folder), "-c", str(conf)]


def dns(host, folder, service, plan):
    names = folder / "names"
    names.write_text("".join(f"{address} {name}\n" for name, address in plan.names().items()))
    return ["dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv", "--no-hosts", "--user=root",
            f"--addn-hosts={names}", f"--local=/{plan.domain}/", "--local=/example.org/", f"--pid-file={folder}/dns.pid"]


def mail(host, folder, service, plan):
    conf = folder / "exim.conf"
    conf.write_text(f"""primary_hostname = {host}.{plan.domain}
spool_directory = {folder}/spool
log_file_path = {folder}/exim.%slog
pid_file_path = {folder}/exim.pid
exim_user = root
exim_group = root
never_users =
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
    return ["exim4", "-bdf", "-q10m", "-oX", "25", "-C", str(conf)]


def rsync(host, folder, service, plan):
    files(host, folder, service, plan)
    conf = folder / "rsyncd.conf"
    conf.write_text(f"use chroot = no\nuid = root\ngid = root\n[share]\n path = {folder}/share\n read only = no\n")
    return ["rsync", "--daemon", "--no-detach", f"--config={conf}", f"--log-file={folder}/rsyncd.log"]


def files(host, folder, service, plan):
    """Only a tree of files, for others to copy."""
    for n in range(service["tree"]["files"]):
        fill(folder / "share" / f"d{n % 8}" / f"file{n:03}", service["tree"]["bytes"])


def ssh(host, folder, service, plan):
    key = folder / "host_key"
    spaces.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)])
    conf = folder / "sshd_config"
    conf.write_text(f"HostKey {key}\nPidFile {folder}/sshd.pid\nAuthorizedKeysFile {folder.parent}/key.pub\n"
                    "StrictModes no\nUsePAM no\nUseDNS no\nPasswordAuthentication no\nPermitRootLogin yes\n")
    pathlib.Path("/run/sshd").mkdir(exist_ok=True)
    return ["/usr/sbin/sshd", "-D", "-e", "-f", str(conf)]


def iperf3(host, folder, service, plan):
    return ["iperf3", "-s"]


KINDS = {"web": web, "dns": dns, "mail": mail, "rsync": rsync, "files": files, "ssh": ssh, "iperf3": iperf3}


def start_services(plan, folder):
    """Starts every server; answers their processes. `folder` must be an absolute path."""
    folder.mkdir(parents=True, exist_ok=True)
    spaces.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / "key")])
    (folder / "letter").write_text("Subject: status\n\n" + "All is well, all manner of thing is well.\n" * (LETTER_BYTES // 42))
    for name in plan.hosts:
        (folder / name / "in").mkdir(parents=True)
    started = []
    for service in plan.raw["services"]:
        host = service["host"]
        command = KINDS[service["kind"]](host, folder / host, service, plan)
        if command:
            started.append((host, command[0], spaces.start(host, command, folder / host / "services.log")))
    time.sleep(1)
    for host, program, process in started:
        if process.poll() is not None:
            raise spaces.LabError(f"{program} on {host} has ended: {(folder / host / 'services.log').read_text()[-500:]}")
    return started


class Traffic:
    """The timetable, one thread a line and host. `scale` stretches it: 1 is as written."""

    def __init__(self, plan, folder, scale=1.0):
        self.plan, self.folder, self.scale = plan, folder, scale
        self.ended = threading.Event()
        self.running = set()
        self.lock = threading.Lock()
        self.failures = {}
        self.runs = 0

    def start(self, zero):
        """`zero`: the monotonic time that the timetable counts from."""
        self.zero = zero
        self.threads = []
        for number, line in enumerate(self.plan.raw["traffic"]):
            for host in line["hosts"]:
                thread = threading.Thread(target=self.follow, args=(host, line, random.Random(f"{number} {host}")), daemon=True)
                thread.start()
                self.threads.append(thread)

    def follow(self, host, line, chance):
        begin, end = (self.zero + line[k] * self.scale for k in ("from", "to"))
        begin += chance.random() * line.get("every", 0)
        if self.ended.wait(max(0, begin - time.monotonic())):
            return
        command = line["run"].format(host=host, dir=self.folder / host, letter=self.folder / "letter", ssh=self.ssh_options())
        while time.monotonic() < end and not self.ended.is_set():
            self.once(host, command, end)
            if "every" not in line:
                return
            self.ended.wait(min(chance.expovariate(1 / line["every"]), 4 * line["every"]))

    def once(self, host, command, end):
        process = spaces.start(host, shlex.split(command), self.folder / host / "clients.log", stdout=subprocess.DEVNULL)
        with self.lock:
            self.running.add(process)
            self.runs += 1
        while process.poll() is None and time.monotonic() < end and not self.ended.wait(0.05):
            pass
        cut = process.poll() is None
        if cut:
            stop(process)
        with self.lock:
            self.running.discard(process)
            if not cut and process.returncode:
                key = f"{host}: {command.split()[0]}: {process.returncode}"
                self.failures[key] = self.failures.get(key, 0) + 1

    def ssh_options(self):
        return (f"-i {self.folder}/key -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null"
                " -o LogLevel=ERROR -o BatchMode=yes")

    def stop(self):
        self.ended.set()
        with self.lock:
            running = list(self.running)
        for process in running:
            stop(process)
        for thread in getattr(self, "threads", []):
            thread.join(timeout=5)


def stop(process):
    """Ends a program and whatever it started (each has a process group of its own)."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
        except ProcessLookupError:
            break
        try:
            process.wait(timeout=2)
            break
        except subprocess.TimeoutExpired:
            pass
