#!/usr/bin/env python3
"""What a kill costs: killed_check.py ANEMONE TRY_UPLOAD [--kills N] [--seed S].

A host exchanges small packets with another over a wire; its agent is killed with SIGKILL at random instants and started
again, and so is the server. In the end what the store has is held against the interface's counters: nothing is there
twice, and no more is missing than passed from the agent's last reading of the kernel to the start of the next agent, which
the agents say themselves. Without an archive the open slice is missing too, and is said. Needs root (eBPF, namespaces).
"""
import argparse
import json
import random
import re
import signal
import subprocess
import sys
import time

from agent_hosts import Hosts, pass_slice, run, wait_for

PARSER = argparse.ArgumentParser()
PARSER.add_argument('anemone')
PARSER.add_argument('try_upload')
PARSER.add_argument('--kills', type=int, default=6)
PARSER.add_argument('--seed', type=int, default=random.randrange(10**6))
OPTIONS = PARSER.parse_args()
ECHO = '''
import socket
one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); one.bind(("10.67.0.2", 7777))
while True:
    data, back = one.recvfrom(2000); one.sendto(data, back)
'''
ASK = '''
import socket, time
while True:
    one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); one.settimeout(0.5)
    for _ in range(200):
        one.sendto(b"x" * 100, ("10.67.0.2", 7777))
        try: one.recv(2000)
        except TimeoutError: pass
        time.sleep(0.001)
'''
STORY = re.compile(r'nobody counted for (\d+) ms .* counted (\d+) packets .* had counted (\d+) packets .* archive, (\d+) packets')
READING = 2.5  # seconds between two readings of the kernel on a machine that is very busy
ARP = 20  # frames that are no IP
failures = []


def check(what, true, more=''):
    print(f'{"ok  " if true else "FAIL"} {what}{f": {more}" if more or not true else ""}', flush=True)
    if not true:
        failures.append(what)


def on_wire(hosts):
    """Packets that the interface has carried, both ways."""
    stats = json.loads(run(*hosts.inside('src'), 'ip', '-s', '-j', 'link', 'show', 'wire'))[0]['stats64']
    return stats['rx']['packets'] + stats['tx']['packets']


class Server:
    """In the host's own namespace: its traffic passes the loopback, and no wire."""

    def __init__(self, hosts):
        self.hosts = hosts
        self.url = 'http://127.0.0.1:8080'
        self.start()

    def start(self):
        command = [self.hosts.anemone, 'serve', '--agents', '--store', str(self.hosts.folder / 'store'), '--port', '8080']
        self.process = self.hosts.start('src', *command, group='server', stdout=subprocess.PIPE)
        line = self.process.stdout.readline()
        if b'http://' not in line:
            sys.exit(f'the server did not start: {line}')

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


def stories(hosts, begin=0):
    """What agents said at their start of the one before: ms, packets of the interfaces, rebuilt, lost."""
    return [tuple(map(int, found)) for found in STORY.findall(hosts.agent_log('src')[begin:])]


def start_agent(hosts, *options, spool=None):
    return hosts.agent('src', '--source', 'ebpf', '--cpu', '50', '--define', 'key all; where net 10.67.0.0/24', *options,
                       spool=spool)


def stored(hosts):
    lines = subprocess.run([OPTIONS.try_upload, 'sums', str(hosts.folder / 'store')], check=True, capture_output=True,
                           text=True).stdout.splitlines()
    return sum(int(line.split()[3]) for line in lines)


def kill_and_start(hosts, agent, randomly, options, samples):
    """The next agent, and how many packets may be missing: from a reading before the kill until it counts."""
    agent.send_signal(signal.SIGKILL)
    agent.wait()
    killed = time.monotonic()
    time.sleep(randomly.uniform(0, 1.5))
    agent = start_agent(hosts, *options)
    before = [packets for at, packets in samples if at < killed - READING] or [0]
    return agent, on_wire(hosts) - before[-1]


def wait_and_sample(hosts, seconds, samples):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        samples.append((time.monotonic(), on_wire(hosts)))
        time.sleep(0.2)


def with_archive(hosts, randomly):
    server = Server(hosts)
    options = ('--archive', str(hosts.folder / 'archive'), '--server', server.url)
    agent = start_agent(hosts, *options)
    begin = on_wire(hosts)
    traffic = hosts.start('src', sys.executable, '-c', ASK)
    samples, may_be_missing = [], 0
    for i in range(OPTIONS.kills):
        wait_and_sample(hosts, randomly.uniform(3, 14), samples)
        agent, most = kill_and_start(hosts, agent, randomly, options, samples)
        may_be_missing += most
        if i % 2 == 0:
            server.kill()
            time.sleep(randomly.uniform(0, 1))
            server.start()
    time.sleep(3)
    hosts.end(traffic)
    time.sleep(0.5)
    total = on_wire(hosts) - begin
    check('the agent ends well', hosts.end(agent) == 0)
    agent = start_agent(hosts, *options)
    wait_for('the spool is empty', lambda: not list(hosts.spool('src').glob('*.ipfix')), 60)
    time.sleep(1)
    hosts.end(agent)
    server.kill()
    told = stories(hosts)
    missing = total - stored(hosts)
    unwatched, rebuilt, lost = (sum(one[i] for one in told) for i in (1, 2, 3))
    print(f'     {total} packets on the wire, {missing} not in the store; agents say: {unwatched} passed unwatched in '
          f'{[one[0] for one in told]} ms, {rebuilt} rebuilt from the archive, {lost} lost', flush=True)
    check('each kill is told, and no good end', len(told) == OPTIONS.kills, f'{len(told)} of {OPTIONS.kills}')
    check('something was there to rebuild', rebuilt > 0)
    # Counted twice are what passed between the reading of the two counters: a few hundredths of a second for each kill.
    check('nothing is in the store twice', missing >= unwatched * 0.8 - ARP, f'{missing} of {unwatched}')
    check('what is missing passed while nobody counted, as agents say', missing <= unwatched + ARP, f'{missing} of {unwatched}')
    check('and is no more than of one reading of the kernel, and until the next agent counts', missing <= may_be_missing,
          f'{missing} of {may_be_missing}')
    check('of what was counted nothing is lost', lost == 0, str(lost))


def without_archive(hosts):
    """The spool alone: the open slice is lost with its agent, and counted."""
    log, spool = len(hosts.agent_log('src')), hosts.folder / 'alone'
    pass_slice()
    agent = start_agent(hosts, spool=spool)
    begin = on_wire(hosts)
    traffic = hosts.start('src', sys.executable, '-c', ASK)
    pass_slice()
    time.sleep(5)
    agent.send_signal(signal.SIGKILL)
    agent.wait()
    agent = start_agent(hosts, spool=spool)
    time.sleep(2)
    hosts.end(traffic)
    time.sleep(0.5)
    total = on_wire(hosts) - begin
    hosts.end(agent)
    missing = total - sum(record['packets'] for record in hosts.records('src', spool))
    told = stories(hosts, log)
    check('without an archive the kill is told', len(told) == 1, str(told))
    _, unwatched, rebuilt, lost = told[0]
    check('and the open slice is lost, and counted', rebuilt == 0 and 0 < lost <= missing <= lost + unwatched + ARP,
          f'{missing} missing of {total}; {lost} lost, {unwatched} unwatched')


def main():
    randomly = random.Random(OPTIONS.seed)
    print(f'     seed {OPTIONS.seed}', flush=True)
    with Hosts('killed', OPTIONS.anemone) as hosts:
        hosts.pair('src', '10.67.0.1', 'dst', '10.67.0.2')
        hosts.start('dst', sys.executable, '-c', ECHO)
        with_archive(hosts, randomly)
        without_archive(hosts)
    if failures:
        print(f'{len(failures)} failed')
    sys.exit(1 if failures else 0)


main()
