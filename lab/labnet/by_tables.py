"""The lab held against itself, without the server: what agents counted, carried along the routers' own tables, gives the counters?

One record counts for each flow: its source's agent's, else its destination's. It goes from router to router by the tables that
these had then, evenly over next hops. Where this fails, agents, tables or counters are wrong, and no server could be right.
"""

import bisect
import collections
import ipaddress

from . import ipfix_file
from .story import BIN_S

HOPS_MAX = 16


def read_table(table):
    """The longest prefix first."""
    entries = [(ipaddress.ip_network(prefix), hops) for prefix, hops in table.items()]
    return sorted(entries, key=lambda entry: -entry[0].prefixlen)


class ByTables:
    def __init__(self, story):
        self.story = story
        self.stages = [(since, {router: read_table(table) for router, table in tables.items()}) for since, tables in story.stages]
        self.port_at = {port.address: port for router in story.plan.routers.values() for port in router["ports"]}
        self.host_at = {address: host for host, addresses in story.addresses.items() for address in addresses}

    def flows(self):
        """{bin: {(source, destination): bytes}} of the records that count."""
        own = {address: host for address, host in self.host_at.items() if host in self.story.agents}
        out = collections.defaultdict(collections.Counter)
        for host in self.story.agents:
            for file in sorted((self.story.folder / "kept" / host).glob("*.ipfix")):
                for row in ipfix_file.records(file):
                    self.count(out, own, host, row)
        return out

    def count(self, out, own, host, row):
        outer = not row.get("tunnel")
        owner = own.get(row["src"]) or own.get(row["dst"])
        if outer and owner == host and bool(row.get("direction")) == (own.get(row["src"]) == host):
            begin = row["start_ms"] // 1000 // BIN_S * BIN_S
            out[begin][row["src"], row["dst"]] += row["bytes"]

    def loads(self, flows, begin):
        """{(router, interface): bit/s} of one bin, by the tables at its beginning."""
        tables = self.stages[bisect.bisect_right([since for since, _ in self.stages], begin) - 1][1]
        router_of = [of for since, of in self.story.left_by if since <= begin][-1]
        load = collections.Counter()
        for (source, destination), size in flows.get(begin, {}).items():
            entry = router_of.get(self.host_at.get(source)) or self.story.plan.raw["outside"]["router"]
            to = ipaddress.ip_address(destination)
            if not to.is_multicast and not self.neighbours(source, destination):
                self.spread(tables, entry, to, size * 8 / BIN_S, load, 0)
        return load

    def neighbours(self, source, destination):
        """On one LAN: no router carries it."""
        for ports in self.story.plan.switches.values():
            nets = [ipaddress.ip_network(f"{port.address}/{port.prefix_length}", strict=False) for port in ports[:1]]
            if nets and ipaddress.ip_address(source) in nets[0] and ipaddress.ip_address(destination) in nets[0]:
                return True
        return False

    def spread(self, tables, router, to, bps, load, depth):
        if depth > HOPS_MAX:
            raise RuntimeError(f"a loop on the way to {to}")
        own = next((port for port in self.story.plan.routers[router]["ports"]
                    if to in ipaddress.ip_network(f"{port.address}/{port.prefix_length}", strict=False)), None)
        if own:
            load[router, own.name] += bps
            return
        hops = next((hops for net, hops in tables[router] if to in net), [])
        if not hops and router == self.story.plan.raw["outside"]["router"]:
            load[router, "lan"] += bps  # its static routes, which its OSPF does not list, lead outside
        for hop in hops:
            there = self.port_at.get(hop)
            out = next(port for port in self.story.plan.routers[router]["ports"]
                       if ipaddress.ip_address(hop) in ipaddress.ip_network(f"{port.address}/{port.prefix_length}", strict=False))
            load[router, out.name] += bps / len(hops)
            if there:
                self.spread(tables, there.node, to, bps / len(hops), load, depth + 1)
