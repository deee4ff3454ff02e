#!/usr/bin/env python3
"""`anemone routes` against FRR's own routing tables: routes_check.py ANEMONE NETWORK_DIR...

A network's folder holds captures (pcap/ or ospf/) of its routing protocol and what each of its routers said
of its own table at each stage of its story: prefix, path type, cost and the set of next-hop addresses must
be equal, and nothing more or less than those prefixes may be there.
"""
import datetime
import gzip
import json
import pathlib
import subprocess
import sys

TYPES = {'N': 'intra', 'N IA': 'inter', 'N E1': 'external1', 'N E2': 'external2', 'N N1': 'external1',
         'N N2': 'external2'}


def stages(network):
    """Yields (stage, {router: {'rid', 't', 'routes'}}); a router that was down then has no routes."""
    tables = network / 'tables.json.gz'
    if tables.exists():
        yield from json.loads(gzip.open(tables).read()).items()
    for snap in sorted((network / 'routers').glob('*.json.gz')):
        routers = json.loads(gzip.open(snap).read())
        yield snap.name[:-len('.json.gz')], {
            name: {'rid': r['rid'], 't': r['t'], 'routes': r.get('show ip ospf route json')}
            for name, r in routers.items()}


def wanted(routes):
    table = {}
    for prefix, route in routes.items():
        if '/' not in prefix or route['routeType'].startswith('D'):
            continue  # routers, and the ranges that a border router discards, stand in FRR's table too
        if not any(route['nexthops']):
            continue  # over a virtual link that no transit area resolves: RFC 2328, 16.3 drops it, FRR leaves it unused
        hops = frozenset(hop.get('ip', '').strip() for hop in route['nexthops']) - {'', '0.0.0.0'}
        kind = TYPES[route['routeType'].strip()]
        table[prefix] = (kind, route['cost'], route.get('type2cost') if kind == 'external2' else None, hops)
    return table


def instant(time):
    return datetime.datetime.fromtimestamp(time, datetime.timezone.utc).isoformat().replace('+00:00', 'Z')


def ours(anemone, captures, router, time):
    at = instant(time)
    done = subprocess.run([anemone, 'routes', *captures, '--router', router, '--at', at, '--format', 'json'],
                          capture_output=True, text=True, timeout=60, check=True)
    answer = json.loads(done.stdout)
    tables = {}
    for table in answer['tables'] if router == 'all' else [answer]:
        tables[table['router']] = {
            r['prefix']: (r['type'], r['cost'], r.get('type2_cost'), frozenset(h['via'] for h in r['next_hops']) - {''})
            for r in table['routes']}
    return tables


class Known:
    """Differences that known.json explains, beside the tables. Each has to be met, or the check fails."""

    def __init__(self, network):
        path = network / 'known.json'
        self.entries = json.loads(path.read_text()) if path.exists() else []
        self.met = [False] * len(self.entries)

    def explains(self, stage, router, prefix):
        for i, known in enumerate(self.entries):
            if known['stage'] in ('*', stage) and known['router'] == router and (
                    prefix in known['prefixes'] or '*' in known['prefixes']):
                self.met[i] = True
                return True
        return False


def check(anemone, network):
    captures = [str(p) for p in sorted(network.glob('pcap/*.pcap.gz')) + sorted(network.glob('ospf/*.pcap.gz'))]
    known = Known(network)
    same, routes, explained, bad = 0, 0, 0, []
    for stage, routers in stages(network):
        asked = {name: r for name, r in routers.items() if r['routes']}
        tables = ours(anemone, captures, 'all', max(r['t'] for r in asked.values()))
        for name, router in asked.items():
            want = wanted(router['routes'])
            if tables.get(router['rid']) != want:  # it was asked a little earlier than the last one
                tables.update(ours(anemone, captures, router['rid'], router['t']))
            have = tables[router['rid']]
            routes += len(want)
            same += have == want
            for p in sorted(p for p in want.keys() | have.keys() if want.get(p) != have.get(p)):
                if known.explains(stage, name, p):
                    explained += 1
                else:
                    bad.append(f'{network.name} {stage} {name} {p}: own {want.get(p)}, ours {have.get(p)}')
    print('\n'.join(bad[:20]))
    bad += [f"not met: {e['why']}" for e, met in zip(known.entries, known.met) if not met]
    print(f'{network.name}: {same} tables equal, {routes} routes, {explained} differ as explained, {len(bad)} differ')
    return same > 0 and not bad


if __name__ == '__main__':
    if len(sys.argv) < 3:
        sys.exit("usage: routes_check.py ANEMONE NETWORK_DIR...")
    good = [check(sys.argv[1], pathlib.Path(folder)) for folder in sys.argv[2:]]
    sys.exit(not all(good))
