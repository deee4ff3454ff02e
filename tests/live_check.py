#!/usr/bin/env python3
"""The map follows events: a listener's log grows while `anemone serve --log` follows it and a browser looks on; a
failed link is on its map within 2 s, with the LSAs that say so. Then the server is killed and started again, and ends
with the history of one that was never killed; and a vantage point that stopped is said to have stopped.
Usage: live_check.py ANEMONE [--no-browser]"""
import json
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

from made_network import ALIVE, LOST, STARTED, STOPPED, LogWriter, Network
from served import Served

ROOT = pathlib.Path(__file__).resolve().parent.parent


def until(what, test, seconds=10):
    begin = time.monotonic()
    while time.monotonic() < begin + seconds:
        found = test()
        if found:
            return time.monotonic() - begin
        time.sleep(0.02)
    sys.exit(f'waited {seconds} s for {what}')


def say(log, lsas):
    for lsa in lsas:
        log.lsa(lsa)
    log.flush()


def history(served):
    """What must be the same for whoever heard the same."""
    events = served.get('events')['events']
    topology = served.get('topology')
    links = sorted((link['id'], link['cost'], link['state']) for link in topology['links'])
    return json.dumps({'events': events, 'links': links, 'routers': topology['routers'], 'lsas': topology['lsas']})


def browse(served, network, log):
    """Fails and mends a link as the browser asks for it, line by line; the browser measures."""
    page = subprocess.Popen([ROOT / 'scripts/with-node', 'node', ROOT / 'ui/e2e/live.mjs', served.url],
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    for line in page.stdout:
        print(line, end='')
        words = line.split()
        if words[:1] == ['please']:
            doing = {'fail': network.fail, 'repair': network.repair, 'stop': network.stop}[words[1]]
            say(log, doing(int(words[2])))
            print(network.name(int(words[2])) if words[1] != 'stop' else network.id_of(int(words[2])),
                  file=page.stdin, flush=True)
    if page.wait() != 0:
        sys.exit('the browser did not see what it should')


def refusals(program, folder):
    log = folder / 'not-a-log'
    log.write_text('what is this?')
    for arguments, words in ((['--log', log], 'is not an LSA log'), (['--log', folder], 'is a folder'),
                             (['--log', folder / 'a.lsalog', '--recording', 'x'], 'does not go with'),
                             (['--inventory', log], 'goes with --log')):
        done = subprocess.run([program, 'serve', '--check', '--store', folder / 'refused', *arguments],
                              capture_output=True, text=True)
        if done.returncode == 0 or words not in done.stderr:
            sys.exit(f'{arguments}: want a refusal with "{words}", got {done}')


def main():
    program = sys.argv[1]
    network = Network(24)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        log, other = LogWriter(folder / 'a.lsalog', 'noc:eth1'), LogWriter(folder / 'b.lsalog', 'lab:eth0')
        for one in (log, other):
            one.mark(STARTED)
            say(one, network.everything() if one is log else [])
        inventory = folder / 'names.json'
        inventory.write_text(json.dumps({'format': 'anemone-recording-1', 'name': 'made up', 'routers': [
            {'id': '10.255.0.1', 'name': 'core-1'}]}))
        told = ['--inventory', str(inventory)]
        logs = ['--log', str(folder / 'a.lsalog'), str(folder / 'b.lsalog')]
        refusals(program, folder)
        checked = subprocess.run([program, 'serve', '--check', '--store', folder / 'one', *logs, *told],
                                 capture_output=True, text=True)
        if checked.returncode != 0:
            sys.exit(f'--check refuses what is right: {checked}')

        with Served(program, 'serve', '--store', str(folder / 'one'), *logs, *told) as steady:
            until('all routers', lambda: steady.get('status')['routers'] == network.count)
            if 'core-1' not in [r['name'] for r in steady.get('topology')['routers']]:
                sys.exit('the inventory names nobody')
            if steady.raw('/api/v1/load')[0] != 404 or 'no_traffic' not in steady.raw('/api/v1/load')[1]:
                sys.exit('without a traffic source /load pretends to know')

            # a second server on the same logs, killed again and again while things happen
            arguments = ['serve', '--store', str(folder / 'two'), *logs, *told]
            waits = []
            for round_ in range(3):
                killed = Served(program, *arguments)
                say(log, network.fail(round_))
                seen = len(steady.get('events')['events'])
                waits.append(until('the event', lambda: len(steady.get('events')['events']) > seen))
                if round_ == 1:
                    log.mark(LOST, 5)
                    say(log, network.repair(0) + network.recost(7, 77))
                time.sleep(0.25 * round_)
                killed.process.send_signal(signal.SIGKILL)
                killed.process.wait()
                say(log, network.fail(10 + round_))  # while nobody serves
            other.mark(STOPPED)
            other.flush()
            if max(waits) > 1:
                sys.exit(f'a failed link was known only after {max(waits):.2f} s')
            with Served(program, *arguments) as again:
                until('the same history', lambda: history(again) == history(steady))
                def vantages():
                    return {v['name']: v for v in again.get('vantages')['vantages']}
                until('the marks of the vantage points', lambda: vantages()['noc:eth1']['lost'] == 5
                      and vantages()['lab:eth0']['state'] == 'stopped')
            # a vantage point that was away: the gap is between its last sign and its next beginning
            third = LogWriter(folder / 'b.lsalog', 'lab:eth0')
            third.mark(STARTED)
            third.mark(ALIVE)
            third.flush()
            until('the gap', lambda: any(len(v['listened']) == 2 and v['state'] == 'listening'
                                         for v in steady.get('vantages')['vantages']))
            events = steady.get('events')['events']
            instant = steady.get('instant', at=events[-1]['time'])
            gone = [lsa for lsa in instant['evidence'] if lsa['before'] and lsa['after']
                    and set(lsa['before']['lines']) - set(lsa['after']['lines'])]
            if not gone:
                sys.exit(f'the last event has no evidence: {instant}')
            print(f'{len(events)} events, each within {max(waits):.2f} s; the same after 3 kills; '
                  f'{len(instant["evidence"])} LSAs tell the last one')
            if '--no-browser' not in sys.argv:
                browse(steady, network, log)


main()
