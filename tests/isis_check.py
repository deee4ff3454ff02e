#!/usr/bin/env python3
"""IS-IS in captures against tshark: isis_check.py ANEMONE

For each capture of the shared data and of tests/data/lab/isis: PDUs by type, TLVs by type, and how many LSPs have a
right checksum, as tshark dissects them. Crafted files of the shared bad-input data: every PDU is taken or refused with
a reason, and those of REFUSED with just that one. Needs tshark.
"""
import collections
import json
import pathlib
import shutil
import subprocess
import sys

from shared_data import ROOT, shared_data

TYPES = {15: 'hello-1', 16: 'hello-2', 17: 'hello-p2p', 18: 'lsp-1', 20: 'lsp-2', 24: 'csnp-1', 25: 'csnp-2',
         26: 'psnp-1', 27: 'psnp-2'}
TLVS = ('isis.hello.clv.type', 'isis.lsp.clv.type', 'isis.csnp.clv.type', 'isis.psnp.clv.type')
# Crafted captures: what each is refused for. A file that is not named here may hold what is right.
REFUSED = {
    'isis-areaaddr-oobr-1.pcap': {'bad_length': 1},
    'isis-areaaddr-oobr-2.pcap': {'bad_length': 1},
    'isis-extd-ipreach-oobr.pcap': {'bad_tlv_body': 1},
    'isis-extd-isreach-oobr.pcap': {'not_isis': 2, 'cut_short': 1},
    'isis-infinite-loop.pcap': {'cut_short': 5},
    'isis-seg-fault-2.pcapng': {'bad_tlv_length': 1},
    'isis_stlv_asan.pcap': {'cut_short': 1},
    'isis_stlv_asan-2.pcap': {'cut_short': 1},
    'isis_stlv_asan-3.pcap': {'cut_short': 1},
    'isis_stlv_asan-4.pcap': {'cut_short': 1},
    'isis_sysid_asan.pcap': {'cut_short': 1},
    'esis_snpa_asan.pcap': {'not_isis': 2},
}


def by_tshark(path):
    fields = ['isis.type', 'isis.lsp.checksum.status', 'isis.lsp.remaining_life', *TLVS]
    done = subprocess.run(['tshark', '-n', '-r', str(path), '-T', 'fields',
                           *(part for field in fields for part in ('-e', field))],
                          capture_output=True, text=True, timeout=120, check=True)
    pdus, tlvs, right = collections.Counter(), collections.Counter(), 0
    for line in done.stdout.splitlines():
        kind, status, left, *lists = line.split('\t')
        if not kind:
            continue
        pdus[TYPES[int(kind)]] += 1
        right += status == '1' or left == '0'  # a purge needs none
        tlvs.update(kind for one in lists for kind in one.split(',') if kind)
    return {'pdus': dict(pdus), 'tlvs': dict(tlvs), 'right': right}


def heard(anemone, path):
    done = subprocess.run([anemone, 'topology', str(path), '--format', 'json'], capture_output=True, text=True, timeout=60)
    return json.loads(done.stdout)['heard']['isis'] if done.returncode == 0 else None


def by_us(anemone, path):
    """LSPs of another instance are read and not taken; tshark does not tell them apart."""
    answer = heard(anemone, path)
    if answer is None:
        return None
    pdus = {kind: count for kind, count in answer['pdus'].items() if kind != 'total'}
    lsps = sum(count for kind, count in pdus.items() if kind.startswith('lsp'))
    refused = answer['refused'].get('bad_checksum', 0)
    return {'pdus': pdus, 'tlvs': answer['tlvs'], 'right': lsps - refused}


def check_good(anemone, paths):
    bad, pdus, tlvs = [], 0, 0
    for path in paths:
        want, have = by_tshark(path), by_us(anemone, path)
        if have is None and not want['pdus']:
            continue
        pdus += sum(want['pdus'].values())
        tlvs += sum(want['tlvs'].values())
        if have != want:
            bad.append(f'{path.name}: {have}, want {want}')
    print('\n'.join(bad))
    print(f'{len(paths)} captures, {pdus} PDUs, {tlvs} TLVs as tshark has them, {len(bad)} differ')
    return not bad and pdus > 0


def check_crafted(anemone, folder):
    bad, met = [], 0
    for path in sorted(folder.rglob('*.pcap*')):
        want = REFUSED.get(path.name)
        if want is None and 'isis' not in path.name and 'isoclns' not in path.name:
            continue
        answer = heard(anemone, path)
        if want is None:
            continue
        met += 1
        if answer is None or answer['refused'] != want:
            bad.append(f"{path.name}: {answer and answer['refused']}, want {want}")
    bad += ['files are missing'] if met != len(REFUSED) else []
    print('\n'.join(bad))
    print(f'{met} crafted captures refused with their reasons, {len(bad)} otherwise')
    return not bad


def main():
    if shutil.which('tshark') is None:
        print('SKIPPED: no tshark')
        return
    paths = sorted((ROOT / 'tests/data/lab/isis').rglob('*.pcap.gz'))
    shared, crafted = shared_data('isis'), shared_data('bad-input')
    paths += sorted(shared.rglob('*.pcap*')) if shared else []
    good = check_good(sys.argv[1], paths)
    good &= crafted is None or check_crafted(sys.argv[1], crafted)
    sys.exit(not good)


if __name__ == '__main__':
    main()
