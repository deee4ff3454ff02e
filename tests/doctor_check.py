#!/usr/bin/env python3
"""What is wrong between pairs of routers that were broken on purpose, and that nothing is between right ones:
doctor_check.py ANEMONE

tests/data/pairs was recorded from FRR and BIRD, with what each said of its neighbour at the end (neighbors.json); the
shared captures are of real routers, among them one pair stuck in ExStart and many that are well.
"""
import json
import pathlib
import subprocess
import sys

from shared_data import shared_data

PAIRS = pathlib.Path(__file__).parent / 'data' / 'pairs'
A, B = '10.8.0.1', '10.8.0.2'
# capture: ailment, [(what is said, by whom)]
BROKEN = {
    'bad-address': ('address', [('address 10.8.0.1', [A, A])]),
    'bad-area': ('area', [('area 0.0.0.0', [A]), ('area 0.0.0.1', [B])]),
    'bad-auth-algorithm': ('auth_key', [('key 5, hmac-sha-1', [A]), ('key 5, hmac-sha-256', [B])]),
    'bad-auth-id': ('auth_key', [('key 1, md5', [A]), ('key 2, md5', [B])]),
    'bad-auth-password': ('auth_secret', [('another password', [B]), ('one password', [A])]),
    'bad-auth-secret': ('auth_secret', [('key 1, md5, and a secret that is not known here', [A, B])]),
    'bad-auth-type': ('auth_type', [('cryptographic', [B]), ('none', [A])]),
    'bad-dead': ('dead_interval', [('3 s', [A]), ('4 s', [B])]),
    'bad-hello': ('hello_interval', [('1 s', [A]), ('2 s', [B])]),
    'bad-mask': ('mask', [('/24', [A]), ('/25', [B])]),
    'bad-mtu': ('mtu', [('MTU 1400', [B]), ('MTU 1500', [A])]),
    'bad-mtu-mixed': ('mtu', [('MTU 1400', [A]), ('MTU 1500', [B])]),
    'bad-network-type': ('network_type', [('names a designated router', [A]),
                                          ('names none: point-to-point or point-to-multipoint', [B])]),
    'bad-nssa': ('area_kind', [('normal', [A]), ('not-so-stubby', [B])]),
    'bad-one-way': ('one_way', [('is heard, and lists nobody of the other side', [B]),
                                ('lists the other side, and is not heard there', [A])]),
    'bad-priority': ('no_designated', [('priority 0', [A, B])]),
    'bad-router-id': ('router_id', [('router id 10.254.1.1', [A, B])]),
    'bad-stub': ('area_kind', [('normal', [A]), ('stub', [B])]),
    'bad-stub-nssa': ('area_kind', [('not-so-stubby', [B]), ('stub', [A])]),
}
# With a key: whose packets it verifies is known.
WITH_KEY = {
    ('bad-auth-secret', '*:1:md5:anemone1'): ('auth_secret', [('the key given does not verify its packets', [B]),
                                                             ('the key given verifies its packets', [A])]),
    ('auth-md5', '*:1:md5:nemo'): ('keys_given', [('cryptographic, key 1, md5', [A, B])]),
}
THEIRS = {
    'huawei-h3c/ospf-mtu-mismatch-stuck-in-exstart.pcapng': ('mtu', [('MTU 1200', ['10.1.34.3']), ('MTU 1499', ['10.1.34.4'])]),
    'loki/ospf-hmac-sha-1_key-1234.pcap': ('auth_type', [('cryptographic', ['192.168.111.10']), ('none', ['192.168.111.20'])]),
    'tcpdump/ospf-sr-ri-sid.pcap': ('unreadable', [('1 packets refused: bad_checksum', [])]),
    'tcpdump/ospf-sr.pcapng': ('unreadable', [('1 packets refused: bad_checksum', [])]),
    'tcpdump/ospf-sr2.pcapng': ('unreadable', [('1 packets refused: bad_checksum', [])]),
}


def examined(anemone, path, *options):
    done = subprocess.run([anemone, 'doctor', str(path), '--format', 'json', *options], capture_output=True, text=True)
    if not done.stdout:
        return None, done.returncode  # no OSPF in it
    findings = [finding for link in json.loads(done.stdout)['links'] for finding in link['findings']]
    return [(finding['ailment'], [(side['says'], [who['address'] for who in side['who']]) for side in finding['sides']])
            for finding in findings], done.returncode


class Check:
    def __init__(self, anemone):
        self.anemone, self.good, self.bad = anemone, 0, []

    def one(self, path, want, *options):
        have, code = examined(self.anemone, path, *options)
        if have is None:
            return
        if have == ([want] if want else []) and (want or code == 0):
            self.good += 1
        else:
            self.bad.append(f'{path.name} {" ".join(options)}: {have}, want {want}')


def main():
    check = Check(sys.argv[1])
    neighbors = json.loads((PAIRS / 'neighbors.json').read_text())
    for capture in sorted(PAIRS.glob('*.pcap.gz')):
        name = capture.name.removesuffix('.pcap.gz')
        check.one(capture, BROKEN.get(name))
        full = 'Full' in json.dumps(neighbors[name]['a'])
        if full != (name not in BROKEN or name == 'bad-network-type'):  # which is full, and useless
            check.bad.append(f'{name}: the routers themselves said {neighbors[name]}')
    for (name, key), want in WITH_KEY.items():
        check.one(PAIRS / f'{name}.pcap.gz', want, '--key', key)
    for capture in sorted((PAIRS.parent / 'lab').glob('*/pcap/*')):
        check.one(capture, None)
    theirs = shared_data('ospf')
    for capture in sorted(theirs.glob('*/*')) if theirs else []:
        check.one(capture, THEIRS.get(f'{capture.parent.name}/{capture.name}'))
    print('\n'.join(check.bad))
    print(f'{check.good} captures diagnosed as they should be, {len(check.bad)} not')
    sys.exit(bool(check.bad) or check.good == 0)


if __name__ == '__main__':
    main()
