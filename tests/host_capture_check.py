#!/usr/bin/env python3
"""What the kernel counts for a host's programs against the counters of its interface: host_capture_check.py TRY_HOST_CAPTURE.

          h (a network namespace, its programs in a cgroup) --- veth --- p (the peer)

Real programs on h serve and ask: a web server, an echo over UDP, a server that forks after accept, one that
runs another program on the connection, threads, a ping, a refused connection. Needs root and iproute2.
"""
import collections
import contextlib
import ctypes
import json
import os
import pathlib
import shutil
import signal
import struct
import subprocess
import sys
import time

TOOL = sys.argv[1]
PREFIX = f'hostcap{os.getpid() % 10000}'
H, P = f'{PREFIX}-h', f'{PREFIX}-p'
ETHERNET = 14
HOST, PEER = '10.77.0.1', '10.77.0.2'
HOST6, PEER6 = 'fd77::1', 'fd77::2'
FOLDER = pathlib.Path(f'/tmp/{PREFIX}')
MEGABYTE = 1 << 20
failures = []


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f'{" ".join(command)}: {done.stderr.strip()}')
    return done.stdout


def check(what, true, more=''):
    print(('ok      ' if true else 'FAILED  ') + what + (f': {more}' if more != '' else ''), flush=True)
    if not true:
        failures.append(what)


def close_to(what, got, wanted, share=0.001):
    check(what, abs(got - wanted) <= share * wanted, f'{got} of {wanted}')


def cgroup_mount():
    for line in pathlib.Path('/proc/mounts').read_text().splitlines():
        if line.split()[2] == 'cgroup2':
            return pathlib.Path(line.split()[1])
    sys.exit('host_capture_check: cgroup v2 is not mounted')


CGROUP = cgroup_mount() / PREFIX


LOOPBACK = 1  # its number; h0 has the same last byte, which is where the kernel's side looks for an interface


class Host:
    """The namespaces, the cgroup, and the programs in them."""

    def __enter__(self):
        self.running = []
        self.link_header = ETHERNET
        FOLDER.mkdir()
        CGROUP.mkdir()
        for name in (H, P):
            run('ip', 'netns', 'add', name)
        run('ip', 'link', 'add', 'name', 'h0', 'index', str(256 + LOOPBACK), 'netns', H, 'type', 'veth', 'peer', 'name', 'p0', 'netns', P)
        for space, device, v4, v6 in ((H, 'h0', HOST, HOST6), (P, 'p0', PEER, PEER6)):
            # No duplicate address detection, no router solicitations, no listener reports: the kernel is silent.
            for setting in ('accept_dad=0', 'router_solicitations=0', 'addr_gen_mode=1', 'accept_ra=0'):
                key, value = setting.split('=')
                self.inside(space, 'sh', '-c', f'echo {value} > /proc/sys/net/ipv6/conf/{device}/{key}')
            self.inside(space, 'ip', 'addr', 'add', f'{v4}/24', 'dev', device)
            self.inside(space, 'ip', 'link', 'set', device, 'up')
            self.inside(space, 'ip', 'addr', 'add', f'{v6}/64', 'dev', device, 'nodad')
            self.inside(space, 'ip', 'link', 'set', 'lo', 'up')
        self.know_neighbours()
        self.index = json.loads(self.inside(H, 'ip', '-j', 'link', 'show', 'h0'))[0]['ifindex']
        return self

    def know_neighbours(self):
        """So that nobody asks for them."""
        for space, device, other, its, addresses in ((H, 'h0', P, 'p0', (PEER, PEER6)), (P, 'p0', H, 'h0', (HOST, HOST6))):
            link, = json.loads(self.inside(other, 'ip', '-j', 'link', 'show', its))
            for address in addresses:
                self.inside(space, 'ip', 'neigh', 'replace', address, 'lladdr', link['address'], 'dev', device, 'nud', 'permanent')

    def __exit__(self, *_):
        for process in self.running:
            self.end(process)
        for name in (H, P):
            subprocess.run(['ip', 'netns', 'del', name], capture_output=True)
        shutil.rmtree(FOLDER, ignore_errors=True)
        for _ in range(50):
            with contextlib.suppress(OSError):
                CGROUP.rmdir()
                break
            time.sleep(0.1)

    def end(self, process, how=signal.SIGTERM):
        if process.poll() is None:
            process.send_signal(how)
            process.wait(30)

    def inside(self, space, *command):
        return run('nsenter', f'--net=/run/netns/{space}', *command)

    def program(self, space, *command, **more):
        """Starts a program in a namespace; those of the host are in its cgroup."""
        enter = f'echo $$ > {CGROUP}/cgroup.procs && ' if space == H else ''
        process = subprocess.Popen(['nsenter', f'--net=/run/netns/{space}', 'sh', '-c', enter + 'exec "$@"', 'sh', *command],
                                   stdout=subprocess.DEVNULL, **more)
        self.running.append(process)
        return process

    def python(self, space, text, *values, **more):
        return self.program(space, sys.executable, '-c', text, *[str(value) for value in values], **more)

    def ask(self, space, text, *values):
        process = self.python(space, text, *values)
        if process.wait(60):
            raise RuntimeError('a program failed')
        return process.pid

    def offload(self, what):
        for space, device in ((H, 'h0'), (P, 'p0')):
            self.inside(space, 'ethtool', '-K', device, *what.split())

    def counters(self):
        link, = json.loads(self.inside(H, 'ip', '-j', '-s', 'link', 'show', 'h0'))
        stats = link['stats64']
        return {(out, unit): stats['tx' if out else 'rx'][unit] for out in (0, 1) for unit in ('packets', 'bytes')}

    def counters_at_rest(self):
        """Once nothing more comes: on a busy machine a connection's last packets may be late."""
        before = self.counters()
        for _ in range(100):
            time.sleep(0.3)
            now = self.counters()
            if now == before:
                break
            before = now
        return before

    def sent_again(self):
        """TCP segments that the host's kernel has sent a second time."""
        names, values = [line.split() for line in self.inside(H, 'cat', '/proc/self/net/snmp').splitlines() if line.startswith('Tcp:')]
        return int(values[names.index('RetransSegs')])


def wait_until(true, what):
    for _ in range(600):
        if true():
            return
        time.sleep(0.05)
    raise RuntimeError(f'{what}: not within half a minute')


class Capture:
    """The tool, and what it said."""

    def __init__(self, *options):
        self.process = subprocess.Popen(['nsenter', f'--net=/run/netns/{H}', TOOL, str(CGROUP), '--interval', '200', *options, '--interface', 'h0'],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        if 'ready' not in self.process.stdout.readline():
            sys.exit('host_capture_check: the capture did not start')

    def finish(self):
        said, _ = self.process.communicate('')
        lines = [json.loads(line) for line in said.splitlines()]
        self.counts = lines[-1]
        return lines[1 if 'ready' in lines[0] else 0:-1]


@contextlib.contextmanager
def captured(host, name, *options, lost=False):
    """Runs what is inside, and holds the sums against the interface's."""
    before = host.counters_at_rest()
    capture = Capture(*options)
    capture.flows = []
    yield capture
    after = host.counters_at_rest()
    capture.flows = capture.finish()
    for out in (0, 1):
        packets = after[out, 'packets'] - before[out, 'packets']
        wire = after[out, 'bytes'] - before[out, 'bytes'] - host.link_header * packets
        direction = f'{name}, {"out" if out else "in"}'
        flows = [flow for flow in capture.flows if flow['out'] == out and flow['interface'] == host.index]
        if lost:
            continue
        close_to(f'{direction}: packets', sum(flow['packets'] for flow in flows), packets)
        close_to(f'{direction}: bytes', sum(flow['bytes'] for flow in flows), wire)


def bytes_by(flows, field, *, out=1, port=None):
    sums = collections.Counter()
    for flow in flows:
        if flow['out'] == out and port in (None, flow['sport' if out else 'dport']):
            sums[flow[field]] += flow['bytes']
    return sums


def mostly(what, sums, wanted, share=0.995):
    total = sum(sums.values())
    check(what, total > 0 and sums[wanted] >= share * total, dict(sums))


CALL_NAME = '''
import ctypes
def call_me(name): ctypes.CDLL(None).prctl(15, name.encode(), 0, 0, 0)
'''
# PORT: accepts, and a child of its own serves each connection.
FORKED = CALL_NAME + '''
import os, signal, socket, sys
call_me("parent")
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
listening = socket.create_server(("", int(sys.argv[1])))
while True:
    connection, _ = listening.accept()
    if os.fork() == 0:
        listening.close()
        call_me("child")
        want = connection.recv(100)
        connection.sendall(bytes(3 << 20))
        os._exit(0)
    connection.close()
'''
# PORT FILE: accepts, and another program serves the connection (inetd).
EXECUTED = '''
import os, signal, socket, sys
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
listening = socket.create_server(("", int(sys.argv[1])))
while True:
    connection, _ = listening.accept()
    if os.fork() == 0:
        connection.recv(100)
        os.dup2(connection.fileno(), 1)
        os.execvp("cat", ["cat", sys.argv[2]])
    connection.close()
'''
THREADED = CALL_NAME + '''
import socket, sys, threading
call_me("threaded")
listening = socket.create_server(("", int(sys.argv[1])))
def serve(connection):
    call_me("a-thread")
    with connection:
        connection.recv(100)
        connection.sendall(bytes(2 << 20))
while True:
    connection, _ = listening.accept()
    threading.Thread(target=serve, args=(connection,), daemon=True).start()
'''
ECHO = '''
import socket, sys
server = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
server.bind(("::", int(sys.argv[1])))
while True:
    data, peer = server.recvfrom(65536)
    server.sendto(data, peer)
'''
# ADDRESS PORT COUNT SOCKETS: datagrams, each answered.
ASK_ECHO = '''
import socket, sys
address, port, count, sockets = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
family = socket.AF_INET6 if ":" in address else socket.AF_INET
for _ in range(sockets):
    client = socket.socket(family, socket.SOCK_DGRAM)
    client.settimeout(2)
    for i in range(count):
        client.sendto(bytes(20 + i % 1000), (address, port))
        client.recv(65536)
'''
# ADDRESS PORT TIMES
FETCH = '''
import socket, sys
for _ in range(int(sys.argv[3])):
    with socket.create_connection((sys.argv[1], int(sys.argv[2]))) as connection:
        connection.sendall(b"please")
        while connection.recv(1 << 20): pass
'''
PING = '''
import os, socket, struct, sys
ping = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
ping.settimeout(2)
for i in range(50):
    head = struct.pack(">BBHHH", 8, 0, 0, 77, i)
    data = bytes(56)
    total = sum(struct.unpack(">32H", head + data))
    total = (total & 0xffff) + (total >> 16)
    ping.sendto(struct.pack(">BBHHH", 8, 0, ~total & 0xffff, 77, i) + data, (sys.argv[1], 0))
    ping.recv(2000)
'''
# ADDRESS PORT: takes two seconds over it.
SLOW_FETCH = '''
import socket, sys, time
with socket.socket() as connection:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 20000)
    connection.connect((sys.argv[1], int(sys.argv[2])))
    connection.sendall(b"please")
    end = time.monotonic() + 4
    while connection.recv(30000): time.sleep(0.025 if time.monotonic() < end else 0)
'''
# ADDRESS COUNT
SEND = '''
import socket, sys
sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sender.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, 2)
for _ in range(int(sys.argv[2])): sender.sendto(bytes(200), (sys.argv[1], 7))
'''
# ADDRESS: datagrams that the kernel cuts: into segments of their own, and into fragments.
CUT = '''
import socket, sys
sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for _ in range(50): sender.sendto(bytes(5000), (sys.argv[1], 7))
sender.setsockopt(socket.IPPROTO_UDP, 103, 700)  # UDP_SEGMENT
for _ in range(50): sender.sendto(bytes(5000), (sys.argv[1], 7))
'''
REFUSED = '''
import socket, sys
for _ in range(20):
    try: socket.create_connection((sys.argv[1], 9))
    except ConnectionRefusedError: pass
'''


def wait_for_port(port):
    wait_until(lambda: run('nsenter', f'--net=/run/netns/{H}', 'ss', '-lntuH', f'sport = :{port}').strip(), f'a listener at {port}')


def serve(host):
    (FOLDER / 'file').write_bytes(os.urandom(3 * MEGABYTE))
    servers = {
        'web': host.program(H, sys.executable, '-m', 'http.server', '8001', '--directory', str(FOLDER), stderr=subprocess.DEVNULL),
        'forked': host.python(H, FORKED, 8002), 'executed': host.python(H, EXECUTED, 8003, FOLDER / 'file'),
        'threaded': host.python(H, THREADED, 8004), 'echo': host.python(H, ECHO, 8005),
    }
    for port in range(8001, 8006):
        wait_for_port(port)
    return {name: process.pid for name, process in servers.items()}


def everything(host, name, *options):
    """All kinds of programs at once, older than the capture; whose bytes are whose."""
    with captured(host, name, *options) as capture:
        for _ in range(2):
            host.inside(P, sys.executable, '-c', 'import sys, urllib.request; urllib.request.urlopen(sys.argv[1]).read()',
                        f'http://{HOST}:8001/file')
        for port in (8002, 8003, 8004):
            host.ask(P, FETCH, HOST, port, 3)
        host.ask(P, ASK_ECHO, HOST, 8005, 1000, 1)
        host.ask(P, ASK_ECHO, HOST6, 8005, 500, 2)
        pinger = host.ask(H, PING, PEER)
        refused = host.ask(H, REFUSED, PEER)
    return capture.flows, pinger, refused


def owners_are_right(host, servers):
    flows, pinger, refused = everything(host, 'offload off')
    mostly('a web server older than the capture owns its bytes', bytes_by(flows, 'pid', port=8001), servers['web'])
    mostly('a threaded server is called by its process', bytes_by(flows, 'process', port=8004), 'threaded')
    mostly('what a child sends that was forked after accept is the child\'s', bytes_by(flows, 'process', port=8002), 'child')
    # What the kernel sends and was read before the child first used its socket stays with the parent: the handshake, and
    # where the child is late, the acknowledgement of what it is asked. No data.
    parents = [(flow['packets'], flow['bytes']) for flow in flows if flow['out'] and flow['sport'] == 8002 and flow['pid'] == servers['forked']]
    check('the parent has none of it but the handshake', all(size <= 60 * packets for packets, size in parents), parents)
    mostly('what a program sends that was run on the connection is its own', bytes_by(flows, 'process', port=8003), 'cat')
    mostly('an echo server owns what comes in', bytes_by(flows, 'pid', out=0, port=8005), servers['echo'])
    mostly('and what goes out', bytes_by(flows, 'pid', port=8005), servers['echo'])
    echoes = [flow for flow in flows if flow['dport'] == 8005 and ':' in flow['src']]
    check('two clients over IPv6 are two micro-flows', len({flow['sport'] for flow in echoes}) == 2)
    ping = [flow for flow in flows if flow['proto'] == 1]
    check('a ping is the pinger\'s, both ways', {flow['pid'] for flow in ping} == {pinger} and
          {(flow['out'], flow['dport']) for flow in ping} == {(1, 8 * 256), (0, 0)} and
          all(sum(f['packets'] for f in ping if f['out'] == out) == 50 for out in (0, 1)))
    refusals = [flow for flow in flows if 9 in (flow['sport'], flow['dport'])]
    check('a refused connection is seen both ways, with its flags', {flow['pid'] for flow in refusals} == {refused} and
          all(flow['flags'] == (0x02 if flow['out'] else 0x14) for flow in refusals) and len(refusals) >= 40)
    tcp = [flow for flow in flows if flow['sport'] == 8001 and flow['out'] and flow['bytes'] > 1000]
    check('TCP tells its round-trip time', tcp and all(0 < flow['srtt_us'] < 1_000_000 for flow in tcp))
    check('flags of a connection are all there', any(flow['flags'] & 0x13 == 0x13 for flow in tcp) or
          len(tcp) > 2, [flow['flags'] for flow in tcp])


def segments_are_counted(host):
    """The kernel hands on super-packets, and cuts them where the interface counts already."""
    host.offload('tso off gso on gro off')
    host.offload('tx-udp-segmentation off')
    everything(host, 'segmentation in the kernel')
    with captured(host, 'datagrams cut into segments and fragments') as capture:
        cutter = host.ask(H, CUT, PEER)
    sent = [flow for flow in capture.flows if flow['pid'] == cutter and flow['dport'] == 7]
    check('segments of datagrams are counted each', sum(flow['packets'] for flow in sent) == 50 + 50 * 8 and
          sum(flow['bytes'] for flow in sent) == 50 * 5028 + 50 * (5000 + 8 * 28), [(f['packets'], f['bytes']) for f in sent])
    host.offload('tso off gso on gro on')
    host.link_header = 0  # veth counts so when it puts packets together
    everything(host, 'and put together again')


def overflow_is_counted(host):
    before = host.counters()
    with captured(host, 'a map a tenth of what is needed', '--micro-flows', '20') as capture:
        host.ask(P, ASK_ECHO, HOST, 8005, 5, 100)
    check('it overflowed', capture.counts['overflowed'] > 500, capture.counts['overflowed'])
    check('nothing was lost', capture.counts['lost_packets'] == 0)
    before = host.counters()
    with captured(host, '', '--micro-flows', '20', '--ring', '4096', '--interval', '60000', lost=True) as capture:
        host.ask(P, ASK_ECHO, HOST, 8005, 5, 100)
    after = host.counters()
    for unit in ('packets', 'bytes'):
        wire = sum(after[out, unit] - before[out, unit] - (unit == 'bytes') * host.link_header * (after[out, 'packets'] - before[out, 'packets'])
                   for out in (0, 1))
        close_to(f'a full ring too: counted and lost {unit} are all', sum(flow[unit] for flow in capture.flows) +
                 capture.counts[f'lost_{unit}'], wire)
    check('and some were lost', capture.counts['lost_packets'] > 500, capture.counts['lost_packets'])


def single_packets_come_one_by_one(host):
    with captured(host, 'single packets', '--single') as capture:
        host.ask(P, ASK_ECHO, HOST, 8005, 100, 1)
    check('each packet is an event', all(flow['packets'] == 1 for flow in capture.flows) and len(capture.flows) == 200)


def by_owner(flows, out, interface):
    sums = collections.Counter()
    for flow in flows:
        if flow['out'] == out and flow['interface'] == interface:
            sums[flow['process']] += flow['packets']
    return sums


def what_has_no_socket_is_told_apart(host, servers):
    """Echo replies, packets to nobody, forwarded ones, and a tunnel's outer packets."""
    with captured(host, 'the kernel answers') as capture:
        host.ask(P, PING, HOST)
    check('echo requests come to no socket', by_owner(capture.flows, 0, host.index) == {'(no socket)': 50})
    check('echo replies are the kernel\'s, by address', by_owner(capture.flows, 1, host.index) == {'(kernel)': 50} and
          any(flow['dst'] == PEER and flow['proto'] == 1 for flow in capture.flows))
    host.inside(H, 'sh', '-c', 'echo 1 > /proc/sys/net/ipv4/ip_forward')
    host.inside(H, 'ip', 'route', 'add', '10.99.0.0/24', 'via', PEER)
    host.inside(P, 'ip', 'route', 'add', '10.99.0.0/24', 'via', HOST)
    host.inside(P, 'sh', '-c', 'for f in all p0; do echo 0 > /proc/sys/net/ipv4/conf/$f/accept_redirects; done')
    host.inside(H, 'sh', '-c', 'for f in all h0; do echo 0 > /proc/sys/net/ipv4/conf/$f/send_redirects; done')
    with captured(host, 'forwarding') as capture:
        host.ask(P, SEND, '10.99.0.7', 200)
    forwarded = by_owner(capture.flows, 1, host.index)
    check('what is forwarded is told apart', forwarded['(forwarded)'] >= 200, dict(forwarded))
    for space, device, mine, other, inner in ((H, 'h0', HOST, PEER, '10.78.0.1'), (P, 'p0', PEER, HOST, '10.78.0.2')):
        host.inside(space, 'ip', 'link', 'add', 'vx', 'type', 'vxlan', 'id', '7', 'local', mine, 'remote', other, 'dstport', '4789', 'dev', device)
        host.inside(space, 'sh', '-c', 'echo 1 > /proc/sys/net/ipv6/conf/vx/disable_ipv6')
        host.inside(space, 'ip', 'link', 'set', 'vx', 'up')
        host.inside(space, 'ip', 'addr', 'add', f'{inner}/24', 'dev', 'vx')
    tunnel = json.loads(host.inside(H, 'ip', '-j', 'link', 'show', 'vx'))[0]['ifindex']
    with captured(host, 'a tunnel') as capture:
        host.ask(P, FETCH, '10.78.0.1', 8004, 1)
        host.ask(P, ASK_ECHO, '10.78.0.1', 8005, 500, 1)
    mostly('inside the tunnel, what goes out is the program\'s', bytes_by([f for f in capture.flows if f['interface'] == tunnel],
                                                                    'process', port=8004), 'threaded')
    outer = by_owner(capture.flows, 1, host.index)
    mostly('its outer packets are the kernel\'s', outer, '(kernel)', share=0.98)
    check('and are counted by their own addresses', any(
        flow['dport'] == 4789 and flow['src'] == HOST and flow['out'] == 1 for flow in capture.flows))
    for space in (H, P):
        host.inside(space, 'ip', 'link', 'del', 'vx')


def filters(host):
    return [line for side in ('ingress', 'egress') for line in
            host.inside(H, 'tc', 'filter', 'show', 'dev', 'h0', side).splitlines() if 'host_wire' in line]


def old_filters_are_taken_over(host):
    capture = Capture('--as-old-kernel')
    check('filters stand at the interface where the kernel has nothing better', len(filters(host)) == 2)
    capture.process.kill()
    capture.process.wait()
    time.sleep(0.2)
    check('those of a killed one stay', len(filters(host)) == 2)
    with captured(host, 'after it', '--as-old-kernel') as capture:
        check('the next one takes their place', len(filters(host)) == 2, filters(host))
        host.ask(P, ASK_ECHO, HOST, 8005, 100, 1)
    check('and leaves none, nor their qdisc', not filters(host) and 'clsact' not in host.inside(H, 'tc', 'qdisc', 'show', 'dev', 'h0'))


def containers_are_counted_elsewhere(host):
    """A program of the cgroup in another network namespace, whose interface has the same number."""
    for how in ([], ['--single']):
        with captured(host, ' '.join(['a container', *how]), *how) as capture:
            enter = f'echo $$ > {CGROUP}/cgroup.procs && exec "$@"'
            host.inside(P, 'sh', '-c', enter, 'sh', sys.executable, '-c', ASK_ECHO, HOST, '8005', '100', '1')
        inside = [flow for flow in capture.flows if flow['dport'] == 8005 and flow['out'] or
                  flow['sport'] == 8005 and not flow['out']]
        check('its packets are counted both ways, at no interface of ours',
              sum(flow['packets'] for flow in inside) == 200 and {flow['interface'] for flow in inside} == {0})


def retransmissions_are_counted(host):
    """The peer's acknowledgements are dropped for a while."""
    with captured(host, 'with losses') as capture:
        sent, before = host.counters()[1, 'bytes'], host.sent_again()
        fetching = host.python(P, SLOW_FETCH, HOST, 8004)
        wait_until(lambda: host.counters()[1, 'bytes'] > sent + 100_000, 'data')
        host.inside(P, 'ip', 'route', 'add', 'blackhole', HOST)
        wait_until(lambda: host.sent_again() > before, 'a segment sent again')
        host.inside(P, 'ip', 'route', 'del', 'blackhole', HOST)
        fetching.wait(60)
    again = sum(flow['retransmits'] for flow in capture.flows if flow['out'] and flow['sport'] == 8004)
    check('segments sent again are counted', again > 0, again)


def two_interfaces_may_have_the_same_last_byte(host):
    with captured(host, 'its row taken by another', '--interface', 'lo') as capture:
        host.ask(P, ASK_ECHO, HOST, 8005, 100, 1)
        host.ask(P, PING, HOST)
    check('echo replies are the kernel\'s there, too', by_owner(capture.flows, 1, host.index)['(kernel)'] == 50)
    check('and requests come to no socket', by_owner(capture.flows, 0, host.index)['(no socket)'] == 50)


def ports_are_left_out_when_asked(host):
    with captured(host, 'coarse', '--coarse') as capture:
        host.ask(P, ASK_ECHO, HOST, 8005, 5, 50)
    flows = [flow for flow in capture.flows if flow['proto'] == 17 and flow['src'] != '::']
    check('coarse: no ports, and marked so', flows and all(
        flow['sport'] == flow['dport'] == 0 and flow['accuracy'] == 2 for flow in flows))
    check('coarse: fewer micro-flows', capture.counts['live'] <= 4, capture.counts['live'])


def an_older_kernel_does_as_well(host, servers):
    """Without tracepoints: who holds a socket open is looked up each second."""
    flows, _, _ = everything(host, 'as an old kernel', '--as-old-kernel')
    mostly('the web server owns its bytes', bytes_by(flows, 'pid', port=8001), servers['web'])
    mostly('an echo server owns what goes out', bytes_by(flows, 'pid', port=8005), servers['echo'])
    with captured(host, 'a long connection, as an old kernel', '--as-old-kernel') as capture:
        host.ask(P, SLOW_FETCH, HOST, 8002)
    by = bytes_by(capture.flows, 'process', port=8002)
    check('a child that goes on sending is found', by['child'] > by['parent'] / 2, dict(by))
    check('what is not known so well is said', any('another process' in limit for limit in capture.counts['limits']),
          capture.counts['limits'])


# A program that is attached alone: `return 1`, loaded and attached by hand.
def attach_alone(directory):
    libc = ctypes.CDLL(None, use_errno=True)
    code = ctypes.create_string_buffer(bytes.fromhex('b700000001000000' '9500000000000000'))
    licence = ctypes.create_string_buffer(b'GPL')
    load = struct.pack('=IIQQIIQII16sII', 8, 2, ctypes.addressof(code), ctypes.addressof(licence), 0, 0, 0, 0, 0,
                       b'alone', 0, 1) + bytes(64)
    program = libc.syscall(321, 5, ctypes.create_string_buffer(load), 72)
    where = os.open(directory, os.O_RDONLY)
    attach = ctypes.create_string_buffer(struct.pack('=IIII', where, program, 1, 0) + bytes(64))
    return libc.syscall(321, 8, attach, 16), where, program


def an_exclusive_program_is_named(host):
    below = CGROUP / 'below'
    below.mkdir()
    done, where, program = attach_alone(CGROUP)
    check('a program stands there alone', done == 0)
    refused = subprocess.run([TOOL, str(below)], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    check('it is named when nothing can be attached beside it', refused.returncode == 1 and '(alone)' in refused.stderr and
          str(CGROUP) in refused.stderr, refused.stderr.strip())
    libc = ctypes.CDLL(None)
    libc.syscall(321, 9, ctypes.create_string_buffer(struct.pack('=IIII', where, 0, 1, 0) + bytes(64)), 16)
    os.close(where)
    os.close(program)
    below.rmdir()


def attached():
    """How many programs are attached to the cgroup, by the kernel's own account."""
    sum_of = 0
    where = os.open(CGROUP, os.O_RDONLY)
    libc = ctypes.CDLL(None, use_errno=True)
    for kind in range(3):  # ingress, egress, socket made
        query = ctypes.create_string_buffer(struct.pack('=IIIIQII', where, kind, 0, 0, 0, 0, 0) + bytes(64))
        libc.syscall(321, 16, query, 40)
        sum_of += struct.unpack_from('=I', query, 24)[0]
    os.close(where)
    return sum_of


def map_bytes(pid):
    """What the kernel says that the maps take which a process holds."""
    sizes = {}
    for file in pathlib.Path(f'/proc/{pid}/fdinfo').iterdir():
        said = dict(line.split(':', 1) for line in file.read_text().splitlines() if ':' in line)
        if 'map_id' in said:
            sizes[said['map_id']] = int(said['memlock'])
    return sum(sizes.values())


def nothing_stays(host):
    capture = Capture()
    check('programs are attached while it runs', attached() == 3, attached())
    # Room for 106,496 micro-flows, which is what an agent has: in its memory limit of 32 MB there are flows and code, too.
    check('its maps take 13 MB at most', map_bytes(capture.process.pid) <= 13_000_000, map_bytes(capture.process.pid))
    capture.finish()
    check('none after a normal end', attached() == 0)
    capture = Capture()
    capture.process.kill()
    capture.process.wait()
    with contextlib.suppress(RuntimeError):
        wait_until(lambda: attached() == 0, 'detached')
    check('none after kill -9', attached() == 0)
    with captured(host, 'after that') as capture:
        host.ask(P, ASK_ECHO, HOST, 8005, 100, 1)


def main():
    if os.geteuid():
        sys.exit('host_capture_check: needs root')
    with Host() as host:
        host.offload('tso off gso off gro off')
        servers = serve(host)
        owners_are_right(host, servers)
        overflow_is_counted(host)
        single_packets_come_one_by_one(host)
        what_has_no_socket_is_told_apart(host, servers)
        nothing_stays(host)
        old_filters_are_taken_over(host)
        containers_are_counted_elsewhere(host)
        retransmissions_are_counted(host)
        two_interfaces_may_have_the_same_last_byte(host)
        ports_are_left_out_when_asked(host)
        an_older_kernel_does_as_well(host, servers)
        an_exclusive_program_is_named(host)
        segments_are_counted(host)
    if failures:
        sys.exit(f'{len(failures)} failed')


if __name__ == '__main__':
    main()
