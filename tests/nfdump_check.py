#!/usr/bin/env python3
"""`anemone flows --where` against nfdump: nfdump_check.py ANEMONE

nfpcapd makes flows of captures of a recorded network, nfdump adds them up by 5-tuple, and both programs choose among
them with the same filter. How many flows, packets and bytes are left must be the same. Where the two languages differ,
OTHERWISE has both ways to say it, and why.
"""
import gzip
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

DATA = pathlib.Path(__file__).parent / 'data'
CAPTURES = [DATA / 'campus/hosts/files1.pcap.gz', DATA / 'campus/hosts/web1.pcap.gz', DATA / 'campus/hosts/pc2.pcap.gz',
            DATA / 'pcap/ipfixprobe/mixed.pcap', DATA / 'pcap/ipfixprobe/sip.pcap', DATA / 'pcap/ipfixprobe/dns.pcap']

# Word for word the same in both.
SAME = [
    'any', 'ip 0.0.0.0', 'ipv4', 'ipv6', 'inet', 'inet6', 'proto tcp', 'proto udp', 'proto 17', 'not proto tcp',
    'proto tcp or proto udp', 'proto icmp6', 'src net 10.0.0.0/8', 'dst net 10.0.0.0/8', 'net 10.1.0.0/16',
    'net 10.5.5.0/24', 'src ip {src}', 'dst host {dst}', 'ip {src}', 'host {dst}', 'src ip {src} and dst ip {dst}',
    'src net 10.0.0.0/8 and not dst net 10.0.0.0/9', 'ip in [ {src} {dst} ]', 'src ip in [ {src}, {dst} ]',
    'port 53', 'src port 443', 'dst port 443', 'dst port > 1023', 'src port < 1024', 'dst port >= 1024',
    'port in [ 53 80 443 ]', 'dst port in [ 53, 80 ]', 'src or dst port 53', 'src and dst net 10.0.0.0/8',
    'packets > 10', 'packets < 3', 'packets >= 3', 'packets = 1', 'bytes > 1000', 'bytes < 100', 'bytes > 1M',
    'bytes <= 5k', 'duration > 1000', 'duration < 10', 'flags S', 'flags SA', 'flags S and not flags F',
    'flags R', 'tos 0', 'proto tcp and ( src port 443 or dst port 443 ) and bytes > 500',
    'proto tcp and port 80 or proto udp and port 53', 'not ( proto tcp or port 53 )',
    'src net 10.0.0.0/8 and dst port 443 and packets > 5', '! proto tcp', 'proto tcp && dst port > 1000',
    'not port 53 and not port 443',
]
# Ours, nfdump's, and why they differ.
OTHERWISE = [
    ('port 53,80,443', 'port in [ 53 80 443 ]', 'lists stand without brackets, too'),
    ('dst port 8000-9000', 'dst port > 7999 and dst port < 9001', 'ranges'),
    ('dst port != 443', 'not dst port 443', '!= is "not"'),
    ('port > 10000', 'src port > 10000 or dst port > 10000', 'either end, said in one'),
    ('duration > 1s', 'duration > 1000', 'times may have units; bare they are milliseconds in both'),
    ('proto icmp,icmp6', 'proto icmp or proto icmp6', 'lists of protocols'),
]

# Where the flows themselves differ: capture, filter: (ours, nfdump's, why). Our numbers are held there, too.
HOP = 'nfpcapd takes IPv6 hop-by-hop options for the protocol; these are multicast reports, ICMPv6 behind them'
TOS = 'nfpcapd 1.7.1 writes 0 for every type of service'
DIFFER = {
    ('web1.pcap.gz', 'duration < 10'): ((592, 2408, 558084), (590, 2396, 550936), 'its times are whole milliseconds'),
    ('pc2.pcap.gz', 'tos 0'): ((723, 20060, 15229734), (724, 21412, 15370047), TOS),
    ('mixed.pcap', 'tos 0'): ((40, 131, 16959), (41, 157, 21606), TOS),
    ('sip.pcap', 'tos 0'): ((11, 43, 20081), (15, 50, 22450), TOS),
    ('mixed.pcap', 'proto icmp6'): ((10, 32, 2872), (8, 28, 2568), HOP),
    ('mixed.pcap', 'proto icmp,icmp6'): ((14, 89, 7927), (12, 85, 7623), HOP),
    ('mixed.pcap', 'dst port > 1023'): ((28, 83, 6772), (26, 79, 6468), HOP),
    ('mixed.pcap', 'dst port >= 1024'): ((28, 83, 6772), (26, 79, 6468), HOP),
    ('mixed.pcap', 'port > 10000'): ((33, 60, 4663), (31, 56, 4359), HOP),
    ('mixed.pcap', 'ip 0.0.0.0'): ((1, 20, 6560), (3, 23, 6776), 'its 0.0.0.0 is :: as well'),
}


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    return done.returncode, done.stdout, done.stderr


def nfdump_counts(flows, what):
    code, out, err = run('nfdump', '-r', flows, '-q', '-N', '-o', 'fmt:%pkt %byt', what)
    if code != 0:
        raise SystemExit(f'nfdump refuses {what!r}: {err or out}')
    rows = [line.split() for line in out.splitlines() if re.fullmatch(r'\s*\d+\s+\d+\s*', line)]
    return len(rows), sum(int(row[0]) for row in rows), sum(int(row[1]) for row in rows)


def our_counts(anemone, capture, what):
    code, out, err = run(anemone, 'flows', str(capture), '--totals', '--format', 'json', '--where', what)
    if code != 0:
        raise SystemExit(f'anemone refuses {what!r}: {err}')
    totals = json.loads(out)['totals']
    return (totals['flows'], totals.get('chosen_packets', totals['packets']),
            totals.get('chosen_bytes', totals['bytes']))


def busiest(anemone, capture):
    _, out, _ = run(anemone, 'flows', str(capture), '--format', 'json')
    flows = [flow for flow in json.loads(out)['flows'] if flow['src'] != '0.0.0.0']
    flow = max(flows, key=lambda flow: flow['bytes'])
    return {'src': flow['src'], 'dst': flow['dst']}


def main(anemone):
    if not shutil.which('nfpcapd'):
        print('nfdump is not here: nothing was compared')
        return 77
    compared = chosen = different = wrong = 0
    with tempfile.TemporaryDirectory() as scratch:
        for number, packed in enumerate(CAPTURES):
            capture = pathlib.Path(scratch) / f'{number}.pcap'
            with (gzip.open if packed.suffix == '.gz' else open)(packed, 'rb') as file:
                capture.write_bytes(file.read())
            folder = pathlib.Path(scratch) / str(number)
            folder.mkdir()
            run('nfpcapd', '-r', str(capture), '-w', str(folder), '-e', '3600,3600')
            flows = str(pathlib.Path(scratch) / f'{number}.nf')
            run('nfdump', '-R', str(folder), '-a', '-w', flows)
            ends = busiest(anemone, capture)
            cases = [(text, text) for text in SAME] + [(ours, theirs) for ours, theirs, _ in OTHERWISE]
            for ours, theirs in cases:
                ours, theirs = ours.replace('{src}', ends['src']).replace('{dst}', ends['dst']), \
                    theirs.replace('{src}', ends['src']).replace('{dst}', ends['dst'])
                want, got = nfdump_counts(flows, theirs), our_counts(anemone, capture, ours)
                compared += 1
                chosen += 0 < want[0] < 1 << 30
                ours_held, theirs_held, _ = DIFFER.get((packed.name, ours), (None, None, None))
                different += ours_held is not None
                if (got, want) != (ours_held or want, theirs_held or want):
                    wrong += 1
                    print(f'{packed.name}: {ours!r}: flows, packets, bytes {got}, nfdump has {want}')
    print(f'{compared} filters on {len(CAPTURES)} captures: {chosen} chose some flows in nfdump, {different} differ for a '
          f'reason, {wrong} are wrong')
    return wrong > 0 or different != len(DIFFER) or chosen < compared // 3


if __name__ == '__main__':
    sys.exit(main(sys.argv[1]))
