#!/usr/bin/env python3
"""`anemone convert` on real networks, there and back again: convert_check.py ANEMONE

REPETITA's, SNDlib's and the Topology Zoo's files are written in every format. Those that are read again must
carry the same loads on the same links to the last digit; GraphML, Graphviz and CSV are counted by parsers
that are not ours.
"""
import csv
import io
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

from shared_data import shared_data


def run(anemone, *words):
    done = subprocess.run([anemone, *map(str, words)], capture_output=True, text=True, timeout=60)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, words))}: {done.stderr.strip()}")
    return done.stdout


def loads(anemone, network, matrix):
    """Sorted (from, to, capacity, load) of every link; names without blanks, which some formats cannot hold."""
    answer = json.loads(run(anemone, 'load', network, '--matrix', matrix, '--format', 'json'))
    return sorted((link['from'].replace(' ', '_'), link['to'].replace(' ', '_'), link['capacity_bps'] or 0,
                   round(link['load_bps'], 3)) for link in answer['links'])


def counted(text, how):
    """(nodes, directed links) of a text in a format that others parse."""
    if how == 'graphml':
        graph = xml.etree.ElementTree.fromstring(text).find('{*}graph')
        edges = len(graph.findall('{*}edge'))
        return len(graph.findall('{*}node')), edges * (1 if graph.get('edgedefault') == 'directed' else 2)
    if how == 'dot':
        edges = re.findall(r'^  n\d+ (--|->) n\d+ ', text, re.M)
        return len(re.findall(r'^  n\d+ \[', text, re.M)), sum(2 if arrow == '--' else 1 for arrow in edges)
    rows = list(csv.DictReader(io.StringIO(text)))
    return None, len(rows)


def check(anemone, network, matrix, back, folder):
    """What is wrong with one network, as lines."""
    want = loads(anemone, network, matrix)
    nodes = {end for row in want for end in row[:2]}
    bad = []
    for form in back:
        there = folder / f'there.{form}'
        there.write_text(run(anemone, 'convert', network, '--to', form))
        demands = folder / f'demands.{form}'
        demands.write_text(run(anemone, 'convert', network, '--matrix', matrix, '--to',
                               'repetita-demands' if form in ('repetita', 'graphml') else form))
        if loads(anemone, there, demands) != want:
            bad.append(f'{network.name}: other loads after {form}')
    for form in ('graphml', 'dot', 'csv'):
        has = counted(run(anemone, 'convert', network, '--to', form), form)
        if has[1] != len(want) or has[0] is not None and has[0] < len(nodes):
            bad.append(f'{network.name}: {form} has {has}, want {len(nodes)} and {len(want)}')
    return bad


def main():
    anemone = sys.argv[1]
    base = shared_data('topo-tm')
    if base is None:
        return
    bad, good = [], 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        asked = [(graph, pathlib.Path(str(graph).replace('.graph', '.0000.demands')), ('text', 'repetita', 'graphml'))
                 for graph in sorted((base / 'repetita/2016TopologyZooUCL_inverseCapacity').glob('*.graph'))]
        asked += [(file, file, ('text', 'repetita', 'sndlib', 'graphml')) for file in sorted((base / 'sndlib').glob('*.xml'))]
        for file in sorted((base / 'topology-zoo').glob('*.graphml')):
            links = json.loads(run(anemone, 'topology', file, '--format', 'json'))['links']
            matrix = folder / f'{file.stem}.txt'
            matrix.write_text(''.join(f"demand {link['from']} {other['to']} 1M\n" for link, other in zip(links, links[7:])
                                      if ' ' not in link['from'] + other['to'] and link['from'] != other['to']))
            asked.append((file, matrix, ('text', 'repetita', 'graphml')))
        for network, matrix, back in asked:
            try:
                lines = check(anemone, network, matrix, back, folder)
            except RuntimeError as problem:
                lines = [str(problem)]
            bad += lines
            good += not lines
    print('\n'.join(bad))
    print(f'{good} of {len(asked)} networks come back as they were, from every format that is read')
    sys.exit(bool(bad) or good == 0)


if __name__ == '__main__':
    main()
