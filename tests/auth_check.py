#!/usr/bin/env python3
"""OSPF packets recorded from FRR, BIRD and others under keys that are known: auth_check.py ANEMONE

With the right key every packet is verified and taken, with another secret or key id none is; each is counted.
"""
import json
import pathlib
import subprocess
import sys

from shared_data import shared_data

HERE = pathlib.Path(__file__).parent / 'data'
LONG = 'a secret of twenty-five b'
# capture: key
OURS = {
    'pairs/auth-md5.pcap.gz': '1:md5:anemone1', 'pairs/auth-password.pcap.gz': '0:password:sea-life',
    'pairs/auth-sha1.pcap.gz': '5:hmac-sha-1:anemone', 'pairs/auth-sha1-long.pcap.gz': '5:hmac-sha-1:' + LONG,
    'pairs/auth-sha256.pcap.gz': '5:hmac-sha-256:anemone', 'pairs/auth-sha384.pcap.gz': '5:hmac-sha-384:anemone',
    'pairs/auth-sha512.pcap.gz': '5:hmac-sha-512:anemone',
    'lab/twenty/pcap/link.r1.to-r2.pcap.gz': '1:md5:anemone1',
}
THEIRS = {
    'packetlife/OSPF_with_MD5_auth.cap': '0:md5:', 'loki/ospf-md5_key-1234.pcap': '1:md5:1234',
    'loki/ospf-hmac-sha-1_key-1234.pcap': '1:sha1:1234', 'loki/ospf-hmac-sha-256_key-1234.pcap': '1:sha256:1234',
    'loki/ospf-hmac-sha-384_key-1234.pcap': '1:sha384:1234', 'loki/ospf-hmac-sha-512_key-1234.pcap': '1:sha512:1234',
}
NEVER_SIGNED = {'loki/ospf-hmac-sha-1_key-1234.pcap': 1}  # injected by the attack tool that the capture is of


def heard(anemone, path, key):
    done = subprocess.run([anemone, 'topology', str(path), '--format', 'json', '--key', key], capture_output=True,
                          text=True, timeout=60)
    if done.returncode != 0:
        sys.exit(done.stderr)
    return json.loads(done.stdout)['heard']


def check(anemone, path, key, never_signed, bad):
    number, algorithm, secret = key.split(':', 2)
    right = heard(anemone, path, '*:' + key)
    total = right['packets']['total']
    want = {'verified': total - never_signed, **({'wrong_type': never_signed} if never_signed else {})}
    if right['authentication'] != want:
        bad.append(f"{path.name}: {right['authentication']}, want {want}")
    wrong = heard(anemone, path, f'*:{number}:{algorithm}:x{secret}')
    if wrong['authentication'].get('wrong_digest') != total - never_signed or wrong['lsas']['total'] != 0:
        bad.append(f"{path.name}: with another secret {wrong['authentication']}, {wrong['lsas']['total']} LSAs")
    if algorithm != 'password':
        other = heard(anemone, path, f'*:200:{algorithm}:{secret}')
        if other['authentication'].get('unknown_key') != total - never_signed:
            bad.append(f"{path.name}: with another key id {other['authentication']}")
    apart = heard(anemone, path, f'0.0.0.99:{key}')
    if apart['authentication'] != {'no_key': total}:
        bad.append(f"{path.name}: with another area's key {apart['authentication']}")
    return total - never_signed


def main():
    bad, captures, packets = [], 0, 0
    places = [(HERE, OURS)]
    if shared_data('ospf') is not None:
        places.append((shared_data('ospf'), THEIRS))
    for folder, keys in places:
        for name, key in keys.items():
            packets += check(sys.argv[1], folder / name, key, NEVER_SIGNED.get(name, 0), bad)
            captures += 1
    print('\n'.join(bad))
    print(f'{packets} packets of {captures} captures verified, {len(bad)} differ')
    sys.exit(bool(bad) or packets == 0)


if __name__ == '__main__':
    main()
