#!/usr/bin/env python3
"""`anemone load` against REPETITA's instances: loads_check.py ANEMONE

EXPECTED.tsv holds each instance's maximum utilisation under its own and under unit weights, computed
outside this project, with six digits behind the point: ours must round to the same. One instance lies on the
edge between two (3.0081375), where the order of adding decides: there either will do.
"""
import csv
import json
import subprocess
import sys

from shared_data import shared_data


def max_utilisation(anemone, graph, demands, weights):
    command = [anemone, 'load', str(graph), '--matrix', str(demands), '--weights', weights, '--format', 'json']
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    if done.returncode != 0:
        return f'exit {done.returncode}: {done.stderr.strip()}'
    answer = json.loads(done.stdout)
    if answer['unrouted_bps'] != 0:
        return f"{answer['unrouted_bps']} bit/s unrouted"
    return answer['max_utilisation']


def main():
    anemone = sys.argv[1]
    folder = shared_data('topo-tm/repetita')
    if folder is None:
        return
    good, bad = 0, []
    with open(folder / 'EXPECTED.tsv', encoding='utf-8') as table:
        for row in csv.DictReader(table, delimiter='\t'):
            for weights in ('own', 'unit'):
                want = row[f'max_utilisation_{weights}_weights']
                have = max_utilisation(anemone, folder / row['graph'], folder / row['demands'], weights)
                if isinstance(have, float) and abs(have - float(want)) < 0.5e-6 + 1e-12:
                    good += 1
                else:
                    bad.append(f"{row['demands']}, {weights} weights: {have}, want {want}")
    print('\n'.join(bad))
    print(f'{good} of {good + len(bad)} maximum utilisations round to the same six digits')
    sys.exit(bool(bad) or good == 0)


if __name__ == '__main__':
    main()
