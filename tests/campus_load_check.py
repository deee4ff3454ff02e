#!/usr/bin/env python3
"""The load of every link, as the demo computes it from what hosts sent and the routing protocol said, against
the routers' own interface counters. Usage: campus_load_check.py ANEMONE RECORDING

In bins where the topology is stable, every link that carries more than 1% of the traffic must be within 2% of
its counter. Bins in which hosts were silent (under a hundredth of the recording's mean) have no such links: there
the routing protocol's own packets are all that moves. Counters count Ethernet frames, loads IP packets: 14 bytes a packet lie between. The counters are
read once a second and interpolated to the bin's edges.
"""
import bisect
import csv
import datetime
import gzip
import json
import pathlib
import sys

from served import Served

WITHIN = 0.02
SHARE = 0.01
ETHERNET_BITS = 14 * 8


def seconds(text):
    return datetime.datetime.fromisoformat(text.replace('Z', '+00:00')).timestamp()


class Counters:
    """Bytes that went out of and into every interface by a time, interpolated."""

    def __init__(self, path):
        self.times, self.sent, self.received = {}, {}, {}
        with gzip.open(path, 'rt') as file:
            for row in csv.DictReader(file):
                key = row['router'], row['interface']
                self.times.setdefault(key, []).append(float(row['time']))
                self.sent.setdefault(key, []).append(int(row['tx_bytes']))
                self.received.setdefault(key, []).append(int(row['rx_bytes']))

    def bits(self, key, counts, start, end):
        def at(when):
            times, values = self.times[key], counts[key]
            after = bisect.bisect_left(times, when)
            if after == 0 or after == len(times):
                return None
            part = (when - times[after - 1]) / (times[after] - times[after - 1])
            return values[after - 1] + part * (values[after] - values[after - 1])
        first, last = at(start), at(end)
        return None if first is None or last is None else 8 * (last - first)


def truth_of(link, recording, counters, start, end):
    """What the counter of the interface that this directed link leaves by (or enters by) says, in bits."""
    by_network = link['from'].startswith('net:')
    router = link['to'] if by_network else link['from']
    for known in recording['links']:
        for side in ('from', 'to'):
            if known[side] != router:
                continue
            other = known['to' if side == 'from' else 'from']
            address = known[side + '_address']
            if by_network:
                if other == '' and in_network(address, link['from'][4:]):
                    return counters.bits((router, known[side + '_interface']), counters.received, start, end)
            elif link['id'].endswith(':' + address):
                return counters.bits((router, known[side + '_interface']), counters.sent, start, end)
    return None


def in_network(address, prefix):
    import ipaddress
    return ipaddress.ip_address(address) in ipaddress.ip_network(prefix)


def main():
    program, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    recording = json.loads((folder / 'recording.json').read_text())
    counters = Counters(folder / 'counters.csv.gz')
    errors, compared_bins, unknown = [], set(), set()
    with Served(program, 'demo', '--recording', str(folder), '--speed', '1000') as demo:
        demo.wait_until_replayed()
        series = demo.get('series')
        sent_in = {point['from']: sum(row['sent_bps'] for row in
                                      demo.get('top', by='hosts', n=1000, at=point['from'])['rows'])
                   for point in series['bins']}
        mean = sum(sent_in.values()) / len(sent_in)
        silent = [start for start, sent in sent_in.items() if sent < mean / 100]
        for point in series['bins']:
            if point['from'] in silent:
                continue
            load = demo.get('load', at=point['from'])
            if not load['bin']['stable']:
                continue
            start, end = seconds(load['bin']['from']), seconds(load['bin']['to'])
            sent = sent_in[point['from']]
            for link in load['links']:
                truth = truth_of(link, recording, counters, start, end)
                if truth is None:
                    unknown.add(link['id'])
                    continue
                if truth < SHARE * sent * (end - start):
                    continue
                ours = (link['load_bps'] + link['load_pps'] * ETHERNET_BITS) * (end - start)
                errors.append((abs(ours - truth) / truth, ours, truth, link['id'], load['bin']['from']))
                compared_bins.add(load['bin']['from'])
    print(f'{len(silent)} silent bins are left out')
    if not errors:
        raise SystemExit('nothing could be compared')
    errors.sort()
    print(f'{len(errors)} loads of links over {SHARE:.0%} of the traffic in {len(compared_bins)} stable bins of 10 s, '
          f'against interface counters; relative error:')
    for name, part in (('median', 0.5), ('90%', 0.9), ('99%', 0.99), ('worst', 1.0)):
        print(f'  {name:>6} {errors[min(len(errors) - 1, int(part * len(errors)))][0]:.4%}')
    for error, ours, truth, link, start in reversed(errors[-5:]):
        print(f'  {error:.4%} {link} at {start}: {ours / 1e6:.3f} Mb, counter {truth / 1e6:.3f} Mb')
    if unknown:
        raise SystemExit(f'no counter found for {sorted(unknown)}')
    outside = [error for error in errors if error[0] > WITHIN]
    print(f'{len(errors) - len(outside)} within {WITHIN:.0%}, {len(outside)} outside')
    sys.exit(bool(outside))


if __name__ == '__main__':
    main()
