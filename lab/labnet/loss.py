"""A router that drops a known share of what it should send out of one interface, and what /losses makes of it.

The truth: what the router's own rule counted, and, for pairs between which only UDP is sent, what talkers sent and did not get.
"""

import collections
import ipaddress
import json
import time

from . import lab, spaces
from .plan import space
from .story import BIN_S, at_of

AFTER_S = 1  # for packets that were on their way when it ended


def play(network):
    """Whole bins, after all else."""
    raw, story = network.plan.raw["loss"], network.story
    begin = story.end + BIN_S
    end = begin + raw["seconds"]
    time.sleep(max(0, begin - 0.05 - time.time()))
    lab.log(f"  {raw['router']} drops {raw['share']:.0%} of what it should send to {raw['interface']}")
    nft(raw, f"'add table ip lab; add chain ip lab lossy {{ type filter hook forward priority 0; }}; add rule ip lab lossy oifname "
        f"\"{raw['interface']}\" numgen random mod 1000 < {round(raw['share'] * 1000)} counter drop'")
    time.sleep(max(0, end - time.time()))
    rule = next(one["rule"] for one in json.loads(nft(raw, "-j list table ip lab"))["nftables"] if "rule" in one)
    counter = next(part["counter"] for part in rule["expr"] if "counter" in part)
    nft(raw, "delete table ip lab")
    story.loss = {"begin": begin, "end": end, "dropped": [counter["packets"], counter["bytes"]]}
    network.check()
    time.sleep(AFTER_S)


def nft(raw, words):
    return spaces.run([*spaces.inside(space(raw["router"])), "sh", "-c", f"nft {words}"])


def judge(claims, story, api, out):
    if not story.loss:
        return
    begin, end, (packets, dropped) = story.loss["begin"], story.loss["end"], story.loss["dropped"]
    status, _ = api.raw("GET", "/api/v1/losses?at=" + at_of(begin + 5))
    if status != 200:
        return claims.claim(None, f"no losses are told: {status}")
    pairs = [{"bin": at} | pair for at in range(int(begin), int(end), BIN_S) for pair in api.get("losses", at=at_of(at + 5))["pairs"]]
    (out / "losses.json").write_text(json.dumps({"pairs": pairs, "loss": story.loss}, indent=0) + "\n")
    router = story.plan.raw["loss"]["router"]
    crossing = [pair for pair in pairs if to_router(story, pair["to"]) == router and to_router(story, pair["from"]) != router]
    sent, received = (sum(pair[key] for pair in crossing) for key in ("sent_bytes", "received_bytes"))
    low, high = (sum(pair[key] * pair["sent_bytes"] for pair in crossing) for key in ("low", "high"))
    claims.claim(low <= dropped <= high, f"{router} dropped {dropped} bytes ({packets} packets) on the way to its hosts; told are "
                 f"{sent - received:.0f} of {sent:.0f}, between {low:.0f} and {high:.0f}")
    judge_pairs(claims, story, pairs)


def to_router(story, name):
    """Of an end of a pair as the API names it: a router, or a network behind one."""
    for router, of in story.plan.routers.items():
        if name == router or any(port.kind == "stub" and name in (prefix_of(port), "net:" + prefix_of(port)) for port in of["ports"]):
            return router
    return name


def prefix_of(port):
    return str(ipaddress.ip_interface(f"{port.address}/{port.prefix_length}").network)


def judge_pairs(claims, story, pairs):
    """Pairs between which only UDP goes: sent and received by the talkers themselves."""
    sent, received = of_pairs(story)
    judged = [pair for pair in pairs if sent.get(key_of(story, pair))]
    right = [pair for pair in judged
             if pair["low"] - 0.001 <= 1 - received[key_of(story, pair)] / sent[key_of(story, pair)] <= pair["high"] + 0.001]
    claims.claim(len(right) >= 0.9 * len(judged) if judged else None,
                 f"{len(right)} of {len(judged)} intervals of losses hold the share that talkers lost")


def key_of(story, pair):
    return to_router(story, pair["from"]), to_router(story, pair["to"]), pair["bin"]


def of_pairs(story):
    """{(router, router, bin): bytes} sent and received; pairs with any TCP left out, its acknowledgements too."""
    router = story.left_by[-1][1] | {story.plan.raw["nat"]["inside"]: "inside"}
    mixed, sent, received = set(), collections.Counter(), collections.Counter()
    for talk in story.talks:
        if talk.kind == "fetch":
            mixed |= {(router.get(talk.source), router.get(talk.to)), (router.get(talk.to), router.get(talk.source))}
    for counts, out in ((story.sent(), sent), (story.received(), received)):
        for (number, start), (_, size) in counts.items():
            talk = story.talks[number]
            pair = router.get(talk.source), router.get(talk.to)
            if None not in pair and pair not in mixed:
                out[(*pair, start)] += size
    return sent, received
