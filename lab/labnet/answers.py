"""What a router or Anemone answers, in one form, so that one function holds any two against each other.

A database is {key: (sequence, checksum)}: key = (area, type, link state id, advertising router), the area "" for
what the whole AS shares; what is being flushed (age 3600) is not in it. A table is {prefix: (path type, cost,
cost of type 2 or None, next hops)}. On paper each entry is one line of JSON.
"""

import ipaddress
import json
from dataclasses import dataclass

MAX_AGE_S = 3600


@dataclass
class Answer:
    """All that one router said, and when."""

    began: float
    ended: float
    neighbours: dict  # {(interface, router id): "full" | "2way" | what else it is in}
    database: dict
    table: dict

    def same_as(self, other):
        return (self.neighbours, self.database, self.table) == (other.neighbours, other.database, other.table)


def dotted(area):
    """Routers write an area as a number or as an address."""
    return str(ipaddress.ip_address(int(area))) if str(area).isdigit() else str(area)


def lines(router, answer):
    for (area, kind, name, by), (sequence, checksum) in sorted(answer.database.items()):
        yield {"of": router, "lsa": kind, "area": area, "id": name, "router": by,
               "sequence": f"{sequence:08x}", "checksum": f"{checksum:04x}"}
    for prefix, (kind, cost, type2_cost, hops) in sorted(answer.table.items()):
        yield {"of": router, "prefix": prefix, "type": kind, "cost": cost, "type2_cost": type2_cost, "via": sorted(hops)}


def write(out, situation, answers):
    """A stage: a line that says which (compare.situation), then what every router said."""
    out.write(json.dumps(situation) + "\n")
    for router, answer in answers.items():
        for line in lines(router, answer):
            out.write(json.dumps(line) + "\n")


def read(rows):
    """Yields (situation, {router: Answer}) of what write() wrote, one stage after the other."""
    situation, said = None, {}
    for row in map(json.loads, rows):
        if "groups" in row:
            if situation:
                yield situation, said
            situation, said = row, {name: Answer(0, 0, {}, {}, {}) for name in row["ids"]}
        elif "lsa" in row:
            key = (row["area"], row["lsa"], row["id"], row["router"])
            said[row["of"]].database[key] = (int(row["sequence"], 16), int(row["checksum"], 16))
        else:
            said[row["of"]].table[row["prefix"]] = (row["type"], row["cost"], row["type2_cost"], frozenset(row["via"]))
    if situation:
        yield situation, said
