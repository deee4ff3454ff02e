#!/usr/bin/env python3
"""Capacities, metrics and groups of links as FRR itself prints what it announces: te_check.py ANEMONE

tests/data/pairs/te-*: the capture against `show ip ospf database opaque-area` of one of the two routers.
"""
import json
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).parent / 'data' / 'pairs'


def printed(text):
    """(router, local address): (bits per second, metric, group)"""
    links = {}
    for lsa in text.split('LS age:')[1:]:
        if 'Opaque-Type 1 ' not in lsa:
            continue
        router = re.search(r'Advertising Router: (\S+)', lsa)[1]
        local = re.search(r'Local Interface[^\n]*\n\s+#0: (\S+)', lsa)
        if local is None:
            continue
        rate = float(re.search(r'Maximum Bandwidth: (\S+)', lsa)[1])
        metric = int(re.search(r'Engineering Metric: (\d+)', lsa)[1])
        group = int(re.search(r'class/color: (\S+)', lsa)[1], 16)
        links[router, local[1]] = (round(rate * 8), metric, group)
    return links


def found(anemone, capture):
    done = subprocess.run([anemone, 'topology', str(capture), '--format', 'json'], capture_output=True, text=True, check=True)
    links = json.loads(done.stdout)['links']
    return {(link['from'], link['address']): (round(link['capacity_bps']), link['te_metric'], link['admin_group'])
            for link in links if link['address'] and link['capacity_bps']}


def main():
    bad, compared = [], 0
    for database in sorted(HERE.glob('te-*.database.txt')):
        want = printed(database.read_text())
        have = found(sys.argv[1], HERE / database.name.replace('.database.txt', '.pcap.gz'))
        compared += len(want)
        if have != want:
            bad.append(f'{database.name}: {have}, want {want}')
    print('\n'.join(bad))
    print(f'{compared} links compared, {len(bad)} databases differ')
    sys.exit(bool(bad) or compared == 0)


if __name__ == '__main__':
    main()
