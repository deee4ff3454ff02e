#!/usr/bin/env python3
"""Interface counters given to the platform by a file and over HTTP, held against what the recording holds whole.
Usage: counters_check.py ANEMONE RECORDING

The recorded campus has the true counters of every interface and the packets of every host. With half of the hosts
taken as not instrumented, loads estimated with the counters of all links, or of a third of them, must be nearer to
what all hosts together sent than those estimated without; what is told of a counter must be the counter's own rate;
and the links of the largest residual must be those of which most is hidden.
"""
import csv
import gzip
import json
import pathlib
import subprocess
import sys
import tempfile
import time

from campus_load_check import Counters, seconds, truth_of
from served import Served

HALF = 0.5


def write_counters(recording, path, keep):
    """In the form of docs/formats/counters.md, of every interface that `keep` names: both directions."""
    with gzip.open(recording / 'counters.csv.gz', 'rt') as file, open(path, 'w') as out:
        out.write('time,link,bytes,packets\n')
        for row in csv.DictReader(file):
            name = row['router'] + ':' + row['interface']
            if keep(name):
                out.write(f'{row["time"]},{name},{row["tx_bytes"]},{row["tx_packets"]}\n')
                out.write(f'{row["time"]},{name}/in,{row["rx_bytes"]},{row["rx_packets"]}\n')


def interfaces(recording):
    with gzip.open(recording / 'counters.csv.gz', 'rt') as file:
        return sorted({row['router'] + ':' + row['interface'] for row in csv.DictReader(file)})


class Errors:
    """By how much estimates of links miss what all hosts sent, over the bins of a recording."""

    def __init__(self, demo):
        self.missed = self.sent = self.counted = self.inside = self.links = 0
        self.unseen = []  # of bins: (as estimated, as it was), bit/s
        self.loads = {}
        for point in demo.get('series')['bins']:
            load = demo.get('load', at=point['from'], instrumented=HALF)
            self.loads[point['from']] = load
            sent = [sum(row['sent_bps'] for row in demo.get('top', by='hosts', n=1000, at=point['from'], instrumented=share)['rows'])
                    for share in (HALF, 1)]
            self.unseen.append((load['coverage']['unseen_bps']['estimate'], sent[1] - sent[0]))
            for link in load['links']:
                if link['estimate'] is None:
                    continue
                truth = link['true_load_bps']
                self.missed += abs(link['estimate']['bps'] - truth)
                self.sent += truth
                self.links += 1
                self.counted += link['counter_bps'] is not None
                self.inside += link['estimate']['low_bps'] - 1 <= truth <= link['estimate']['high_bps'] + 1

    @property
    def share(self):
        return self.missed / self.sent

    def __str__(self):
        return (f'{self.share:.1%} of all load is missed, {self.inside / self.links:.0%} inside their intervals, '
                f'{self.counted / self.links:.0%} of links counted')


def check_unseen(errors):
    """Where all links are counted, what hosts sent that nobody watches is known nearly, also of ends that never talked to
    one that is watched: gravity by itself holds them for nothing."""
    large = [(told, was) for told, was in errors.unseen if was > 1e5]
    near = sum(abs(told - was) < 0.1 * was for told, was in large)
    print(f'what nobody saw is told within a tenth in {near} of {len(large)} bins')
    assert len(large) > 10 and near >= 0.9 * len(large), large


def check_rates(errors, recording):
    """A counter's rate is that of the counter: as it was read, without Ethernet headers."""
    about = json.loads((recording / 'recording.json').read_text())
    counters = Counters(recording / 'counters.csv.gz')
    worst = compared = 0
    for start, load in errors.loads.items():
        begin, end = seconds(load['bin']['from']), seconds(load['bin']['to'])
        for link in load['links']:
            if link['counter_bps'] is None:
                continue
            assert abs(link['residual_bps'] - (link['counter_bps'] - link['load_bps'])) < 0.01, link
            truth = truth_of(link, about, counters, begin, end)
            if truth is None or truth < 1e5:
                continue
            framed = truth / (end - begin)
            # Between packets of 40 and 1500 bytes: 14 of each are the frame's.
            assert 0.73 * framed < link['counter_bps'] <= framed * 1.001, (start, link, framed)
            if load['bin']['stable']:
                share = abs(link['counter_bps'] - link['true_load_bps']) / link['counter_bps']
                worst, compared = max(worst, share), compared + 1
    print(f'{compared} rates of counters in stable bins are at most {worst:.2%} from what all hosts sent')
    assert compared > 200 and worst < 0.05, (compared, worst)


def check_residuals(demo):
    """The links of which counters have most that nobody explains are those of which most is hidden."""
    hidden = {}
    bins = demo.get('series')['bins']
    for point in bins:
        for link in demo.get('load', at=point['from'], instrumented=HALF)['links']:
            hidden[link['id']] = hidden.get(link['id'], 0) + link['true_load_bps'] - link['load_bps']
    report = demo.get('coverage', instrumented=HALF)
    assert report['bins'] == len(bins), (report['bins'], len(bins))
    told = [link['id'] for link in report['links']]
    assert len(told) == len(set(told)) and len(told) > 40, len(told)
    first, most = told[0], max(hidden, key=hidden.get)
    assert hidden[first] > 0.95 * hidden[most], (first, hidden[first], most, hidden[most])
    by_truth = sorted(hidden, key=hidden.get, reverse=True)[:10]
    assert len(set(by_truth) & set(told[:10])) >= 8, (by_truth, told[:10])
    within = [link for link in report['links'] if hidden[link['id']] / len(bins) > 1e4
              and not link['low_bps'] <= hidden[link['id']] / len(bins) <= link['high_bps']]
    print(f'most is hidden of {most}; the largest residual is that of {first}, '
          f'{report["links"][0]["residual_bps"] / 1e3:.0f} kbit/s; {len(within)} residuals do not hold what is hidden')
    assert len(within) < 0.1 * len(told), within
    return report


def check_http(demo, counters_file):
    """Counters told over HTTP count as those of a file; what is wrong with them is said by field."""
    samples = []
    with open(counters_file) as file:
        for row in csv.DictReader(file):
            name, _, direction = row['link'].partition('/')
            router, interface = name.split(':')
            samples.append({'router': router, 'interface': interface, 'direction': direction or 'out',
                            'time': float(row['time']), 'bytes': int(row['bytes']), 'packets': int(row['packets'])})
    for at in range(0, len(samples), 4000):
        some = samples[at:at + 4000]
        status, text = demo.raw('/api/v1/counters', 'PUT', {'samples': some})
        answer = json.loads(text)
        assert status == 200 and answer['taken'] == len(some) and not answer['refused'], (status, text[:500])
    status, text = demo.raw('/api/v1/counters', 'PUT', {'samples': samples[:10]})
    assert json.loads(text)['repeated'] == 10, text
    wrong = [{'link': 'nowhere>else', 'time': '2026-11-22T23:01:10Z', 'bytes': 1},
             {'link': 'x', 'time': 'today', 'bytes': 1}, {'router': 'core1', 'time': 1, 'bytes': 1},
             {'link': 'x', 'time': 1, 'bytes': -1}, 7]
    status, text = demo.raw('/api/v1/counters', 'PUT', {'samples': wrong})
    answer = json.loads(text)
    assert status == 200 and answer['taken'] == 1 and answer['unknown'] == ['nowhere>else'], text
    assert [(one['sample'], one['field']) for one in answer['refused']] == \
        [(1, 'time'), (2, 'interface'), (3, 'bytes'), (4, '')], text
    for body in ({'samples': [7]}, {}, []):
        status, text = demo.raw('/api/v1/counters', 'PUT', body)
        assert status == 400 and json.loads(text)['error']['code'] == 'bad_body', (status, text)
    listed = {row['name']: row for row in demo.get('counters')['counters']}
    assert listed.pop('nowhere>else')['link'] is None
    router = samples[0]['router']
    assert listed[router + ':' + samples[0]['interface']]['link'].startswith(router + '>'), listed
    assert sum(row['link'] is None for row in listed.values()) < len(listed) / 2, listed  # LANs without a neighbour


def check_command(program, recording, counters_file, report):
    """`anemone coverage` of the recording and its counters: links with most residual first."""
    command = [program, 'coverage', str(recording), '--instrumented', f'{HALF:.0%}', '--counters', counters_file]
    with_json = json.loads(subprocess.run(command + ['--format', 'json'], capture_output=True, check=True).stdout)
    served = {link['id']: link for link in report['links']}
    assert served.keys() == {link['id'] for link in with_json['links']}
    residuals = [link['residual_bps'] for link in with_json['links']]
    assert residuals == sorted(residuals, reverse=True) and residuals[0] > 0
    for link in with_json['links']:
        # A bin in which a link was up for a part is told by one from its whole, by the other from that part.
        assert abs(link['residual_bps'] - served[link['id']]['residual_bps']) < 0.05 * residuals[0], (link, served[link['id']])
    table = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    assert 'not explained' in table and with_json['links'][0]['id'] in table, table


def main():
    program, recording = sys.argv[1], pathlib.Path(sys.argv[2])
    every = interfaces(recording)
    results = {}
    with tempfile.TemporaryDirectory() as place:
        folder = pathlib.Path(place)
        third = set(every[::3])
        write_counters(recording, folder / 'all.csv', lambda name: True)
        write_counters(recording, folder / 'third.csv', third.__contains__)
        demo_of = ['demo', '--recording', str(recording), '--speed', '1000']
        with Served(program, *demo_of) as demo:
            demo.wait_until_replayed()
            results['none'] = Errors(demo)
            assert results['none'].counted == 0
            assert demo.get('coverage', instrumented=HALF)['links'] == []
            check_http(demo, folder / 'third.csv')
            results['a third, over HTTP'] = Errors(demo)
        with Served(program, *demo_of, '--counters', str(folder / 'third.csv')) as demo:
            demo.wait_until_replayed()
            results['a third'] = Errors(demo)
        followed = folder / 'followed.csv'
        with Served(program, *demo_of, '--counters', str(followed)) as demo:
            demo.wait_until_replayed()
            followed.write_text((folder / 'all.csv').read_text() + 'nonsense\n')
            end = time.monotonic() + 30
            while len(demo.get('counters')['counters']) < 2 * len(every) and time.monotonic() < end:
                time.sleep(0.2)
            time.sleep(1)
            results['all'] = Errors(demo)
            check_rates(results['all'], recording)
            check_unseen(results['all'])
            report = check_residuals(demo)
            status, metrics = demo.raw('/metrics')
            assert 'anemone_counter_bad_lines_total 1\n' in metrics, metrics
        check_command(program, recording, str(folder / 'all.csv'), report)
    for name, errors in results.items():
        print(f'counters of {name}: {errors}')
    none, third, everything = (results[name].share for name in ('none', 'a third', 'all'))
    assert everything < 0.02 and third < 0.25 * none, (none, third, everything)
    for name in ('a third', 'all'):
        assert results[name].inside > 0.9 * results[name].links, name
    assert abs(results['a third, over HTTP'].share - third) < 1e-9


if __name__ == '__main__':
    main()
