#!/usr/bin/env python3
"""`anemone bound` on every REPETITA instance, against three things that we did not write: bound_check.py ANEMONE

1. EXPECTED.tsv: the optimum of the multi-commodity flow, computed outside this project, where it is given.
2. The prices that the program prints, as a proof: whatever is sent pays at least its demand times the
   shortest distance along the prices, and the links hand back at most utilisation times capacity times
   price. Computed here from the files, in exact fractions.
3. Another formulation by another solver, where SciPy is there: flows by source instead of by destination, of
   the whole network instead of block by block, solved by HiGHS, up to NODES_MOST nodes. Its flow is taken
   apart into paths whose shares add up to one, so that no tolerance of the solver is left in it.

On four instances EXPECTED.tsv is off by more than 1e-5, on either side of ours. There 2 and 3 must meet, and
so prove that ours is the optimum and the table's is not.
"""
import csv
import fractions
import heapq
import json
import os
import subprocess
import sys

from shared_data import shared_data

try:
    import numpy
    from scipy.optimize import linprog
    from scipy.sparse import coo_matrix
except ImportError:
    if sys.executable != '/usr/bin/python3' and os.access('/usr/bin/python3', os.X_OK):
        os.execv('/usr/bin/python3', ['/usr/bin/python3', *sys.argv])  # where Debian's packages are
    linprog = None

NODES_MOST = 80
TABLE_IS_OFF = {'Agis.0000', 'Nsfnet.0000', 'Sprint.0000', 'Zamren.0000'}


def read_graph(path):
    """(names of the nodes, [(from, to, capacity in kbit/s)])."""
    lines = path.read_text().split('\n')
    count = int(lines[0].split()[1])
    names = [line.split()[0] for line in lines[2:2 + count]]
    first = next(i for i, line in enumerate(lines) if line.startswith('EDGES')) + 2
    rows = [line.split() for line in lines[first:] if line.strip()]
    return names, [(int(row[1]), int(row[2]), float(row[4])) for row in rows]


def read_demands(path, count):
    """demands[from][to] in kbit/s."""
    demands = [[0.0] * count for _ in range(count)]
    for line in path.read_text().split('\n')[2:]:
        if line.strip():
            _, a, b, amount = line.split()
            if a != b:
                demands[int(a)][int(b)] += float(amount)
    return demands


def distances(count, arcs_to, target):
    """Of every node to `target`; arcs_to[node] = [(from, length)]."""
    known = [None] * count
    heap = [(fractions.Fraction(0), target)]
    while heap:
        distance, node = heapq.heappop(heap)
        if known[node] is not None:
            continue
        known[node] = distance
        for before, length in arcs_to[node]:
            if known[before] is None:
                heapq.heappush(heap, (distance + length, before))
    return known


def proved(names, edges, demands, links):
    """The lower bound that the printed prices prove."""
    count = len(names)
    node = {name: i for i, name in enumerate(names)}
    arcs_to = [[] for _ in names]
    price = fractions.Fraction(0)
    ours = []
    for link in links:
        a, b, length = node[link['from']], node[link['to']], fractions.Fraction(link['price'])
        assert length >= 0, f'a price below zero: {link}'
        arcs_to[b].append((a, length))
        price += length * fractions.Fraction(link['capacity_bps'])
        ours.append((a, b, link['capacity_bps'] / 1000))
    assert sorted(ours) == sorted(edges), 'the links are not those of the file'
    paid = fractions.Fraction(0)
    for target in range(count):
        if any(row[target] for row in demands):
            known = distances(count, arcs_to, target)
            paid += sum(known[a] * fractions.Fraction(demands[a][target]) * 1000
                        for a in range(count) if demands[a][target])
    return float(paid / price)


def flows_by_source(count, edges, demands):
    """The arcs' flows per source that HiGHS finds best. In units of a mean demand, so that its tolerance loses none."""
    sent = [amount for row in demands for amount in row if amount]
    unit = sum(sent) / len(sent)
    widest = max(capacity for _, _, capacity in edges)
    sources = [a for a in range(count) if any(demands[a])]
    m = len(edges)
    rows, columns, values, wanted = [], [], [], []
    for k, source in enumerate(sources):
        for e, (a, b, _) in enumerate(edges):
            rows += [k * count + a, k * count + b]
            columns += [k * m + e] * 2
            values += [1, -1]
        here = -numpy.array(demands[source]) / unit
        here[source] += sum(demands[source]) / unit
        wanted += list(here)
    width = len(sources) * m + 1
    balance = coo_matrix((values, (rows, columns)), shape=(len(sources) * count, width)).tocsr()
    rows = [e for e in range(m) for _ in range(len(sources) + 1)]
    columns = [c for e in range(m) for c in [*(k * m + e for k in range(len(sources))), width - 1]]
    values = [v for _, _, capacity in edges for v in [*([1] * len(sources)), -capacity / widest]]
    limits = coo_matrix((values, (rows, columns)), shape=(m, width)).tocsr()
    cost = numpy.zeros(width)
    cost[-1] = 1
    found = linprog(cost, A_ub=limits, b_ub=numpy.zeros(m), A_eq=balance, b_eq=wanted, method='highs')
    return {source: found.x[k * m:(k + 1) * m] * unit for k, source in enumerate(sources)}


def take_path(edges, arcs_from, flow, source, target):
    """A path of arcs that carry something, as wide as can be, and its width; none where only dust is left."""
    width = {source: float('inf')}
    through = {}
    heap = [(-width[source], source)]
    while heap:
        wide, node = heapq.heappop(heap)
        if -wide < width[node]:
            continue
        for e in arcs_from[node]:
            beyond = min(-wide, flow[e])
            if beyond > width.get(edges[e][1], 0):
                width[edges[e][1]] = beyond
                through[edges[e][1]] = e
                heapq.heappush(heap, (-beyond, edges[e][1]))
    if target not in through:
        return None, 0
    path = []
    node = target
    while node != source:
        path.append(through[node])
        node = edges[path[-1]][0]
    return path, width[target]


def reached(count, edges, demands):
    """The largest utilisation of a routing that is made of paths, each demand's shares adding up to one."""
    arcs_from = [[e for e, edge in enumerate(edges) if edge[0] == node] for node in range(count)]
    loads = [0.0] * len(edges)
    for source, flow in flows_by_source(count, edges, demands).items():
        left = list(flow)
        for target in range(count):
            amount = demands[source][target]
            parts, sent = [], 0.0
            while sent < amount * (1 - 1e-7):
                path, width = take_path(edges, arcs_from, left, source, target)
                if path is None and parts:
                    break
                if path is None:
                    path, width = take_path(edges, arcs_from, [edge[2] for edge in edges], source, target)
                width = min(width, amount - sent)
                parts.append((path, width))
                sent += width
                for e in path:
                    left[e] -= width
            for path, width in parts:
                for e in path:
                    loads[e] += amount * width / sent
    return max(load / capacity for load, (_, _, capacity) in zip(loads, edges))


def check(anemone, folder, row):
    """What is wrong with one instance, as lines."""
    graph, matrix = folder / row['graph'], folder / row['demands']
    command = [anemone, 'bound', str(graph), '--matrix', str(matrix), '--format', 'json', '--time', '100s']
    answer = json.loads(subprocess.run(command, capture_output=True, check=True, timeout=300).stdout)
    names, edges = read_graph(graph)
    demands = read_demands(matrix, len(names))
    name = matrix.name.removesuffix('.demands')
    bad = []

    def hold(what, value, tolerance):
        for side in ('lower', 'upper'):
            if abs(answer[side] - value) > tolerance:
                bad.append(f'{name}: {side} {answer[side]:.9f}, {what} {value:.9f}')

    if not answer['exact']:
        bad.append(f"{name}: not exact: {answer['lower']} to {answer['upper']}")
    hold('the prices prove', proved(names, edges, demands, answer['links']), 1e-6)
    by_other = linprog is not None and len(names) <= NODES_MOST
    if by_other:
        hold('by source, with HiGHS,', reached(len(names), edges, demands), 1e-6)
    want = row['max_utilisation_multicommodity_optimum']
    tolerance = 1e-5 if len(want) == 8 else 5.001e-4
    if name in TABLE_IS_OFF:
        if abs(answer['upper'] - float(want)) <= tolerance or linprog and not by_other:
            bad.append(f'{name}: EXPECTED.tsv is not off, or nothing shows it')
    elif want:
        hold('in EXPECTED.tsv', float(want), tolerance)
    return bad, bool(want) and name not in TABLE_IS_OFF, by_other


def stuck(anemone, folder):
    """Nsfnet has a set of weights that a search from this seed does not leave for better ones unless it goes astray:
    1.043 times the bound. What is wrong, as lines."""
    graph = next(folder.rglob('Nsfnet.graph'))
    command = [anemone, 'optimize', str(graph), '--matrix', str(graph.with_name('Nsfnet.0000.demands')), '--steps', '200000',
               '--seed', '4', '--format', 'json']
    found = json.loads(subprocess.run(command, capture_output=True, check=True, timeout=300).stdout)['max_utilisation']
    ratio = found['after'] / found['bound']
    return [] if 1 <= ratio + 1e-6 and ratio < 1.02 else [f'Nsfnet: weights at {ratio:.4f} times the bound']


def main():
    folder = shared_data('topo-tm/repetita')
    if folder is None:
        return
    with open(folder / 'EXPECTED.tsv', encoding='utf-8') as table:
        checked = [check(sys.argv[1], folder, row) for row in csv.DictReader(table, delimiter='\t')]
    bad = [line for lines, _, _ in checked for line in lines] + stuck(sys.argv[1], folder)
    print('\n'.join(bad))
    print(f'{len(checked)} bounds proved from below by their own prices, {sum(c[2] for c in checked)} equal by another '
          f'formulation and solver, {sum(c[1] for c in checked)} held against EXPECTED.tsv')
    if linprog is None:
        print('SKIPPED: the other formulation (no SciPy)')
    sys.exit(bool(bad) or not checked)


if __name__ == '__main__':
    main()
