#!/usr/bin/env python3
"""Holds `anemone events` against what was done to recorded networks: every scripted event must be told, within
seconds, and nothing else; captures of others must be told without ado.

usage: events_check.py ANEMONE NETWORK_DIR...
"""
import datetime
import json
import pathlib
import subprocess
import sys
import tempfile

import shared_data

# A router that is back says so at once; its neighbours' hellos and exchanges take longer.
WITHIN = {'link_down': 7, 'link_up': 7, 'router_down': 7, 'router_up': 9, 'cost': 3, 'prefix_down': 3, 'prefix_up': 3}


def seconds(text):
    return datetime.datetime.fromisoformat(text.replace('Z', '+00:00')).timestamp()


def events_of(anemone, captures):
    run = subprocess.run([anemone, 'events', '--all', '--format', 'json', *map(str, captures)],
                         capture_output=True, text=True)
    if run.returncode != 0:
        return None, run
    return json.loads(run.stdout)['events'], run


class Expected:
    def __init__(self, time, kind, routers, word=''):
        self.time, self.kind, self.routers, self.word = time, kind, set(routers), word

    def is_told_by(self, event):
        return (event['kind'] == self.kind and self.routers <= set(event['routers']) and self.word in event['text']
                and -0.1 <= seconds(event['time']) - self.time <= WITHIN[self.kind])

    def __str__(self):
        return f'{self.kind} of {", ".join(sorted(self.routers))} {self.word}'


def lab_id(router):
    return f'10.255.0.{router[1:]}'


def of_lab(lines, _):
    """six and twenty: routers r1, r2 ... are 10.255.0.1, .2 ..."""
    ends = {('r2', 'to-r4'): ['r2', 'r4'], ('r1', 'to-r2'): ['r1', 'r2'], ('r8', 'to-r9'): ['r8', 'r9']}
    for line in lines:
        what = line['event']
        who = line.get('link') or ends.get((line.get('router'), line.get('iface'))) or [line.get('router')]
        who = [lab_id(router) for router in who if router]
        if what in ('link_down', 'silent_loss'):
            yield Expected(line['t'], 'link_down', who)
        elif what in ('link_up', 'silent_heal'):
            yield Expected(line['t'], 'link_up', who)
        elif what == 'cost':
            yield Expected(line['t'], 'cost', who, f' to {line["cost"]}')
        elif what in ('router_crash', 'dr_crash'):
            yield Expected(line['t'], 'router_down', who)
        elif what == 'router_restart':
            yield Expected(line['t'], 'router_up', who)
        elif what in ('subnet_removed', 'external_withdrawn'):
            yield Expected(line['t'], 'prefix_down', who)
        elif what in ('subnet_added', 'external_added'):
            yield Expected(line['t'], 'prefix_up', who)


def of_odd(lines, _):
    told = {'parallel link a1-a2 down': [('link_down', '12')],
            'transit link a1-b1 down': [('link_down', '15')],
            'both up': [('link_up', '12'), ('link_up', '15')],
            'e1 leaves the backbone side': [('link_down', ('4', '10'))]}
    for line in lines:
        for kind, ends in told.get(line['event'], []):
            yield Expected(line['t'], kind, [f'10.254.0.{end}' for end in ends])


def of_campus(_, network):
    recording = json.loads((network / 'recording.json').read_text())
    ids = {router['name']: router['id'] for router in recording['routers']}
    for event in recording['events']:
        word = f'{event["cost_before"]} to {event["cost_after"]}' if event['kind'] == 'cost' else ''
        yield Expected(seconds(event['time']), event['kind'], [ids[event['from']], ids[event['to']]], word)


def check_network(anemone, network, problems):
    campus = (network / 'recording.json').exists()
    captures = sorted((network / ('ospf' if campus else 'pcap')).glob('*'))
    events, run = events_of(anemone, captures)
    if events is None:
        problems.append(f'{network.name}: {run.stderr.strip()}')
        return
    lines = [] if campus else [json.loads(line) for line in (network / 'events.jsonl').read_text().splitlines()]
    script = {'six': of_lab, 'twenty': of_lab, 'odd': of_odd, 'campus': of_campus}[network.name]
    expected = list(script(lines, network))
    begin = min(one.time for one in expected) - 0.1
    told = [event for event in events if seconds(event['time']) >= begin and event['kind'] != 'listening']
    late = []
    for one in expected:
        match = next((event for event in told if one.is_told_by(event)), None)
        if match is None:
            problems.append(f'{network.name}: not told: {one}')
            continue
        told.remove(match)
        late.append(seconds(match['time']) - one.time)
        if not match['lsas']:
            problems.append(f'{network.name}: without evidence: {match["text"]}')
    for event in told:
        problems.append(f'{network.name}: {event["time"]} nobody did that: {event["kind"]} {event["text"]}')
    print(f'{network.name}: {len(late)} of {len(expected)} scripted events told, after {min(late):.2f} to '
          f'{max(late):.2f} s; {len(told)} others')


def check_captures(anemone, problems):
    """Captures of all kinds: no crash, and as many lines as there are."""
    folder = shared_data.shared_data('ospf')
    if folder is None:
        return
    files = sorted(path for path in folder.rglob('*') if path.suffix in ('.pcap', '.cap', '.pcapng', '.gz'))
    told = 0
    for path in files:
        events, run = events_of(anemone, [path])
        if run.returncode not in (0, 1) or (run.returncode == 1 and not run.stderr.strip()):
            problems.append(f'{path.name}: exit code {run.returncode} {run.stderr[-200:]}')
        told += len(events or [])
    print(f'{len(files)} captures of others: {told} events')


def check_mrt(anemone, network, problems):
    """What `events --format mrt` writes leads to the same topology as what it was read from."""
    captures = sorted((network / 'pcap').glob('*'))
    if not captures:
        return
    with tempfile.NamedTemporaryFile(suffix='.mrt') as out:
        subprocess.run([anemone, 'events', '--format', 'mrt', *map(str, captures)], stdout=out, check=True)
        found = []
        for sources in ([out.name], captures):
            run = subprocess.run([anemone, 'topology', '--format', 'json', *map(str, sources)], capture_output=True,
                                 text=True, check=True)
            topology = json.loads(run.stdout)
            found.append([topology[key] for key in ('routers', 'links', 'networks', 'prefixes')])
        if found[0] != found[1]:
            problems.append(f'{network.name}: MRT leads to another topology')
        print(f'{network.name}: through MRT {len(found[0][1])} links, {len(found[0][3])} prefixes')


def check_listening(anemone, network, problems):
    """topology tells how each capture listened, and by when what is unseen must come."""
    captures = sorted((network / 'pcap').glob('*'))
    if not captures:
        return
    run = subprocess.run([anemone, 'topology', '--format', 'json', *map(str, captures)], capture_output=True, text=True,
                         check=True)
    topology = json.loads(run.stdout)
    if [one['name'] for one in topology['vantages']] != [str(path) for path in captures]:
        problems.append(f'{network.name}: not every capture is a vantage point')
    starts = [seconds(span['from']) for one in topology['vantages'] for span in one['listening']]
    for unseen in topology['unseen']:
        if unseen['by'] is not None and not min(starts) + 1800 <= seconds(unseen['by']) <= max(starts) + 1800:
            problems.append(f'{network.name}: unseen by {unseen["by"]}')


def main():
    anemone, *networks = sys.argv[1:]
    problems = []
    for network in networks:
        check_network(anemone, pathlib.Path(network), problems)
        check_mrt(anemone, pathlib.Path(network), problems)
        check_listening(anemone, pathlib.Path(network), problems)
    check_captures(anemone, problems)
    print('\n'.join(problems))
    sys.exit(bool(problems))


if __name__ == '__main__':
    main()
