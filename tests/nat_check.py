#!/usr/bin/env python3
"""Translated connections (NAT) as the agent tells them: nat_check.py ANEMONE.

A host `in` behind a router that masquerades and publishes a port, a host `out` beyond; an agent on each. What the
router's agent says a flow's addresses become is held against the kernel's own list of connections
(/proc/net/nf_conntrack), and against what the agent on the other side saw. Where each host stands (addresses, default
gateway, whether it forwards) is read from its IPFIX Files and held against `ip`. Needs root, iproute2, nftables, ping.
"""
import collections
import json
import os
import pathlib
import shutil
import sys
import time

from agent_hosts import Hosts, run, wait_for

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / 'lab'))
from labnet import ipfix_file  # noqa: E402

ANEMONE = sys.argv[1]
RULES = '''
table ip nat {
  chain pre { type nat hook prerouting priority -100; iifname "far" tcp dport 8080 dnat to 10.66.1.2:80; }
  chain out { type nat hook output priority -100; ip daddr 203.0.113.9 dnat to 198.51.100.2; }
  chain post {
    type nat hook postrouting priority 100
    oifname "far" ip saddr 10.66.1.0/24 meta l4proto { tcp, udp } masquerade to :20000-29999
    oifname "far" ip saddr 10.66.1.0/24 masquerade
  }
}
'''
ECHO = '''
import socket, sys, threading
def serve(kind, port):
    s = socket.socket(socket.AF_INET, kind)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind(("0.0.0.0", port))
    if kind == socket.SOCK_DGRAM:
        while True:
            data, peer = s.recvfrom(2048); s.sendto(data, peer)
    s.listen(64)
    while True:
        c, _ = s.accept(); c.sendall(c.recv(2048)); c.close()
threading.Thread(target=serve, args=(socket.SOCK_DGRAM, 53), daemon=True).start()
serve(socket.SOCK_STREAM, 80)
'''
ASK = '''
import socket, sys
address, port, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
for i in range(count):
    if port == 53:
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.settimeout(5)
        s.sendto(b"x" * (10 + i), (address, port)); s.recvfrom(2048)
    else:
        s = socket.create_connection((address, port), 5); s.sendall(b"y" * (10 + i)); s.recv(2048)
    s.close()
'''
failures = []


def check(what, true, more=''):
    print(f'{"ok  " if true else "FAIL"} {what}{f": {more}" if more or not true else ""}', flush=True)
    if not true:
        failures.append(what)


def build(hosts):
    """in (10.66.1.2) -- wire -- router (10.66.1.1; 198.51.100.1) -- far -- out (198.51.100.2)."""
    hosts.pair('in', '10.66.1.2', 'router', '10.66.1.1')
    run('ip', 'netns', 'add', hosts.space('out'))
    hosts.names.append('out')
    (hosts.cgroup / 'out').mkdir()
    run('ip', 'link', 'add', 'name', 'far', 'netns', hosts.space('router'), 'type', 'veth', 'peer', 'name', 'wire', 'netns', hosts.space('out'))
    run(*hosts.inside('router'), 'sh', '-ec', 'ip addr add 198.51.100.1/24 dev far; ip link set far up; sysctl -qw net.ipv4.ip_forward=1')
    run(*hosts.inside('out'), 'sh', '-ec', 'sysctl -qw net.ipv6.conf.all.disable_ipv6=1; ip link set lo up;'
        'ip addr add 198.51.100.2/24 dev wire; ip link set wire up')
    run(*hosts.inside('in'), 'ip', 'route', 'add', 'default', 'via', '10.66.1.1')
    run(*hosts.inside('router'), 'ip', 'route', 'add', '203.0.113.9', 'via', '198.51.100.2')
    run(*hosts.inside('router'), 'nft', '-f', '-', text=RULES)


def translated(hosts):
    """The router's kernel's connections, each direction's ends -> those that it leaves with, and where it came from."""
    text = run(*hosts.inside('router'), 'cat', '/proc/net/nf_conntrack')
    after, before = {}, {}
    for line in text.splitlines():
        words = line.split()
        proto = int(words[3])
        fields = collections.defaultdict(list)
        for word in words:
            if '=' in word:
                name, value = word.split('=', 1)
                fields[name].append(value)
        if proto == 1:  # ports of ICMP: none, and type * 256 + code
            fields['sport'] = [0, 0]
            fields['dport'] = [int(fields['type'][i]) * 256 + int(fields['code'][i]) for i in (0, 1)]
        original, reply = ((fields['src'][i], int(fields['sport'][i]), fields['dst'][i], int(fields['dport'][i]), proto) for i in (0, 1))

        def turned(ends, other):
            ports = (other[1], other[3]) if proto == 1 else (ends[3], ends[1])
            return ends[2], ports[0], ends[0], ports[1], proto
        if turned(reply, original) == original:
            continue
        for ends, leaves in ((original, turned(reply, original)), (reply, turned(original, reply))):
            after[ends] = leaves
            before[leaves] = ends
    return after, before


def ends_of(row):
    port = row.get('icmp_type', 0) * 256 + row.get('icmp_code', 0) if row['proto'] == 1 else row['dport']
    return row['src'], row['sport'], row['dst'], port, row['proto']


def nat_of(row):
    if 'nat' not in row:
        return None
    port = row.get('icmp_type', 0) * 256 + row.get('icmp_code', 0) if row['proto'] == 1 else row['nat_dport']
    return row['nat_src'], row['nat_sport'], row['nat_dst'], port, row['proto']


def check_router(rows, after, before):
    """Every record of the router against the kernel's connections."""
    wrong, counted = [], collections.Counter()
    for row in rows:
        ends, said = ends_of(row), nat_of(row)
        want, how = (after[ends], 'after') if ends in after else (None, None)
        # What a socket here sends goes by the name that it was seen with: its other name left with nobody.
        if want is None and ends in before and (row.get('direction') == 'in' or row.get('process') == '(forwarded)'):
            want, how = before[ends], 'before'
        counted[how or 'none'] += 1
        if said != want or row.get('nat') != how:
            wrong.append((ends, row.get('direction'), row.get('process'), said, row.get('nat'), want))
    check('each of the router\'s records has the translation that its kernel has', not wrong, f'{dict(counted)}; wrong: {wrong[:3]}')
    check('there were records of all kinds', counted['before'] >= 80 and counted['none'] >= 3, str(dict(counted)))


def check_ends(router, inside, outside):
    """By what the router says, each flow of the outer host is one of the inner host's, with the same packets and bytes."""
    def sums(rows, key, direction):
        out = collections.Counter()
        for row in rows:
            if row.get('direction') == direction and row['proto'] != 1:
                out[key(row)] += row['bytes']
        return out
    names = {nat_of(row): ends_of(row) for row in router if row.get('process') == '(forwarded)'}
    for here, there, what in ((inside, outside, 'inner host sent'), (outside, inside, 'outer host sent')):
        sent = sums([row for row in here if ends_of(row) in names], lambda row: names[ends_of(row)], 'out')
        got = sums(there, ends_of, 'in')
        missing = {ends: (count, got.get(ends)) for ends, count in sent.items() if got.get(ends) != count}
        check(f'what the {what} came to the other under the translated name, to the byte', sent and not missing,
              f'{len(sent)} flows, {sum(sent.values())} bytes; differ: {list(missing.items())[:3]}')


def check_place(hosts, name, gateway, forwards):
    files = sorted(hosts.spool(name).glob('*.ipfix'))
    told = [place for file in files for place in ipfix_file.hosts(file)]
    check(f'{name}: each file says where the host is', files and len(told) == len(files), f'{len(told)} of {len(files)}')
    want = {(info['local'], info['prefixlen'], link['ifindex']) for link in json.loads(run(*hosts.inside(name), 'ip', '-j', 'addr'))
            for info in link['addr_info'] if info['scope'] == 'global'}
    place = told[-1]
    check(f'{name}: its addresses are those of `ip addr`', set(place['addresses']) == want, f"{place['addresses']}")
    check(f'{name}: gateway, forwarding and name', (place['gateways'], place['forwards'], place['name']) == (gateway, forwards, name),
          f"{place['gateways']} {place['forwards']} {place['name']}")


def main():
    if os.geteuid() or not all(map(shutil.which, ('ip', 'nft', 'ethtool', 'nsenter', 'ping'))):
        print('needs root, iproute2, nftables, ethtool, ping')
        return 1
    with Hosts('nat', ANEMONE) as hosts:
        build(hosts)
        servers = [hosts.start(name, sys.executable, '-c', ECHO, log=f'{name}.echo.log') for name in ('in', 'out')]
        agents = [hosts.agent(name, ordinary_user=name == 'router') for name in ('in', 'router', 'out')]
        time.sleep(0.5)
        for name, address, port, count in (('in', '198.51.100.2', 53, 20), ('in', '198.51.100.2', 80, 10), ('out', '198.51.100.1', 8080, 10),
                                           ('router', '203.0.113.9', 80, 3)):
            hosts.run(name, sys.executable, '-c', ASK, address, str(port), str(count))
        hosts.run('in', 'ping', '-q', '-c', '2', '-i', '0.2', '198.51.100.2')
        after, before = translated(hosts)
        check('the kernel translates', len(after) >= 80, f'{len(after) // 2} connections')
        wait_for('the slices end', lambda: all(len(hosts.slices(name)) > 0 for name in ('in', 'router', 'out')), 25)
        time.sleep(0.5)
        for agent in agents + servers:
            hosts.end(agent)
        records = {name: hosts.records(name) for name in ('in', 'router', 'out')}
        check_router(records['router'], after, before)
        check('hosts that translate nothing say so', not any('nat' in row for name in ('in', 'out') for row in records[name]))
        check_ends(records['router'], records['in'], records['out'])
        check_place(hosts, 'in', ['10.66.1.1'], False)
        check_place(hosts, 'router', [], True)
        check_place(hosts, 'out', [], False)
    print(f'{len(failures)} failures')
    return 1 if failures else 0


sys.exit(main())
