#!/usr/bin/env python3
"""Records IS-IS networks of FRR routers in namespaces: record.py levels|mixed|apart OUT_DIR

Needs root, FRR 8.4, iproute2, tcpdump; two minutes each. Writes pcap/*.pcap.gz, tables.json.gz, events.jsonl.

levels   two level 1 areas and a level 2 backbone, IPv4 and IPv6, wide metrics: a LAN of level 1 and one of level 2,
         links of both levels, parallel links, a redistributed prefix, attached routers; its events are failures,
         repairs, cost changes, the overload bit, a new designated router.
mixed    OSPFv2 and IS-IS side by side, some routers in both; IS-IS in transition style (narrow and wide metrics), its
         links announced for traffic engineering, addresses included.
apart    both levels and a LAN, with IPv6 in a topology of its own (RFC 5120): one link is not in it.

A table is what the router says itself: `show ip route isis json`, `show ipv6 route isis json`, `show isis
database`, in mixed also `show ip ospf route json`; beside it the addresses of its interfaces, so that a next
hop, link-local ones too, can be told by its router.
"""
import gzip
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

AREA = {'a': '49.0001', 'b': '49.0000', 'c': '49.0002', 'm': '49.0009', 'p': '49.0010'}
NETWORKS = {
    'levels': {
        'routers': {'a1': 1, 'a2': 1, 'a3': 12, 'a4': 12, 'b1': 2, 'b2': 2, 'c1': 12, 'c2': 1, 'c3': 1},
        'links': [  # router, router, levels, cost, cost back
            ('a2', 'a4', '1', 10, 10), ('a3', 'a4', '12', 15, 12), ('a3', 'b1', '2', 10, 10), ('a4', 'b2', '2', 20, 25),
            ('c1', 'c2', '1', 10, 10), ('c1', 'c3', '1', 30, 30), ('c2', 'c3', '1', 10, 10), ('c2', 'c3', '1', 10, 10),
            ('b2', 'c1', '2', 40, 40),
        ],
        'lans': [('lan0', '1', 10, ['a1', 'a2', 'a3']), ('lan1', '2', 10, ['b1', 'b2', 'c1'])],
        'stubs': {'a1': 2, 'a2': 1, 'b1': 1, 'c3': 2},
        'listen': ['lan0', 'lan1', 'l1.a3', 'l4.c1'],
        'te': [],  # FRR 8.4 crashes on a link failure with it
        'isis': {'a1': ['redistribute ipv4 static level-1 metric 5', 'redistribute ipv6 static level-1 metric 5'],
                 'b2': ['redistribute ipv4 static level-2 metric 30', 'redistribute ipv6 static level-2 metric 30']},
        'static': {'a1': ['ip route 203.0.113.0/24 blackhole', 'ipv6 route 2001:db8:5::/48 blackhole'],
                   'b2': ['ip route 198.51.100.0/24 blackhole', 'ipv6 route 2001:db8:6::/48 blackhole']},
        'style': 'wide',
    },
    'mixed': {
        'routers': {'m1': 2, 'm2': 2, 'm3': 2, 'm4': 2, 'm5': 0},
        'links': [('m1', 'm2', '2', 10, 10), ('m2', 'm3', '2', 10, 15), ('m3', 'm4', '2', 63, 60),
                  ('m1', 'm4', '2', 20, 20), ('m3', 'm5', 'ospf', 7, 7), ('m2', 'm5', 'ospf', 3, 3), ('m2', 'm3', 'ospf', 4, 4)],
        'lans': [],
        'stubs': {'m1': 1, 'm4': 1, 'm5': 1},
        'listen': ['l0.m1', 'l2.m3', 'l4.m3', 'l5.m2'],
        'te': ['m1', 'm2', 'm3', 'm4'],
        'isis': {},
        'static': {},
        'style': 'transition',
    },
    'apart': {
        'routers': {'p1': 1, 'p2': 12, 'p3': 12, 'p4': 2, 'p5': 2},
        'links': [('p1', 'p2', '1', 10, 10), ('p1', 'p3', '1', 20, 20), ('p2', 'p3', '12', 5, 7), ('p2', 'p4', '2', 10, 10, 'v4')],
        'lans': [('lan0', '2', 10, ['p3', 'p4', 'p5'])],
        'stubs': {'p1': 1, 'p4': 1, 'p5': 1},
        'listen': ['lan0', 'l2.p2'],
        'te': [],
        'isis': {n: ['topology ipv6-unicast'] for n in ('p1', 'p2', 'p3', 'p4', 'p5')},
        'static': {},
        'style': 'wide',
    },
}
WORK = tempfile.mkdtemp(prefix='isis-')  # configurations and logs of the daemons
FRR, RUN = pathlib.Path('/usr/lib/frr'), pathlib.Path('/var/run/frr')
started = []


class Network:
    def __init__(self, kind):
        self.__dict__.update(NETWORKS[kind])
        self.rid = {name: f'10.255.{ord(name[0]) - 96}.{name[1]}' for name in self.routers}
        self.ports = {name: [] for name in self.routers}  # (interface, v4, v6, levels, cost, kind)


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def space(name):
    return 'isis-' + name


def inside(name, *command):
    return run('ip', 'netns', 'exec', space(name), *command)


def background(name, *command):
    log = open(f'{WORK}/{name}.{pathlib.Path(command[0]).name}.{len(started)}.log', 'w')
    started.append(subprocess.Popen(['ip', 'netns', 'exec', space(name), *command], stdout=log, stderr=log))


def build(net):
    for name in [*net.routers, 'sw']:
        run('ip', 'netns', 'add', space(name))
        inside(name, 'sysctl', '-qw', 'net.ipv4.ip_forward=1', 'net.ipv4.conf.all.rp_filter=0',
               'net.ipv4.conf.default.rp_filter=0', 'net.ipv6.conf.all.forwarding=1', 'net.ipv6.conf.default.accept_dad=0',
               'net.ipv6.conf.all.accept_dad=0')
        inside(name, 'ip', 'link', 'set', 'lo', 'up')
    for name, rid in net.rid.items():
        inside(name, 'ip', 'address', 'add', rid + '/32', 'dev', 'lo')
        inside(name, 'ip', 'address', 'add', f'2001:db8:ff:{rid.split(".")[2]}::{name[1]}/128', 'dev', 'lo')
    for k, (a, b, levels, cost, back, *only) in enumerate(net.links):
        one, two = f'l{k}.{a}', f'l{k}.{b}'  # the same name of a link at both ends, and whose end it is
        run('ip', '-n', space(a), 'link', 'add', one, 'type', 'veth', 'peer', 'name', two, 'netns', space(b))
        for name, port, side, price in ((a, one, 1, cost), (b, two, 2, back)):
            v6 = None if only else f'2001:db8:8:{k}::{side}/64'
            add_port(net, name, port, f'10.8.{k}.{side}/30', v6, levels, price, 'link')
    for k, (lan, levels, cost, members) in enumerate(net.lans):
        inside('sw', 'ip', 'link', 'add', lan, 'type', 'bridge')
        inside('sw', 'ip', 'link', 'set', lan, 'up')
        for i, name in enumerate(members):
            run('ip', '-n', space(name), 'link', 'add', lan, 'type', 'veth', 'peer', 'name', f'{lan}-{name}', 'netns', space('sw'))
            inside('sw', 'ip', 'link', 'set', f'{lan}-{name}', 'master', lan, 'up')
            add_port(net, name, lan, f'10.9.{k}.{i + 1}/24', f'2001:db8:9:{k}::{i + 1}/64', levels, cost, 'lan')
    for name, count in net.stubs.items():
        for i in range(count):
            run('ip', '-n', space(name), 'link', 'add', f'stub{i}', 'type', 'veth', 'peer', 'name', f'stub{i}-far')
            inside(name, 'ip', 'link', 'set', f'stub{i}-far', 'up')
            group = (ord(name[0]) - 96) * 10 + int(name[1])
            ospf = 'ospf' if net.routers[name] == 0 else str(net.routers[name])
            add_port(net, name, f'stub{i}', f'10.{60 + i}.{group}.1/24', f'2001:db8:{60 + i}:{group}::1/64', ospf, 3 + i, 'stub')


def add_port(net, name, port, v4, v6, levels, cost, kind):
    inside(name, 'ip', 'address', 'add', v4, 'dev', port)
    if v6:
        inside(name, 'ip', 'address', 'add', v6, 'dev', port)
    inside(name, 'ip', 'link', 'set', port, 'up')
    net.ports[name].append((port, v4, v6, levels, cost, kind))


CIRCUIT = {'1': 'level-1', '2': 'level-2-only', '12': 'level-1-2'}


def isis_config(net, name):
    number = f'{ord(name[0]):02x}{int(name[1]):02x}'
    # The router's part first: a first LSP that is made before the interval is read waits for the default of 30 s.
    lines = [f'hostname {name}', 'router isis N', ' lsp-gen-interval 1', ' spf-interval 1',
             f' net {AREA[name[0]]}.0000.0000.{number}.00', f' is-type {CIRCUIT[str(net.routers[name])]}',
             f' metric-style {net.style}', ' log-adjacency-changes']
    if name in net.te:
        lines += [' mpls-te on', f' mpls-te router-address {net.rid[name]}']
    lines += [' ' + line for line in net.isis.get(name, [])]
    for port, _, v6, levels, cost, kind in net.ports[name]:
        if levels == 'ospf':
            continue
        six = ' ipv6 router isis N' if v6 else ' no isis topology ipv6-unicast'
        lines += [f'interface {port}', ' ip router isis N', six, f' isis circuit-type {CIRCUIT[levels]}',
                  f' isis metric {cost}', ' isis hello-interval 1', ' isis hello-multiplier 3', ' isis csnp-interval 2',
                  ' isis psnp-interval 1']
        lines += {'link': [' isis network point-to-point'], 'stub': [' isis passive'], 'lan': []}[kind]
        if port == 'lan0' and name == 'a1':
            lines += [' isis priority 100']
    lines += ['interface lo', ' ip router isis N', ' ipv6 router isis N', ' isis passive']
    return '\n'.join(lines) + '\n'


def zebra_config(net, name):
    lines = [f'hostname {name}', f'ip router-id {net.rid[name]}']
    if name in net.te:
        for port, _, _, levels, _, kind in net.ports[name]:
            if levels != 'ospf' and kind != 'stub':
                lines += [f'interface {port}', ' link-params', '  enable', '  metric 77', '  admin-grp 0x5', '  max-bw 1.25e+07',
                          ' exit-link-params']
    return '\n'.join(lines) + '\n'


def ospf_config(net, name):
    lines = [f'hostname {name}']
    for port, _, _, levels, cost, kind in net.ports[name]:
        if levels != 'ospf':
            continue
        lines += [f'interface {port}', ' ip ospf area 0', f' ip ospf cost {cost}', ' ip ospf hello-interval 1',
                  ' ip ospf dead-interval 3', ' ip ospf retransmit-interval 1']
        lines += {'link': [' ip ospf network point-to-point'], 'stub': [' ip ospf passive']}[kind]
    return '\n'.join(lines + ['interface lo', ' ip ospf area 0', 'router ospf', f' ospf router-id {net.rid[name]}',
                              ' timers throttle spf 10 50 1000', ' timers throttle lsa all 100', ' timers lsa min-arrival 50']) + '\n'


def daemon(name, program, text):
    path = pathlib.Path(f'{WORK}/{name}.{program}.conf')
    path.write_text(text)
    background(name, str(FRR / program), '-N', space(name), '-f', str(path), '--log', 'stdout', '-i',
               str(RUN / space(name) / f'{program}.pid'), '-A', '127.0.0.1', '-P', '0')


def start(net):
    os.chmod(WORK, 0o755)
    for name in net.routers:
        where = RUN / space(name)
        shutil.rmtree(where, ignore_errors=True)
        where.mkdir(parents=True)
        shutil.chown(where, 'frr', 'frr')
        daemon(name, 'zebra', zebra_config(net, name))
    time.sleep(3)
    for name, routes in net.static.items():
        daemon(name, 'staticd', '\n'.join(routes) + '\n')
    for name, level in net.routers.items():
        if level:
            daemon(name, 'isisd', isis_config(net, name))
        if runs_ospf(net, name):
            daemon(name, 'ospfd', ospf_config(net, name))


def runs_ospf(net, name):
    return any(levels == 'ospf' for _, _, _, levels, _, _ in net.ports[name])


def listen(net, out):
    for port in net.listen:
        name = port.split('.')[1] if '.' in port else 'sw'
        background(name, 'tcpdump', '-i', port, '-w', f'{out}/pcap/{port}.pcap', '-U', '-Z', 'root', 'iso or ip proto 89')
    time.sleep(1)


def ask(name, command):
    done = subprocess.run(['vtysh', '-N', space(name), '-c', command], capture_output=True, text=True)
    return json.loads(done.stdout or '{}')


def lsps(name):
    """{level: {LSP ID: [sequence, checksum, lifetime left]}}; from text, since FRR 8.4's JSON keeps one LSP only.

    Of a purged LSP the text has the time that it is still remembered, in parentheses: its lifetime is 0."""
    text = subprocess.run(['vtysh', '-N', space(name), '-c', 'show isis database'], capture_output=True, text=True).stdout
    found, level = {}, None
    for line in text.splitlines():
        head = re.match(r'IS-IS Level-(\d)', line)
        if head:
            level = found.setdefault(head[1], {})
        lsp = re.match(r'(\S+\.[0-9a-f]{2}-[0-9a-f]{2}) +\*? +\d+ +(0x\w+) +(0x\w+) +(\(?)(\d+)', line)
        if lsp:
            level[lsp[1]] = [lsp[2], lsp[3], 0 if lsp[4] else int(lsp[5])]
    return found


def tell(name, *lines):
    run('vtysh', '-N', space(name), *(part for line in ('configure terminal', *lines) for part in ('-c', line)))


def table(net, name):
    answer = {'rid': net.rid[name], 't': time.time()}
    addresses = json.loads(inside(name, 'ip', '-j', 'address'))
    answer['addresses'] = sorted(i['local'] for port in addresses for i in port['addr_info'] if port['ifname'] != 'lo')
    if net.routers[name]:
        answer['ipv4'] = ask(name, 'show ip route isis json')
        answer['ipv6'] = ask(name, 'show ipv6 route isis json')
        answer['database'] = lsps(name)
    if runs_ospf(net, name):
        answer['ospf'] = ask(name, 'show ip ospf route json')
    return answer


def story(kind, stage, event):
    def down(name, port):
        event(f'{name} {port} down', 'ip', '-n', space(name), 'link', 'set', port, 'down')

    def up(name, port, v6):
        event(f'{name} {port} up', 'ip', '-n', space(name), 'link', 'set', port, 'up')
        inside(name, 'ip', 'address', 'replace', v6, 'dev', port)  # went with the link

    def change(name, *lines):
        event(f'{name}: ' + '; '.join(lines))
        tell(name, *lines)

    stage('00-up', 25)
    if kind == 'mixed':
        down('m1', 'l0.m1')
        stage('01-m1-m2-down', 8)
        up('m1', 'l0.m1', '2001:db8:8:0::1/64')
        change('m5', 'interface l5.m5', 'ip ospf cost 50')
        stage('02-m1-m2-up-ospf-cost', 14)
        change('m3', 'interface l2.m3', 'isis metric 2')
        stage('03-cost', 8)
        return
    if kind == 'apart':
        down('p1', 'l0.p1')
        stage('01-p1-p2-down', 8)
        up('p1', 'l0.p1', '2001:db8:8:0::1/64')
        change('p3', 'router isis N', 'set-overload-bit')
        stage('02-repaired-overload-p3', 14)
        change('p3', 'router isis N', 'no set-overload-bit')
        down('p3', 'lan0')
        stage('03-p3-off-lan0', 10)
        return
    down('a2', 'l0.a2')
    stage('01-a2-a4-down', 8)
    up('a2', 'l0.a2', '2001:db8:8:0::1/64')
    change('c2', 'interface l6.c2', 'isis metric 35')
    stage('02-repaired-cost', 12)
    change('b1', 'router isis N', 'set-overload-bit')
    stage('03-overload-b1', 8)
    change('a4', 'router isis N', 'set-overload-bit')
    stage('04-overload-a4', 8)
    change('a4', 'router isis N', 'no set-overload-bit')
    change('b1', 'router isis N', 'no set-overload-bit')
    down('a3', 'l2.a3')
    down('a3', 'l1.a3')
    stage('05-a3-detached', 8)
    up('a3', 'l2.a3', '2001:db8:8:2::1/64')
    up('a3', 'l1.a3', '2001:db8:8:1::1/64')
    down('a1', 'lan0')
    stage('06-a3-attached-lan0-without-a1', 15)
    up('a1', 'lan0', '2001:db8:9:0::1/64')
    change('a1', 'router isis N', 'no redistribute ipv4 static level-1')
    stage('07-lan0-whole-static-gone', 15)
    change('c2', 'interface l7.c2', 'isis metric 5')
    down('b2', 'lan1')
    stage('08-b2-off-lan1', 10)


def main(kind, out):
    net = Network(kind)
    os.makedirs(out + '/pcap', exist_ok=True)
    tables, events = {}, []

    def stage(name, wait):
        time.sleep(wait)
        tables[name] = {r: table(net, r) for r in net.routers}
        events.append({'t': time.time(), 'event': 'snapshot', 'name': name})

    def event(text, *command):
        events.append({'t': time.time(), 'event': text})
        if command:
            run(*command)

    try:
        build(net)
        listen(net, out)
        start(net)
        story(kind, stage, event)
    finally:
        stop(net)
    for path in pathlib.Path(out, 'pcap').glob('*.pcap'):
        with gzip.GzipFile(f'{path}.gz', 'wb', 9, mtime=0) as packed:
            packed.write(path.read_bytes())
        path.unlink()
    with gzip.GzipFile(f'{out}/tables.json.gz', 'wb', 9, mtime=0) as packed:
        packed.write(json.dumps(tables, indent=0, sort_keys=True).encode())
    pathlib.Path(out, 'events.jsonl').write_text(''.join(json.dumps(e) + '\n' for e in events))


def stop(net):
    for process in started:
        process.terminate()
    for process in started:
        process.wait()
    for name in [*net.routers, 'sw']:
        for pid in subprocess.run(['ip', 'netns', 'pids', space(name)], capture_output=True, text=True).stdout.split():
            os.kill(int(pid), 15)
    time.sleep(1)
    for name in [*net.routers, 'sw']:
        subprocess.run(['ip', 'netns', 'delete', space(name)], check=False)
        shutil.rmtree(RUN / space(name), ignore_errors=True)


if __name__ == '__main__':
    if len(sys.argv) != 3 or sys.argv[1] not in NETWORKS:
        sys.exit('usage: record.py levels|mixed|apart OUT_DIR')
    main(sys.argv[1], sys.argv[2])
