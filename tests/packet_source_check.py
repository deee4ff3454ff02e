#!/usr/bin/env python3
"""Captured packets, counted, against interface counters and tcpdump: packet_source_check.py TRY_HOST_CAPTURE.

          h (a network namespace, its programs in a cgroup) --- veth --- p (the peer) --- veth --- q

The same programs as in host_capture_check.py, seen without eBPF. Then h sends packets that its card is to cut, and q,
behind a router that has cut them, says what was on the wire. Needs root, iproute2, tcpdump and tshark.
"""
import os
import subprocess
import sys
import time

import host_capture_check as rig
from host_capture_check import FOLDER, H, HOST, HOST6, P, Capture, Host, bytes_by, captured, check, close_to, mostly, run

Q = f'{rig.PREFIX}-q'
BEHIND = '10.78.0.2'
DISCARD = '''
import socket, sys
listening = socket.create_server(("", int(sys.argv[1])))
while True:
    connection, _ = listening.accept()
    while connection.recv(1 << 20): pass
    connection.close()
'''
POUR = '''
import socket, sys
with socket.create_connection((sys.argv[1], int(sys.argv[2]))) as connection:
    connection.sendall(bytes(int(sys.argv[3])))
'''


class Tcpdump:
    """What tcpdump sees on an interface meanwhile, summed by tshark."""

    def __init__(self, space, device, what=''):
        self.file = FOLDER / f'{device}.pcap'
        self.process = subprocess.Popen(
            ['nsenter', f'--net=/run/netns/{space}', 'tcpdump', '-U', '-s', '96', '-B', '65536', '-Z', 'root', '-i', device,
             '-w', str(self.file), *what.split()], stderr=subprocess.PIPE, text=True)
        self.process.stderr.readline()  # "listening on ..."
        time.sleep(0.2)

    def sums(self):
        time.sleep(0.5)
        self.process.terminate()
        said = self.process.communicate()[1]
        if '0 packets dropped by kernel' not in said:
            raise RuntimeError(f'tcpdump: {said}')
        lengths = run('tshark', '-n', '-r', str(self.file), '-T', 'fields', '-E', 'occurrence=f', '-e', 'ip.len', '-e', 'ipv6.plen').splitlines()
        sizes = []
        for line in lengths:
            v4, _, v6 = line.partition('\t')
            sizes.append(int(v4) if v4 else int(v6) + 40 if v6 else None)
        packets = [size for size in sizes if size is not None]
        return len(packets), sum(packets)


def programs_are_found(host, servers):
    dump = Tcpdump(H, 'h0')
    flows, _, refused = rig.everything(host, 'offload off', '--packets')
    packets, octets = dump.sums()
    # tcpdump runs a moment longer.
    close_to('packets as tcpdump has them', sum(flow['packets'] for flow in flows), packets)
    close_to('bytes as tcpdump has them', sum(flow['bytes'] for flow in flows), octets)
    mostly('a web server older than the capture owns its bytes', bytes_by(flows, 'pid', port=8001), servers['web'])
    mostly('a threaded server is called by its process', bytes_by(flows, 'process', port=8004), 'threaded')
    mostly('an echo server owns what comes in', bytes_by(flows, 'pid', out=0, port=8005), servers['echo'])
    mostly('and what goes out', bytes_by(flows, 'pid', port=8005), servers['echo'])
    known = sum(flow['bytes'] for flow in flows if flow['process'] != '(unknown)')
    whole = sum(flow['bytes'] for flow in flows)
    check('of all bytes nearly all have a process', known >= 0.95 * whole, f'{known} of {whole}')
    children = bytes_by(flows, 'process', port=8002)
    check('a child forked after accept, or its parent', set(children) <= {'child', 'parent', '(unknown)'}, dict(children))
    refusals = [flow for flow in flows if 9 in (flow['sport'], flow['dport'])]
    check('a refused connection is seen both ways', {flow['out'] for flow in refusals} == {0, 1} and
          {flow['pid'] for flow in refusals} <= {refused, 0}, len(refusals))
    check('all is marked as guessed', all(flow['accuracy'] & 1 for flow in flows))
    tcp = [flow for flow in flows if flow['proto'] == 6 and flow['srtt_us']]
    check('TCP that lives for a while tells its round-trip time', all(flow['srtt_us'] < 1_000_000 for flow in tcp), len(tcp))


def nothing_is_lost_uncounted(host):
    for options in (['--threads', '2'], ['--micro-flows', '20'], ['--single']):
        with captured(host, ' '.join(options), '--packets', *options) as capture:
            host.ask(P, rig.ASK_ECHO, HOST, 8005, 5, 100)
            host.ask(P, rig.ASK_ECHO, HOST6, 8005, 5, 100)
        check('nothing was dropped or lost', capture.counts['dropped'] == capture.counts['lost_packets'] == 0)
        check('what the counters say is what was handed on', capture.counts['packets'] == sum(
            flow['packets'] for flow in capture.flows), capture.counts['packets'])


def add_a_router(host):
    run('ip', 'netns', 'add', Q)
    run('ip', 'link', 'add', 'p1', 'netns', P, 'type', 'veth', 'peer', 'name', 'q0', 'netns', Q)
    for space, device, address in ((P, 'p1', '10.78.0.1'), (Q, 'q0', BEHIND)):
        host.inside(space, 'ip', 'addr', 'add', f'{address}/24', 'dev', device)
        host.inside(space, 'ip', 'link', 'set', device, 'up')
        host.inside(space, 'ethtool', '-K', device, *'tso off gso off gro off tx off'.split())
    host.inside(P, 'sh', '-c', 'echo 1 > /proc/sys/net/ipv4/ip_forward')
    host.inside(H, 'ip', 'route', 'add', '10.78.0.0/24', 'via', rig.PEER)
    host.inside(Q, 'ip', 'route', 'add', '10.77.0.0/24', 'via', '10.78.0.1')


def large_packets_are_as_on_the_wire(host):
    """h0 and p0 hand on packets of up to 64 KiB; the router cuts them, and q0 sees what a wire would."""
    add_a_router(host)
    host.inside(H, 'ethtool', '-K', 'h0', *'tso on gso on gro off tx on'.split())
    host.python(Q, DISCARD, 9000)
    time.sleep(0.5)
    dump = Tcpdump(Q, 'q0', 'tcp port 9000')
    capture = Capture('--packets')
    host.ask(H, POUR, BEHIND, 9000, 20_000_000)
    time.sleep(0.3)
    flows = [flow for flow in capture.finish() if 9000 in (flow['sport'], flow['dport'])]
    packets, octets = dump.sums()
    seen = sum(flow['packets'] for flow in flows)
    check('the card would have cut packets', capture.counts['frames'] < 0.7 * packets, capture.counts['frames'])
    close_to('packets are as many as after the cutting', seen, packets)
    close_to('bytes too', sum(flow['bytes'] for flow in flows), octets)

    before = Tcpdump(Q, 'q0', 'tcp port 9000')
    router = subprocess.Popen(['nsenter', f'--net=/run/netns/{P}', rig.TOOL, str(rig.CGROUP), '--interval', '200', '--packets'],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    router.stdout.readline()
    host.ask(H, POUR, BEHIND, 9000, 2_000_000)
    time.sleep(0.3)
    lines = [rig.json.loads(line) for line in router.communicate('')[0].splitlines()]
    passing = [flow for flow in lines[:-1] if 9000 in (flow['sport'], flow['dport'])]
    packets, octets = before.sums()
    check('a router says that it forwards', {flow['process'] for flow in passing} == {'(forwarded)'})
    close_to('in and out, as on the wire', sum(flow['packets'] for flow in passing), 2 * packets)
    close_to('in and out, in bytes', sum(flow['bytes'] for flow in passing), 2 * octets)


def main():
    if os.geteuid():
        sys.exit('packet_source_check: needs root')
    try:
        with Host() as host:
            host.offload('tso off gso off gro off')
            servers = rig.serve(host)
            programs_are_found(host, servers)
            nothing_is_lost_uncounted(host)
            large_packets_are_as_on_the_wire(host)
    finally:
        subprocess.run(['ip', 'netns', 'del', Q], capture_output=True)
    if rig.failures:
        sys.exit(f'{len(rig.failures)} failed')


main()
