#!/usr/bin/env python3
"""What a run of lab/live recorded, once more: mixed_check.py ANEMONE RECORDED_DIR

At every stage, the database and the tables that Anemone makes of the listener's LSA log (ear1.lsalog.gz) must be
those that each router, FRR or BIRD, gave as its own (stages.jsonl.gz); lab/mixed-known.json explains the rest.
"""

import gzip
import pathlib
import sys

LAB = pathlib.Path(__file__).resolve().parent.parent / "lab"
sys.path.insert(0, str(LAB))
from labnet import answers, compare, known  # noqa: E402


def main(program, folder):
    explained = known.Known(LAB / "mixed-known.json")
    tally = compare.Tally()
    anemone = compare.Anemone(program, [folder / "ear1.lsalog.gz"])
    with gzip.open(folder / "stages.jsonl.gz", "rt") as rows:
        for situation, said in answers.read(rows):
            at = situation["at"]
            compare.compare(situation, explained, said, anemone.database(at), anemone.tables(at), tally)
    print("\n".join(tally.wrong[:20] + tally.disputed))
    print(tally.text())
    return tally.stages > 0 and not tally.wrong


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: mixed_check.py ANEMONE RECORDED_DIR")
    sys.exit(not main(sys.argv[1], pathlib.Path(sys.argv[2])))
