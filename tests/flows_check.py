#!/usr/bin/env python3
"""`anemone flows` against tshark: flows_check.py ANEMONE [REASON]

For every capture of tests/data/pcap, and of the shared data where they are: frames, wire bytes and the number of
distinct outermost 5-tuples must equal what tshark 4.0 counted. Where they do not, EXCEPTIONS says what is right
and why: our number is held there, too, so that nothing drifts behind an excuse. With a REASON only the captures that
differ for it are looked at; without, all that must be equal.
"""
import csv
import json
import pathlib
import re
import subprocess
import sys
from collections import Counter

from shared_data import ROOT, shared_data

REASONS = {
    'custom': 'tshark counts custom blocks of pcapng as frames; they hold no captured frame',
    'quoted': 'tshark gives an ICMP error the ports of the packet that it quotes; ICMP has none',
    'fragments': 'tshark lists a fragmented datagram twice, without ports for its first fragments and with them for '
                 'the last (and IPv6 under protocol 44); here every fragment belongs to the flow of its datagram',
    'tunnel': 'tshark gives 6in4 packets the ports of the inner packet; the outermost header has none',
    'format': 'Microsoft Network Monitor, neither pcap nor pcapng; refused with the way to convert it',
    'version': 'a section of pcapng version 2.0 follows, where tshark stops as well; refused there, and said',
}
# file: (reason, frames, wire bytes, 5-tuples, exit code)
EXCEPTIONS = {
    'gopacket/be/test017.pcapng': ('custom', 0, 0, 0, 0),
    'gopacket/le/test017.pcapng': ('custom', 0, 0, 0, 0),
    'gopacket/be/test018.pcapng': ('custom', 4, 1312, 2, 0),
    'gopacket/le/test018.pcapng': ('custom', 4, 1312, 2, 0),
    'gopacket/be/test102.pcapng': ('custom', 5, 1480, 3, 0),
    'gopacket/le/test102.pcapng': ('custom', 5, 1480, 3, 0),
    'gopacket/be/test202.pcapng': ('custom', 8, 2304, 3, 0),
    'gopacket/le/test202.pcapng': ('custom', 8, 2304, 3, 0),
    'gopacket/be/test901.pcapng': ('version', 1, 314, 1, 1),
    'gopacket/le/test901.pcapng': ('version', 1, 314, 1, 1),
    'ipfixprobe/mixed.pcap': ('quoted', 205, 26018, 38, 0),
    'ipfixprobe/sip.pcap': ('quoted', 50, 23150, 15, 0),
    'traffic/ndpi/pcap/doq.pcapng': ('quoted', 20, 5958, 3, 0),
    'traffic/ndpi/pcap/gnutella.pcap': ('quoted', 3905, 578474, 937, 0),
    'traffic/ndpi/pcap/instagram.pcap': ('quoted', 847, 586088, 68, 0),
    'traffic/ndpi/pcap/iphone.pcap': ('quoted', 500, 221902, 85, 0),
    'traffic/ndpi/pcap/whatsapp_login_call.pcap': ('quoted', 1253, 193190, 104, 0),
    'traffic/packetlife/path_MTU_discovery.cap': ('quoted', 8, 6236, 6, 0),
    'traffic/tcpreplay/test.pcap': ('quoted', 179, 69000, 47, 0),
    'traffic/zamren-hosts/h3/8.pcap': ('quoted', 518, 87654, 123, 0),
    'traffic/ndpi/pcap/6in4tunnel.pcap': ('tunnel', 127, 40293, 2, 0),
    'traffic/ndpi/pcap/dns_fragmented.pcap': ('fragments', 66, 23170, 42, 0),
    'traffic/ndpi/pcap/dnscrypt-v1-and-resolver-pings.pcap': ('fragments', 608, 320842, 476, 0),
    'tunnels/packetlife/iphttps.cap': ('format', 0, 0, 0, 1),
}


def short_name(file):
    """The manifest's name, as the copies in tests/data/pcap are called."""
    return file.replace('pcap-format/', '').replace('traffic/ipfixprobe/inputs/', 'ipfixprobe/')


def captures():
    """(name, path, frames, wire bytes, 5-tuples) of every capture; those here first, then the shared ones."""
    ours = ROOT / 'tests/data/pcap'
    with open(ours / 'EXPECTED.tsv', encoding='utf-8') as table:
        for row in csv.DictReader(table, delimiter='\t'):
            yield row['file'], ours / row['file'], int(row['frames']), int(row['wire_bytes']), int(row['tuples'])
    shared = shared_data('.')
    if shared is None:
        return
    with open(shared / 'MANIFEST.tsv', encoding='utf-8') as table:
        for row in csv.DictReader(table, delimiter='\t', quoting=csv.QUOTE_NONE):
            truth = dict(pair.split('=', 1) for pair in row['ground_truth'].split() if '=' in pair)
            if row['kind'] not in ('pcap-format', 'tunnels', 'traffic') or 'packets' not in truth:
                continue
            yield (short_name(row['file']), shared / row['file'], int(truth['packets']), int(truth['wire_bytes']),
                   int(truth['5tuples_unidirectional_outer']))


def count(anemone, path):
    done = subprocess.run([anemone, 'flows', str(path), '--format', 'json'], capture_output=True, text=True, timeout=120)
    answer = json.loads(done.stdout)
    totals, flows = answer['totals'], answer['flows']
    tuples = {(f['src'], f['dst'], f['proto'], f['sport'], f['dport']) for f in flows}
    sums = sum(f['packets'] for f in flows), sum(f['bytes'] for f in flows), len(flows)
    problem = ''
    if sums != (totals['packets'], totals['bytes'], totals['flows']):
        problem = f'rows add up to {sums}, totals say otherwise'
    if totals['packets'] + totals['not_ip'] + totals['malformed'] + totals['headers_cut'] != totals['frames']:
        problem = 'frames are not accounted for'
    if done.returncode and not re.search(re.escape(str(path)) + r': at byte \d+: .', done.stderr):
        problem = f'no file, offset and reason in: {done.stderr.strip()}'
    return (totals['frames'], totals['wire_bytes'], len(tuples), done.returncode), problem


def main():
    anemone = sys.argv[1]
    only = sys.argv[2] if len(sys.argv) > 2 else None
    equal, explained, bad = 0, Counter(), []
    for name, path, *want in captures():
        if EXCEPTIONS.get(name, (None,))[0] != only:
            continue
        have, problem = count(anemone, path)
        if problem:
            bad.append(f'{name}: {problem}')
        elif name in EXCEPTIONS:
            reason, *right = EXCEPTIONS[name]
            explained[reason] += have == tuple(right)
            if have != tuple(right):
                bad.append(f'{name}: {have}, excused as {tuple(right)} ({reason})')
        elif have == (*want, 0):
            equal += 1
        else:
            bad.append(f'{name}: frames, wire bytes, 5-tuples, exit code {have}, tshark {(*want, 0)}')
    print('\n'.join(bad))
    for reason, number in explained.items():
        print(f'{number} differ as they should: {REASONS[reason]}')
    print(f'{equal} captures equal tshark exactly, {sum(explained.values())} differ for a reason, {len(bad)} are wrong')
    if only and not explained and not bad:
        print(f'SKIPPED: none of the captures that differ by "{only}" is here: no shared data')
    sys.exit(bool(bad) or (only is None and equal == 0))


if __name__ == '__main__':
    main()
