"""What can happen to the mixed network: one function for each word that `mixed.json` uses in its events."""

import time

from . import spaces

FLAP_S = 0.3


def carry_out(live, acts):
    for word, *arguments in acts:
        act = ACTS.get(word)
        if act is None:
            raise spaces.LabError(f"an event says '{word}', which nobody knows")
        act(live, *arguments)


def carrier(live, wire, state):
    live.carrier(wire, state == "on")


def passing(live, wire, state):
    live.passing(wire, state == "on")


def interface(live, router, name, state):
    live.interface(router, name, state == "on")


def flap(live, wire, times):
    for _ in range(times):
        for on in (False, True):
            live.carrier(wire, on)
            time.sleep(FLAP_S)


def kill(live, router):
    live.meant_down.add(router)
    live.routers[router].kill()


def stop(live, router):
    live.meant_down.add(router)
    live.routers[router].stop()


def start(live, router):
    live.routers[router].start()
    live.meant_down.discard(router)


def clear(live, router):
    live.routers[router].clear()


def cost(live, router, port, value):
    live.routers[router].wish.port(port).cost = value
    live.routers[router].fulfil()


def range_(live, router, area, prefix, state):
    ranges = live.routers[router].wish.ranges
    ranges.add((area, prefix)) if state == "on" else ranges.discard((area, prefix))
    live.routers[router].fulfil()


def external(live, router, prefix, what):
    """`what`: "off", or {"type", "metric", "via"}."""
    externals = live.routers[router].wish.externals
    externals.pop(prefix) if what == "off" else externals.update({prefix: what})
    live.routers[router].fulfil()


def max_metric(live, router, state):
    live.routers[router].wish.max_metric = state == "on"
    live.routers[router].fulfil()


def virtual(live, router, peer, state):
    """At one of its ends: the other waits for it."""
    wish = live.routers[router].wish
    link = next((area, id) for area, id in live.virtual_links if id == live.routers[peer].wish.id)
    wish.virtual_links.add(link) if state == "on" else wish.virtual_links.discard(link)
    live.routers[router].fulfil()


ACTS = {"carrier": carrier, "passing": passing, "interface": interface, "flap": flap, "kill": kill, "stop": stop,
        "start": start, "clear": clear, "cost": cost, "range": range_, "external": external,
        "max_metric": max_metric, "virtual": virtual}
