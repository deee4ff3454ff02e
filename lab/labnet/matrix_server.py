"""The server of the matrix network: on one of its hosts, over TLS, as an operator would have it; and others that are given
what some of the agents said, to see what they make of it.
"""

import contextlib
import ctypes
import http.client
import json
import pathlib
import signal
import socket
import ssl
import subprocess
import time
import urllib.parse

from . import spaces
from .plan import space
from .story import at_of

PORT = 8443
CLONE_NEWNET = 0x40000000
SERVER_UNIT = "system.slice/anemone-server.service"
UP_S = 30


@contextlib.contextmanager
def inside(name):
    """This thread's new sockets belong to a namespace; they stay there."""
    libc = ctypes.CDLL(None, use_errno=True)
    with open("/proc/thread-self/ns/net") as home, open(f"/run/netns/{name}") as there:
        if libc.setns(there.fileno(), CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), f"setns {name}")
        try:
            yield
        finally:
            libc.setns(home.fileno(), CLONE_NEWNET)


class Api:
    """Asks a server, one connection a call."""

    def __init__(self, host, port, token=None, authority=None, namespace=None):
        self.host, self.port, self.token, self.namespace = host, port, token, namespace
        self.tls = ssl.create_default_context(cafile=authority) if authority else None
        if self.tls:
            self.tls.check_hostname = False

    def connect(self, timeout):
        there = inside(self.namespace) if self.namespace else contextlib.nullcontext()
        with there:
            wire = socket.create_connection((self.host, self.port), timeout=timeout)
        connection = http.client.HTTPConnection(self.host, self.port, timeout=timeout)
        connection.sock = self.tls.wrap_socket(wire) if self.tls else wire
        return connection

    def raw(self, method, path, body=None, kind="application/json", timeout=30):
        connection = self.connect(timeout)
        try:
            headers = {"Content-Type": kind} | ({"Authorization": f"Bearer {self.token}"} if self.token else {})
            connection.request(method, path, body=body, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def ask(self, method, name, body=None, **query):
        query = {key: value for key, value in query.items() if value is not None}
        path = f"/api/v1/{name}" + ("?" + urllib.parse.urlencode(query) if query else "")
        status, text = self.raw(method, path, None if body is None else json.dumps(body).encode())
        if status != 200:
            raise spaces.LabError(f"{method} {path}: {status} {text[:400].decode(errors='replace')}")
        return json.loads(text or b"{}")

    def get(self, name, **query):
        return self.ask("GET", name, **query)

    def stream(self, on_event, stopping):
        """Reads /stream until `stopping()`: on_event(time it came, kind, data)."""
        connection = self.connect(10)
        wire, text, kind = connection.sock, b"", ""
        authorization = f"Authorization: Bearer {self.token}\r\n" if self.token else ""
        wire.sendall(f"GET /api/v1/stream HTTP/1.1\r\nHost: {self.host}:{self.port}\r\n{authorization}\r\n".encode())
        wire.settimeout(0.5)
        while not stopping():
            try:
                part = wire.recv(1 << 16)
            except TimeoutError:
                continue
            if not part:
                break
            *lines, text = (text + part).split(b"\n")
            for line in map(bytes.decode, lines):
                if line.startswith("event: "):
                    kind = line[7:].strip()
                elif line.startswith("data: "):
                    on_event(time.time(), kind, json.loads(line[6:]))
        connection.close()


def inventory(plan, hosts=()):
    """What an operator tells (docs/formats/recording.md): names of routers, and hosts that no agent speaks for, as they stand at first."""
    routers = [{"id": router["id"], "name": name} for name, router in plan.routers.items()]
    told = [{"name": name, "address": plan.hosts[name]["port"].address, "prefix_length": plan.hosts[name]["port"].prefix_length,
             "gateway": plan.hosts[name]["gateway"], "capture": ""} | ({"more_addresses": more} if (more := plan.hosts[name]["more"]) else {})
            for name in hosts]
    return json.dumps({"format": "anemone-recording-1", "name": "matrix", "from": at_of(0), "to": at_of(0), "routers": routers, "links": [],
                       "hosts": told, "listeners": [], "events": []})


class Server:
    """`anemone serve` on the host noc: agents reach it through the network, and it hears the routers by ears on their LANs."""

    def __init__(self, hosts, program, host="noc"):
        self.hosts, self.program, self.host = hosts, program, host
        self.address = hosts.at[host]
        self.folder = hosts.folder / "server"
        self.folder.mkdir()
        self.inventory = hosts.folder / "lab.json"
        self.inventory.write_text(inventory(hosts.plan))
        self.certificate()
        self.tokens = {role: self.token(role) for role in ("agent", "admin")}
        self.process = None
        self.api = Api(self.address, PORT, self.tokens["admin"], str(self.folder / "server.crt"), space(host))

    def certificate(self):
        spaces.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-keyout",
                    str(self.folder / "server.key"), "-out", str(self.folder / "server.crt"), "-subj", "/CN=noc", "-addext",
                    f"subjectAltName=IP:{self.address}"])

    def token(self, role):
        text = spaces.run([self.program, "token", "--role", role, "--name", "*" if role == "agent" else role, "--tokens", str(self.folder / "tokens")])
        token = text.split()[-1]
        (self.folder / f"{role}.token").write_text(token + "\n")
        return token

    @property
    def url(self):
        return f"https://{self.address}:{PORT}"

    def for_agents(self):
        """The options of an agent."""
        return ["--server", self.url, "--token", str(self.folder / "agent.token"), "--authority", str(self.folder / "server.crt")]

    def for_people(self):
        return ["--server", self.url, "--token", str(self.folder / "admin.token"), "--authority", str(self.folder / "server.crt")]

    def start(self):
        ears = self.hosts.plan.listeners[self.host]
        router_id = self.hosts.plan.raw["listeners"][self.host]
        listen = [word for port in ears for word in ("--interface", f"{port.name},mode=adjacency,router-id={router_id}")]
        self.process = self.hosts.start(
            self.host, SERVER_UNIT,
            [self.program, "serve", "--agents", "--store", str(self.folder / "store"), "--inventory", str(self.inventory), "--listen",
             self.address, "--port", str(PORT), "--tls-cert", str(self.folder / "server.crt"), "--tls-key",
             str(self.folder / "server.key"), "--tokens", str(self.folder / "tokens"), *listen], log="server.log")
        wait_up(self.api, self.process, self.hosts.folder / "server.log")


def wait_up(api, process, log):
    end = time.monotonic() + UP_S
    while time.monotonic() < end:
        if process.poll() is not None:
            break
        with contextlib.suppress(OSError, http.client.HTTPException):
            if api.raw("GET", "/healthz")[0] == 200:
                return
        time.sleep(0.1)
    raise spaces.LabError(f"the server is not up: {pathlib.Path(log).read_text(errors='replace')[-600:]}")


def wait_for_bin(api, end, limit_s=25):
    """Until the server's watermark has passed it."""
    deadline, status = time.time() + limit_s, {}
    while time.time() < deadline:
        status = api.get("status")
        if (status.get("watermark") or "") >= at_of(end):
            return
        time.sleep(0.3)
    raise spaces.LabError(f"the server is at {status.get('watermark')}, not at {at_of(end)}: {json.dumps(status)[:600]}")


class Replay:
    """A server that is given the LSA log and what some agents handed on; in this namespace, without TLS."""

    def __init__(self, program, folder, log, inventory_file):
        self.folder = folder
        folder.mkdir(parents=True)
        self.port = free_port()
        self.api = Api("127.0.0.1", self.port)
        with open(folder / "server.log", "ab") as out:
            self.process = subprocess.Popen(
                [program, "serve", "--agents", "--store", str(folder / "store"), "--port", str(self.port), "--log", str(log),
                 "--inventory", str(inventory_file)], stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        wait_up(self.api, self.process, folder / "server.log")

    def upload(self, kept, hosts):
        """All files of these agents, in the order in which they were made: slice by slice."""
        files = [(int(file.name.split("-")[0]), host, file) for host in hosts for file in (kept / host).glob("*.ipfix")]
        for number, host, file in sorted(files):
            stream = f"{abs(hash(host)) % (1 << 128):032x}"
            status, text = self.api.raw("PUT", f"/api/v1/agents/{host}/files/{number}?stream={stream}", file.read_bytes(),
                                        "application/ipfix")
            if status != 200:
                raise spaces.LabError(f"{file}: {status} {text[:300]}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def command(server, *words):
    """The words that run a subcommand where the server is, as its admin."""
    return ["nsenter", f"--net=/run/netns/{space(server.host)}", server.program, *words, *server.for_people()]
