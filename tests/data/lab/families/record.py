#!/usr/bin/env python3
"""Records the network `families`: OSPFv3 for IPv6 and, by RFC 5838, for IPv4 on the same links.

record.py OUT_DIR   needs root, BIRD 2.0, FRR 8.4, iproute2, tcpdump; about a minute and a half. Five BIRD routers
speak both families (instances 0 and 64); f1 is FRR and speaks IPv6 only. Area 1 is not-so-stubby, area 2 a stub;
two broadcast networks, parallel links, externals of both types, one with a forwarding address. Writes pcap/*.pcap.gz,
events.jsonl and tables.json.gz: what each router said of its own routes at each stage, as it said it.
"""
import gzip
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

NAME = 'families'
LINKS = [  # router, router, area, cost, cost back
    ('b1', 'b2', 0, 10, 10), ('b1', 'b2', 0, 10, 10), ('b3', 'f1', 0, 7, 9), ('b1', 'f1', 0, 20, 20),
    ('b2', 'b4', 1, 3, 3), ('b3', 'b4', 1, 3, 3), ('b1', 'b5', 2, 4, 4), ('f1', 'b5', 2, 4, 6),
]
PTMP = 'l4'  # point-to-multipoint: host prefixes instead of the link's
LANS = [('lan0', 0, 5, ['b1', 'b2', 'b3']), ('lan1', 2, 8, ['b1', 'b5', 'f1'])]
ROUTERS = ['b1', 'b2', 'b3', 'b4', 'b5', 'f1']
RID = {name: f'10.253.0.{i + 1}' for i, name in enumerate(ROUTERS)}
HOME = {'b1': 0, 'b2': 0, 'b3': 0, 'b4': 1, 'b5': 2, 'f1': 0}
AREAS = {0: '', 1: 'nssa; summary yes; ', 2: 'stub; '}
STATIC = {  # router: [(IPv6, IPv4, via the LAN's address that nobody has or None, metric, type)]
    'b1': [('2001:db8:b1::/48', '203.0.113.0/24', ('fd00:9:0::99', '10.9.0.99'), 33, 2)],
    'b3': [('2001:db8:b3::/48', '198.51.100.0/24', None, 40, 1), ('2001:db8:b4::/48', '192.0.2.0/24', None, 50, 2)],
    'b4': [('2001:db8:b4::/48', '192.0.2.0/24', None, 20, 2), ('2001:db8:b5::/48', '198.18.0.0/24', None, 25, 1)],
}
F1_STATIC = ['2001:db8:f1::/48', '2001:db8:b3::/48']
STUBS = {'b4': ('fd00:7:4::1/64', '10.7.4.1/24', 1, 1), 'b5': ('fd00:7:5::1/64', '10.7.5.1/24', 2, 2),
         'b3': ('fd00:7:3::1/64', '10.7.3.1/24', 0, 3), 'f1': ('fd00:7:6::1/64', '10.7.6.1/24', 0, 1)}
WORK = tempfile.mkdtemp(prefix=NAME + '-')  # configurations and logs of the daemons
FRR, RUN = pathlib.Path('/usr/lib/frr'), pathlib.Path('/var/run/frr')
PREFIX = 'ospf3-'  # of the namespaces
ports = {name: [] for name in ROUTERS}  # (interface, area, cost, kind)
started = {}


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def inside(name, *command):
    return run('ip', 'netns', 'exec', PREFIX + name, *command)


def background(name, key, *command):
    log = open(f'{WORK}/{name}.{key}.log', 'a')
    started[name, key] = subprocess.Popen(['nsenter', f'--net=/var/run/netns/{PREFIX}{name}', *command],
                                          stdout=log, stderr=log)


def build():
    for name in ROUTERS + ['sw']:
        run('ip', 'netns', 'add', PREFIX + name)
        inside(name, 'ip', 'link', 'set', 'lo', 'up')
        inside(name, 'sysctl', '-qw', 'net.ipv4.ip_forward=1', 'net.ipv6.conf.all.forwarding=1',
               'net.ipv4.conf.all.rp_filter=0', 'net.ipv6.conf.default.accept_dad=0')
    for i, name in enumerate(ROUTERS):  # BIRD takes no interface without a link-local address, so not lo
        run('ip', '-n', PREFIX + name, 'link', 'add', 'self', 'type', 'veth', 'peer', 'name', 'self-far')
        inside(name, 'ip', 'link', 'set', 'self-far', 'up')
        add_port(name, 'self', (f'fd00:ff::{i + 1}/128', RID[name] + '/32'), HOME[name], 1, 'stub')
    for k, (a, b, area, cost, back) in enumerate(LINKS):
        run('ip', '-n', PREFIX + a, 'link', 'add', f'l{k}', 'type', 'veth', 'peer', 'name', f'l{k}', 'netns', PREFIX + b)
        for name, side, price in ((a, 1, cost), (b, 2, back)):
            if f'l{k}' == PTMP:  # BIRD is to be told its neighbour there
                run('ip', '-n', PREFIX + name, 'link', 'set', PTMP, 'addrgenmode', 'none')
                inside(name, 'ip', 'address', 'add', f'fe80::4:{side}/64', 'dev', PTMP)
            add_port(name, f'l{k}', (f'fd00:8:{k}::{side}/64', f'10.8.{k}.{side}/30'), area, price, 'link')
    for k, (lan, area, cost, members) in enumerate(LANS):
        inside('sw', 'ip', 'link', 'add', lan, 'type', 'bridge', 'mcast_snooping', '0')
        inside('sw', 'ip', 'link', 'set', lan, 'up')
        for i, name in enumerate(members):
            run('ip', '-n', PREFIX + name, 'link', 'add', lan, 'type', 'veth', 'peer', 'name', f'{lan}-{name}',
                'netns', PREFIX + 'sw')
            inside('sw', 'ip', 'link', 'set', f'{lan}-{name}', 'master', lan, 'up')
            add_port(name, lan, (f'fd00:9:{k}::{i + 1}/64', f'10.9.{k}.{i + 1}/24'), area, cost, 'lan')
    for name, (six, four, area, cost) in STUBS.items():
        run('ip', '-n', PREFIX + name, 'link', 'add', 'stub', 'type', 'veth', 'peer', 'name', 'stub-far')
        inside(name, 'ip', 'link', 'set', 'stub-far', 'up')
        add_port(name, 'stub', (six, four), area, cost, 'stub')


def add_port(name, port, addresses, area, cost, kind):
    for address in addresses:
        inside(name, 'ip', 'address', 'add', address, 'dev', port)
    inside(name, 'ip', 'link', 'set', port, 'up')
    ports[name].append((port, area, cost, kind))


def bird_static(name, six):
    lines = []
    for prefix6, prefix4, via, metric, kind in STATIC.get(name, []):
        way = f'via {via[0 if six else 1]}' if via else 'blackhole'
        lines.append(f'  route {prefix6 if six else prefix4} {way} {{ ospf_metric{kind} = {metric}; }};')
    return lines


def bird_area(name, area, costs):
    lines = [f'  area {area} {{ {AREAS[area]}']
    for port, where, cost, kind in ports[name]:
        if where != area:
            continue
        far = f'fe80::4:{2 if name == "b2" else 1}'
        how = {'link': f'type ptmp; neighbors {{ {far}; }};' if port == PTMP else 'type ptp;', 'lan': 'type broadcast;', 'stub': 'stub;'}[kind]
        timers = 'hello 1; dead 4; retransmit 2; wait 2; '
        lines.append(f'    interface "{port}" {{ {how} cost {costs.get(port, cost)}; {timers}}};')
    return lines + ['  };']


def bird_config(name, costs):
    lines = ['log stderr all;', f'router id {RID[name]};', 'protocol device { scan time 1; }']
    for six in (True, False):
        family = 'ipv6' if six else 'ipv4'
        export = 'where source = RTS_STATIC' if name in STATIC else 'none'
        lines += [f'protocol static s{family} {{ {family};', *bird_static(name, six), '}',
                  f'protocol ospf v3 o{family} {{',
                  f'  {family} {{ import all; export {export}; }};', '  ecmp yes;']
        for area in sorted({p[1] for p in ports[name]}):
            lines += bird_area(name, area, costs)
        lines += ['}']
    return '\n'.join(lines) + '\n'


def start_bird(name, costs=None):
    path = pathlib.Path(f'{WORK}/{name}.conf')
    path.write_text(bird_config(name, costs or {}))
    background(name, 'bird', 'bird', '-f', '-c', str(path), '-s', f'{WORK}/{name}.ctl')


def start_f1():
    where = RUN / (PREFIX + 'f1')
    shutil.rmtree(where, ignore_errors=True)
    where.mkdir(parents=True)
    shutil.chown(where, 'frr', 'frr')
    os.chmod(WORK, 0o755)
    lines = ['hostname f1']
    for port, area, cost, kind in ports['f1']:
        lines += [f'interface {port}', f' ipv6 ospf6 area {area}', f' ipv6 ospf6 cost {cost}']
        lines += {'stub': [' ipv6 ospf6 passive'], 'link': [' ipv6 ospf6 network point-to-point'], 'lan': []}[kind]
        if kind != 'stub':
            lines += [' ipv6 ospf6 hello-interval 1', ' ipv6 ospf6 dead-interval 4', ' ipv6 ospf6 retransmit-interval 1']
    lines += ['router ospf6', f' ospf6 router-id {RID["f1"]}', ' area 2 stub', ' timers throttle spf 10 50 1000',
              ' redistribute static metric 15 metric-type 1']
    for program, text in (('zebra', 'hostname f1\n'),
                          ('staticd', ''.join(f'ipv6 route {p} blackhole\n' for p in F1_STATIC)),
                          ('ospf6d', '\n'.join(lines) + '\n')):
        path = pathlib.Path(f'{WORK}/f1.{program}.conf')
        path.write_text(text)
        background('f1', program, str(FRR / program), '-N', PREFIX + 'f1', '-f', str(path), '--log', 'stdout', '-i',
                   str(where / f'{program}.pid'), '-A', '127.0.0.1', '-P', '0')
        time.sleep(1)


def listen(out):
    for k, (a, b, *_) in enumerate(LINKS):
        background(a, f'dump{k}', 'tcpdump', '-i', f'l{k}', '-w', f'{out}/pcap/l{k}.{a}-{b}.pcap', '-U', '-Z', 'root',
                   'ip6', 'proto', '89')
    for lan, *_ in LANS:
        background('sw', lan, 'tcpdump', '-i', lan, '-w', f'{out}/pcap/{lan}.pcap', '-U', '-Z', 'root', 'ip6', 'proto', '89')
    time.sleep(1)


def said(*command):
    return subprocess.run(command, capture_output=True, text=True).stdout


def birdc(name, *command):
    return said('birdc', '-s', f'{WORK}/{name}.ctl', *command)


def answers(name):
    if name == 'f1':
        return {command: json.loads(said('vtysh', '-N', PREFIX + 'f1', '-c', command) or '{}')
                for command in ('show ipv6 route ospf6 json', 'show ipv6 ospf6 route json')}
    if (name, 'bird') not in started:
        return {}
    return {f'show route protocol {protocol}': birdc(name, 'show', 'route', 'protocol', protocol)
            for protocol in ('oipv6', 'oipv4')}


def main(out):
    os.makedirs(out + '/pcap', exist_ok=True)
    tables, events = {}, []

    def stage(name, wait):
        time.sleep(wait)
        tables[name] = {r: {'rid': RID[r], 't': time.time(), **answers(r)} for r in ROUTERS}
        events.append({'t': time.time(), 'event': 'snapshot', 'name': name})

    def event(text, *command):
        events.append({'t': time.time(), 'event': text})
        run(*command)

    def end(name):
        started[name, 'bird'].kill()
        started.pop((name, 'bird')).wait()

    try:
        build()
        listen(out)
        for name in ROUTERS[:-1]:
            start_bird(name)
        start_f1()
        stage('00-up', 20)
        event('parallel link b1-b2 down', 'ip', '-n', PREFIX + 'b1', 'link', 'set', 'l0', 'down')
        stage('01-parallel-down', 6)
        event('cost of b3 on lan0 becomes 50', 'true')
        pathlib.Path(f'{WORK}/b3.conf').write_text(bird_config('b3', {'lan0': 50}))
        birdc('b3', 'configure')
        stage('02-cost', 6)
        event('the externals of b4 go', 'true')
        birdc('b4', 'disable', 'sipv6')
        birdc('b4', 'disable', 'sipv4')
        stage('03-externals-gone', 6)
        event('b2 dies', 'true')
        end('b2')
        stage('04-b2-dead', 10)
        event('b2 starts, the parallel link is up', 'ip', '-n', PREFIX + 'b1', 'link', 'set', 'l0', 'up')
        start_bird('b2')
        birdc('b4', 'enable', 'sipv6')
        birdc('b4', 'enable', 'sipv4')
        stage('05-all-back', 20)
        for name in ROUTERS[:-1]:
            pathlib.Path(f'{WORK}/{name}.state').write_text(birdc(name, 'show', 'ospf', 'state', 'all', 'oipv6'))
    finally:
        for process in started.values():
            process.terminate()
        for process in started.values():
            process.wait()
        time.sleep(1)
        for name in ROUTERS + ['sw']:
            subprocess.run(['ip', 'netns', 'delete', PREFIX + name])
        shutil.rmtree(RUN / (PREFIX + 'f1'), ignore_errors=True)
    for path in pathlib.Path(out, 'pcap').glob('*.pcap'):
        with gzip.GzipFile(f'{path}.gz', 'wb', 9, mtime=0) as packed:
            packed.write(path.read_bytes())
        path.unlink()
    with gzip.GzipFile(f'{out}/tables.json.gz', 'wb', 9, mtime=0) as packed:
        packed.write(json.dumps(tables, indent=0, sort_keys=True).encode())
    pathlib.Path(out, 'events.jsonl').write_text(''.join(json.dumps(e) + '\n' for e in events))
    print(f'daemon logs: {WORK}')


if __name__ == '__main__':
    main(sys.argv[1])
