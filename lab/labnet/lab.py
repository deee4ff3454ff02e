"""The lab as a whole: up in order, down whatever happened.

Only one lab runs at a time on a machine (a lock file). What `lab/up` left running is ended by
`lab/down` through its namespaces: every process in them is the lab's own.
"""

import fcntl
import os
import pathlib
import shutil
import signal

from . import plan as plans
from . import programs, routers, spaces

HERE = pathlib.Path(__file__).resolve().parent
WORK = pathlib.Path("/run/anemone-lab")


def read_plan():
    return plans.read(HERE.parent / "network.json")


def log(text):
    print(text, flush=True)


def end_on_signals():
    """Ctrl-C and kill become exceptions, so that every `finally` runs."""

    def raise_it(number, frame):
        signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, raise_it)


def needs_programs(packages):
    """`packages`: {program: the Debian package that has it}."""
    if os.geteuid():
        raise spaces.LabError("needs root (network namespaces)")
    missing = [f"{program} (package {package})" for program, package in packages.items() if not shutil.which(program)]
    if missing:
        raise spaces.LabError(f"missing: {', '.join(missing)}; scripts/setup lab installs what the lab needs")


def needs():
    """Says what is missing before anything is touched."""
    if os.geteuid():
        raise spaces.LabError("needs root (network namespaces)")
    programs_needed = ["ip", "tc", "ethtool", "tcpdump", "nginx", "dnsmasq", "exim4", "rsync", "iperf3", "curl", "dig",
                       "ssh", "sshd", "sysctl", "clang", "/usr/lib/frr/zebra"]
    missing = [p for p in programs_needed if not shutil.which(p)]
    if missing:
        raise spaces.LabError(f"missing: {' '.join(missing)}; install the packages of lab/packages.txt")


def take_lock(path="/run/anemone-lab.lock"):
    """The lock that whoever builds, records or takes down holds; it goes with the file, or with the process."""
    lock = open(path, "w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise spaces.LabError("another lab is being built or recorded on this machine") from None
    return lock


class Lab:
    """`with Lab(plan) as lab`: on leaving, everything is gone. `keep()` leaves it up instead."""

    def __init__(self, plan, per_flow=False):
        self.plan, self.per_flow = plan, per_flow
        self.kept = False
        self.routers = routers.Routers(plan, WORK / "frr")

    def __enter__(self):
        needs()
        self.lock = take_lock()
        if spaces.existing(spaces.spaces_of(self.plan)):
            raise spaces.LabError("a lab is up: run lab/down first")
        shutil.rmtree(WORK, ignore_errors=True)
        (WORK / "frr").mkdir(parents=True)
        return self

    def __exit__(self, kind, error, trace):
        if self.kept and kind is None:
            return
        tear_down(self.plan)

    def keep(self):
        self.kept = True

    def build(self):
        balance = None if self.per_flow else str(WORK / "balance.o")
        if balance:
            spaces.run(["clang", "-O2", "-g", "-target", "bpf", "-c", str(HERE / "balance.bpf.c"), "-o", balance])
        log(f"building {len(self.plan.routers)} routers, {len(self.plan.hosts)} hosts")
        spaces.build(self.plan, balance)

    def start_services(self):
        return programs.start_services(self.plan, WORK / "hosts")


def tear_down(plan):
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    spaces.destroy(plan)
    routers.Routers(plan, WORK / "frr").clean()
    shutil.rmtree(WORK, ignore_errors=True)
