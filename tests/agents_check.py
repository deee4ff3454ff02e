#!/usr/bin/env python3
"""Ten real agents and a server: agents_check.py ANEMONE TRY_UPLOAD [--minutes N] [--away S] [--agents N] [--pace X]
[--slice S].

Each agent counts a cgroup of its own, in which a web server and its clients run. A definition changed on the server is
in force everywhere within 5 s; a question about the past is answered by all within 2 s, with the sums that the agents
themselves handed on; the server and agents are killed at random while it goes on, and in the end each slice that an
agent says it handed on is in the store once. With --minutes they run so long before they are asked, so that the question
is about as many minutes in full; with --away the server is not there for S seconds, in which agents are killed, and is killed
itself while it takes what waited. Traffic is X times as dense with --pace. With --slice 1 slices are as many seconds: six minutes
have as many as an hour of 10 s. Needs root (eBPF, cgroups).
"""
import argparse
import collections
import datetime
import json
import os
import pathlib
import random
import signal
import socket
import subprocess
import sys
import time
import urllib.request

from agent_hosts import Hosts, pass_slice, wait_for

def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument('anemone')
    parser.add_argument('try_upload')
    parser.add_argument('--minutes', type=float, default=0)
    parser.add_argument('--away', type=float, default=0)
    parser.add_argument('--agents', type=int, default=10)
    parser.add_argument('--pace', type=float, default=1)
    parser.add_argument('--slice', type=int, default=10)
    return parser.parse_args()


OPTIONS = arguments()
ANEMONE, TRY_UPLOAD = OPTIONS.anemone, OPTIONS.try_upload
AGENTS = [f'host{i}' for i in range(OPTIONS.agents)]
KILLS = 20
TRAFFIC = '''
import http.server, os, random, sys, threading, time, urllib.request
class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = os.urandom(int(self.path.strip("/")))
        self.send_response(200); self.send_header("Content-Length", str(len(body))); self.end_headers(); self.wfile.write(body)
    def log_message(self, *_): pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
threading.Thread(target=server.serve_forever, daemon=True).start()
randomly, pace = random.Random(int(sys.argv[1])), float(sys.argv[2])
while True:
    urllib.request.urlopen(f"http://127.0.0.1:{server.server_port}/{randomly.randrange(20000)}").read()
    time.sleep(randomly.uniform(0.02, 0.2) / pace)
'''
failures = []


def check(what, true, more=''):
    print(f'{"ok  " if true else "FAIL"} {what}{f": {more}" if more or not true else ""}', flush=True)
    if not true:
        failures.append(what)


def free_port():
    with socket.socket() as one:
        one.bind(('127.0.0.1', 0))
        return one.getsockname()[1]


class Server:
    def __init__(self, folder):
        self.folder, self.port = folder, free_port()
        self.url = f'http://127.0.0.1:{self.port}'
        self.start()

    def start(self):
        self.process = subprocess.Popen([ANEMONE, 'serve', '--agents', '--store', str(self.folder / 'store'),
                                         '--port', str(self.port)], stdout=open(self.folder / 'server.out', 'ab'),
                                        stderr=open(self.folder / 'server.err', 'ab'))
        wait_for('the server answers', self.is_up, 20)

    def is_up(self):
        try:
            return self.ask('GET', '/api/v1/agents') is not None
        except OSError:
            return self.process.poll() is not None

    def kill(self):
        self.process.kill()
        self.process.wait()

    def ask(self, method, path, body=None):
        request = urllib.request.Request(self.url + path, method=method,
                                         data=None if body is None else json.dumps(body).encode(),
                                         headers={'Content-Type': 'application/json'})
        with urllib.request.urlopen(request, timeout=20) as answer:
            text = answer.read()
        return json.loads(text) if text else {}

    def definitions(self):
        return {agent['name']: agent['definitions'] for agent in self.ask('GET', '/api/v1/agents')['agents']}


class Everybody:
    """The ten hosts: programs in their cgroups, and the agents that count these."""

    def __init__(self, hosts, server):
        self.hosts, self.server, self.agents = hosts, server, {}
        self.kills = collections.Counter()
        for i, name in enumerate(AGENTS):
            cgroup = hosts.cgroup / name
            cgroup.mkdir()
            process = subprocess.Popen(['sh', '-c', f'echo $$ > {cgroup}/cgroup.procs; exec "$@"', 'sh', sys.executable,
                                        '-c', TRAFFIC, str(i), str(OPTIONS.pace)], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            hosts.processes.append(process)

    def start_agent(self, name):
        """In the network namespace of all: it counts a cgroup, and no interface matters."""
        command = [self.hosts.anemone, 'agent', '--name', name, '--spool', str(self.hosts.spool(name)),
                   '--archive', str(self.hosts.folder / f'{name}.archive'), '--cgroup', str(self.hosts.cgroup / name),
                   '--interface', 'none', '--source', 'ebpf', '--cpu', '50', '--micro-flows', '4096',
                   '--slice-log', str(self.hosts.folder / f'{name}.slices'), '--server', self.server.url, '--define', f'slice {OPTIONS.slice}s']
        log = open(self.hosts.folder / f'{name}.agent.log', 'ab')
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.hosts.processes.append(process)
        self.agents[name] = process

    def end_all(self):
        for process in self.agents.values():
            process.send_signal(signal.SIGTERM)
        return [process.wait(timeout=30) for process in self.agents.values()]


def seconds_until(true, most):
    begun = time.monotonic()
    try:
        wait_for('', true, most, 0.05)
    except AssertionError:
        return None
    return time.monotonic() - begun


def check_definitions(server):
    server.ask('PUT', '/api/v1/definitions/pairs', {'define': 'key src dst process'})
    server.ask('PUT', '/api/v1/definitions/ports', {'define': 'key sport; where proto tcp'})
    def both():
        known = server.definitions()
        return len(known) == len(AGENTS) and all(sorted(d) == ['pairs', 'ports'] for d in known.values())
    taken = seconds_until(both, 10)
    check(f'two definitions are in force on {len(AGENTS)} agents within 5 s', taken is not None and taken < 5, taken or server.definitions())
    for name in ('pairs', 'ports'):
        server.ask('DELETE', f'/api/v1/definitions/{name}')
    def own():
        return all(d == ['own'] for d in server.definitions().values())
    taken = seconds_until(own, 10)
    check('and gone within 5 s', taken is not None and taken < 5, taken or server.definitions())


def check_question(hosts, server):
    """What ten agents say of whole slices, to be held against the records that they handed on for these."""
    pass_slice()
    first = int(time.time()) // 10 * 10
    pass_slice()
    pass_slice()
    last = int(time.time()) // 10 * 10
    time.sleep(max(0, OPTIONS.minutes * 60 - (time.time() - first) + 15))
    times = []
    for _ in range(3):
        begun = time.monotonic()
        answer = server.ask('POST', '/api/v1/queries', {'define': 'key process direction', 'last': '10m', 'wait_ms': 5000})
        times.append(time.monotonic() - begun)
    states = collections.Counter(agent['state'] for agent in answer['agents'])
    check(f'{len(AGENTS)} agents answer about the last ten minutes within 2 s', states == {'answered': len(AGENTS)} and
          sorted(times)[1] < 2, f'{dict(states)}, {[round(t, 3) for t in times]} s')
    show_answer(hosts, answer)
    # The kernel's clock for packets is a few milliseconds coarse: the last of a slice may come with the next reading.
    time.sleep(max(0, last + 2.5 - time.time()))
    stamp = '%Y-%m-%dT%H:%M:%SZ'
    answer = server.ask('POST', '/api/v1/queries', {
        'define': 'key process', 'from': time.strftime(stamp, time.gmtime(first)),
        'to': time.strftime(stamp, time.gmtime(last)), 'wait_ms': 5000})
    asked = (sum(f['packets'] for f in answer['flows']), sum(f['bytes'] for f in answer['flows']))
    return first, last, asked


def show_answer(hosts, answer):
    """What the answer covers, and how much the agents looked through for it."""
    def seconds(time_text):
        return datetime.datetime.fromisoformat(time_text.replace('Z', '+00:00')).timestamp()
    covered = sorted(seconds(agent['to']) - seconds(agent['from']) for agent in answer['agents'])
    kept = [sum(file.stat().st_size for file in (hosts.folder / f'{name}.archive').rglob('*') if file.is_file()) for name in AGENTS]
    print(f'     covered: {covered[0]:.0f} s to {covered[-1]:.0f} s; archives: {sum(kept) / 1e6:.1f} MB in all; '
          f"flows: {answer['totals']['flows']}, packets: {answer['totals']['packets']}", flush=True)
    if OPTIONS.minutes:
        check('they answer about all the time that was asked for', covered[0] >= min(600, OPTIONS.minutes * 60) - 2, f'{covered[0]:.0f} s')


def check_away(hosts, everybody, server):
    """The server is not there; agents are killed meanwhile. It is killed itself while it takes what waited."""
    randomly = random.Random(11)
    server.kill()
    begun = time.monotonic()
    kills = sorted(randomly.uniform(0, OPTIONS.away) for _ in range(KILLS))
    for at in kills:
        time.sleep(max(0, begun + at - time.monotonic()))
        name = randomly.choice(AGENTS)
        everybody.agents[name].kill()
        everybody.agents[name].wait()
        everybody.kills[name] += 1
        everybody.start_agent(name)
    time.sleep(max(0, begun + OPTIONS.away - time.monotonic()))
    waiting = [len(list(hosts.spool(name).glob('*.ipfix'))) for name in AGENTS]
    print(f'     the server was away for {time.monotonic() - begun:.0f} s, agents were killed {KILLS} times; files that wait: {waiting}',
          flush=True)
    check('files wait in every spool', min(waiting) > OPTIONS.away / OPTIONS.slice / 2, str(waiting))
    server.start()
    begun = time.monotonic()
    for _ in range(KILLS):
        time.sleep(randomly.uniform(0.05, 0.6))
        server.kill()
        server.start()
    def taken():
        return all(len(list(hosts.spool(name).glob('*.ipfix'))) <= 2 for name in AGENTS)
    wait_for('what waited is taken', taken, 300, 0.2)
    print(f'     the server was killed {KILLS} times and had taken all after {time.monotonic() - begun:.1f} s', flush=True)


def check_kills(hosts, everybody, server):
    randomly = random.Random(7)
    for _ in range(KILLS):
        time.sleep(randomly.uniform(0.2, 2.5))
        if randomly.random() < 0.5:
            server.kill()
            time.sleep(randomly.uniform(0, 1))
            server.start()
        else:
            name = randomly.choice(AGENTS)
            everybody.agents[name].kill()
            everybody.agents[name].wait()
            everybody.kills[name] += 1
            everybody.start_agent(name)
    pass_slice()
    check('all agents end well', everybody.end_all() == [0] * len(AGENTS))
    # What waited is uploaded by the next start; with no time to count, it adds little.
    for name in AGENTS:
        everybody.start_agent(name)
    def empty():
        return not any(list(hosts.spool(name).glob('*.ipfix')) for name in AGENTS)
    wait_for('all spools are empty', empty, 60, 0.2)
    everybody.end_all()
    for name in AGENTS:
        everybody.start_agent(name)
    time.sleep(3)
    everybody.end_all()
    server.kill()


def check_store(hosts, everybody, server, first, last, asked):
    """Each file that an agent says it handed on is in the store once; the slices asked about have the same sums."""
    stored = collections.defaultdict(lambda: [0, 0, 0])
    of_slices = [0, 0]
    for line in subprocess.run([TRY_UPLOAD, 'sums', str(server.folder / 'store')], check=True, capture_output=True,
                               text=True).stdout.splitlines():
        name, start, *sums = line.split()
        for i, value in enumerate(map(int, sums[:3])):
            stored[name.split('#')[0]][i] += value
        if first <= int(start) < last:
            of_slices = [of_slices[0] + int(sums[1]), of_slices[1] + int(sums[2])]
    check('the slices asked about have the sums of the answer', list(asked) == of_slices and asked[0] > 0,
          f'{asked} and {of_slices}')
    for name in AGENTS:
        log = hosts.slices(name)
        told = [sum(s[key] for s in log) for key in ('records', 'packets', 'bytes')]
        # A file that waits may be in the store, too: the agent ended before it heard so.
        possible, waiting = {tuple(stored[name])}, 0
        for file in hosts.spool(name).glob('*.ipfix'):
            flows = json.loads(subprocess.run([ANEMONE, 'flows', str(file), '--format', 'json'], check=True,
                                              capture_output=True, text=True).stdout)['flows']
            more = (len(flows), sum(f['packets'] for f in flows), sum(f['bytes'] for f in flows))
            possible |= {tuple(map(sum, zip(sums, more))) for sums in possible}
            waiting += 1
        numbers = [(s['stream'], s['sequence']) for s in log]
        # Killed after a file was in the spool, and before its line was in the log: at most one for each kill.
        unlogged = [sums[0] - told[0] for sums in possible]
        most = everybody.kills[name] * max(s['records'] for s in log)
        check(f'{name}: each slice is in the store once', (tuple(told) in possible or any(0 < more <= most for more in unlogged)) and
              told[0] > 0 and len(set(numbers)) == len(numbers),
              f'{len(log)} files: {told} told, {stored[name]} stored, {waiting} files wait; killed {everybody.kills[name]} times')


with Hosts('agents', ANEMONE) as hosts:
    server = Server(hosts.folder)
    everybody = Everybody(hosts, server)
    try:
        for name in AGENTS:
            everybody.start_agent(name)
        wait_for('ten agents have reported', lambda: len(server.definitions()) == len(AGENTS), 30)
        check_definitions(server)
        asked = check_question(hosts, server)
        pass_slice()  # what came late is handed on with the next slice: before anybody is killed
        if OPTIONS.away:
            check_away(hosts, everybody, server)
        check_kills(hosts, everybody, server)
        check_store(hosts, everybody, server, *asked)
    finally:
        if server.process.poll() is None:
            server.kill()
if failures:
    print(f'{len(failures)} failed')
sys.exit(1 if failures else 0)
