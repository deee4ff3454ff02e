#!/usr/bin/env python3
"""What is heard in every OSPF capture of the shared data against its manifest: ospf_check.py ANEMONE

Packets by type, LSA instances in updates by type and Fletcher checksums, as tshark and a few lines apart from
this project counted them.
"""
import csv
import json
import re
import subprocess
import sys

from shared_data import shared_data

# Crafted ones, and what they are refused as.
CRAFTED = {'tcpdump/ospf2-seg-fault-1.pcapng': {'bad_checksum': 1}}
# Packets whose own checksum is wrong are discarded whole (RFC 2328 section 8.2), good LSAs in them or not.
DISCARDED = ('ospf-sr-ri-sid.pcap', 'ospf-sr.pcapng', 'ospf-sr2.pcapng')


def counts(text):
    """'hello 385, dd 40' as a dictionary."""
    return {name: int(count) for name, count in re.findall(r'([a-z-]+) (\d+)', text)}


def wanted(truth):
    packets = re.search(r'ospf_packets=\d+ \(v2:(\d+); ([^)]*)\)', truth)
    lsas = re.search(r'lsa_instances_in_lsu=(\d+)(?: \(([^)]*)\))?', truth)
    sums = re.search(r'lsa_checksum_ok=(\d+) bad=(\d+)', truth)
    if packets is None:
        return None
    return {'packets': counts(packets[2]), 'lsas': counts(lsas[2] or ''), 'good': int(sums[1]), 'bad': int(sums[2])}


def heard(anemone, path, told=None):
    done = subprocess.run([anemone, 'topology', str(path), '--format', 'json'], capture_output=True, text=True,
                          timeout=60)
    if done.returncode != 0:
        return done.stderr.strip()
    answer = json.loads(done.stdout)['heard']
    if told:
        return told(answer)
    some = lambda group: {k: v for k, v in answer[group].items() if k != 'total' and v}
    if answer['refused'].get('bad_checksum'):
        return 'discarded'
    return {'packets': some('packets'), 'lsas': some('lsas'), 'good': answer['lsas']['total'],
            'bad': answer['refused'].get('bad_lsa_checksum', 0)}


def main():
    folder = shared_data('ospf')
    if folder is None:
        return
    good, bad = 0, []
    with open(folder.parent / 'MANIFEST.tsv', encoding='utf-8') as manifest:
        for row in csv.DictReader(manifest, delimiter='\t', quoting=csv.QUOTE_NONE):
            want = wanted(row['ground_truth']) if row['kind'] == 'ospf' else None
            if want is None:
                continue  # OSPFv3 only
            name = row['file'].split('/')[-1]
            if name in DISCARDED:
                want = 'discarded'
            have = heard(sys.argv[1], folder.parent / row['file'])
            if have == want:
                good += 1
            else:
                bad.append(f"{row['file']}: {have}, want {want}")
    for name, refused in CRAFTED.items():
        have = heard(sys.argv[1], folder.parent / 'bad-input' / name, lambda answer: answer['refused'])
        good += have == refused
        if have != refused:
            bad.append(f'{name}: {have}, want {refused}')
    print('\n'.join(bad))
    print(f'{good} captures as the manifest says, {len(bad)} differ')
    sys.exit(bool(bad) or good == 0)


if __name__ == '__main__':
    main()
