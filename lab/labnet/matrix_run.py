"""The matrix network alive: routers, hosts with agents and talkers, the server, and what is read of it all."""

import contextlib
import pathlib
import shutil
import signal
import subprocess
import sys
import time

from . import ears, events, lab, live, matrix_hosts, matrix_server, spaces, story, traffic
from . import plan as plans

HERE = pathlib.Path(__file__).resolve().parent
WORK = pathlib.Path("/run/anemone-matrix")


LOCK = "/run/anemone-matrix.lock"
PROGRAMS = {"ip": "iproute2", "tc": "iproute2", "ethtool": "ethtool", "clang": "clang", "nft": "nftables", "openssl": "openssl",
            "openvpn": "openvpn", "/usr/lib/frr/ospfd": "frr", "bird": "bird2"}


@contextlib.contextmanager
def alive(program, seed, keep_in=None, what_if=False):
    """The network, up; taken down whatever happens. `keep_in`: a folder for what was recorded."""
    lab.needs_programs(PROGRAMS | {program: "build it: scripts/build dev"})
    lock = lab.take_lock(LOCK)
    shutil.rmtree(WORK, ignore_errors=True)
    WORK.mkdir(parents=True)
    WORK.chmod(0o755)
    network = Network(program, seed, what_if)
    try:
        began = time.monotonic()
        network.build()
        network.start()
        lab.log(f"up in {time.monotonic() - began:.0f} s: {len(network.plan.routers)} routers, {len(network.agents)} agents,"
                f" {len(network.story.talks)} talks")
        yield network
    finally:
        network.destroy()
        if keep_in:
            shutil.copytree(WORK, keep_in / "run", dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.ctl", "server", "spool"))
            if (WORK / "story.json").exists():
                story.pack(WORK, keep_in / "run.tar.gz")
    lock.close()


class NothingKnown:
    """Of this network no difference between routers is explained: none is expected."""

    stage = ""

    def lsa(self, router, key):
        return None


class Network:
    """Up in order; `end` takes all down, whatever happened."""

    def __init__(self, program, seed, what_if=False):
        """`what_if`: with the services and talks of that name, and traffic that repeats itself."""
        self.program = program
        self.plan = plans.read(HERE.parent / "matrix.json")
        self.routers = live.Live(self.plan, WORK, NothingKnown())
        self.hosts = matrix_hosts.Hosts(self.plan, WORK)
        more = self.plan.raw["what_if"] if what_if else {"talks": [], "services": [], "cycle_s": 0}
        talks = traffic.draw(self.plan, seed) + traffic.fixed(more["talks"])
        self.traffic = traffic.Traffic(self.hosts, talks, seed, more["cycle_s"])
        self.services = more["services"]
        without = {*self.plan.raw["no_agent"], self.hosts.inside}
        self.story = story.Story(self.plan, WORK, talks, [host for host in self.hosts.names if host not in without])
        self.agents, self.helpers = {}, []
        self.server = None
        self.ear = ears.Ear(self.plan, "ear", WORK, program)

    # --- up ---

    def build(self):
        balance = str(WORK / "balance.o")
        spaces.run(["clang", "-O2", "-g", "-target", "bpf", "-c", str(HERE / "balance.bpf.c"), "-o", balance])
        spaces.build(self.plan, balance)
        self.hosts.build()

    def start(self):
        """Routers first, then who hears them; then the hosts."""
        self.routers.start()
        self.routers.settle()
        self.ear.start()
        self.server = matrix_server.Server(self.hosts, self.program)
        self.server.start()
        self.count()
        self.hosts.private_network()
        self.start_agents()
        self.ear.wait_loaded()
        self.traffic.start_takers()
        for service in self.services:
            self.traffic.start_service(service["name"], service["host"], service["port"])
        time.sleep(1)
        self.traffic.start()

    def count(self):
        nodes = [*self.plan.routers, *self.plan.hosts]
        self.helper("counters.py", ["--prefix", plans.prefix, "--apart", *nodes], WORK / "counters.csv")

    def start_agents(self):
        for host in self.story.agents:
            only = ["eth0"] if host == self.server.host else []
            agent = matrix_hosts.Agent(self.hosts, host, self.program, self.server.for_agents(), only)
            agent.spool.mkdir(parents=True)
            self.agents[host] = agent
        self.helper("keeper.py", [str(WORK / "spool"), str(WORK / "kept")], WORK / "keeper.log")
        for agent in self.agents.values():
            agent.start()
        for agent in self.agents.values():
            agent.wait_watching()

    def helper(self, script, words, out):
        with open(out, "wb") as file, open(WORK / f"{script}.err", "wb") as errors:
            process = subprocess.Popen([sys.executable, str(HERE / script), *words], stdin=subprocess.DEVNULL, stdout=file, stderr=errors,
                                       start_new_session=True)
        self.helpers.append((script, process))

    # --- what happens ---

    def carry_out(self, event):
        began = time.time()
        self.routers.known.stage = event["name"]
        for act in event["do"]:
            self.act(*act)
        self.story.events.append({"name": event["name"], "began": began, "done": time.time(), "silent": event.get("silent", False)})

    def act(self, word, *arguments):
        if word == "gateway":
            host, router = arguments
            self.hosts.gateway(host, router)
            self.story.leaves_by(host, router)
        elif word == "move":
            host, router, address = arguments
            self.hosts.move(host, router, address)
            self.story.addresses[host].append(address)
            self.story.leaves_by(host, router)
            self.traffic.restart_of(host)
        elif word == "serve":
            self.traffic.move_service(*arguments)
        else:
            events.carry_out(self.routers, [(word, *arguments)])

    def check(self):
        for script, process in self.helpers:
            if process.poll() is not None:
                raise spaces.LabError(f"{script} has ended: {(WORK / (script + '.err')).read_text()[-500:]}")
        self.hosts.check()
        self.routers.running()

    def wait_until(self, wall):
        """A time of day; an error as soon as something that should run does not."""
        while time.time() < wall:
            self.check()
            time.sleep(min(0.5, max(0, wall - time.time())))

    # --- the end ---

    def stop(self):
        """Talkers, agents and who reads; routers and server stay."""
        self.traffic.stop()
        for agent in self.agents.values():
            agent.process.send_signal(signal.SIGTERM)
        for agent in self.agents.values():
            self.hosts.end(agent.process)
        self.ear.stop()
        self.stop_helpers()

    def stop_helpers(self):
        for _, process in self.helpers:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.helpers = []

    def destroy(self):
        """Never raises, so that all of it is done."""
        for step in (self.stop_helpers, self.ear.stop, self.hosts.destroy, self.routers.clean):
            try:
                step()
            except Exception as error:  # the next step must come
                lab.log(f"while taking down: {error}")
