"""What every link of the matrix network carried, by the routers' own interface counters.

Counters count frames; loads are of IP. Each frame has 14 bytes of Ethernet around its packet, and the interfaces have no
offload: so bytes - 14 x packets is exact. What no program sent (routing protocol, ARP, ICMP) is counted apart and taken out.
"""

import bisect
import collections
import csv
import dataclasses

ETHERNET = 14


@dataclasses.dataclass
class Reading:
    """Cumulative, at an instant."""

    rx_bytes: int
    rx_packets: int
    tx_bytes: int
    tx_packets: int
    tx_dropped: int
    apart_rx_bytes: int = 0
    apart_rx_packets: int = 0
    apart_tx_bytes: int = 0
    apart_tx_packets: int = 0

    def ip_bytes(self, way):
        """IP bytes of programs, in ("rx") or out ("tx")."""
        size = getattr(self, way + "_bytes") - getattr(self, f"apart_{way}_bytes")
        return size - ETHERNET * (getattr(self, way + "_packets") - getattr(self, f"apart_{way}_packets"))

    def apart_bytes(self, way):
        return getattr(self, f"apart_{way}_bytes") - ETHERNET * getattr(self, f"apart_{way}_packets")


class Counters:
    """The readings of counters.py."""

    def __init__(self, path):
        self.series = collections.defaultdict(lambda: ([], []))
        self.late_s = 0.0
        with open(path) as file:
            for row in csv.reader(file):
                if row[0] == "time" or len(row) < 12:
                    continue
                times, readings = self.series[row[1], row[2]]
                times.append(float(row[0]))
                readings.append(Reading(*map(int, row[3:12])))
                self.late_s = max(self.late_s, times[-1] % 1 if times[-1] % 1 < 0.9 else 0)

    def at(self, node, interface, time, of):
        """A function of the readings at an instant, by straight line between the two around it; None outside."""
        times, readings = self.series[node, interface]
        n = bisect.bisect_left(times, time)
        if n == 0 or n == len(times):  # also where there are none
            return None
        share = (time - times[n - 1]) / (times[n] - times[n - 1])
        before, after = of(readings[n - 1]), of(readings[n])
        return before + share * (after - before)

    def between(self, node, interface, begin, end, of):
        one, other = (self.at(node, interface, t, of) for t in (begin, end))
        return None if one is None or other is None else other - one

    def bps(self, node, interface, way, begin, end):
        size = self.between(node, interface, begin, end, lambda r: r.ip_bytes(way))
        return None if size is None else size * 8 / (end - begin)

    def apart_bps(self, node, interface, way, begin, end):
        return (self.between(node, interface, begin, end, lambda r: r.apart_bytes(way)) or 0) * 8 / (end - begin)


class Links:
    """Which counter is which link's. bit/s of IP, or None where no counter knows."""

    def __init__(self, plan, counters):
        self.plan, self.counters = plan, counters
        self.ports = {port.address: port for router in plan.routers.values() for port in router["ports"]}

    def port_of(self, link):
        """The interface out of which it goes."""
        return self.ports.get(link["id"].rsplit(":", 1)[1])

    def out(self, link, begin, end):
        port = self.port_of(link)
        return self.counters.bps(port.node, port.name, "tx", begin, end) if port else None

    def from_lan(self, link, begin, end, left_by, local):
        """What a router takes from a LAN comes from routers, or from hosts that leave by it: that enters here and loads no link.

        `left_by`: {host: its router}; `local`: {host: bit/s that it sends on the LAN itself}.
        """
        network, router = link["from"].removeprefix("net:"), link["to"]
        lan = next((l["name"] for l in self.plan.raw["lans"] if l["prefix"] == network), None)
        taken = self.counters.bps(router, lan, "rx", begin, end) if lan and router in self.plan.routers else None
        if taken is None:
            return None
        for port in self.plan.switches[lan]:
            if port.kind == "host" and left_by[port.node] == router:
                taken -= (self.counters.bps(port.node, port.name, "tx", begin, end) or 0) - local.get(port.node, 0)
        return taken
