"""One BIRD router that can be changed, killed, started again and asked.

It is asked over its control socket (birdc's protocol: a line goes in; lines come back, "1234-" or " " before
those that others follow, "1234 " before the last).
"""

import re
import socket
import time

from . import spaces
from .answers import MAX_AGE_S, Answer
from .routers import home_area, wait_for_file

PATH_TYPES = {"I": "intra", "IA": "inter", "E1": "external1", "E2": "external2"}
LSA = re.compile(r"([0-9a-f]{4})\s+(\S+)\s+(\S+)\s+([0-9a-f]{8})\s+(\d+)\s+([0-9a-f]{4})$")
ROUTE = re.compile(r"(\S+)\s+\S+ \[live \S+\].* (I|IA|E1|E2) \(\d+/(\d+)(?:/(\d+))?\)")
VIA = re.compile(r"via (\S+) on")


class Bird:
    def __init__(self, wish, ospf, folder):
        self.wish, self.ospf, self.folder = wish, ospf, folder
        self.socket = folder / f"{wish.name}.bird.ctl"
        self.process = None

    # --- life ---

    def prepare(self):
        pass

    def start(self):
        self.socket.unlink(missing_ok=True)
        path = self.write_config()
        self.process = spaces.start(self.wish.name, ["nice", "-n", "-5", "bird", "-f", "-c", str(path), "-s", str(self.socket)],
                                    self.folder / f"{self.wish.name}.bird.log")
        wait_for_file(self.socket)

    @property
    def runs(self):
        return self.process is not None and self.process.poll() is None

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        """In good order: it flushes what it said."""
        self.process.terminate()
        self.process.wait(timeout=10)

    def clear(self):
        self.command("restart live")

    # --- what it is ---

    def write_config(self):
        path = self.folder / f"{self.wish.name}.bird.conf"
        path.write_text(self.config())
        return path

    def config(self):
        wish = self.wish
        areas = "".join(self.area(area) for area in sorted(wish.areas))
        routes = "".join(f"  route {prefix} {'via ' + e['via'] if 'via' in e else 'blackhole'};\n"
                         for prefix, e in sorted(wish.externals.items()))
        exports = "".join(f"    if net = {prefix} then {{ ospf_metric{e['type']} = {e['metric']}; accept; }}\n"
                          for prefix, e in sorted(wish.externals.items()))
        rule = "none" if set(wish.areas.values()) == {"stub"} else f"filter {{\n{exports}    reject; }}"
        return f"""router id {wish.id};
log stderr all;
protocol device {{ scan time 1; }}
protocol kernel {{ merge paths yes limit 16; ipv4 {{ export where source != RTS_STATIC; }}; }}
protocol static {{ ipv4;
{routes}}}
protocol ospf v2 live {{
  ecmp yes limit 16;
  merge external yes;
  stub router {'yes' if wish.max_metric else 'no'};
  ipv4 {{ import all; export {rule}; }};
{areas}}}
"""

    def area(self, area):
        wish = self.wish
        kind = wish.areas[area]
        out = [f"  area {area} {{"]
        if kind:
            out.append(f"    {kind}; summary yes;")
        if kind == "nssa":
            out.append("    translator stability 1;")
        ranges = "".join(f" {prefix};" for a, prefix in sorted(wish.ranges) if a == area)
        if ranges:
            out.append(f"    networks {{{ranges} }};")
        if area == home_area({"ports": wish.ports}):
            out.append(f"    stubnet {wish.id}/32 {{ cost 0; }};")
        out += [self.interface(port) for port in wish.ports if port.area == area]
        out += [f"    virtual link {peer} {{ {self.timers()} }};" for a, peer in sorted(wish.virtual_links) if a == area]
        return "\n".join(out) + "\n  };\n"

    def timers(self):
        retransmit_s = max(2, self.ospf["retransmit_s"])  # it takes no less
        return f"hello {self.ospf['hello_s']}; dead {self.ospf['dead_s']}; retransmit {retransmit_s};"

    def interface(self, port):
        what = {"link": "type ptp;", "lan": f"type broadcast; priority {port.priority};", "stub": "stub yes;"}[port.kind]
        key = (f' authentication cryptographic; password "{port.md5}" {{ id 1; algorithm keyed md5; }};' if port.md5 else "")
        return f'    interface "{port.name}" {{ cost {port.cost}; {what} {self.timers()} wait {self.ospf["dead_s"]};{key} }};'

    def fulfil(self):
        if self.runs:
            self.write_config()
            self.command("configure")

    # --- what it says ---

    def ask(self):
        began = time.time()
        neighbours, database, routes = self.commands("show ospf neighbors live", "show ospf lsadb live",
                                                     "show route protocol live")
        return Answer(began, time.time(), neighbours_in(neighbours), database_in(database), table_in(routes))

    def command(self, line):
        return self.commands(line)[0]

    def commands(self, *lines):
        with socket.socket(socket.AF_UNIX) as wire:
            wire.settimeout(20)
            wire.connect(str(self.socket))
            stream = wire.makefile("r", encoding="utf-8")
            answer_from(stream)  # the greeting
            out = []
            for line in lines:
                wire.sendall(line.encode() + b"\n")
                code, text = answer_from(stream)
                if code >= "8000":
                    raise spaces.LabError(f"{self.wish.name} bird: '{line}': {' '.join(text)}")
                out.append(text)
            return out


def answer_from(stream):
    """(the last line's code, the lines without codes)"""
    lines = []
    for line in stream:
        line = line.rstrip("\n")
        if line[:1] in (" ", "+"):
            lines.append(line[1:])
            continue
        lines.append(line[5:])
        if line[4:5] != "-":
            return line[:4], lines
    raise spaces.LabError("bird closed its control socket")


def neighbours_in(lines):
    out = {}
    for line in lines:
        words = line.split()
        if len(words) == 6 and words[0][0].isdigit():
            out[words[4], words[0]] = words[2].split("/")[0].lower().replace("-", "")
    return out


def database_in(lines):
    out, area = {}, ""
    for line in lines:
        words = line.split()
        if words[:1] == ["Global"]:
            area = ""
        elif words[:1] == ["Area"]:
            area = words[1]
        elif words[:1] == ["Link"]:
            area = " ".join(words)
        found = LSA.match(line.strip())
        if found and int(found[5]) < MAX_AGE_S:
            out[area, int(found[1], 16), found[2], found[3]] = (int(found[4], 16), int(found[6], 16))
    return out


def table_in(lines):
    table, prefix = {}, None
    for line in lines:
        route = ROUTE.match(line)
        if route:
            prefix = route[1]
            kind = PATH_TYPES[route[2]]
            table[prefix] = (kind, int(route[3]), int(route[4]) if kind == "external2" else None, frozenset())
        via = VIA.search(line)
        if via and prefix:
            kind, cost, type2, hops = table[prefix]
            table[prefix] = (kind, cost, type2, hops | {via[1]})
    return table
