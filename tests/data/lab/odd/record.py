#!/usr/bin/env python3
"""Records the network `odd`: FRR routers in namespaces, with what OSPF has that ordinary networks lack.

record.py OUT_DIR   needs root, FRR 8.4, iproute2, tcpdump; about a minute. Writes pcap/*.pcap.gz, tables.json.gz,
events.jsonl as tests/data/lab/six has them. Area 1 carries a virtual link to area 4; area 2 is totally stubby; area
3 not-so-stubby with two border routers; unnumbered and parallel links; a range; externals of both types with and
without forwarding address; prefixes in two places and in two areas; a router with the highest link costs.
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

LINKS = [  # router, router, area, cost, cost back; 'u' = unnumbered
    ('a1', 'a2', 0, 10, 10), ('a1', 'a2', 0, 10, 10), ('a1', 'a3', 0, 15, 12), ('a2', 'a3', 0, 5, 5),
    ('a1', 'b1', 1, 10, 10), ('b1', 'b2', 1, 7, 7), ('a3', 'b1', 1, 30, 30), ('b2', 'c1', 4, 3, 3),
    ('a3', 'd1', 2, 5, 5, 'u'), ('a3', 'd2', 2, 5, 5), ('d1', 'd2', 2, 1, 1),
    ('a4', 'e1', 3, 4, 4), ('a2', 'e2', 3, 4, 4), ('e1', 'e2', 3, 2, 2),
]
LANS = [('lan0', 0, 20, ['a2', 'a3', 'a4']), ('lan3', 3, 10, ['e1', 'e2', 'a4'])]
STUBS = {  # router: [(prefix, area, cost)]
    'a2': [('10.77.0.1/24', 0, 1)], 'b1': [('10.60.1.1/24', 1, 1), ('10.60.2.1/24', 1, 2), ('10.77.0.2/24', 1, 1)],
    'c1': [('10.80.1.1/24', 4, 1)], 'd1': [('10.78.0.1/24', 2, 3)], 'd2': [('10.78.0.2/24', 2, 4)],
    'e1': [('10.79.1.1/24', 3, 1)],
}
ROUTERS = ['a1', 'a2', 'a3', 'a4', 'b1', 'b2', 'c1', 'd1', 'd2', 'e1', 'e2']
RID = {name: f'10.254.0.{i + 1}' for i, name in enumerate(ROUTERS)}
HOME = {'a': 0, 'b': 1, 'c': 4, 'd': 2, 'e': 3}
VIRTUAL = ' hello-interval 1 retransmit-interval 1 dead-interval 3'
OSPF = {
    'a1': [f'area 1 virtual-link {RID["b2"]}' + VIRTUAL, 'area 1 range 10.60.0.0/16'],
    'b2': [f'area 1 virtual-link {RID["a1"]}' + VIRTUAL],
    'a2': ['area 3 nssa'], 'a4': ['area 3 nssa', 'redistribute static metric 40 metric-type 1'],
    'e1': ['area 3 nssa', 'redistribute static metric 20'],
    'e2': ['area 3 nssa', 'redistribute static metric 20 metric-type 1'],
    'a3': ['area 2 stub no-summary', 'redistribute static metric 33'],
    'd1': ['area 2 stub'], 'd2': ['area 2 stub', 'max-metric router-lsa administrative'],
    'c1': ['redistribute static metric 9 metric-type 1'],
}
STATIC = {
    'a3': ['ip route 203.0.113.0/24 10.9.0.99', 'ip route 198.51.100.0/24 blackhole', 'ip route 192.0.2.0/24 blackhole'],
    'a4': ['ip route 198.51.100.0/24 blackhole', 'ip route 203.0.114.0/24 10.9.0.98'],
    'e1': ['ip route 203.0.115.0/24 blackhole', 'ip route 203.0.116.0/24 10.9.1.97'],
    'e2': ['ip route 203.0.115.0/24 blackhole', 'ip route 203.0.117.0/24 blackhole'],
    'c1': ['ip route 192.0.2.0/24 blackhole'],
}
WORK = tempfile.mkdtemp(prefix='odd-')  # configurations and logs of the daemons
FRR, RUN = pathlib.Path('/usr/lib/frr'), pathlib.Path('/var/run/frr')
ports = {name: [] for name in ROUTERS}  # (interface, address, area, cost, kind)
started = []


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def inside(name, *command):
    return run('ip', 'netns', 'exec', 'odd-' + name, *command)


def background(name, *command):
    log = open(f'{WORK}/{name}.{pathlib.Path(command[0]).name}.log', 'w')
    started.append(subprocess.Popen(['ip', 'netns', 'exec', 'odd-' + name, *command], stdout=log, stderr=log))


def build():
    for name in ROUTERS + ['sw']:
        run('ip', 'netns', 'add', 'odd-' + name)
        inside(name, 'ip', 'link', 'set', 'lo', 'up')
        inside(name, 'sysctl', '-qw', 'net.ipv4.ip_forward=1', 'net.ipv4.conf.all.rp_filter=0',
               'net.ipv6.conf.all.disable_ipv6=1')
    for name in ROUTERS:
        inside(name, 'ip', 'address', 'add', RID[name] + '/32', 'dev', 'lo')
    for k, (a, b, area, cost, back, *extra) in enumerate(LINKS):
        one, two = f'l{k}-{b}', f'l{k}-{a}'
        run('ip', '-n', 'odd-' + a, 'link', 'add', one, 'type', 'veth', 'peer', 'name', two, 'netns', 'odd-' + b)
        for name, port, side, price in ((a, one, 1, cost), (b, two, 2, back)):
            address = RID[name] + '/32' if extra else f'10.8.{k}.{side}/30'
            add_port(name, port, address, area, price, 'link')
    for k, (lan, area, cost, members) in enumerate(LANS):
        inside('sw', 'ip', 'link', 'add', lan, 'type', 'bridge')
        inside('sw', 'ip', 'link', 'set', lan, 'up')
        for i, name in enumerate(members):
            run('ip', '-n', 'odd-' + name, 'link', 'add', lan, 'type', 'veth', 'peer', 'name', f'{lan}-{name}', 'netns', 'odd-sw')
            inside('sw', 'ip', 'link', 'set', f'{lan}-{name}', 'master', lan, 'up')
            add_port(name, lan, f'10.9.{k}.{i + 1}/24', area, cost, 'lan')
    for name, stubs in STUBS.items():
        for i, (address, area, cost) in enumerate(stubs):
            run('ip', '-n', 'odd-' + name, 'link', 'add', f'stub{i}', 'type', 'veth', 'peer', 'name', f'stub{i}-far')
            inside(name, 'ip', 'link', 'set', f'stub{i}-far', 'up')
            add_port(name, f'stub{i}', address, area, cost, 'stub')


def add_port(name, port, address, area, cost, kind):
    inside(name, 'ip', 'address', 'add', address, 'dev', port)
    inside(name, 'ip', 'link', 'set', port, 'up')
    ports[name].append((port, address, area, cost, kind))


def config(name):
    lines = [f'hostname {name}']
    for port, _, area, cost, kind in ports[name]:
        lines += [f'interface {port}', f' ip ospf area {area}', f' ip ospf cost {cost}', ' ip ospf hello-interval 1',
                  ' ip ospf dead-interval 3', ' ip ospf retransmit-interval 1']
        lines += {'link': [' ip ospf network point-to-point'], 'stub': [' ip ospf passive'], 'lan': []}[kind]
    lines += ['interface lo', f' ip ospf area {HOME[name[0]]}', 'router ospf', f' ospf router-id {RID[name]}',
              ' timers throttle spf 10 50 1000', ' timers throttle lsa all 100', ' timers lsa min-arrival 50']
    return '\n'.join(lines + [' ' + line for line in OSPF.get(name, [])]) + '\n'


def daemon(name, program, text):
    path = pathlib.Path(f'{WORK}/{name}.{program}.conf')
    path.write_text(text)
    background(name, str(FRR / program), '-N', 'odd-' + name, '-f', str(path), '--log', 'stdout', '-i',
               str(RUN / ('odd-' + name) / f'{program}.pid'), '-A', '127.0.0.1', '-P', '0')


def start():
    os.chmod(WORK, 0o755)
    for name in ROUTERS:
        where = RUN / ('odd-' + name)
        shutil.rmtree(where, ignore_errors=True)
        where.mkdir(parents=True)
        shutil.chown(where, 'frr', 'frr')
        daemon(name, 'zebra', f'hostname {name}\n')
    time.sleep(2)
    for name in STATIC:
        daemon(name, 'staticd', '\n'.join(STATIC[name]) + '\n')
    for name in ROUTERS:
        daemon(name, 'ospfd', config(name))


def listen(out):
    for k, (a, b, *_) in enumerate(LINKS):
        background(a, 'tcpdump', '-i', f'l{k}-{b}', '-w', f'{out}/pcap/l{k}.{a}-{b}.pcap', '-U', '-Z', 'root', 'ip', 'proto', '89')
    for lan, *_ in LANS:
        background('sw', 'tcpdump', '-i', lan, '-w', f'{out}/pcap/{lan}.pcap', '-U', '-Z', 'root', 'ip', 'proto', '89')
    time.sleep(1)


def ask(name, command):
    done = subprocess.run(['vtysh', '-N', 'odd-' + name, '-c', command], capture_output=True, text=True)
    return done.stdout


def story(stage, event):
    stage('00-up', 25)
    event('parallel link a1-a2 down', 'ip', '-n', 'odd-a1', 'link', 'set', 'l0-a2', 'down')
    stage('01-parallel-down', 4)
    event('transit link a1-b1 down', 'ip', '-n', 'odd-a1', 'link', 'set', 'l4-b1', 'down')
    stage('02-transit-down', 8)
    event('both up', 'sh', '-c', 'ip -n odd-a1 link set l4-b1 up; ip -n odd-a1 link set l0-a2 up')
    stage('03-both-up', 15)
    event('e1 leaves the backbone side', 'ip', '-n', 'odd-e1', 'link', 'set', 'l11-a4', 'down')
    stage('04-nssa-link-down', 5)


def main(out):
    os.makedirs(out + '/pcap', exist_ok=True)
    tables, events = {}, []
    try:
        build()
        listen(out)
        start()

        def stage(name, wait):
            time.sleep(wait)
            tables[name] = {r: {'rid': RID[r], 't': time.time(),
                                'routes': json.loads(ask(r, 'show ip ospf route json') or '{}')} for r in ROUTERS}
            events.append({'t': time.time(), 'event': 'snapshot', 'name': name})

        def event(text, *command):
            events.append({'t': time.time(), 'event': text})
            run(*command)

        story(stage, event)
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait()
        for name in ROUTERS + ['sw']:
            for pid in subprocess.run(['ip', 'netns', 'pids', 'odd-' + name], capture_output=True, text=True).stdout.split():
                os.kill(int(pid), 15)
        time.sleep(1)
        for name in ROUTERS + ['sw']:
            subprocess.run(['ip', 'netns', 'delete', 'odd-' + name])
            shutil.rmtree(RUN / ('odd-' + name), ignore_errors=True)
    for path in pathlib.Path(out, 'pcap').glob('*.pcap'):
        with gzip.GzipFile(f'{path}.gz', 'wb', 9, mtime=0) as packed:
            packed.write(path.read_bytes())
        path.unlink()
    with gzip.GzipFile(f'{out}/tables.json.gz', 'wb', 9, mtime=0) as packed:
        packed.write(json.dumps(tables, indent=0, sort_keys=True).encode())
    pathlib.Path(out, 'events.jsonl').write_text(''.join(json.dumps(e) + '\n' for e in events))


if __name__ == '__main__':
    main(sys.argv[1])
