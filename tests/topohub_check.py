#!/usr/bin/env python3
"""`anemone load` against topohub's networks, link by link: topohub_check.py ANEMONE

topohub (MIT) gives for each network the load of every directed link under hop-count equal-cost routing,
scaled so that the busiest is 100 and rounded to two digits, for three matrices:

  uni   one unit for every ordered pair of nodes that are more than a point of a sea cable
  deg   the same pairs, in proportion to the product of the two nodes' degrees
  org   the network's own demands, each carried in both directions

Each network is written in Anemone's text format, once for each matrix.
"""
import collections
import json
import pathlib
import subprocess
import sys
import tempfile

from shared_data import ROOT, shared_data


def demands(network, kind):
    """(source id, target id, amount) for every demand of the matrix `kind`."""
    if kind == 'org':
        by_text = {str(node['id']): node['id'] for node in network['nodes']}
        one_way = [(by_text[a], by_text[b], amount)
                   for a, row in network['graph']['demands'].items() for b, amount in row.items()]
        return one_way + [(b, a, amount) for a, b, amount in one_way]
    ends = [node['id'] for node in network['nodes'] if not node.get('type', '').startswith('Seacable')]
    degree = collections.Counter()
    for edge in network['edges']:
        degree.update((edge['source'], edge['target']))
    weight = {end: degree[end] if kind == 'deg' else 1 for end in ends}
    return [(a, b, 1000.0 * weight[a] * weight[b]) for a in ends for b in ends if a != b]


def network_text(network, kind):
    lines = [f"node n{node['id']}" for node in network['nodes']]
    lines += [f"link n{edge['source']} n{edge['target']}" for edge in network['edges']]
    lines += [f'demand n{a} n{b} {amount:.6f}' for a, b, amount in demands(network, kind)]
    return '\n'.join(lines) + '\n'


def loads(anemone, text):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / 'network.txt'
        path.write_text(text)
        command = [anemone, 'load', str(path), '--matrix', str(path), '--format', 'json']
        answer = json.loads(subprocess.run(command, capture_output=True, check=True, timeout=60).stdout)
    return {(link['from'], link['to']): link['load_bps'] for link in answer['links']}


def compare(anemone, network, kind):
    """How many links are as given, and the worst difference in percent of the busiest."""
    ours = loads(anemone, network_text(network, kind))
    busiest = max(ours.values())
    good, worst = 0, 0.0
    for edge in network['edges']:
        ends = (f"n{edge['source']}", f"n{edge['target']}")
        for way, key in ((ends, 'ecmp_fwd'), (ends[::-1], 'ecmp_bwd')):
            off = abs(100 * ours[way] / busiest - edge[key][kind])
            worst = max(worst, off)
            good += off <= 0.005 + 1e-9
    return good, 2 * len(network['edges']), worst


def main():
    anemone, good, total = sys.argv[1], 0, 0
    shared = shared_data('topo-tm/topohub')
    paths = sorted(shared.glob('*/*.json')) if shared else [ROOT / 'tests/data/topohub/Bics.json']
    for path in paths:
        network = json.loads(path.read_text(encoding='utf-8'))
        for kind in ('uni', 'deg', 'org'):
            if kind not in network['edges'][0]['ecmp_fwd']:
                continue
            right, links, worst = compare(anemone, network, kind)
            print(f'{path.parent.name}/{path.stem} {kind}: {right} of {links} links equal, worst off by {worst:.4f}')
            good, total = good + right, total + links
    print(f'{good} of {total} link loads as given')
    sys.exit(good != total or total == 0)


if __name__ == '__main__':
    main()
