#!/usr/bin/env python3
"""The listener against live FRR and BIRD in network namespaces: listen_check.py ANEMONE TRY_FLOOD.

          r1 FRR ---- area 1, MD5 ---- l      a LAN in area 0: r1 is designated, r2 its backup;
          /|                           |      l listens there and on two wires, c captures,
  LAN ---+-+-----------+------+--------+      f tries to flood.
         |             |      |        |
        r3 FRR, with   c      f        |
        an external   r2 BIRD ---- area 2, stub (r2 - l)

What is shown: capture says nothing at all; an adjacency, as master and as slave, gets every LSA within
seconds and changes nothing: no LSA, no route, not when it is killed either; a flood is stopped.
Needs root, FRR and BIRD; fails and says what is missing when it is not there.
"""
import json
import re
import signal
import subprocess
import sys
import time

import lsa_log
from live_network import Missing, Network, wait_for

HELLO, DEAD = 1, 4
LOADED_WITHIN_S = 8
STEADY_S = 3
ANEMONE, TRY_FLOOD = sys.argv[1:3]
SECTIONS = {'Router': 1, 'Net': 2, 'Summary': 3, 'ASBR-Summary': 4, 'AS External': 5}

# A program that makes the kernel speak: it asks who has an address (ARP), and joins a group (IGMP).
WANTS_TO_SPEAK = '''
import socket, time
out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
out.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP,
               socket.inet_aton("239.1.2.3") + socket.inet_aton("10.0.0.8"))
for _ in range(3):
    out.sendto(b"anybody?", ("10.0.0.77", 9))
    time.sleep(1)
'''

# More frames of OSPF (of no known version) than a socket's buffer holds.
TOO_MANY = '''
import socket
out = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
out.bind(("many", 0))
frame = bytes.fromhex("01005e00000502000000000108004500002000000000015900000a040002e0000005") + bytes(1000)
for _ in range(60000):
    out.send(frame)
'''
# A tunnel's far end: makes the device tun0, says hello each second, and prints what comes out.
FAR_END = '''
import fcntl, os, socket, struct, subprocess, sys, threading, time
tun = os.open("/dev/net/tun", os.O_RDWR)
fcntl.ioctl(tun, 0x400454ca, struct.pack("16sH", b"tun0", 0x1001))  # TUNSETIFF: IFF_TUN, IFF_NO_PI
subprocess.run("ip addr add 10.3.0.2/32 peer 10.3.0.1 dev tun0; ip link set tun0 up", shell=True, check=True)

def checksum(data):
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff

def packet(hello):
    ospf = struct.pack(">BBH4s4sHHQ", 2, 1, 24 + len(hello), socket.inet_aton("10.255.0.99"), bytes(4), 0, 0, 0) + hello
    ospf = ospf[:12] + struct.pack(">H", checksum(ospf)) + ospf[14:]
    ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0xc0, 20 + len(ospf), 0, 0, 1, 89, 0,
                     socket.inet_aton("10.3.0.1"), socket.inet_aton("224.0.0.5"))
    return ip[:10] + struct.pack(">H", checksum(ip)) + ip[12:] + ospf

def speak():
    while True:
        os.write(tun, packet(struct.pack(">IHBBI4s4s4s", 0, 1, 2, 1, 4, bytes(4), bytes(4), socket.inet_aton("10.3.0.2"))))
        time.sleep(1)

threading.Thread(target=speak, daemon=True).start()
while True:
    came = os.read(tun, 4096)
    kind = {1: "hello", 2: "dd", 3: "lsr", 4: "lsu", 5: "ack"}[came[21]] if came[0] == 0x45 and came[9] == 89 else "other"
    print(kind, socket.inet_ntoa(came[16:20]) if came[0] == 0x45 else "", flush=True)
'''


def interface(name, kind, area='0.0.0.0', more=''):
    return (f'interface {name}\n ip ospf area {area}\n ip ospf cost 10\n ip ospf hello-interval {HELLO}\n'
            f' ip ospf dead-interval {DEAD}\n ip ospf retransmit-interval 1\n ip ospf network {kind}\n{more}')


def frr_config(router, interfaces, more=''):
    return ('log stdout\n' + ''.join(interfaces) + f'router ospf\n ospf router-id {router}\n'
            ' timers throttle spf 10 50 1000\n timers throttle lsa all 100\n' + more)


def others(number):
    """OSPFv3 and IS-IS on the same LAN, to be captured."""
    return {'ospf6d': f'''log stdout
interface lan
 ipv6 ospf6 area 0.0.0.0
 ipv6 ospf6 hello-interval {HELLO}
 ipv6 ospf6 dead-interval {DEAD}
router ospf6
 ospf6 router-id 10.255.0.{number}
''', 'isisd': f'''log stdout
interface lan
 ip router isis lab
 isis hello-interval {HELLO}
router isis lab
 net 49.0001.0000.0000.000{number}.00
 is-type level-2-only
 lsp-gen-interval 1
'''}


BIRD = f'''router id 10.255.0.2;
protocol device {{}}
protocol kernel {{ ipv4 {{ export all; }}; }}
protocol ospf v2 o {{ tick 1; ipv4 {{ export none; }};
  area 0 {{
    interface "lan" {{ type broadcast; hello {HELLO}; dead {DEAD}; retransmit 2; priority 4; cost 10; }};
    interface "lo" {{ stub; }};
  }};
  area 2 {{ stub;
    interface "wire" {{ type pointopoint; hello {HELLO}; dead {DEAD}; retransmit 2; cost 10; }};
  }};
}}
'''


def build(net):
    net.add('r1', 'r2', 'r3', 'sw', 'l', 'c', 'f')
    net.lan('sw', [('r1', 'lan', '10.0.0.1/24'), ('r2', 'lan', '10.0.0.2/24'), ('r3', 'lan', '10.0.0.3/24'),
                   ('l', 'lan', '10.0.0.9/24'), ('c', 'lan', '10.0.0.8/24'), ('f', 'lan', '10.0.0.7/24')])
    net.wire('r1', 'wire', 'l', 'frr', '10.1.0.1/30', '10.1.0.2/30')
    net.wire('r2', 'wire', 'l', 'bird', '10.2.0.1/30', '10.2.0.2/30')
    for number in (1, 2, 3):
        net.sh(f'r{number}', f'ip addr add 10.255.0.{number}/32 dev lo')
    md5 = ' ip ospf authentication message-digest\n ip ospf message-digest-key 1 md5 secret\n'
    lo = 'interface lo\n ip ospf area 0.0.0.0\n'
    net.frr('r1', frr_config('10.255.0.1', [interface('lan', 'broadcast', more=' ip ospf priority 5\n'),
                                            interface('wire', 'point-to-point', '0.0.0.1', md5), lo]), **others(1))
    net.frr('r3', frr_config('10.255.0.3', [interface('lan', 'broadcast'), lo], ' redistribute static\n'),
            ''.join(f'ip route 192.168.{n}.0/24 blackhole\n' for n in range(40)), **others(3))
    net.bird('r2', BIRD)
    wait_for('all three full with each other', lambda: net.vty('r3', 'show ip ospf neighbor').count('Full') == 2
             and net.vty('r1', 'show ip ospf neighbor').count('Full') == 2, 40)
    wait_for('one database everywhere', lambda: frr_database(net, 'r1', '0.0.0.0') == frr_database(net, 'r3', '0.0.0.0')
             == bird_database(net, '0.0.0.0') and len(routes(net, 'r1')) > 42, 40)


def frr_database(net, router, area):
    """{(type, id, router): (sequence, checksum)} of an area and of the whole AS, as the router shows it."""
    held, kind, inside = {}, None, False
    for line in net.vty(router, 'show ip ospf database').splitlines():
        head = re.match(r'\s+(\S.*?) Link States(?: \(Area ([\d.]+).*\))?\s*$', line)
        if head:
            kind, inside = SECTIONS.get(head.group(1)), head.group(2) in (None, area)
        row = re.match(r'(\d+\.\d+\.\d+\.\d+)\s+(\S+)\s+(\d+) 0x(\w+) 0x(\w+)', line)
        if row and kind and inside and int(row.group(3)) < 3600:
            held[kind, row.group(1), row.group(2)] = (int(row.group(4), 16), int(row.group(5), 16))
    return held


def flushed_in(net, router):
    """What the router still keeps at MaxAge."""
    return len(re.findall(r'^\d+\.\d+\.\d+\.\d+\s+\S+\s+3600 0x', net.vty(router, 'show ip ospf database'), re.M))


def bird_database(net, area):
    held, inside = {}, True
    for line in net.birdc('r2', 'show', 'ospf', 'lsadb').splitlines():
        head = re.match(r'(Global|Area (\S+))', line)
        if head:
            inside = area != '0.0.0.2' if head.group(1) == 'Global' else head.group(2) == area
        row = re.match(r' (\w{4})\s+(\S+)\s+(\S+)\s+(\w{8})\s+(\d+)\s+(\w{4})', line)
        if row and inside and int(row.group(5)) < 3600:
            held[int(row.group(1), 16), row.group(2), row.group(3)] = (int(row.group(4), 16), int(row.group(6), 16))
    return held


def routes(net, router):
    return sorted(json.dumps(route, sort_keys=True) for route in
                  json.loads(net.sh(router, 'ip -j route show proto ospf; true') or '[]')
                  + json.loads(net.sh(router, 'ip -j route show proto bird; true') or '[]'))


def everything(net):
    return {'r1': frr_database(net, 'r1', '0.0.0.0'), 'r1 area 1': frr_database(net, 'r1', '0.0.0.1'),
            'r3': frr_database(net, 'r3', '0.0.0.0'), 'r2': bird_database(net, '0.0.0.0'),
            'r2 area 2': bird_database(net, '0.0.0.2'),
            **{f'{router} routes': routes(net, router) for router in ('r1', 'r2', 'r3')}}


def same(before, after, what):
    for name in before:
        if before[name] != after[name]:
            was, is_now = (list(d.items()) if isinstance(d, dict) else d for d in (before[name], after[name]))
            raise AssertionError(f'{what}: {name} changed: {[x for x in was if x not in is_now]} became '
                                 f'{[x for x in is_now if x not in was]}')


def sent_by(net, name, port='lan'):
    return json.loads(net.sh(name, f'ip -s -j link show dev {port}'))[0]['stats64']['tx']['packets']


class Snoop:
    def __init__(self, net, name, *arguments):
        self.net, self.name = net, name
        self.log, self.status_file = net.folder / f'{name}.lsalog', net.folder / f'{name}.status'
        self.status_file.unlink(missing_ok=True)
        self.process = net.start(name, ANEMONE, 'snoop', '--log', str(self.log), '--status', str(self.status_file),
                                 '--name', name, *arguments, log=f'{name}.snoop.log')

    def status(self):
        if self.process.poll() is not None:
            raise AssertionError(f'snoop ended: {self.net.log(f"{self.name}.snoop.log")[-800:]}')
        return json.loads(self.status_file.read_text()) if self.status_file.exists() else None

    def interface(self, name):
        status = self.status()
        return next(i for i in status['interfaces'] if i['interface'] == name) if status else None

    def stop(self):
        self.process.terminate()
        assert self.process.wait(timeout=5) == 0, self.net.log(f'{self.name}.snoop.log')


def adjacency(net, router):
    keys = net.folder / 'keys'
    keys.write_text('0.0.0.1:1:md5:secret\n')
    more = f'mode=adjacency,router-id={router}'
    return Snoop(net, 'l', '--keys', str(keys), '--interface', f'lan,{more}',
                 '--interface', f'frr,{more},network=point-to-point',
                 '--interface', f'bird,{more},network=point-to-point')


def check_capture(net):
    """Nothing leaves, though much wants to; and what is flooded is heard."""
    far = net.start('sw', 'tcpdump', '-i', 'to-c', '-Q', 'in', '-n', '-l', '-U', '-Z', 'root', log='far.txt')
    wait_for('tcpdump', lambda: 'listening on' in net.log('far.txt'), 5)
    snoop = Snoop(net, 'c', '--interface', 'lan')
    wait_for('capture', snoop.status, 5)
    before = sent_by(net, 'c')
    net.sh('c', 'ip -6 addr add 2001:db8::8/64 dev lan')
    net.start('c', sys.executable, '-c', WANTS_TO_SPEAK)
    net.vty('r3', 'configure terminal', 'interface lan', 'ip ospf cost 11', 'end')
    wait_for('r3 says its new cost', lambda: any(key[:3] == (1, '10.255.0.3', '10.255.0.3') for key in
                                                 lsa_log.database(snoop.log, 'c:lan', 0)), 8)
    net.vty('r3', 'configure terminal', 'interface lan', 'ipv6 ospf6 cost 20', 'end', daemon='ospf6d')
    net.vty('r3', 'configure terminal', 'interface lan', 'isis metric 20', 'end', daemon='isisd')
    wait_for('OSPFv3 and IS-IS are heard, too', lambda: {0x100, 0x300} <= {
        r[3] for r in lsa_log.records(snoop.log) if r[0] == 'other'}, 15)
    stopped = wait_for('the kernel wants to speak of ARP, IPv6 and IGMP', lambda: (
        lambda s: s if {'arp', 'ipv6', 'igmp'} <= set(s) else None)(snoop.interface('lan')['guard']['stopped']), 8)
    assert sent_by(net, 'c') == before, 'the capturing listener sent something'
    heard = snoop.interface('lan')
    snoop.stop()
    net.sh('c', 'ip -6 addr del 2001:db8::8/64 dev lan')
    far_heard = [line for line in net.log('far.txt').splitlines() if re.match(r'\d\d:\d\d:\d\d', line)]
    assert not far_heard, f'the far end heard: {far_heard[:3]}'
    print(f'capture: 0 packets left, {sum(stopped.values())} were stopped ({stopped}); '
          f'heard: OSPFv2 {sum(heard["ospf"][t] for t in ("hello", "lsu"))}, OSPFv3 {heard["ospf3"]["packets"]}, '
          f'IS-IS {heard["isis"]["pdus"]}, none refused')
    assert not heard['ospf']['refused'] and not heard['ospf3']['refused'] and not heard['isis']['refused']
    unguarded = Snoop(net, 'c', '--interface', 'lan', '--guard', 'off')
    wait_for('capture without guard', unguarded.status, 5)
    net.start('c', sys.executable, '-c', WANTS_TO_SPEAK)
    wait_for('without the guard something leaves', lambda: sent_by(net, 'c') > before, 5)
    unguarded.stop()
    far.terminate()


def held(snoop, net):
    """Whether each vantage point holds just what the routers show."""
    return (lsa_log.database(snoop.log, 'l:lan', 0) == frr_database(net, 'r1', '0.0.0.0') == bird_database(net, '0.0.0.0')
            and lsa_log.database(snoop.log, 'l:frr', 1) == frr_database(net, 'r1', '0.0.0.1')
            and lsa_log.database(snoop.log, 'l:bird', 2) == bird_database(net, '0.0.0.2'))


def whole(snoop):
    status = snoop.status()
    return status and all(i['adjacency']['loaded'] for i in status['interfaces']) and \
        len(snoop.interface('lan')['adjacency']['neighbors']) == 3


def check_loaded(net, router, role):
    since = time.monotonic()
    snoop = adjacency(net, router)
    wait_for(f'as {role}, all is heard', lambda: whole(snoop) and held(snoop, net), LOADED_WITHIN_S)
    took = time.monotonic() - since
    for line in ('r1', 'show ip ospf neighbor'), ('r2', None):
        said = net.vty(*line) if line[1] else net.birdc('r2', 'show', 'ospf', 'neighbors')
        states = re.findall(rf'^{re.escape(router)}\s+0\s+(\w+)', said, re.M)
        assert states == ['Exchange', 'Exchange'], f'{line[0]} sees us {states}:\n{said}'
    neighbors = [n for i in snoop.status()['interfaces'] for n in i['adjacency']['neighbors']]
    assert all(n['master'] == (role == 'master') for n in neighbors if n['state'] == 'exchange')
    print(f'adjacency as {role}: {sum(len(lsa_log.database(snoop.log, f"l:{v}", a)) for v, a in (("lan", 0), ("frr", 1), ("bird", 2)))}'
          f' LSAs of three areas from FRR and BIRD, just as they have them, {took:.1f} s after the start')
    return snoop


def check_steady(snoop, role):
    def counts():
        return {i['interface']: (sum(n for t, n in i['ospf'].items() if t != 'refused'), i['frames']['sent'])
                for i in snoop.status()['interfaces']}
    before = counts()
    time.sleep(STEADY_S)
    rates = {name: tuple(round((now - then) / STEADY_S, 1) for now, then in zip(after, before[name]))
             for name, after in counts().items()}
    print(f'steady as {role}, hellos each second: OSPFv2 packets a second heard and sent: {rates}')
    assert all(rate < 10 for both in rates.values() for rate in both), rates


def check_changes(net, snoop):
    """What changes while we listen is heard; what is flushed is gone."""
    net.vty('r3', 'configure terminal', 'interface lan', 'ip ospf cost 12', 'end')
    net.vty('r3', 'configure terminal', 'router ospf', 'no redistribute static', 'end')
    wait_for('externals are flushed', lambda: not any(key[0] == 5 for key in frr_database(net, 'r1', '0.0.0.0')), 10)
    wait_for('the listener holds what the routers hold', lambda: held(snoop, net), 10)


def check_flood(net):
    """A listener that is made to flood: stopped by the guard, and not without it."""
    far = net.start('sw', 'tcpdump', '-i', 'to-f', '-Q', 'in', '-n', '-l', '-U', '-Z', 'root', 'ip proto 89', log='flood.txt')
    wait_for('tcpdump', lambda: 'listening on' in net.log('flood.txt'), 5)

    def flood(guard):
        done = subprocess.run(['nsenter', f'--net=/run/netns/{net.space("f")}', TRY_FLOOD, 'lan', '10.0.0.7', guard],
                              capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout.split('\n')
    said = flood('on')
    assert 'stopped lsu 1' in said and 'passed hello 1' in said, said
    wait_for('the hello arrives', lambda: 'Hello' in net.log('flood.txt'), 3)
    assert 'LS-Update' not in net.log('flood.txt')
    flood('off')
    wait_for('without the guard the update arrives', lambda: 'LS-Update' in net.log('flood.txt'), 3)
    far.terminate()
    print('flood: an update stopped and counted with the guard on, and heard at the far end with it off')


def check_losses(net):
    """Frames that the kernel had to drop are marked in the log; a guard that is taken away comes back."""
    net.wire('c', 'many', 'f', 'many', '10.4.0.1/30', '10.4.0.2/30')
    snoop = Snoop(net, 'c', '--interface', 'many')
    wait_for('capture', snoop.status, 5)
    snoop.process.send_signal(signal.SIGSTOP)
    net.sh('f', f'{sys.executable} -c \'{TOO_MANY}\'')
    snoop.process.send_signal(signal.SIGCONT)
    lost = wait_for('a mark of what was lost', lambda: sum(r[4] for r in lsa_log.records(snoop.log) if r[3] == 'lost'), 12)
    heard = wait_for('nothing is left to be read', lambda: (lambda i: i if i['frames']['dropped'] else None)(
        snoop.interface('many')), 5)
    net.sh('c', 'tc qdisc del dev many clsact')
    wait_for('the guard is back', lambda: 'egress_guard' in net.sh('c', 'tc filter show dev many egress'), 12)
    snoop.stop()
    assert lost + heard['frames']['heard'] == 60000, (lost, heard['frames'])
    print(f'losses: of 60000 frames {lost} were dropped by the kernel while nobody read, and the log says so')


def check_tunnel(net):
    """An interface without a link header: a tunnel, point-to-point by itself."""
    net.start('f', sys.executable, '-c', FAR_END, log='tunnel.txt')
    wait_for('a tunnel', lambda: 'tun0' in net.sh('f', 'ip -br link show up'), 5)
    snoop = Snoop(net, 'f', '--interface', 'tun0,mode=adjacency')
    since = len(net.log('tunnel.txt'))
    wait_for('hellos and descriptions come out of the tunnel', lambda: {'hello 224.0.0.5', 'dd 10.3.0.1'} <= set(
        net.log('tunnel.txt').splitlines()), 8)
    snoop.stop()
    said = net.log('tunnel.txt')[since:].splitlines()
    assert 'other' not in {line.split()[0] for line in said}, said
    print(f'tunnel: {len(said)} packets came out, all of them hellos and descriptions')


def check(net):
    began = time.monotonic()
    build(net)
    before = everything(net)
    print(f'up after {time.monotonic() - began:.1f} s: {len(before["r1"])} LSAs, {len(before["r1 routes"])} routes at r1')
    slave = check_loaded(net, '0.0.0.9', 'slave')
    check_steady(slave, 'slave')
    same(before, everything(net), 'with a listener')
    slave.process.kill()
    slave.process.wait()
    time.sleep(DEAD + 1)
    same(before, everything(net), 'with the listener killed, and given up by its neighbours')
    net.vty('r3', 'configure terminal', 'interface lan', 'ip ospf cost 9', 'end')  # while nobody listens
    r3 = (1, '10.255.0.3', '10.255.0.3')
    wait_for('what changed is everywhere', lambda: frr_database(net, 'r3', '0.0.0.0')[r3] != before['r3'][r3]
             and frr_database(net, 'r3', '0.0.0.0') == frr_database(net, 'r1', '0.0.0.0') == bird_database(net, '0.0.0.0'), 5)
    time.sleep(1)
    before = everything(net)
    # Takes the place of the guard that was left behind, and hears of what changed in the gap.
    master = check_loaded(net, '255.0.0.9', 'master')
    same(before, everything(net), 'with a listener that was started again')
    marks = [r[3] for r in lsa_log.records(master.log) if r[0] == 'mark' and r[1] == 'l:lan']
    assert marks.count('started') == 2 and marks.count('stopped') == 0, marks
    print(f'listened, killed, restarted: no LSA and no route of {len(before)} tables changed; the log says: {marks}')
    check_changes(net, master)
    flushed_at = time.monotonic()
    check_capture(net)
    check_flood(net)
    check_tunnel(net)
    check_losses(net)
    check_steady(master, 'master')
    wait_for('all have forgotten what was flushed', lambda: flushed_in(net, 'r1') == flushed_in(net, 'r3') == 0, 70)
    print(f'flushed LSAs forgotten by everybody {time.monotonic() - flushed_at:.0f} s after the flush')
    wait_for('all is held again', lambda: whole(master) and held(master, net), 15)
    master.stop()


try:
    with Network('listen') as network:
        try:
            check(network)
        except Exception:
            for name in ('l', 'c'):
                print(network.log(f'{name}.snoop.log')[-3000:])
            raise
except Missing as what:
    sys.exit(f'listen_check needs {what}')
