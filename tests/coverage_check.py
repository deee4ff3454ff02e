"""coverage_check.py ANEMONE: `anemone coverage` over a day in which other hosts are heavy every hour.

In this world traffic is the product of two sizes, of which gravity knows all, so that what an agent would show can be
computed here from the whole matrices, one host after the other. The program sees only what two instrumented hosts
see. Its ranking must be that of the day, not of any hour.

Then the recorded campus, of which all hosts were watched: seen by half of them, the intervals of links hold."""
import json
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
HOSTS = [f'h{number}' for number in range(12)]
WATCHED = {'h0', 'h1'}
HOURS = 24


def size(host, hour):
    """h2 is always of some weight; h3 to h10 take turns at being heavy, h3 twice as often; h11 hardly talks."""
    turns = HOSTS[3:11] + ['h3']
    if host == turns[hour % len(turns)]:
        return 40
    return {'h2': 12, 'h11': 0.5}.get(host, 2 + HOSTS.index(host) / 10)


def matrix(hour):
    total = sum(size(host, hour) for host in HOSTS)
    return {(a, b): 1e6 * size(a, hour) * size(b, hour) / total for a in HOSTS for b in HOSTS if a != b}


def best_first(matrices):
    """By all the traffic there is: hosts in the order in which each next one shows most, and what it shows."""
    unseen = [{pair: bps for pair, bps in one.items() if not WATCHED & set(pair)} for one in matrices]
    everything = sum(sum(one.values()) for one in unseen)
    order = []
    while any(unseen):
        gains = {host: sum(bps for one in unseen for pair, bps in one.items() if host in pair) for host in HOSTS}
        host = max(gains, key=gains.get)
        if gains[host] <= 0:
            break
        order.append((host, gains[host] / everything))
        unseen = [{pair: bps for pair, bps in one.items() if host not in pair} for one in unseen]
    return order


def shown_by(hosts, matrices):
    unseen = [(pair, bps) for one in matrices for pair, bps in one.items() if not WATCHED & set(pair)]
    return sum(bps for pair, bps in unseen if set(pair) & set(hosts)) / sum(bps for _, bps in unseen)


def heavy_in(one):
    """Those who, the largest first, make 90% of what could be gained in an hour."""
    gains = {host: sum(bps for pair, bps in one.items() if host in pair and not WATCHED & set(pair)) for host in HOSTS}
    chosen = []
    for host in sorted(gains, key=gains.get, reverse=True):
        if sum(gains[one] for one in chosen) >= 0.9 * sum(gains.values()):
            break
        chosen.append(host)
    return chosen


def coverage(program, folder, hours):
    command = [program, 'coverage', str(folder / 'net.txt'), '--instrumented', ','.join(sorted(WATCHED)), '--bin', '1h',
               '--count', '12', '--format', 'json', '--matrix'] + [str(folder / f'{hour:02}.txt') for hour in hours]
    return json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)


def main():
    program = sys.argv[1]
    matrices = [matrix(hour) for hour in range(HOURS)]
    with tempfile.TemporaryDirectory() as place:
        folder = pathlib.Path(place)
        ring = zip(HOSTS, HOSTS[1:] + HOSTS[:1])
        (folder / 'net.txt').write_text(''.join(f'link {a} {b}\n' for a, b in ring))
        for hour, one in enumerate(matrices):
            (folder / f'{hour:02}.txt').write_text(''.join(f'demand {a} {b} {bps:.3f}\n' for (a, b), bps in one.items()))
        day = coverage(program, folder, range(HOURS))
        hours = [coverage(program, folder, [hour]) for hour in range(HOURS)]
    truth = best_first(matrices)
    told = [(host['name'], host['gain']) for host in day['hosts']]
    for (name, gain), (want, want_gain) in zip(told[:6], truth):
        assert name == want and abs(gain - want_gain) < 0.02 * want_gain, f'{told}\nis not\n{truth}'
    assert abs(sum(gain for _, gain in told) - 1) < 0.02, told
    print('the day:', ', '.join(f'{name} {gain:.1%}' for name, gain in told[:6]))

    heavy = {host['name']: host['hours'] for host in day['hosts']}
    for name, hours_told in heavy.items():
        want = sum(name in heavy_in(one) for one in matrices)
        assert hours_told == want, f'{name}: {hours_told} hours, not {want}'
    assert heavy['h2'] == HOURS and heavy['h3'] == 5 and heavy.get('h11', 0) == 0, heavy

    # Each hour's list begins with who is heavy then, and is worse for the day than the day's, three hosts at a time.
    ours = shown_by([name for name, _ in told[:3]], matrices)
    for hour, snapshot in enumerate(hours):
        first = snapshot['hosts'][0]['name']
        assert size(first, hour) == 40, f'hour {hour}: {first}'
        theirs = shown_by([host['name'] for host in snapshot['hosts'][:3]], matrices)
        assert theirs <= ours + 1e-9, f'hour {hour} shows {theirs}, the day {ours}'
    worst = min(shown_by([host['name'] for host in one['hosts'][:3]], matrices) for one in hours)
    assert worst < ours - 0.02, 'hours do not differ enough to test anything'
    print(f'three hosts of the day show {ours:.1%} of what nobody sees, those of an hour from {worst:.1%}')


def sums_of_campus(program, share):
    """What is told of each link and bin; a bin with a change has several parts, which add up."""
    command = [program, 'coverage', str(ROOT / 'tests/data/campus'), '--instrumented', share, '--bins', '--format', 'json']
    sums = {}
    for part in json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)['bins']:
        for link in part['links']:
            row = sums.setdefault((part['bin'], link['id']), {'seen_bps': 0, 'low_bps': 0, 'high_bps': 0})
            for key in row:
                row[key] += link[key]
    return sums


def check_campus(program):
    whole = {key: row['seen_bps'] for key, row in sums_of_campus(program, '100%').items()}
    for share, wanted, width_max in (('50%', 0.90, 6), ('20%', 0.70, 5)):
        rows = [(whole[key], row) for key, row in sums_of_campus(program, share).items()]
        rows = [(truth, row) for truth, row in rows if truth > row['seen_bps'] + 1]  # something is unseen
        held = sum(row['low_bps'] * (1 - 1e-9) <= truth <= row['high_bps'] * (1 + 1e-9) for truth, row in rows)
        width = sum(row['high_bps'] - row['low_bps'] for _, row in rows) / sum(truth - row['seen_bps'] for truth, row in rows)
        print(f'campus, {share} of hosts: {held} of {len(rows)} intervals hold, {width:.1f} times as wide as what is unseen')
        assert held >= wanted * len(rows) and width < width_max, share


if __name__ == '__main__':
    main()
    check_campus(sys.argv[1])
