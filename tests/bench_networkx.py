#!/usr/bin/env python3
"""bench_networkx.py NETWORK: complete equal-cost loads by networkx, for scripts/bench-routing, which hands over a
network, its traffic and what each link should carry. All loads are compared before anything is timed; then
each line read from standard input is answered by the seconds that computing them once takes. One failure costs
networkx as much: it keeps nothing."""
import sys
import time

import networkx


def read(name):
    links, demands = {}, {}
    for line in open(name):
        kind, *words = line.split()
        if kind == 'link':
            source, target, cost, load = int(words[0]), int(words[1]), int(words[2]), float(words[3])
            links.setdefault((source, target), []).append((cost, load))
        else:
            demands.setdefault(int(words[1]), []).append((int(words[0]), float(words[2])))
    return links, demands


def build(links):
    """Against the links, since distances to a destination are those from it. Parallel links are one, of the
    least cost, that knows how many there are."""
    graph = networkx.DiGraph()
    for (source, target), several in links.items():
        least = min(cost for cost, _ in several)
        ways = sum(cost == least for cost, _ in several)
        graph.add_edge(target, source, weight=least, ways=ways)
    return graph


def loads(graph, demands):
    carried = dict.fromkeys(graph.edges, 0.0)
    for target, sources in demands.items():
        hops, distances = networkx.dijkstra_predecessor_and_distance(graph, target)
        standing = dict.fromkeys(distances, 0.0)
        for source, rate in sources:
            if source in standing:
                standing[source] += rate
        for node in reversed(list(distances)):  # in ascending order
            if node == target or not standing[node]:
                continue
            each = standing[node] / sum(graph.edges[hop, node]['ways'] for hop in hops[node])
            for hop in hops[node]:
                part = each * graph.edges[hop, node]['ways']
                carried[hop, node] += part
                standing[hop] += part
    return carried


def compare(links, carried):
    most = max(load for several in links.values() for _, load in several)
    for (source, target), several in links.items():
        ours, theirs = sum(load for _, load in several), carried[target, source]
        if abs(ours - theirs) > 1e-9 * most:
            sys.exit(f'load from {source} to {target}: {ours}, by networkx {theirs}')
    print(f'all {sum(map(len, links.values()))} loads equal those by networkx {networkx.__version__}', flush=True)


def main():
    links, demands = read(sys.argv[1])
    graph = build(links)
    compare(links, loads(graph, demands))
    for _ in sys.stdin:
        wall, cpu = time.perf_counter(), time.process_time()
        loads(graph, demands)
        print(time.perf_counter() - wall, time.process_time() - cpu, flush=True)


if __name__ == '__main__':
    main()
