"""Anemone held against every router: its database and its tables, nothing missed and nothing extra.

An area's database is compared with every router of it that flooding reaches from the listener; a part that is cut off
cannot be heard there, and is counted as such. An LSA that these routers themselves do not agree on (one did not
take a flush that came within a second, RFC 2328 section 13 (5a), and was not told again) must be as one of them has
them; it is printed, and so is the route that such a router has by it. Everything else is equal, or a difference that
mixed-known.json explains, or an error.
"""

import ipaddress
import json
import subprocess
from dataclasses import dataclass, field


@dataclass
class Tally:
    stages: int = 0
    databases: int = 0
    lsas: int = 0
    tables: int = 0
    routes: int = 0
    explained: int = 0
    followed: int = 0
    disputed: list = field(default_factory=list)
    unheard: list = field(default_factory=list)
    wrong: list = field(default_factory=list)

    def text(self):
        return (f"{self.stages} stages: {self.databases} databases with {self.lsas} LSAs and {self.tables} tables with"
                f" {self.routes} routes compared; {len(self.wrong)} differences, {self.explained} explained;"
                f" {len(self.disputed)} times a router had an LSA that others had not, and {self.followed} routes by it;"
                f" {len(self.unheard)} databases out of hearing")


class Anemone:
    """What the program makes of its sources at an instant."""

    def __init__(self, program, sources):
        self.program, self.sources = program, [str(s) for s in sources]

    def ask(self, command, *options):
        done = subprocess.run([self.program, command, *self.sources, *options, "--format", "json"], capture_output=True,
                              text=True, timeout=60)
        if done.returncode:
            raise RuntimeError(f"anemone {command}: {done.stderr.strip()[-500:]}")
        return json.loads(done.stdout)

    def database(self, at):
        return {(lsa["area"], lsa["type_number"], lsa["id"], lsa["router"]):
                (int(lsa["sequence"], 16), int(lsa["checksum"], 16)) for lsa in self.ask("lsdb", "--at", at)["lsas"]}

    def tables(self, at):
        """{router's id: table}; a connected network has no next hop to name."""
        out = {}
        for table in self.ask("routes", "--router", "all", "--at", at)["tables"]:
            out[table["router"]] = {r["prefix"]: (r["type"], r["cost"], r.get("type2_cost"),
                                                  frozenset(h["via"] for h in r["next_hops"]) - {""})
                                    for r in table["routes"]}
        return out


def situation(live, name, at, lans):
    """What is needed beside the answers to compare a stage, also later: who could be heard where.

    `lans`: where the listener has an ear.
    """
    groups = [{"area": area, "routers": group, "heard": heard(live, area, group, lans)}
              for area, groups in live.groups().items() for group in groups]
    return {"stage": name, "at": at, "ids": {router: live.routers[router].wish.id for router in live.running()}, "groups": groups}


def heard(live, area, group, lans):
    """Whether the group has a router on a LAN with an ear: one of its area, or for the AS's any that takes those."""
    for lan in lans:
        for port in live.ends(lan):
            fits = port.area == area or area == "" and not live.plan.raw["areas"].get(port.area)
            if fits and port.node in group and (lan, port.node) not in live.cut:
                return True
    return False


def compare(situation, known, said, database, tables, tally):
    """`said`: {router: Answer}."""
    tally.stages += 1
    stage = situation["stage"]
    known.stage = stage[3:]
    own_only = set()  # (router, key): LSAs in which a router differs from those around it
    for group in situation["groups"]:
        area = group["area"]
        if group["heard"]:
            ours = {key: what for key, what in database.items() if key[0] == area}
            compare_databases(known, stage, group["routers"], area, said, ours, own_only, tally)
        else:
            tally.unheard += [f"{stage}: area {area or 'AS'} at {name}" for name in group["routers"]]
    for name, router_id in situation["ids"].items():
        compare_tables(known, stage, name, said[name].table, tables.get(router_id, {}), own_only, tally)


def compare_databases(known, stage, group, area, said, ours, own_only, tally):
    parts = {name: {k: v for k, v in said[name].database.items() if k[0] == area} for name in group}
    for name, part in parts.items():
        tally.databases += 1
        tally.lsas += len(part)
        for key in sorted(part.keys() | ours.keys()):
            own, our = part.get(key), ours.get(key)
            if own == our:
                continue
            if known.explains(known.lsa(name, key)):
                tally.explained += 1
            elif our in ((part.get(key) for part in parts.values()) if our is None else
                         (answer.database.get(key) for answer in said.values())):
                own_only.add((name, key))
                tally.disputed.append(f"{stage}: {name} has {of(key)} as {instance(own)}, others and Anemone {instance(our)}")
            else:
                tally.wrong.append(f"{stage}: {name}: {of(key)}: own {instance(own)}, ours {instance(our)}")


def compare_tables(known, stage, name, own, ours, own_only, tally):
    tally.tables += 1
    tally.routes += len(own)
    for prefix in sorted(own.keys() | ours.keys()):
        if own.get(prefix) == ours.get(prefix):
            continue
        if known.explains(known.route(name, prefix)):
            tally.explained += 1
        elif any(router == name and tells(key, prefix) for router, key in own_only):
            tally.followed += 1
        else:
            tally.wrong.append(f"{stage}: {name}: route {prefix}: own {route(own.get(prefix))}, ours {route(ours.get(prefix))}")


def tells(key, prefix):
    """Whether a summary or external LSA can be about a prefix: its id is an address in it (appendix E)."""
    return key[1] in (3, 5, 7) and ipaddress.ip_address(key[2]) in ipaddress.ip_network(prefix)


def of(key):
    area, kind, name, by = key
    return f"type {kind} {name} of {by}" + (f" in {area}" if area else "")


def instance(what):
    return f"{what[0]:08x}/{what[1]:04x}" if what else "none"


def route(what):
    if what is None:
        return "none"
    kind, cost, type2, hops = what
    return f"{kind} {cost}" + (f"+{type2}" if type2 is not None else "") + f" via {' '.join(sorted(hops)) or '-'}"
