#!/usr/bin/env python3
"""An agent as its operator meets it: agent_check.py ANEMONE.

On a host of its own (namespace and cgroup), as an ordinary user with six capabilities: what it counted is what the
wire carried and what its own log says; names are right; nfcapd gets the same; SIGHUP, a wrong configuration, a kill
and a restart, captured packets in place of eBPF. Needs root, iproute2, nfdump.
"""
import collections
import json
import os
import pathlib
import signal
import subprocess
import sys
import time

from agent_hosts import Hosts, pass_slice, run, wait_for

ANEMONE = sys.argv[1]
SERVER = '''
import http.server, os, sys
class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = os.urandom(int(self.path.strip("/")))
        self.send_response(200); self.send_header("Content-Length", str(len(body))); self.end_headers(); self.wfile.write(body)
    def log_message(self, *_): pass
http.server.ThreadingHTTPServer(("10.66.0.1", 8080), Page).serve_forever()
'''
failures = []


def check(what, true, more=''):
    print(f'{"ok  " if true else "FAIL"} {what}{f": {more}" if more or not true else ""}', flush=True)
    if not true:
        failures.append(what)


def carried(hosts, name):
    """IP bytes and packets that left and came by the wire."""
    stats = json.loads(run(*hosts.inside(name), 'ip', '-s', '-j', 'link', 'show', 'wire'))[0]['stats64']
    return {way: (stats[way]['packets'], stats[way]['bytes'] - 14 * stats[way]['packets']) for way in ('rx', 'tx')}


def sums(records, wire):
    """Packets and bytes of the records on interface `wire`, by direction."""
    out = collections.Counter()
    for record in records:
        if record.get('interface') == wire:
            out[record.get('direction'), 'packets'] += record['packets']
            out[record.get('direction'), 'bytes'] += record['bytes']
    return out


ARP = 3  # frames that are no IP: the interface's, not ours


def near(a, b, slack=0):
    return abs(a - b) <= 0.001 * max(a, b) + slack


def fetch(hosts, count, size):
    for _ in range(count):
        hosts.run('pc', 'curl', '-s', '-o', '/dev/null', f'http://10.66.0.1:8080/{size}')


def hold_against_wire(hosts, before, source):
    wire = json.loads(run(*hosts.inside('web'), 'ip', '-j', 'link', 'show', 'wire'))[0]['ifindex']
    after = carried(hosts, 'web')
    told = sums(hosts.records('web'), wire)
    for way, direction in (('rx', 'in'), ('tx', 'out')):
        for i, unit in enumerate(('packets', 'bytes')):
            want = after[way][i] - before[way][i]
            got = told[direction, unit]
            check(f'{source}: {unit} {direction} are those of the interface', near(want, got, ARP * (28 if unit == 'bytes' else 1)), f'{want} and {got}')


def check_ebpf(hosts):
    conf = hosts.folder / 'agent.toml'
    conf.write_text('cpu = 50\n')
    collected = hosts.folder / 'collected'
    collected.mkdir()
    nfcapd = hosts.start('web', 'nfcapd', '-l', str(collected), '-p', '9995', '-b', '127.0.0.1', '-t', '3600', group='nfcapd')
    before = carried(hosts, 'web')
    agent = hosts.agent('web', '--config', str(conf), '--source', 'ebpf', '--collector', 'udp://127.0.0.1:9995',
                        '--archive', str(hosts.folder / 'archive'), ordinary_user=True)
    web = hosts.start('web', sys.executable, '-c', SERVER, group='web.service')
    wait_for('the web server answers', lambda: subprocess.run(
        [*hosts.inside('pc'), 'curl', '-s', '-o', '/dev/null', 'http://10.66.0.1:8080/1']).returncode == 0, 10)
    fetch(hosts, 20, 100_000)
    run(*hosts.inside('pc'), 'ping', '-q', '-c', '5', '-i', '0.05', '10.66.0.1')
    run(*hosts.inside('pc'), 'curl', '-s', 'http://10.66.0.1:81/', check=False)  # nobody listens there
    pass_slice()

    # A new definition, while it runs.
    conf.write_text('cpu = 50\ndefine = "key process direction interface"\nmicro-flows = 1000\n')
    agent.send_signal(signal.SIGHUP)
    wait_for('SIGHUP is answered', lambda: 'read again' in hosts.agent_log('web'), 5)
    time.sleep(1.5)  # it is taken up when the kernel is next read
    conf.write_text('define = "key nonsense"\n')
    agent.send_signal(signal.SIGHUP)
    wait_for('a wrong file is refused', lambda: 'nothing was changed' in hosts.agent_log('web'), 5)
    check('what needs a restart is named', '--micro-flows takes effect with the next start' in hosts.agent_log('web'))
    check('and the agent goes on', agent.poll() is None)
    fetch(hosts, 5, 100_000)
    check('a good end is answered with 0', hosts.end(agent) == 0, hosts.agent_log('web'))

    hold_against_wire(hosts, before, 'ebpf')
    records = hosts.records('web')
    log = hosts.slices('web')
    check('the slice log says what is in the spool',
          (sum(s['bytes'] for s in log), sum(s['records'] for s in log)) ==
          (sum(r['bytes'] for r in records), len(records)),
          f"{[(s['records'], s['bytes']) for s in log]} and {len(records)}, {sum(r['bytes'] for r in records)}")
    by_process = collections.Counter()
    for record in records:
        by_process[record.get('process')] += record['bytes']
    served = sum(r['bytes'] for r in records if r.get('process', '').startswith('python'))
    check('what the web server sent and got is its own', served > 0.99 * 25 * 100_000, dict(by_process))
    check('the replies of the kernel are its own', by_process['(kernel)'] > 0)
    units = {r.get('unit') for r in records if r.get('process', '').startswith('python') and r['sport']}
    check('its unit is its cgroup', units == {'web.service'}, units)
    wide = [r for r in records if r['sport'] == 0 and r.get('process', '').startswith('python')]
    check('after SIGHUP flows are of processes', len(wide) >= 2, len(wide))

    hosts.end(nfcapd)
    got = collections.Counter()
    for file in collected.glob('nfcapd.*'):
        for line in run('nfdump', '-r', str(file), '-q', '-N', '-o', 'fmt:%pkt %byt').splitlines():
            packets, size = line.split()
            got['packets'] += int(packets)
            got['bytes'] += int(size)
    want = {'packets': sum(r['packets'] for r in records), 'bytes': sum(r['bytes'] for r in records)}
    check('nfcapd has the same totals', dict(got) == want, f'{dict(got)} and {want}')

    past = json.loads(run(ANEMONE, 'query', '--archive', str(hosts.folder / 'archive'), '--define', 'key process',
                          '--last', '1h', '--format', 'json'))
    asked = sum(f['bytes'] for f in past['flows'])
    check('the archive has the same bytes', asked == want['bytes'], f'{asked} and {want["bytes"]}')
    return web


def check_kill(hosts):
    """A killed agent leaves nothing that counts, and its successor goes on in the same spool."""
    agent = hosts.agent('web', '--source', 'ebpf')
    fetch(hosts, 5, 10_000)
    pass_slice()
    files = len(list(hosts.spool('web').glob('*.ipfix')))
    agent.kill()
    agent.wait()
    again = hosts.agent('web', '--source', 'ebpf')
    fetch(hosts, 5, 10_000)
    check('the next one ends well', hosts.end(again) == 0)
    log = hosts.slices('web')
    sequences = [s['sequence'] for s in log]
    check('the stream goes on, no number twice', len({s['stream'] for s in log}) == 1 and
          sequences == sorted(set(sequences)) and len(list(hosts.spool('web').glob('*.ipfix'))) > files, sequences)


def check_packets(hosts):
    before = carried(hosts, 'web')
    spool = hosts.folder / 'packets.spool'
    agent = hosts.agent('web', '--source', 'packets', spool=spool)
    fetch(hosts, 10, 100_000)
    time.sleep(0.2)
    check('captured packets: a good end', hosts.end(agent) == 0)
    wire = json.loads(run(*hosts.inside('web'), 'ip', '-j', 'link', 'show', 'wire'))[0]['ifindex']
    after = carried(hosts, 'web')
    records = hosts.records('web', spool)
    told = sums(records, wire)
    for way, direction in (('rx', 'in'), ('tx', 'out')):
        want = after[way][1] - before[way][1]
        check(f'captured packets: bytes {direction} are those of the interface', near(want, told[direction, 'bytes']),
              f'{want} and {told[direction, "bytes"]}')
    served = sum(r['bytes'] for r in records if r.get('process', '').startswith('python'))
    check('captured packets: the web server is found', served > 0.95 * 10 * 100_000, served)
    check('captured packets: the agent says that it knows less', 'looked up' in hosts.agent_log('web'))


def check_refusals(hosts):
    for options, word in ((['--name', 'a b'], '--name'), (['--collector', 'here'], '--collector'),
                          (['--define', 'key nonsense'], '--define'), (['--rules', '/nowhere'], '--rules'),
                          (['--server', 'http://a.example:1'], '--server')):
        done = subprocess.run([ANEMONE, 'agent', '--check', '--name', 'x', '--spool', str(hosts.folder / 'none'), *options],
                              capture_output=True, text=True)
        check(f'{" ".join(options)} is refused before anything starts', done.returncode in (1, 2) and word in done.stderr,
              done.stderr.strip())
    done = subprocess.run([ANEMONE, 'agent', '--check', '--name', 'x', '--spool', str(hosts.folder / 'none')],
                          capture_output=True, text=True)
    check('a good configuration is said to be one', done.returncode == 0, done.stderr.strip())


with Hosts('agent', ANEMONE) as hosts:
    check_refusals(hosts)
    hosts.pair('web', '10.66.0.1', 'pc', '10.66.0.2')
    check_ebpf(hosts)
    check_kill(hosts)
    check_packets(hosts)
if failures:
    print(f'{len(failures)} failed')
sys.exit(1 if failures else 0)
