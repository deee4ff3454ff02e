"""One FRR router that can be changed, killed, started again and asked."""

import json
import time

from . import routers, spaces
from .answers import MAX_AGE_S, Answer, dotted

LSA_TYPES = {"routerLinkStates": 1, "networkLinkStates": 2, "summaryLinkStates": 3, "asbrSummaryLinkStates": 4,
             "asExternalLinkStates": 5, "nssaExternalLinkStates": 7, "linkLocalOpaqueLsa": 9,
             "areaLocalOpaqueLsa": 10, "asExternalOpaqueLsa": 11}
PATH_TYPES = {"N": "intra", "N IA": "inter", "N E1": "external1", "N E2": "external2", "N N1": "external1",
              "N N2": "external2"}

DEFAULT = "0.0.0.0/0"


class Frr:
    def __init__(self, wish, ospf, folder):
        self.wish, self.ospf, self.folder = wish, ospf, folder
        self.zebra, self.ospfd, self.staticd = None, None, None
        self.told, self.routed = {}, set()  # of the wish that was last fulfilled

    # --- life ---

    def prepare(self):
        """zebra and staticd, which stay while ospfd comes and goes."""
        name = self.wish.name
        routers.make_run_folder(name)
        self.zebra = routers.start_daemon(name, "zebra", f"hostname {name}\n", self.folder)

    def start(self):
        name = self.wish.name
        if self.staticd is None:
            routers.wait_for_file(routers.RUN / routers.space(name) / "zserv.api")
            self.routed = self.statics()
            self.staticd = routers.start_daemon(name, "staticd", "\n".join(self.routed) + "\n", self.folder)
        socket = routers.RUN / routers.space(name) / "ospfd.vty"
        socket.unlink(missing_ok=True)
        self.told = self.changeable()
        self.ospfd = routers.start_daemon(name, "ospfd", self.config(), self.folder)
        routers.wait_for_file(socket)

    @property
    def runs(self):
        return self.ospfd is not None and self.ospfd.poll() is None

    def kill(self):
        self.ospfd.kill()
        self.ospfd.wait()

    def stop(self):
        """In good order: it flushes what it said."""
        self.ospfd.terminate()
        self.ospfd.wait(timeout=10)

    def clear(self):
        routers.vty(self.wish.name, "ospfd", ["enable", "clear ip ospf process"])

    # --- what it is ---

    def config(self):
        wish, out = self.wish, [f"hostname {self.wish.name}", "log timestamp precision 6"]
        for port in wish.ports:
            if port.kind == "outside":
                continue
            out += routers.interface_lines(port, self.ospf)
            if port.md5:
                out += [" ip ospf authentication message-digest", f" ip ospf message-digest-key 1 md5 {port.md5}"]
        out += ["interface lo", f" ip ospf area {routers.home_area({'ports': wish.ports})}"]
        out += routers.process_lines({"id": wish.id}, self.ospf)
        out += [f" area {area} {kind}" for area, kind in wish.areas.items() if kind]
        for (context, key), value in self.told.items():
            out += [context, f" {key} {value}"]
        return "\n".join(out) + "\n"

    def changeable(self):
        """{(what it stands under, command): its value}: what events change; each can be taken back with `no`."""
        wish, out = self.wish, {}
        for port in wish.ports:
            out[f"interface {port.name}", "ip ospf cost"] = port.cost
            if port.kind == "lan":
                out[f"interface {port.name}", "ip ospf priority"] = port.priority
        timers = (f"hello-interval {self.ospf['hello_s']} retransmit-interval {self.ospf['retransmit_s']}"
                  f" dead-interval {self.ospf['dead_s']}")
        for area, peer in wish.virtual_links:
            out["router ospf", f"area {area} virtual-link {peer}"] = timers
        for area, prefix in wish.ranges:
            out["router ospf", f"area {area} range {prefix}"] = ""
        if wish.max_metric:
            out["router ospf", "max-metric router-lsa administrative"] = ""
        for prefix, external in wish.externals.items():  # one kind and one metric for all of a router's but the default
            what = "default-information originate" if prefix == DEFAULT else "redistribute static"
            out["router ospf", what] = f"metric {external['metric']} metric-type {external['type']}"
        return out

    def statics(self):
        return {f"ip route {prefix} {external.get('via', 'blackhole')}" for prefix, external in self.wish.externals.items()}

    def fulfil(self):
        """Tells the running daemons what has changed in the wish."""
        statics = self.statics()
        gone, new = self.routed - statics, statics - self.routed
        if gone or new:
            self.vty("staticd", "configure terminal", *("no " + line for line in gone), *new)
            self.routed = statics
        if not self.runs:
            return
        now, lines = self.changeable(), []
        for context, key in self.told.keys() - now.keys():
            lines += [context, f"no {key}"]
        for (context, key), value in now.items():
            if self.told.get((context, key)) != value:
                lines += [context, f"{key} {value}"]
        self.told = now
        if lines:
            self.vty("ospfd", "configure terminal", *lines)

    def vty(self, daemon, *commands):
        return routers.vty(self.wish.name, daemon, ["enable", *commands])[-1]

    # --- what it says ---

    def ask(self):
        began = time.time()
        neighbours, database, routes = (as_json(text) for text in routers.vty(
            self.wish.name, "ospfd", ["enable", "show ip ospf neighbor json", "show ip ospf database json",
                                      "show ip ospf route json"])[1:])
        return Answer(began, time.time(), neighbours_in(neighbours), database_in(database), table_in(routes))


def as_json(text):
    """Before the first SPF it says in words that there is no route."""
    return json.loads(text) if text.startswith("{") else {}


def neighbours_in(answer):
    out = {}
    for router, all_of in answer.get("neighbors", {}).items():
        for one in all_of:
            state = one.get("nbrState", one.get("state", "")).split("/")[0].lower().replace("-", "")
            out[one["ifaceName"].split(":")[0], router] = state
    return out


def database_in(answer):
    out = {}
    parts = [("", answer)] + list(answer.get("areas", {}).items())
    for area, lists in parts:
        for name, kind in LSA_TYPES.items():
            for lsa in lists.get(name, []):
                if lsa["lsaAge"] < MAX_AGE_S:
                    key = (dotted(area) if area else "", kind, lsa["lsId"], lsa["advertisedRouter"])
                    out[key] = (int(lsa["sequenceNumber"], 16), int(lsa["checksum"], 16))
    return out


def table_in(routes):
    table = {}
    for prefix, route in routes.items():
        if "/" not in prefix or route["routeType"].startswith("D"):
            continue  # routers, and the ranges that a border router discards, stand in FRR's table too
        if not any(hop.get("ip", "").strip() or "directlyAttachedTo" in hop for hop in route["nexthops"]):
            continue  # listed, and not used: FRR found no next hop for a way over its virtual link
        hops = frozenset(hop.get("ip", "").strip() for hop in route["nexthops"]) - {"", "0.0.0.0"}
        kind = PATH_TYPES[route["routeType"].strip()]
        table[prefix] = (kind, route["cost"], route.get("type2cost") if kind == "external2" else None, hops)
    return table
