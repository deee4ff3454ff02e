"""A network's file, read once into what the rest of the lab needs: who is on which wire, with which address.

Addresses that the file does not give are dealt out in order: link number k of area a is 10.a.k.0/30.
A namespace is called anm-NAME (or as the file's "prefix" says), an interface of a router to-NEIGHBOUR (with .2 the
second link to it), the LAN's name, or lan (its hosts). Where the file has "hubs", every wire goes through a bridge
that repeats everything to everybody, so that it can be cut in the middle and listened to.
"""

import ipaddress
import json
import pathlib
from dataclasses import dataclass, field

HOST_INTERFACE = "eth0"


@dataclass
class Port:
    """One end of a wire: an interface in a namespace."""

    node: str
    name: str
    address: str
    prefix_length: int
    mbps: float
    area: str = ""
    cost: int = 0
    kind: str = "link"  # link | lan | stub | outside | host | listener
    peer: str = ""
    priority: int = 1
    md5: str = ""  # the key, where the wire is authenticated


@dataclass
class Plan:
    raw: dict
    routers: dict = field(default_factory=dict)  # name -> {"id", "ports": [Port]}
    hosts: dict = field(default_factory=dict)  # name -> {"port": Port, "gateway", "router", "more"}
    wires: list = field(default_factory=list)  # (Port, Port): point to point
    switches: dict = field(default_factory=dict)  # bridge name -> [Port]
    links: dict = field(default_factory=dict)  # "core1-core2" -> (Port, Port)
    listeners: dict = field(default_factory=dict)  # name -> [Port]: one in every area

    @property
    def nodes(self):
        return list(dict.fromkeys([*self.routers, *self.hosts, *self.listeners]))  # a host may listen as well

    @property
    def hubs(self):
        return self.raw.get("hubs", False)

    @property
    def domain(self):
        return self.raw["domain"]

    def names(self):
        """Every host name and its address, as the network's DNS tells them."""
        out = {f"{name}.{self.domain}": host["port"].address for name, host in self.hosts.items()}
        for host in self.raw["hosts"]:
            out.update(host.get("also_named", {}))
        return out

    def resolver(self):
        """None where the network has no names."""
        for service in self.raw.get("services", []):
            if service["kind"] == "dns":
                return self.hosts[service["host"]]["port"].address
        return None


prefix = "anm-"  # of every namespace's name: that of the plan which was read (a process has one)


def space(node):
    return prefix + node


def read(path):
    global prefix
    raw = json.loads(pathlib.Path(path).read_text())
    prefix = raw.get("prefix", "anm-")
    plan = Plan(raw)
    for router in raw["routers"]:
        plan.routers[router["name"]] = {"id": router["id"], "maker": router.get("maker", "frr"), "ports": []}
    for index, link in enumerate(raw["links"], 1):
        add_link(plan, index, link)
    for lan in raw["lans"]:
        add_lan(plan, lan)
    for stub in raw["stubs"]:
        add_stub(plan, stub["router"], stub["prefix"], stub["area"], "stub")
    if "outside" in raw:
        add_stub(plan, raw["outside"]["router"], raw["outside"]["prefix"], "", "outside")
    if plan.hubs:
        for number, name in enumerate(raw["listeners"]):
            add_listener(plan, name, number)
    return plan


def add_link(plan, index, link):
    area = int(ipaddress.ip_address(link["area"]))
    a, b = link["ends"]
    again = sum(1 for name in plan.links if name.split(".")[0] == f"{a}-{b}")
    suffix = f".{again + 1}" if again else ""
    costs = link.get("costs", [link.get("cost")] * 2)
    ports = [
        Port(node, f"to-{peer}{suffix}", f"10.{area}.{index}.{side}", 30, link.get("mbps", 0), link["area"],
             costs[side - 1], "link", peer, md5=link.get("md5", ""))
        for side, (node, peer) in enumerate(((a, b), (b, a)), 1)
    ]
    name = f"{a}-{b}{suffix}"
    for port in ports:
        plan.routers[port.node]["ports"].append(port)
    if plan.hubs:
        plan.switches[name] = ports
    else:
        plan.wires.append(tuple(ports))
    plan.links[name] = tuple(ports)


def add_lan(plan, lan):
    net = ipaddress.ip_network(lan["prefix"])
    ports = [
        Port(node, lan["name"], str(net[n]), net.prefixlen, lan.get("mbps", 0), lan["area"], lan["cost"], "lan",
             priority=lan.get("priorities", {}).get(node, 1))
        for n, node in enumerate(lan["routers"], 1)
    ]
    for port in ports:
        plan.routers[port.node]["ports"].append(port)
    plan.switches[lan["name"]] = ports
    add_hosts(plan, net, ports, {port.node: port.address for port in ports})


def add_listener(plan, name, number):
    """A node with one interface in every LAN, whose address is the last but `number`."""
    ports = []
    for lan in plan.raw["lans"]:
        net = ipaddress.ip_network(lan["prefix"])
        port = Port(name, lan["name"], str(net[-2 - number]), net.prefixlen, 0, lan["area"], 0, "listener")
        plan.switches[lan["name"]].append(port)
        ports.append(port)
    plan.listeners[name] = ports


def add_stub(plan, router, prefix, area, kind):
    """A LAN of hosts behind one router, which is its first address and shapes nothing."""
    net = ipaddress.ip_network(prefix)
    ports = [Port(router, "lan", str(net[1]), net.prefixlen, 0 if plan.hubs else 100, area, 10, kind)]
    plan.routers[router]["ports"].append(ports[0])
    add_hosts(plan, net, ports, {router: str(net[1])})
    plan.switches["s-" + router] = ports


def add_hosts(plan, net, ports, gateways):
    """Appends the hosts whose address is in `net` to its `ports`. A host may say which router it leaves by ("gateway")."""
    for host in plan.raw["hosts"]:
        if ipaddress.ip_address(host["address"]) not in net:
            continue
        port = Port(host["name"], HOST_INTERFACE, host["address"], net.prefixlen, host.get("mbps", 0), kind="host")
        router = host.get("gateway", next(iter(gateways)))
        plan.hosts[host["name"]] = {
            "port": port, "gateway": gateways[router], "router": router, "more": host.get("more_addresses", [])}
        ports.append(port)
