#!/usr/bin/env python3
"""What is heard in every OSPFv3 capture of the shared data against its manifest: ospf3_check.py ANEMONE

Packets by type, LSA instances in updates by type and Fletcher checksums, as tshark and a few lines apart from
this project counted them; what was crafted to break a decoder is refused, under a reason that is counted.
"""
import csv
import json
import re
import subprocess
import sys

from ospf_check import counts
from shared_data import shared_data

ENCRYPTED = {'wireshark-ospfv3-esp.pcap': 24}  # ESP that tshark cannot read either


def wanted(truth):
    packets = re.search(r'ospf_packets=\d+ \(v3:(\d+); ([^)]*)\)', truth)
    lsas = re.search(r'lsa_instances_in_lsu=(\d+)(?: \(([^)]*)\))?', truth)
    sums = re.search(r'lsa_checksum_ok=(\d+) bad=(\d+)', truth)
    if packets is None:
        return None
    return {'packets': counts(packets[2]), 'lsas': counts(lsas[2] or ''), 'good': int(sums[1]), 'bad': int(sums[2])}


def heard(anemone, path):
    done = subprocess.run([anemone, 'topology', str(path), '--format', 'json'], capture_output=True, text=True,
                          timeout=60)
    if done.returncode != 0:
        return None, {'exit': done.returncode, 'said': done.stderr.strip()}
    answer = json.loads(done.stdout)['heard']['ospf3']
    some = lambda group: {k: v for k, v in answer[group].items() if k != 'total' and v}
    have = {'packets': some('packets'), 'lsas': some('lsas'), 'good': answer['lsas']['total'],
            'bad': answer['refused'].get('bad_lsa_checksum', 0)}
    return have, answer['refused']


def main():
    folder = shared_data('ospf')
    if folder is None:
        return
    good, refused, bad = 0, 0, []
    with open(folder.parent / 'MANIFEST.tsv', encoding='utf-8') as manifest:
        for row in csv.DictReader(manifest, delimiter='\t', quoting=csv.QUOTE_NONE):
            want = wanted(row['ground_truth'])
            if want is None:
                continue  # OSPFv2 only
            name = row['file'].split('/')[-1]
            have, reasons = heard(sys.argv[1], folder.parent / row['file'])
            if row['kind'] == 'bad-input':
                if have is None or not reasons:
                    bad.append(f"{row['file']}: nothing refused: {have} {reasons}")
                refused += sum(reasons.values()) if have else 0
                print(f'{name}: refused {reasons}')
            elif have == want and reasons.get('encrypted', 0) == ENCRYPTED.get(name, 0):
                good += 1
            else:
                bad.append(f"{row['file']}: {have} {reasons}, want {want}")
    print('\n'.join(bad))
    print(f'{good} captures as the manifest says, {refused} crafted packets and LSAs refused, {len(bad)} differ')
    sys.exit(bool(bad) or good == 0)


if __name__ == '__main__':
    main()
