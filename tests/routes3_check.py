#!/usr/bin/env python3
"""`anemone routes` of OSPFv3 networks against what FRR and BIRD say themselves: routes3_check.py ANEMONE NETWORK_DIR...

A network's folder holds captures of every link (pcap/) and, for each stage of its story, what each router said of
its own routes (tables.json.gz). Of every family that a router was asked for, prefix, path type, cost and the set of
next-hop addresses must be equal, and no other prefix of that family may be there. Where routers speak OSPFv2, too,
all captures together are one topology, and both families' tables are compared in it.
"""
import datetime
import gzip
import json
import pathlib
import re
import subprocess
import sys

import routes_check

FRR_TYPES = {'IA': 'intra', 'IE': 'inter', 'E1': 'external1', 'E2': 'external2'}
BIRD_TYPES = {'I': 'intra', 'IA': 'inter', 'E1': 'external1', 'E2': 'external2'}


def frr6(rib, own):
    """FRR's IPv6 routes: cost and next hops from its RIB, the type from ospf6d. What ospf6d's JSON has twice under
    one prefix, its last entry hides: the type is then None, and not compared."""
    table = {}
    for prefix, entries in rib.items():
        entry = entries[0]
        mine = own.get('routes', {}).get(prefix)
        kind = FRR_TYPES[mine['pathType']] if mine and mine['isBestRoute'] else None
        hops = frozenset(hop.get('ip', '') for hop in entry['nexthops']) - {''}
        table[prefix] = (kind, entry['metric'], hops)
    return table


def bird(text):
    """BIRD's `show route`: the metric is (preference/cost) or, of external type 2, (preference/cost/metric)."""
    table, current = {}, None
    for line in text.splitlines():
        head = re.match(r'(\S+/\d+)?\s+unicast \[[^]]*\] \*? ?(\S+) \((?:\d+)/([\d/]+)\)', line)
        if head:
            current = head[1] or current
            costs = [int(cost) for cost in head[3].split('/')]
            table[current] = [BIRD_TYPES[head[2]], costs[-1], set()]
        via = re.match(r'\s+via (\S+) on', line)
        if via:
            table[current][2].add(via[1])
    return {prefix: (kind, cost, frozenset(hops)) for prefix, (kind, cost, hops) in table.items()}


def asked(router):
    """What a router said, by family."""
    said = {}
    if 'show ipv6 route ospf6 json' in router:
        said[6] = frr6(router['show ipv6 route ospf6 json'], router['show ipv6 ospf6 route json'])
    if 'show route protocol oipv6' in router:
        said[6] = bird(router['show route protocol oipv6'])
        said[4] = bird(router['show route protocol oipv4'])
    if 'show ip ospf route json' in router:
        said[4] = {p: (kind, cost2 if cost2 is not None else cost, hops) for p, (kind, cost, cost2, hops)
                   in routes_check.wanted(router['show ip ospf route json']).items()}
    return {family: table for family, table in said.items() if table}


def answers(anemone, captures, router, time):
    """Our tables by router id: prefix to type, cost, type 2 cost, next-hop addresses and routers."""
    at = datetime.datetime.fromtimestamp(time, datetime.timezone.utc).isoformat().replace('+00:00', 'Z')
    done = subprocess.run([anemone, 'routes', *captures, '--router', router, '--at', at, '--format', 'json'],
                          capture_output=True, text=True, timeout=60, check=True)
    answer = json.loads(done.stdout)
    return {table['router']: {
        r['prefix']: (r['type'], r['cost'], r.get('type2_cost'), frozenset(h['via'] for h in r['next_hops']) - {''},
                      frozenset(h['router'] for h in r['next_hops']) - {''})
        for r in table['routes']} for table in (answer['tables'] if router == 'all' else [answer])}


def ours(table, family, want):
    """Our routes of a family, with a type only where the router's own is known."""
    have = {}
    for prefix, (kind, cost, cost2, hops, _) in table.items():
        if (':' in prefix) != (family == 6):
            continue
        known = prefix not in want or want[prefix][0] is not None
        have[prefix] = (kind if known else None, cost2 if kind == 'external2' else cost, hops)
    return have


class Twins:
    """Where every link has an IPv4 and an IPv6 prefix and the same cost in OSPFv2 and OSPFv3, FRR's ospfd tells which
    way to the IPv6 prefix is right when its ospf6d differs: twins.json has the IPv4 prefix of each IPv6 one, and whose
    the next hops' addresses are."""

    def __init__(self, network):
        path = network / 'twins.json'
        told = json.loads(path.read_text()) if path.exists() else {'prefixes': {}, 'neighbors': {}}
        self.prefixes, self.neighbors = told['prefixes'], told['neighbors']

    def agree(self, prefix, have, own4):
        twin = own4.get(self.prefixes.get(prefix))
        if twin is None or have is None:
            return False
        return have[1] == twin[1] and have[4] == frozenset(self.neighbors[hop] for hop in twin[2])


def is_part(own, have):
    """Whether a router has our route with only some of the next hops, as ospf6d has when several border routers
    advertise a prefix at the same cost."""
    return own is not None and have is not None and own[:2] == have[:2] and own[2] < have[2]


def check(anemone, network):
    captures = [str(p) for p in sorted(network.glob('pcap/*.pcap.gz'))]
    known, twins = routes_check.Known(network), Twins(network)
    same, routes, untyped, explained, by_twin, fewer, bad = {4: 0, 6: 0}, {4: 0, 6: 0}, 0, 0, 0, 0, []
    tables = json.loads(gzip.open(network / 'tables.json.gz').read())
    for stage, routers in tables.items():
        said = {name: asked(router) for name, router in routers.items()}
        together = answers(anemone, captures, 'all', max(r['t'] for r in routers.values()))
        for name, families in said.items():
            rid = routers[name]['rid']
            for family, want in families.items():
                table = together.get(rid, {})
                if ours(table, family, want) != want:  # it was asked a little earlier than the last one
                    table = answers(anemone, captures, rid, routers[name]['t'])[rid]
                have = ours(table, family, want)
                same[family] += have == want
                routes[family] += len(want)
                untyped += sum(route[0] is None for route in want.values())
                for p in sorted(p for p in want.keys() | have.keys() if want.get(p) != have.get(p)):
                    if known.explains(stage, name, p):
                        explained += 1
                    elif family == 6 and twins.agree(p, table.get(p), families.get(4, {})):
                        by_twin += 1
                    elif twins.prefixes and family == 6 and is_part(want.get(p), have.get(p)):
                        fewer += 1
                    else:
                        bad.append(f'{network.name} {stage} {name} {p}: own {want.get(p)}, ours {have.get(p)}')
    print('\n'.join(bad[:20]))
    bad += [f"not met: {e['why']}" for e, met in zip(known.entries, known.met) if not met]
    print(f'{network.name}: {same[6]} IPv6 tables equal, {routes[6]} routes ({untyped} of a type that the router '
          f'does not tell); {same[4]} IPv4 tables equal, {routes[4]} routes; {explained} differ as explained, '
          f'{by_twin} where ospfd has for the same link what we have and ospf6d has not, {fewer} '
          f'with fewer of the equal-cost next hops in ospf6d, {len(bad)} differ')
    return same[4] > 0 and same[6] > 0 and not bad


if __name__ == '__main__':
    if len(sys.argv) < 3:
        sys.exit("usage: routes3_check.py ANEMONE NETWORK_DIR...")
    good = [check(sys.argv[1], pathlib.Path(folder)) for folder in sys.argv[2:]]
    sys.exit(not all(good))
