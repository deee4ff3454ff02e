"""The mixed network while it lives: its routers, what is cut, what they should see of each other, what they say.

Every wire is a hub with the routers' ends plugged in, so a wire is cut in three ways: its carrier goes, it loses
everything in silence, or one router's interface is shut.
"""

import concurrent.futures
import shutil
import time

from . import bird, frr, spaces, wish
from .plan import space

MAKERS = {"frr": frr.Frr, "bird": bird.Bird}
DISPUTED_S = 5.5  # so long after the last LSA, routers that still disagree will do so for long (BIRD: MinLSInterval 5 s)
STILL_S = 1.4  # no LSA for so long: BIRD looks at what changed once a second, FRR may hold SPF back as long


class Live:
    def __init__(self, plan, folder, known):
        self.plan, self.known = plan, known
        wishes = wish.wishes(plan)
        self.routers = {name: MAKERS[router["maker"]](wishes[name], plan.raw["ospf"], folder)
                        for name, router in plan.routers.items()}
        self.virtual_links = {link for w in wishes.values() for link in w.virtual_links}
        self.names = {router.wish.id: name for name, router in self.routers.items()}
        self.cut = set()  # {(switch, node)}: ends of wires that no packet passes
        self.meant_down = set()  # routers that an event has ended
        self.pool = concurrent.futures.ThreadPoolExecutor(len(self.routers))

    # --- life ---

    def build(self):
        spaces.build(self.plan, None)

    def start(self):
        for router in self.routers.values():
            router.prepare()
        for router in self.routers.values():
            router.start()

    def running(self):
        out = {name: router for name, router in self.routers.items() if name not in self.meant_down}
        for name, router in out.items():
            if not router.runs:
                raise spaces.LabError(f"{name} has ended by itself; its logs are in {router.folder}")
        return out

    # --- cutting ---

    def ends(self, wire):
        return [port for port in self.plan.switches[wire] if port.kind != "listener"]

    def carrier(self, wire, on):
        """The wire itself: both ends see at once that it is gone."""
        state = "up" if on else "down"
        spaces.run([*spaces.inside(spaces.switches()), "ip", "-batch", "-"],
                   "".join(f"link set {spaces.far_end(port)} {state}\n" for port in self.ends(wire)))
        self.mark(wire, self.ends(wire), on)

    def passing(self, wire, on):
        """Nobody sees that it is cut but by what does not come."""
        port = self.ends(wire)[0]
        master = ["master", wire] if on else ["nomaster"]
        spaces.run([*spaces.inside(spaces.switches()), "ip", "link", "set", spaces.far_end(port), *master])
        self.mark(wire, [port], on)

    def interface(self, name, interface, on):
        """One router's interface: only this router sees that it is shut."""
        spaces.run([*spaces.inside(space(name)), "ip", "link", "set", interface, "up" if on else "down"])
        wire = next(w for w, ports in self.plan.switches.items() for p in ports if (p.node, p.name) == (name, interface))
        self.mark(wire, [p for p in self.plan.switches[wire] if p.node == name], on)

    def mark(self, wire, ports, on):
        ends = {(wire, port.node) for port in ports}
        self.cut = self.cut - ends if on else self.cut | ends

    # --- what should be and what is ---

    def expected_neighbours(self):
        """{router: {(interface, neighbour's id)}} by the wires that are whole and the routers that run."""
        out = {name: set() for name in self.running()}
        for wire, ports in self.plan.switches.items():
            there = [p for p in ports if p.node in out and p.kind in ("link", "lan") and (wire, p.node) not in self.cut]
            for a in there:
                out[a.node] |= {(a.name, self.routers[b.node].wish.id) for b in there if b is not a}
        return out

    def as_expected(self, answers):
        """What is missing from all adjacencies being up that can be up; an empty text when nothing is."""
        for name, wanted in self.expected_neighbours().items():
            seen = {key: state for key, state in answers[name].neighbours.items()
                    if key[1] in self.names and not key[0].lower().startswith("vlink")}
            if seen.keys() != wanted:
                return f"{name} has neighbours {sorted(seen)}, not {sorted(wanted)}"
            partly = {key: state for key, state in seen.items() if state not in ("full", "2way")}
            if partly:
                return f"{name} is not through with {partly}"
        return self.designated(answers) or self.virtual(answers)

    def designated(self, answers):
        """On a LAN everybody is full with two, or with all where there are no more."""
        for wire, ports in self.plan.switches.items():
            there = [p for p in ports if p.kind == "lan" and p.node in answers and (wire, p.node) not in self.cut]
            for port in there:
                full = sum(1 for (interface, who), state in answers[port.node].neighbours.items()
                           if interface == port.name and who in self.names and state == "full")
                if full < min(len(there) - 1, 2):
                    return f"{port.node} is full with {full} on {wire}"
        return ""

    def virtual(self, answers):
        for name, router in self.running().items():
            for _, peer in router.wish.virtual_links:
                other = self.names[peer]
                if other not in answers or not any(router.wish.id == p for _, p in self.routers[other].wish.virtual_links):
                    continue
                if not any(who == peer and interface.lower().startswith("vlink") and state == "full"
                           for (interface, who), state in answers[name].neighbours.items()):
                    return f"{name} has no virtual link to {other}"
        return ""

    def groups(self):
        """{area: [[router, ...], ...]}: who holds one database, because flooding goes between them.

        "" is what the AS shares: flooded within every group of an area that takes it, and through border routers.
        """
        up = self.running()
        out = {}
        for wire, ports in self.plan.switches.items():
            there = [p for p in ports if p.node in up and p.kind in ("link", "lan") and (wire, p.node) not in self.cut]
            for port in there:
                join(out.setdefault(port.area, []), {p.node for p in there})
        for name, router in up.items():
            for area in router.wish.areas:
                join(out.setdefault(area, []), {name})
            for _, peer in router.wish.virtual_links:
                other = self.names[peer]
                both = other in up and any(p == router.wish.id for _, p in up[other].wish.virtual_links)
                join(out.setdefault("0.0.0.0", []), {name, other} if both else {name})
        for area, groups in list(out.items()):
            if not self.plan.raw["areas"].get(area):
                for group in groups:
                    join(out.setdefault("", []), group)
        return {area: [sorted(group) for group in groups] for area, groups in out.items()}

    def disagreement(self, answers):
        """Two routers that should hold one database and do not; an empty text when there are none."""
        for area, groups in self.groups().items():
            for group in groups:
                parts = {name: {k: v for k, v in answers[name].database.items() if k[0] == area} for name in group}
                first = group[0]
                for name in group[1:]:
                    keys = [k for k in sorted(parts[first].keys() | parts[name].keys())
                            if self.known.lsa(name, k) is None and self.known.lsa(first, k) is None
                            and parts[first].get(k) != parts[name].get(k)]
                    if keys:
                        return f"{first} and {name} differ in area '{area}' in {keys[:3]}"
        return ""

    def ask(self):
        asked = {name: self.pool.submit(router.ask) for name, router in self.running().items()}
        return {name: answer.result() for name, answer in asked.items()}

    def settle(self, still_s=STILL_S, limit_s=30):
        """Waits until all is as the wires allow, all agree, and nothing has changed for a while; answers what they say."""
        deadline = time.monotonic() + limit_s
        before, since, why = {}, time.monotonic(), ""
        while time.monotonic() < deadline:
            now = self.ask()
            if now.keys() != before.keys() or not all(now[name].same_as(before[name]) for name in now):
                since = time.monotonic()
            before = now
            unready, disputed = self.as_expected(now), self.disagreement(now)
            why = unready or disputed
            if not unready and time.monotonic() - since > (DISPUTED_S if disputed else still_s):
                return now
            time.sleep(0.1)
        raise spaces.LabError(f"not settled within {limit_s} s: {why or 'still changing'}")

    def clean(self):
        self.pool.shutdown(wait=False)
        spaces.destroy(self.plan)
        for name in self.routers:
            shutil.rmtree(frr.routers.RUN / space(name), ignore_errors=True)


def join(groups, members):
    """Puts `members` into one group with every group that has one of them."""
    touched = [group for group in groups if group & members]
    for group in touched:
        groups.remove(group)
    groups.append(set(members).union(*touched))
