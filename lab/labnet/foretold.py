"""What a scenario foretold of every link, from what was recorded before, against the counters after it was really done.

Traffic repeats itself (talker.py): bin number k of any phase is offered what bin k of the first phase was. So the answer for that
one bin, asked for alone, foretells the counters of bin k of the phase in which the scenario holds.
"""

import collections
import json

from . import judge as judges
from .story import BIN_S, at_of

ERROR_MAX = 0.05


def bins(phase):
    return range(int(phase["begin"]), int(phase["end"]), BIN_S)


def ask(api, story, scenario):
    """For each bin of the first phase the links of the answer; None where the server does not know the question."""
    answers = []
    for begin in bins(story.phases[0]):
        status, text = api.raw("POST", f"/api/v1/whatif?from={at_of(begin)}&to={at_of(begin + BIN_S)}",
                               json.dumps({"scenario": scenario}).encode())
        if status == 404:
            return None
        if status != 200:
            raise RuntimeError(f"whatif {scenario!r}: {status} {text[:400].decode(errors='replace')}")
        answers.append(json.loads(text)["answers"][0]["links"])
    return answers


def rows(story, phase, answers, side):
    """A row for each link and bin; what is foretold is in `load`. `side`: "before" or "after"."""
    out = []
    for begin, links in zip(bins(phase), answers, strict=True):
        truth, offered = story.truth(begin), story.offered(begin)
        for link in links:
            counter = truth(link)
            if counter is not None:
                out.append(judges.Row(begin, link["id"], counter / offered, counter, link[side]["median_bps"], 0))
    return out


def over_all_bins(rows):
    """One row for each link: means."""
    of_link = collections.defaultdict(list)
    for row in rows:
        of_link[row.link].append(row)

    def mean(same, what):
        return sum(getattr(row, what) for row in same) / len(same)

    return [judges.Row(same[0].begin, link, mean(same, "share"), mean(same, "counter"), mean(same, "load"), 0)
            for link, same in of_link.items()]


def claim(claims, what, found, limit=ERROR_MAX):
    """Of links that carry more than 1% of the traffic, or were foretold to."""
    judged = [row for row in found if row.share > judges.SMALL or row.counter and row.load / row.counter * row.share > judges.SMALL]
    errors = sorted(abs(row.error) for row in judged)
    right = sum(error <= limit for error in errors)
    claims.claim(right == len(errors) if errors else None, f"{what}: {right} of {len(errors)} above 1% of traffic are within {limit:.0%} "
                 f"of the counter (error: {judges.spread(errors)})" if errors else f"{what}: nothing to judge")


def judge(claims, story, foretold, out):
    """`foretold`: {name of a phase: its answers}."""
    for number, phase in enumerate(story.phases):
        answers = foretold[phase["name"]]
        if answers is None:
            claims.claim(None, f"{phase['name']}: the server does not answer what-if questions")
            continue
        found = rows(story, phase, answers, "after")
        means = over_all_bins(found)
        name = phase["name"]
        judges.write(out, f"foretold-{number}", means + found, f"{name}: means of all bins, then bin by bin")
        if number:
            changed = moved(answers)
            claim(claims, f"{name}: foretold loads of links, over all of {len(answers) * BIN_S} s", means)
            today = over_all_bins([row for row in rows(story, phase, answers, "before") if row.link in changed])
            off = judges.spread([min(abs(row.error), 1) for row in today])
            claim(claims, f"{name}: of them the {len(changed)} that the scenario changes (as they were before they are off by {off})",
                  [row for row in means if row.link in changed])
            claim(claims, f"{name}: foretold loads of links, bin by bin", found)
        else:
            claim(claims, f"{name}: loads of links without a change", found, judges.LOAD_ERROR_MAX)


def moved(answers):
    """Links whose load the scenario changes by more than the error that is allowed."""
    return {link["id"] for links in answers for link in links
            if abs(link["after"]["median_bps"] - link["before"]["median_bps"]) > ERROR_MAX * max(link["before"]["median_bps"], 1)}
