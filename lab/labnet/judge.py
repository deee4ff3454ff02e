"""What the API says of loads, held against the routers' counters: a row for each link and bin, and one verdict for each claim."""

import dataclasses
import json

from .by_tables import ByTables
from .story import BIN_S, at_of

LOAD_ERROR_MAX = 0.02
SMALL = 0.01  # of the bin's traffic: links that carry less are listed, and not judged
INTERVALS_HOLD_MIN = 0.9


@dataclasses.dataclass
class Row:
    """One link in one bin; bit/s of IP."""

    begin: float
    link: str
    share: float  # of the bin's traffic, by the counter
    counter: float
    load: float
    uncertain: float  # share of the load that a change inside the bin makes uncertain, as the API says it
    low: float = None  # the API's interval
    high: float = None
    changed: bool = False  # something changed in this bin
    lost: float = 0  # bit/s of the load that a failure swallowed before routers knew (a silent one), or that went round between two

    @property
    def error(self):
        return self.load / self.counter - 1 if self.counter else float("inf") if self.load else 0.0

    @property
    def allowed(self):
        """bit/s"""
        return LOAD_ERROR_MAX * self.counter + self.uncertain * max(self.load, self.counter) + self.lost

    @property
    def right(self):
        return abs(self.load - self.counter) <= self.allowed

    @property
    def holds(self):
        """Whether the interval holds the counter, to the accuracy of the measurement itself and to what a change makes uncertain."""
        slack = self.allowed
        return self.low is not None and self.low - slack <= self.counter <= self.high + slack


class Claims:
    """What was shown and what was not; printed as it comes, and once more at the end."""

    def __init__(self, say):
        self.say, self.all = say, []

    def claim(self, right, text):
        """`right`: True, False, or None for what could not be judged."""
        self.all.append({"claim": text, "holds": right})
        self.say(f"  {'right' if right else 'NOT JUDGED' if right is None else 'WRONG'}: {text}")

    @property
    def open(self):
        return [one["claim"] for one in self.all if one["holds"] is None]

    @property
    def wrong(self):
        return [one["claim"] for one in self.all if one["holds"] is False]


def rows(story, api, bins):
    """Asks for each of these bins."""
    out = []
    for begin in bins:
        answer, truth, offered = api.get("load", at=at_of(begin + BIN_S / 2)), story.truth(begin), story.offered(begin)
        events = story.events_in(begin)
        lost = story.swallowed_bps(begin) if any(event["silent"] for event in events) else 0
        circled = story.circled(begin) if events else {}
        for link in answer["links"]:
            counter = truth(link)
            if counter is None:
                continue
            estimate = link.get("estimate") or {}
            out.append(Row(begin, link["id"], counter / offered if offered else 0, counter, link["load_bps"] or 0,
                           link.get("uncertain_share") or 0, estimate.get("low_bps"), estimate.get("high_bps"), bool(events),
                           lost + around(story, link, circled)))
    return out


def around(story, link, circled):
    """What circled at an end of the link; a network's ends are its routers."""
    def end(name):
        lan = next((lan for lan in story.plan.raw["lans"] if name == "net:" + lan["prefix"]), None)
        return sum(circled.get(router, 0) for router in (lan["routers"] if lan else [name]))

    return max(end(link["from"]), end(link["to"])) if circled else 0


def judge_lab(claims, story, out):
    """The lab itself, without the server: agents' records along the routers' own tables, in bins without a change."""
    tables, found = ByTables(story), []
    flows = tables.flows()
    for begin in story.bins():
        if story.events_in(begin):
            continue
        loads, offered = tables.loads(flows, begin), story.offered(begin)
        for router in story.plan.routers.values():
            for port in router["ports"]:
                counter = story.counters.bps(port.node, port.name, "tx", begin, begin + BIN_S) or 0
                found.append(Row(begin, f"{port.node} {port.name}", counter / max(offered, 1), counter, loads[port.node, port.name], 0))
    write(out, "by-tables", found)
    judge_loads(claims, found, "by the routers' own tables, without the server", [False])


def judge_loads(claims, rows, what, kinds=(False, True)):
    for changed in kinds:
        judged = [row for row in rows if row.changed == changed and row.share > SMALL]
        wrong = [row for row in judged if not row.right]
        errors = sorted(abs(row.error) for row in judged)
        where = "with a change" if changed else "without a change"
        text = f"{what}: {len(judged) - len(wrong)} of {len(judged)} loads above 1% of traffic, in bins {where}, are within 2% of the counter"
        if changed:
            close = sum(error <= LOAD_ERROR_MAX for error in errors)
            text += f" and the reported uncertainty ({close} without it; it is {spread([row.uncertain for row in judged])})"
        text += f" (error: {spread(errors)})"
        claims.claim(not wrong if judged else None, text)


def spread(numbers):
    ordered = sorted(numbers) or [0]
    return f"median {ordered[len(ordered) // 2]:.2%}, 90% {ordered[len(ordered) * 9 // 10]:.2%}, worst {ordered[-1]:.2%}"


def judge_intervals(claims, rows, what):
    """Of all links; and how wide the intervals are beside what the links carry."""
    judged = [row for row in rows if row.low is not None]
    if not judged:
        return claims.claim(None, f"{what}: no intervals were given")
    holds = sum(row.holds for row in judged) / len(judged)
    above = [row for row in judged if row.share > SMALL]
    holds_above = sum(row.holds for row in above) / max(len(above), 1)
    widths = sorted((row.high - row.low) / row.counter for row in above if row.counter)
    zero = sum(abs(row.load - row.counter) for row in judged) / max(sum(row.counter for row in judged), 1)
    claims.claim(holds >= INTERVALS_HOLD_MIN, f"{what}: {holds:.1%} of {len(judged)} intervals hold the counter ({holds_above:.1%} of those above 1%); "
                 f"median width {widths[len(widths) // 2] if widths else 0:.0%} of the load; what is measured alone is {zero:.0%} off")


def table(rows):
    """As text: a line for each link and bin."""
    lines = [f"{'bin':>5} {'link':38} {'counter':>10} {'load':>10} {'error':>8} {'uncertain':>9} {'low':>10} {'high':>10}"]
    first = min((row.begin for row in rows), default=0)
    for row in rows:
        interval = f"{row.low:>10.0f} {row.high:>10.0f}" if row.low is not None else f"{'-':>10} {'-':>10}"
        mark = "" if row.right or row.share <= SMALL else "  <--"
        error = f"{row.error:>8.2%}" if row.counter else f"{'-':>8}"
        lines.append(f"{row.begin - first:>4.0f}s {row.link:38} {row.counter:>10.0f} {row.load:>10.0f} {error}"
                     f" {row.uncertain:>9.1%} {interval}{' changed' if row.changed else ''}{mark}")
    return "\n".join(lines)


def write(out, name, rows, title=""):
    (out / f"{name}.txt").write_text(f"{title}\n{table(rows)}\n".lstrip())
    (out / f"{name}.json").write_text(json.dumps([dataclasses.asdict(row) for row in rows], indent=0) + "\n")
