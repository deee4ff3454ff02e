"""What a router is meant to be: it changes with the events, and a restarted router begins from it.

`frr.Frr` and `bird.Bird` are the two that fulfil a wish; each has start, kill, stop, fulfil and ask.
"""

from dataclasses import dataclass, field


@dataclass
class Wish:
    name: str
    id: str
    ports: list  # of plan.Port; their costs and priorities may change
    areas: dict  # {area: "" | "nssa" | "stub"}, those it is in
    externals: dict = field(default_factory=dict)  # {prefix: {"type", "metric", "via"}}
    ranges: set = field(default_factory=set)  # {(area, prefix)}
    virtual_links: set = field(default_factory=set)  # {(area, peer's router id)}
    max_metric: bool = False

    def port(self, name):
        return next(port for port in self.ports if port.name == name)


def wishes(plan):
    out = {}
    for name, router in plan.routers.items():
        areas = {port.area: plan.raw["areas"].get(port.area, "") for port in router["ports"] if port.area}
        out[name] = Wish(name, router["id"], router["ports"], areas)
    for external in plan.raw["externals"]:
        out[external["router"]].externals[external["prefix"]] = external
    for link in plan.raw["virtual_links"]:
        a, b = (out[end] for end in link["ends"])
        a.virtual_links.add((link["area"], b.id))
        b.virtual_links.add((link["area"], a.id))
    return out
