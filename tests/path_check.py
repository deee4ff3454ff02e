#!/usr/bin/env python3
"""`anemone path` and `anemone topology` against `anemone routes`: path_check.py ANEMONE NETWORK_DIR

From every router to every prefix of a recorded network: the path costs what the router's table says, begins at
its next hops in even shares, loses and makes no traffic on its way, and ends where the prefix is attached.
"""
import collections
import json
import pathlib
import subprocess
import sys


def ask(anemone, command, *words):
    done = subprocess.run([anemone, command, *words, '--format', 'json'], capture_output=True, text=True,
                          timeout=60, check=True)
    return json.loads(done.stdout)


def some_host(prefix):
    address, length = prefix.split('/')
    return address if length == '32' else address.rsplit('.', 1)[0] + '.' + str(int(address.rsplit('.', 1)[1]) + 1)


def wrong_with(path, router, route, places):
    attached = {place['router'] for place in places if place['kind'] != 'summary'}
    if not attached:
        return None  # a range, or a stub area's default: nobody has it as a whole, it may lead to nothing
    if router in attached and route['type'].startswith('external'):
        return None  # its own external: its packets leave there, whatever OSPF's table says
    if not path['reachable'] or path['cost'] != route['cost']:
        return f"cost {path['cost']}, the table says {route['cost']}"
    balance = collections.Counter({router: 1.0})
    begins = collections.Counter()
    for link in path['links']:
        balance[link['from']] -= link['share']
        balance[link['to']] += link['share']
        if link['from'] == router:
            begins[link['to']] += link['share']
    ends = {node for node, share in balance.items() if abs(share) > 1e-9}
    forwarded = any('forwarding' in place for place in places)
    if not (forwarded or ends <= attached) or abs(sum(balance.values()) - 1) > 1e-9:
        return f'ends at {ends}, attached at {attached}'
    hops = collections.Counter(hop['router'] for hop in route['next_hops'] if hop['router'])
    reached = {to for to in begins if not to.startswith('net:')}
    if not reached <= hops.keys() or (hops and abs(sum(begins.values()) - 1) > 1e-9):
        return f'begins at {dict(begins)}, next hops {dict(hops)}'
    uneven = [to for to in reached if abs(begins[to] - hops[to] / sum(hops.values())) > 1e-9]
    return f'uneven at {uneven}: {dict(begins)}' if uneven else None


def main():
    anemone, network = sys.argv[1], pathlib.Path(sys.argv[2])
    captures = [str(p) for p in sorted(network.glob('pcap/*.pcap.gz'))]
    places = collections.defaultdict(list)
    for row in ask(anemone, 'topology', *captures)['prefixes']:
        places[row['prefix']].append(row)
    good, bad = 0, []
    for table in ask(anemone, 'routes', *captures, '--router', 'all')['tables']:
        for route in table['routes']:
            path = ask(anemone, 'path', *captures, table['router'], some_host(route['prefix']))
            wrong = wrong_with(path, table['router'], route, places[route['prefix']])
            good += wrong is None
            bad += [f"{table['router']} to {route['prefix']}: {wrong}"] if wrong else []
    print('\n'.join(bad[:20]))
    print(f'{good} paths as the tables say, {len(bad)} not')
    sys.exit(bool(bad) or good == 0)


if __name__ == '__main__':
    main()
