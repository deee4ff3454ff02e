#!/usr/bin/env python3
"""What `anemone routes --change` foretells, against what FRR's routers then had: whatif_routes_check.py ANEMONE LAB_DIR

At the instant before an event of the recorded networks (a link that failed, a cost that changed, a router that
crashed, an area border router among them) the event is told as a change; the tables that every router would have must
be those that the routers themselves gave after it. Where packets were dropped silently or a router's processes were
killed, interfaces stayed up, and their routers go on announcing the subnets of links that carry nothing: `fail` means
that interfaces go down, so these subnets are left out there.
"""
import ipaddress
import json
import pathlib
import re
import subprocess
import sys

import routes_check

# network: [(the event in events.jsonl, the stage after it, the change; names of routers stand for their ids)]
EVENTS = {
    'six': [
        ('link_down', '01-link-r2-r4-down', 'fail link {r2} {r4}'),
        ('cost', '03-cost-r1-to-r2-50', 'set cost "{r1>r2}" 50'),
        ('silent_loss', '05-silent-r5-r6', 'fail link {r5} {r6}'),
        ('router_crash', '07-crash-r2', 'fail router {r2}'),
    ],
    'twenty': [
        ('link_down', '01-core-link-down', 'fail link {r2} {r3}'),
        ('cost', '03-area1-cost-100', 'set cost "{r8>r9}" 100'),
        ('router_crash', '06-abr-crash-r1', 'fail router {r1}'),
    ],
}


def run(*command):
    return json.loads(subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout)


def names_of(anemone, captures, at, routers):
    """{name: router id} and {'a>b': the directed link's id}."""
    names = {name: router['rid'] for name, router in routers.items()}
    by_id = {rid: name for name, rid in names.items()}
    topology = run(anemone, 'topology', *captures, '--at', at, '--format', 'json')
    for link in topology['links']:
        ends = [by_id.get(link['from']), by_id.get(link['to'])]
        if all(ends):
            names['>'.join(ends)] = f'{link["from"]}>{link["to"]}' + (f':{link["address"]}' if link.get('address') else '')
    return names


def subnets_of(anemone, captures, at, ids):
    """The networks of all links between these routers, or of the one router."""
    topology = run(anemone, 'topology', *captures, '--at', at, '--format', 'json')
    ends = [({link['from'], link['to']}, link.get('address')) for link in topology['links']]
    return {str(ipaddress.ip_network(address + '/30', strict=False)) for pair, address in ends if address and ids <= pair}


def tables(anemone, captures, at, change):
    answer = run(anemone, 'routes', *captures, '--router', 'all', '--at', at, '--change', change, '--format', 'json')
    return {
        table['router']: {
            r['prefix']: (r['type'], r['cost'], r.get('type2_cost'),
                          frozenset(h['via'] for h in r['next_hops']) - {''}) for r in table['routes']}
        for table in answer['tables']}


def check(anemone, network, events):
    captures = [str(p) for p in sorted(network.glob('pcap/*.pcap.gz'))]
    times = {}
    for line in (network / 'events.jsonl').read_text().splitlines():
        event = json.loads(line)
        times.setdefault(event['event'], event['t'])
    stages = dict(routes_check.stages(network))
    bad, same, moved = [], 0, 0
    for event, stage, change in events:
        at = routes_check.instant(times[event] - 0.05)
        names = names_of(anemone, captures, at, stages[stage])
        told = change
        for name in sorted(names, key=len, reverse=True):
            change = change.replace('{' + name + '}', names[name])
        foretold = tables(anemone, captures, at, change)
        today = tables(anemone, captures, at, '')
        ids = {names[part] for part in re.findall(r'{(\w+)}', told)}
        stay = subnets_of(anemone, captures, at, ids) if event in ('silent_loss', 'router_crash') else set()
        for name, router in stages[stage].items():
            if not router['routes']:
                continue
            want, have, had = ({p: r for p, r in table.items() if p not in stay} for table in (
                routes_check.wanted(router['routes']), foretold[router['rid']], today[router['rid']]))
            same += want == have
            moved += want != had
            bad += [f'{network.name} {stage} {name} {p}: came {want.get(p)}, foretold {have.get(p)}'
                    for p in sorted(want.keys() | have.keys()) if want.get(p) != have.get(p)]
    print('\n'.join(bad[:40]))
    print(f'{network.name}: {same} tables foretold, {moved} of them other than before, {len(bad)} routes differ')
    return same > 0 and moved > 0 and not bad


if __name__ == '__main__':
    if len(sys.argv) != 3:
        sys.exit('usage: whatif_routes_check.py ANEMONE LAB_DIR')
    good = [check(sys.argv[1], pathlib.Path(sys.argv[2]) / name, events) for name, events in EVENTS.items()]
    sys.exit(not all(good))
