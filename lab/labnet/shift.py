"""How long after the routers' own change of routes a load shows it: by the command line, by the API's stream and on the map."""

import json
import pathlib
import shutil
import socket
import struct
import subprocess
import threading
import time

from . import matrix_server, spaces
from .plan import space

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
MAP_UP_S = 60

WATCHED_S = 9
SHIFT_MAX_S = 2.0
LOADED = 0.01  # of the network's traffic, on one link: so much is a load
RTM_NEWROUTE, RTM_DELROUTE, RTA_DST = 24, 25, 1
RTNLGRP_IPV4_ROUTE = 1 << 6


class RouteWatch:
    """The kernel's own word of when a router's route to a prefix changed (as `ip monitor route` prints it)."""

    def __init__(self, router, prefix):
        self.prefix, self.changes, self.stopped = prefix, [], False
        with matrix_server.inside(space(router)):
            self.wire = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
            self.wire.bind((0, RTNLGRP_IPV4_ROUTE))
        self.wire.settimeout(0.2)
        self.thread = threading.Thread(target=self.watch)
        self.thread.start()

    def watch(self):
        while not self.stopped:
            try:
                data = self.wire.recv(1 << 16)
            except TimeoutError:
                continue
            now = time.time()
            if self.prefix in prefixes(data):
                self.changes.append(now)
        self.wire.close()

    def stop(self):
        self.stopped = True
        self.thread.join()
        return self.changes


def prefixes(data):
    """The destinations of route messages."""
    at = 0
    while at + 16 <= len(data):
        length, kind = struct.unpack_from("=IH", data, at)
        if length < 16:
            return
        if kind in (RTM_NEWROUTE, RTM_DELROUTE):
            bits, attribute = data[at + 17], at + 28
            while attribute + 4 <= at + length:
                size, what = struct.unpack_from("=HH", data, attribute)
                if what == RTA_DST:
                    yield f"{socket.inet_ntoa(data[attribute + 4:attribute + 8])}/{bits}"
                attribute += max(4, size + 3 & ~3)
        at += length + 3 & ~3


class LoadWatch:
    """Asks the command line for the last minute's loads again and again, and listens to the stream meanwhile."""

    def __init__(self, server):
        self.server, self.stopped, self.problem = server, False, ""
        self.asked, self.told = [], []  # (asked at, answered at, {link: bps}), (came at, kind, data)
        self.threads = [threading.Thread(target=self.ask), threading.Thread(target=self.listen)]
        for thread in self.threads:
            thread.start()

    def ask(self):
        command = matrix_server.command(self.server, "load", "--last", "1m", "--format", "json")
        while not self.stopped:
            began = time.time()
            done = subprocess.run(command, capture_output=True, text=True)
            if done.returncode:
                self.problem = done.stderr.strip()
            else:
                links = {link["id"]: link.get("now_bps", link["load_bps"]) or 0 for link in json.loads(done.stdout)["links"]}
                self.asked.append((began, time.time(), links))
            time.sleep(0.1)

    def listen(self):
        try:
            self.server.api.stream(lambda at, kind, data: self.told.append((at, kind, data)), lambda: self.stopped)
        except (OSError, ValueError):
            pass

    def stop(self):
        self.stopped = True
        for thread in self.threads:
            thread.join()


class MapWatch:
    """The console in a browser beside the server: what it shows, each time that this has changed."""

    def __init__(self, server):
        self.asked, self.problem = [], ""  # (at, at, {link: bps}), as LoadWatch has them
        if not (ROOT / "ui/dist/index.html").exists() or not shutil.which("chromium"):
            self.process, self.problem = None, "no console is built (scripts/build-console), or there is no chromium"
            return
        script = ROOT / "ui/e2e/shift.mjs"
        self.process = subprocess.Popen(
            ["nsenter", f"--net=/run/netns/{space(server.host)}", ROOT / "scripts/with-node", "node", script, server.url + "/",
             server.folder / "admin.token"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.thread = threading.Thread(target=self.read)
        self.thread.start()

    def read(self):
        for line in self.process.stdout:
            told = json.loads(line)
            self.asked.append((told["at"], told["at"], told["links"]))

    def wait_shown(self):
        end = time.monotonic() + MAP_UP_S
        while self.process and not self.asked:
            if self.process.poll() is not None or time.monotonic() > end:
                raise spaces.LabError("the console does not show any load")
            time.sleep(0.2)

    def stop(self):
        if self.process:
            self.process.stdin.close()
            try:
                self.process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            self.thread.join()


class Watch:
    """One change, as routers, command line, stream and map tell it."""

    def __init__(self, server, shown, raw):
        """`raw`: the prefix `to` which a `router`'s route will change, and the `link` that will lose all load, or get some."""
        self.link, self.routes, self.shown, self.loads = raw["link"], RouteWatch(raw["router"], raw["to"]), shown, LoadWatch(server)

    def stop(self):
        self.changes = self.routes.stop()
        self.loads.stop()

    def seen(self, began, total_bps):
        """Seconds from the change of the router's route; null what never came. Less than none: it was heard before it was done."""
        changed = next((at for at in self.changes if at >= began), None)
        if changed is None:
            return {"routes_s": None}
        told = {kind: next((at - changed for at, what, _ in self.loads.told if at >= since and what == kind), None)
                for kind, since in (("load", changed), ("topology", began))}  # an LSA is heard before a router has worked out what it means
        said, shown = (seen_at(asked, began, self.link, LOADED * total_bps) for asked in (self.loads.asked, list(self.shown.asked)))
        return {"routes_s": changed - began, "load_s": said and said - changed, "stream_s": told["load"], "map_s": shown and shown - changed,
                "topology_s": told["topology"], "asked": len(self.loads.asked), "problem": self.loads.problem[:200]}


def seen_at(asked, since, link, enough_bps):
    """When the link is first shown as having lost all load, or as having any, unlike the last time before."""
    before = [links.get(link, 0) > enough_bps for _, ended, links in asked if ended <= since]
    if not before:
        return None
    return next((ended for _, ended, links in asked if ended > since and (links.get(link, 0) > enough_bps) != before[-1]), None)


def text(shift):
    return "       " + ", ".join(f"{key} {round(value, 2) if isinstance(value, float) else value}" for key, value in shift.items() if key != "event")


def judge(claims, shifts, shown):
    shifts = [one for one in shifts if one["routes_s"] is not None]
    ways = [("load_s", "anemone load --last 1m"), ("stream_s", "the API's stream, which says that loads have changed,"), ("map_s", "the map in a browser")]
    if shown.problem:
        claims.claim(None, f"{ways.pop()[1]}: {shown.problem}")
    for key, what in ways:
        took = [one[key] for one in shifts]
        late = [one for one in took if one is None or one > SHIFT_MAX_S]
        said = ", ".join("never" if one is None else f"{one:.2f}" for one in took)
        claims.claim(not late if took else None, f"{what} shows a shift within {SHIFT_MAX_S:.0f} s of the routers' own change: {said} s")
