#!/usr/bin/env python3
"""`anemone routes` against what FRR's routers say of IS-IS: isis_routes_check.py ANEMONE NETWORK_DIR...

A network's folder is one that tests/data/lab/isis/record.py wrote. At each stage of its story, for every router and
for IPv4 and IPv6: the prefixes of its table, their metrics and the set of neighbours that packets go to must be
equal, and nothing more or less may be there. Next hops of IPv4 are held by address, too, where LSPs tell addresses.
A route that zebra does not select is one to a network that the router is connected to, or has from OSPF. Its link-state
database, too, must be ours: the same LSPs with the same sequence numbers and checksums.
"""
import gzip
import json
import pathlib
import subprocess
import sys

from routes_check import Known, instant, wanted as ospf_wanted


def owners(routers):
    """{address: router}"""
    return {address: name for name, router in routers.items() for address in router['addresses']}


def wanted(router, family, owner, ospf):
    """({prefix: (metric, neighbours, addresses)}, prefixes that are not IS-IS's in the end)."""
    table, others = {}, set()
    for prefix, entries in router.get(family, {}).items():
        entry = entries[0]
        if not entry.get('selected') or prefix in ospf:
            others.add(prefix)
            continue
        hops = [hop['ip'] for hop in entry['nexthops'] if hop.get('active')]
        table[prefix] = (entry['metric'], frozenset(owner[hop] for hop in hops), frozenset(hops))
    return table, others


def ours(anemone, captures, time):
    done = subprocess.run([anemone, 'routes', *captures, '--router', 'all', '--at', instant(time), '--format', 'json'],
                          capture_output=True, text=True, timeout=60, check=True)
    return {table['router']: table['routes'] for table in json.loads(done.stdout)['tables']}


def have(routes, family):
    """({prefix: (cost, neighbours, addresses)}, prefixes that are the router's own)."""
    table, own = {}, set()
    for route in routes:
        if (':' in route['prefix']) != (family == 'ipv6'):
            continue
        hops = route['next_hops']
        if not all(hop['router'] for hop in hops):
            own.add(route['prefix'])
            continue
        table[route['prefix']] = (route['cost'], frozenset(hop['router'] for hop in hops),
                                  frozenset(hop['via'] for hop in hops) - {''})
    return table, own


def differences(want, others, table, own):
    for prefix in sorted(want.keys() | table.keys() | others):
        mine, theirs = table.get(prefix), want.get(prefix)
        if theirs is None:
            if mine is not None or (prefix in others and prefix not in own):
                yield f'{prefix}: not by IS-IS, ours {mine}'
        elif mine is None or mine[:2] != theirs[:2]:
            yield f'{prefix}: own {theirs}, ours {mine}'
        elif any((':' in hop) != (':' in prefix) for hop in mine[2]):
            yield f'{prefix}: next hops of the other family: {mine[2]}'
        elif ':' not in prefix and len(mine[2]) == len(mine[1]) and mine[2] != theirs[2]:
            yield f'{prefix}: next hops {theirs[2]}, ours {mine[2]}'


def our_lsps(anemone, captures, time):
    """{level: {LSP id: (sequence, checksum)}}"""
    done = subprocess.run([anemone, 'lsdb', *captures, '--at', instant(time), '--format', 'json'],
                          capture_output=True, text=True, timeout=60, check=True)
    found = {'1': {}, '2': {}}
    for lsa in json.loads(done.stdout)['lsas']:
        if lsa['area'].startswith('isis:level-'):
            found[lsa['area'][-1]][lsa['id']] = (int(lsa['sequence'], 16), int(lsa['checksum'], 16))
    return found


def own_lsps(lsps):
    """Those of the router's database that live, by system ids: record.py makes those from names."""
    living = {}
    for name, (sequence, checksum, left) in lsps.items():
        host, rest = name.split('.', 1)
        if left > 0:
            living[f'0000.0000.{ord(host[0]):02x}{int(host[1]):02x}.{rest}'] = (int(sequence, 16), int(checksum, 16))
    return living


def lsdb_differences(name, router, ours, explains):
    """(how many LSPs were compared, what differs). Of level 1, a router has its own area's only."""
    compared, found = 0, []
    for level, lsps in router.get('database', {}).items():
        theirs, area = own_lsps(lsps), f'0000.0000.{ord(name[0]):02x}'
        mine = {lsp: v for lsp, v in ours[level].items() if level == '2' or lsp.startswith(area)}
        compared += len(theirs)
        found += [f'level {level} {lsp}: own {theirs.get(lsp)}, ours {mine.get(lsp)}'
                  for lsp in sorted(theirs.keys() | mine.keys()) if theirs.get(lsp) != mine.get(lsp) and not explains(lsp)]
    return compared, found


def check(anemone, network):
    captures = [str(p) for p in sorted(network.glob('pcap/*.pcap.gz'))]
    known = Known(network)
    stages = json.loads(gzip.open(network / 'tables.json.gz').read())
    tables, routes, addresses, lsps, bad = 0, 0, 0, 0, []
    for stage, routers in stages.items():
        asked = ours(anemone, captures, max(r['t'] for r in routers.values()))
        lsdb = our_lsps(anemone, captures, max(r['t'] for r in routers.values()))
        owner = owners(routers)
        for name, router in routers.items():
            mine = asked.get(name, asked.get(router['rid']))
            if mine is None:
                bad.append(f'{network.name} {stage}: no router {name}')
                continue
            compared, found = lsdb_differences(name, router, lsdb, lambda lsp: known.explains(stage, name, lsp))
            lsps += compared
            bad += [f'{network.name} {stage} {name} {line}' for line in found]
            ospf = ospf_wanted(router['ospf']) if router.get('ospf') else {}
            for family in ('ipv4', 'ipv6'):
                want, others = wanted(router, family, owner, ospf)
                table, own = have(mine, family)
                if family == 'ipv4':
                    for prefix, (_, cost, _, hops) in ospf.items():
                        others.discard(prefix)
                        if not hops:
                            others.add(prefix)  # connected
                        else:
                            want[prefix] = (cost, frozenset(owner[hop] for hop in hops), hops)
                mine_by_name = {p: (c, frozenset(names(r, routers) for r in n), h) for p, (c, n, h) in table.items()}
                found = list(differences(want, others, mine_by_name, own))
                bad += [f'{network.name} {stage} {name} {line}' for line in found]
                tables += not found and bool(want)
                routes += len(want)
                addresses += sum(bool(table[p][2]) for p in want if p in table)
    bad += [f"not met: {e['why']}" for e, met in zip(known.entries, known.met) if not met]
    print('\n'.join(bad[:30]))
    print(f'{network.name}: {tables} tables equal, {routes} routes, {addresses} of them with next-hop addresses, '
          f'{lsps} LSPs of their databases, {len(bad)} differ')
    return tables > 0 and not bad


def names(router, routers):
    """A router's name in the recording; one without host name is known by its id."""
    return next((name for name, r in routers.items() if r['rid'] == router), router)


if __name__ == '__main__':
    if len(sys.argv) < 3:
        sys.exit("usage: isis_routes_check.py ANEMONE NETWORK_DIR...")
    sys.exit(not all([check(sys.argv[1], pathlib.Path(folder)) for folder in sys.argv[2:]]))
