#!/usr/bin/env python3
"""Flow records as IPFIX, read by what we did not write, and the other way round: ipfix_check.py ANEMONE

- a file of `anemone flows --format ipfix` has, for tshark and for libfixbuf (ipfixDump), the flows, packets and octets
  that the capture has, libfixbuf knows our own elements by the names that the file tells it, and we read it back
- nfcapd collects the same totals over UDP; TCP and TLS bring the file's records, a collector that cannot prove who it
  is gets nothing
- records of softflowd (IPFIX) have the totals that nfdump gives them
- processes, users and containers in ntop's and Antrea's elements come out under our names
- exports in the shared data, where they are, have the totals that tshark gives them
What is not installed is said and left out.
"""
import json
import pathlib
import re
import shutil
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import threading
import time

import made_tunnels
from shared_data import ROOT, shared_data

ANEMONE = sys.argv[1]
PCAPS = ROOT / 'tests' / 'data' / 'pcap'
CAPTURES = [PCAPS / 'ipfixprobe' / name for name in ('mixed.pcap', 'dns.pcap', 'sip.pcap', 'mqtt.pcap')]
failures = []


def check(good, words):
    print(('ok      ' if good else 'WRONG   ') + words, flush=True)
    if not good:
        failures.append(words)


def there(*programs):
    missing = [p for p in programs if not shutil.which(p)]
    for program in missing:
        print(f'SKIPPED: {program} is not installed')
    return not missing


def run(*command, code=0, timeout=120):
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, timeout=timeout)
    if done.returncode != code:
        check(False, f'{" ".join(map(str, command))}: exit code {done.returncode}, not {code}: {done.stderr[-500:]}')
    return done


def rows(*sources):
    answer = json.loads(run(ANEMONE, 'flows', *sources, '--format', 'json').stdout)
    return answer['flows'], answer['totals']


def sums(flows):
    return len(flows), sum(f['packets'] for f in flows), sum(f['bytes'] for f in flows)


def same(a, b):
    def keys(flows):
        return sorted(json.dumps(f, sort_keys=True) for f in flows)
    return keys(a) == keys(b)


def free_port(kind):
    with socket.socket(socket.AF_INET, kind) as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


def read_by_others(capture, flows, file):
    wanted = sums(flows)
    if there('tshark'):
        out = run('tshark', '-r', file, '-T', 'fields', '-E', 'aggregator=,', '-e', 'cflow.packets', '-e', 'cflow.octets').stdout
        packets, octets = [], []
        for line in out.splitlines():
            p, o = (line + '\t').split('\t')[:2]
            packets += [int(x) for x in p.split(',') if x]
            octets += [int(x) for x in o.split(',') if x]
        check((len(octets), sum(packets), sum(octets)) == wanted, f'{capture.name}: tshark reads {wanted} (flows, packets, octets)')
    if there('ipfixDump'):
        out = run('ipfixDump', '-i', file, '-d', '--rfc5610').stdout
        got = [[int(x) for x in re.findall(rf' {name} : (\d+)', out)] for name in ('packetDeltaCount', 'octetDeltaCount')]
        check((len(got[0]), sum(got[0]), sum(got[1])) == wanted, f'{capture.name}: libfixbuf reads {wanted}')
        check('alien' not in out and 'anemoneFlowStartMicroseconds' in out, f'{capture.name}: libfixbuf names our elements')


def files(scratch):
    for capture in CAPTURES:
        file = scratch / (capture.stem + '.ipfix')
        run(ANEMONE, 'flows', capture, '--format', 'ipfix', '--out', file)
        flows, totals = rows(capture)
        again, totals_again = rows(file)
        check(len(flows) > 0 and same(flows, again), f'{capture.name}: {len(flows)} flows come back from a file as they were')
        check([totals[k] for k in ('flows', 'packets', 'bytes')] == [totals_again[k] for k in ('flows', 'packets', 'bytes')],
              f'{capture.name}: totals too')
        read_by_others(capture, flows, file)
    two = scratch / 'two.ipfix'
    two.write_bytes((scratch / 'dns.ipfix').read_bytes() + (scratch / 'sip.ipfix').read_bytes())
    check(same(rows(two)[0], rows(scratch / 'dns.ipfix')[0] + rows(scratch / 'sip.ipfix')[0]), 'two files, one after the other, are a file')
    cut = scratch / 'cut.ipfix'
    cut.write_bytes(two.read_bytes()[:-10])
    done = run(ANEMONE, 'flows', cut, '--totals', code=1)
    check('cut short' in done.stderr and 'flows 0' not in done.stdout, 'a file that is cut short is read up to there, and said')


def carriers(scratch):
    """Tunnels and ESP, by protocol: tshark reads what RFC 6759 lets these elements say, of those records and no others."""
    capture, file = scratch / 'carriers.pcap', scratch / 'carriers.ipfix'
    gre = struct.pack('!HH', 0, 0x0800) + made_tunnels.ip4(17, made_tunnels.udp(5, 6, bytes(20)), '192.0.2.1', '192.0.2.2')
    protocols = {47: gre, 50: struct.pack('!II', 7, 1) + bytes(40), 51: bytes(24), 17: made_tunnels.udp(500, 51820, bytes(40)),
                 6: made_tunnels.tcp(40000, 443, bytes(30)), 41: made_tunnels.ip6(17, made_tunnels.udp(5, 6, bytes(8)))}
    with open(capture, 'wb') as out:
        out.write(struct.pack('<IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
        for i, (protocol, payload) in enumerate(protocols.items()):
            frame = made_tunnels.ether(0x0800, made_tunnels.ip4(protocol, payload))
            out.write(struct.pack('<IIII', 1_780_000_000 + i, 0, len(frame), len(frame)) + frame)
    run(ANEMONE, 'flows', capture, '--format', 'ipfix', '--out', file)
    check(same(rows(capture)[0], rows(file)[0]), 'flows that are tunnels come back as they were')
    if not there('tshark'):
        return
    out = run('tshark', '-r', file, '-V').stdout
    got = {}
    for record in re.split(r'\n\s+Flow \d+\n', out)[1:]:
        def said(name):
            found = re.search(rf'{name} Technology: (\w+)', record)
            return found and found[1]
        got[int(re.search(r'Protocol: .*\((\d+)\)', record)[1])] = (said('Tunnel'), said('Encrypted'))
    want = {47: ('yes', 'no'), 41: ('yes', 'no'), 50: ('unassigned', 'yes'), 51: ('unassigned', 'no'), 17: (None, None), 6: (None, None)}
    check(got == want, f'tshark reads tunnelTechnology and encryptedTechnology where they are certain: {got}')


class Nfcapd:
    """Collects on a port of its own; totals() ends it."""

    def __init__(self, folder):
        folder.mkdir()
        self.folder = folder
        self.port = free_port(socket.SOCK_DGRAM)
        self.process = subprocess.Popen(['nfcapd', '-p', str(self.port), '-w', str(folder), '-t', '3600'],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(0.7)

    def totals(self):
        time.sleep(0.7)
        self.process.terminate()
        self.process.wait(10)
        out = run('nfdump', '-R', self.folder, '-N').stdout
        found = re.search(r'total flows: (\d+), total bytes: (\d+), total packets: (\d+)', out)
        return tuple(int(found[i]) for i in (1, 3, 2)) if found else None


def collectors(scratch):
    capture = CAPTURES[0]
    flows, _ = rows(capture)
    if there('nfcapd', 'nfdump'):
        nfcapd = Nfcapd(scratch / 'nfcapd')
        run(ANEMONE, 'flows', capture, '--format', 'ipfix', '--out', f'udp://127.0.0.1:{nfcapd.port}')
        got = nfcapd.totals()
        check(got == sums(flows), f'nfcapd collects {sums(flows)} over UDP: {got}')
    received = collect_stream(scratch, flows, capture, None)
    check(received, 'TCP brings the same records')
    tls_collector(scratch, flows, capture)


def collect_stream(scratch, flows, capture, context, *options, scheme='tcp', code=0):
    """Whether a collector that takes one connection has `flows` when the exporter is done."""
    listener = socket.create_server(('127.0.0.1', 0))
    listener.settimeout(20)
    received = bytearray()

    def serve():
        try:
            connection, _ = listener.accept()
            connection.settimeout(20)
            if context:
                connection = context.wrap_socket(connection, server_side=True)
            while piece := connection.recv(65536):
                received.extend(piece)
        except OSError:
            pass  # as of a client that does not believe us
        listener.close()

    thread = threading.Thread(target=serve)
    thread.start()
    run(ANEMONE, 'flows', capture, '--format', 'ipfix', '--out', f'{scheme}://localhost:{listener.getsockname()[1]}',
        *options, code=code)
    thread.join(25)  # it may not have been let in yet, though the exporter is done
    file = scratch / 'received.ipfix'
    file.write_bytes(received)
    return bool(received) and same(rows(file)[0], flows)


def tls_collector(scratch, flows, capture):
    def openssl(*words):
        run('openssl', *words)
    for name in ('right', 'wrong'):
        openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj',
                '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-keyout', scratch / f'{name}.key', '-out',
                scratch / f'{name}.pem')
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(scratch / 'right.pem', scratch / 'right.key')
    check(collect_stream(scratch, flows, capture, context, '--tls-ca', scratch / 'right.pem', scheme='tls'), 'TLS brings the same records')
    got = collect_stream(scratch, flows, capture, context, '--tls-ca', scratch / 'wrong.pem', scheme='tls', code=1)
    check(not got, 'a collector with a certificate of nobody that we believe gets nothing, and that is said')


def softflowd(scratch):
    if not there('softflowd', 'nfcapd', 'nfdump'):
        return
    for capture in CAPTURES[:2]:
        ours = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        ours.bind(('127.0.0.1', 0))
        ours.settimeout(2)
        nfcapd = Nfcapd(scratch / f'softflowd-{capture.stem}')
        on = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        # -d: in the foreground; without a control socket, and with room for every flow
        run('softflowd', '-r', capture, '-n', f'127.0.0.1:{ours.getsockname()[1]}', '-d', '-v', '10', '-m', '500000',
            '-p', scratch / 'softflowd.pid', '-c', 'none', timeout=60)
        file = scratch / f'softflowd-{capture.stem}.ipfix'
        try:
            with open(file, 'wb') as out:
                while True:
                    datagram = ours.recv(65536)
                    out.write(datagram)
                    on.sendto(datagram, ('127.0.0.1', nfcapd.port))
        except TimeoutError:
            pass
        theirs = nfcapd.totals()
        flows, _ = rows(file)
        check(theirs is not None and theirs[0] > 0 and sums(flows) == theirs,
              f'softflowd of {capture.name}: nfdump {theirs}, here {sums(flows)}')


def message(sets, sequence=0):
    body = b''.join(sets)
    return struct.pack('>HHIII', 10, 16 + len(body), 1_700_000_000, sequence, 5) + body


def data_set(number, body):
    return struct.pack('>HH', number, 4 + len(body)) + body


def names(scratch):
    def text(word):
        return struct.pack('>B', len(word.encode())) + word.encode()

    fields = [(0, 8, 4), (0, 12, 4), (0, 4, 1), (0, 1, 4), (0, 2, 4), (0, 152, 8), (0, 153, 8), (35632, 168, 4), (35632, 169, 65535),
              (35632, 372, 65535), (56506, 100, 65535), (56506, 101, 65535), (99, 7, 65535)]
    layout = struct.pack('>HH', 300, len(fields))
    for enterprise, number, length in fields:
        layout += struct.pack('>HHI', number | 0x8000, length, enterprise) if enterprise else struct.pack('>HH', number, length)
    record = bytes([10, 0, 0, 1, 10, 0, 0, 2, 6]) + struct.pack('>IIQQI', 1234, 5, 1_700_000_000_123, 1_700_000_001_456, 4242)
    record += text('nginx') + text('www-data') + text('shop') + text('web-7"\\é') + text('unknown to us')
    file = scratch / 'ntop.ipfix'
    file.write_bytes(message([data_set(2, layout), data_set(300, record)]))
    flows, _ = rows(file)
    wanted = {'process': 'nginx', 'user': 'www-data', 'pid': 4242, 'container': 'shop/web-7"\\é', 'packets': 5, 'bytes': 1234,
              'start': '2023-11-14T22:13:20.123000Z', 'end': '2023-11-14T22:13:21.456000Z'}
    check(len(flows) == 1 and {k: flows[0].get(k) for k in wanted} == wanted, f"ntop's and Antrea's elements have our names: {flows}")
    ours = scratch / 'ours.ipfix'
    run(ANEMONE, 'flows', file, '--format', 'ipfix', '--out', ours)
    check(same(rows(ours)[0], flows), 'written under our names they read the same')
    if there('ipfixDump'):
        out = run('ipfixDump', '-i', ours, '-d', '--rfc5610').stdout
        for element, value in (('anemoneProcessName', 'nginx'), ('userName', 'www-data'), ('anemoneProcessId', '4242')):
            check(re.search(rf' {element} : (\(len: \d+\) )?{value}$', out, re.M) is not None, f'libfixbuf reads {element}: {value}')
    if there('tshark'):
        out = run('tshark', '-r', ours, '-V').stdout
        check('User Name: www-data' in out and '6e 67 69 6e 78' in out, 'tshark reads the user by its name, the process by its number')


def refusals(scratch):
    done = run(ANEMONE, 'flows', CAPTURES[0], '--format', 'ipfix', code=2)
    check('--out' in done.stderr, '--format ipfix without --out is wrong usage')
    done = run(ANEMONE, 'flows', CAPTURES[0], '--format', 'ipfix', '--out', 'udp://host:99999', code=1)
    check('not a collector' in done.stderr, 'a port that cannot be is refused')
    port = free_port(socket.SOCK_STREAM)
    bad = scratch / 'bad.ipfix'
    good = (scratch / 'dns.ipfix').read_bytes()
    bad.write_bytes(message([data_set(700, b'12345678')]) + good)
    done = run(ANEMONE, 'flows', bad, '--format', 'json', code=1)
    check('no_template' in done.stderr and len(json.loads(done.stdout)['flows']) == len(rows(scratch / 'dns.ipfix')[0]),
          'data without a template is said, and what follows is read')
    done = run(ANEMONE, 'flows', CAPTURES[0], '--format', 'ipfix', '--out', f'tcp://127.0.0.1:{port}', code=1, timeout=60)
    check('could not be sent' in done.stderr and 'refused' in done.stderr, 'a collector that is not there is said')


def exports(scratch):
    folder = shared_data('flow-export')
    if folder is None or not there('tshark'):
        return
    for capture in sorted(folder.glob('pmacct/*/*.pcap')) + sorted(folder.glob('scapy/ipfix.pcap')):
        if capture.parent.name.startswith('112-'):
            continue  # templates of one session, data of another; as one file they fit, for tshark they do not
        ports = set(run('tshark', '-r', capture, '-T', 'fields', '-e', 'udp.dstport').stdout.split())
        decode = [word for port in ports for word in ('-d', f'udp.port=={port},cflow')]

        def fields(*names):
            wanted = [word for name in names for word in ('-e', name)]
            return run('tshark', '-r', capture, *decode, '-T', 'fields', '-E', 'aggregator=,', *wanted).stdout.splitlines()

        payloads = [bytes.fromhex(line) for line in fields('udp.payload') if line.strip()]
        if not payloads or any(payload[:2] != b'\0\x0a' for payload in payloads):
            continue  # NetFlow v9, which does not say where a message ends: the unit tests read it
        totals = [0, 0]
        for line in fields('cflow.octets', 'cflow.packets', 'cflow.permanent_octets', 'cflow.permanent_packets'):
            for i, column in enumerate(line.split('\t')):
                totals[i % 2] += sum(int(x) for x in column.split(',') if x)
        file = scratch / 'export.ipfix'
        file.write_bytes(b''.join(payloads))
        done = subprocess.run([ANEMONE, 'flows', str(file), '--format', 'json'], capture_output=True, text=True, timeout=60)
        ours = json.loads(done.stdout)['totals']
        check([ours['bytes'], ours['packets']] == totals, f'{capture.parent.name}: tshark {totals}, here {[ours["bytes"], ours["packets"]]}')


def main():
    with tempfile.TemporaryDirectory(prefix='anemone-ipfix-') as folder:
        scratch = pathlib.Path(folder)
        files(scratch)
        carriers(scratch)
        names(scratch)
        collectors(scratch)
        softflowd(scratch)
        refusals(scratch)
        exports(scratch)
    print(f'{len(failures)} wrong' if failures else 'all as it should be')
    sys.exit(bool(failures))


main()
