#!/usr/bin/env python3
"""Agents' records joined with live routing, in a server that is killed: files of four hosts are uploaded in any order,
those of one long after the bins were complete, a link fails inside a bin, and the server is killed with SIGKILL between
and during uploads, after which files are sent again. In the end the loads of every bin are those of the flows along the
shortest paths (worked out here), whether the server tells them, its store does (`anemone load STORE`), or `anemone load`
computes them from the same LSA log and a matrix file. Usage: live_join_check.py ANEMONE [SEED]"""
import collections
import heapq
import json
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

from fed_check import LINKS, Square, ipfix_file
from made_network import ALIVE, STARTED, LogWriter, dotted
from served import Served

BIN, BINS, FAILED = 10, 5, 0  # seconds; bins; the link that fails
PROCESSES = {1: ('nginx', 'www-data'), 2: ('sshd', 'root'), 3: ('curl', 'ann'), 4: ('rsync', 'backup')}


def paths(down):
    """The directed links of the way between every two routers; no two ways are equal."""
    found = {}
    for source in range(4):
        queue = [(0, source, ())]
        while queue:
            far, at, way = heapq.heappop(queue)
            if (source, at) in found:
                continue
            found[source, at] = way
            for index, (a, b, cost) in enumerate(LINKS):
                if index not in down and at in (a, b):
                    to = b if at == a else a
                    heapq.heappush(queue, (far + cost, to, way + ((at, to),)))
    return found


def make_flows(randomly, begin):
    """By bin and host what it sends: (from, to, start, end, bytes), times in ms."""
    flows = collections.defaultdict(list)
    for bin_ in range(BINS):
        for src in range(1, 5):
            for _ in range(randomly.randint(1, 6)):
                dst = randomly.choice([d for d in range(1, 5) if d != src])
                start = begin + bin_ * BIN + randomly.randint(0, 8000) / 1000
                end = start + randomly.randint(1, int((begin + (bin_ + 1) * BIN - start) * 1000) - 1) / 1000
                flows[bin_, src].append((src, dst, round(start, 3), round(end, 3), randomly.randint(10_000, 5_000_000)))
    return flows


def without_estimates(load):
    """The links as they were counted; estimates are of complete bins only, and the server may still wait for the last."""
    return [{key: value for key, value in link.items() if key != 'estimate'} for link in load['links']]


def expected_loads(flows, bin_, failed_at):
    """bit/s of each directed link, with each flow's bytes even over its time."""
    before, after = paths(set()), paths({FAILED})
    loads = collections.Counter()
    for src in range(1, 5):
        for a, b, start, end, size in flows[bin_, src]:
            share = min(1, max(0, (failed_at - start) / (end - start)))
            for ways, part in ((before, share), (after, 1 - share)):
                for link in ways[a - 1, b - 1]:
                    if part:
                        loads[link] += size * 8 / BIN * part
    return loads


def files_of(flows, begin):
    """(host, end of the bin, IPFIX File): what each sent, and what came to it, of which nothing was lost."""
    files = []
    for bin_ in range(BINS):
        until = begin + (bin_ + 1) * BIN
        for host in range(1, 5):
            records = [(*f, *PROCESSES[host], 1) for f in flows[bin_, host]]
            records += [(*f, *PROCESSES[host], 0) for other in range(1, 5) for f in flows[bin_, other] if f[1] == host]
            files.append((host, bin_, ipfix_file(records, until)))
    return files


class Uploads:
    """Each host's files under its own numbers; what was not answered is sent again."""

    def __init__(self):
        self.sequence, self.again = collections.Counter(), 0

    def put(self, served, host, data, sequence):
        request = urllib.request.Request(f'{served.url}/api/v1/agents/h{host}/files/{sequence}?stream={str(host) * 32}',
                                         method='PUT', data=data)
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.loads(answer.read())['kept']

    def next(self, served, host, data):
        self.sequence[host] += 1
        if not self.put(served, host, data, self.sequence[host]):
            sys.exit(f'h{host}: a new file was not kept')

    def lost(self, served, host, data):
        """The answer never came: the same file once more, of which the server has one or none."""
        self.again += 1
        self.put(served, host, data, self.sequence[host])
        if self.put(served, host, data, self.sequence[host]):
            sys.exit(f'h{host}: a file was kept twice')


def name(router):
    return dotted(Square.id_of(router))


def differences(links, want, what):
    told = {(link['from'], link['to']): link['load_bps'] for link in links}
    wrong = []
    for a, b, _ in LINKS:
        for one, other in ((a, b), (b, a)):
            have = told.get((name(one), name(other)), 0)
            if abs(have - want[one, other]) > 1e-6 * max(1000, want[one, other]):
                wrong.append(f'{what}: {name(one)}>{name(other)} is {have}, want {want[one, other]}')
    return wrong


def stamp(seconds):
    return time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(seconds))


def from_files(program, folder, log, flows, bin_, at, failed_at):
    """`anemone load` of the LSA log as of then, with the bin's demands in a matrix file."""
    demands = collections.Counter()
    for host in range(1, 5):
        for a, b, _, _, size in flows[bin_, host]:
            demands[a - 1, b - 1] += size * 8 / BIN
    matrix = folder / 'matrix.txt'
    matrix.write_text(''.join(f'demand {name(a)} {name(b)} {bps}\n' for (a, b), bps in demands.items()))
    done = subprocess.run([program, 'load', log, '--at', stamp(at), '--matrix', matrix, '--format', 'json'],
                          capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f'anemone load of the log: {done.stderr}')
    return differences(json.loads(done.stdout)['links'], expected_loads(flows, bin_, failed_at), f'bin {bin_} by files')


def failures_by(program, source, url, begin):
    """`anemone sweep` of a server or a store, over the bins that are complete in both."""
    done = subprocess.run([program, 'sweep', source, *([url] if url else []), '--failures', 'routers', '--from', stamp(begin),
                           '--to', stamp(begin + (BINS - 1) * BIN), '--format', 'json'], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f'anemone sweep {source}: {done.stderr}')
    return json.loads(done.stdout)


def until(what, test, seconds=20):
    end = time.monotonic() + seconds
    while not test():
        if time.monotonic() > end:
            sys.exit(f'waited {seconds} s for {what}')
        time.sleep(0.1)


def main():
    program, seed = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1
    randomly = random.Random(seed)
    begin = (int(time.time()) - 70) // BIN * BIN
    failed_at = begin + 2 * BIN + randomly.randint(2000, 8000) / 1000
    flows = make_flows(randomly, begin)
    files = files_of(flows, begin)
    with tempfile.TemporaryDirectory() as temporary:
        folder, network = pathlib.Path(temporary), Square()
        path = folder / 'a.lsalog'
        log = LogWriter(path, 'noc:eth1')
        log.mark(STARTED, at=int((begin - 30) * 1e6))
        for lsa in network.everything():
            log.lsa(lsa, at=int((begin - 30) * 1e6))
        for lsa in network.fail(FAILED):
            log.lsa(lsa, at=int(failed_at * 1e6))
        log.mark(ALIVE)
        log.flush()

        late = [f for f in files if f[0] == 4 and f[1] > 0]
        soon = [f for f in files if f not in late]
        randomly.shuffle(soon)
        arguments = ('serve', '--agents', '--store', str(folder / 'store'), '--log', str(path))
        uploads, served, kills = Uploads(), Served(program, *arguments), 0

        def restart():
            nonlocal served, kills
            served.process.send_signal(signal.SIGKILL)
            served.process.wait()
            kills += 1
            served = Served(program, *arguments)

        def send(some):
            for number, (host, _, data) in enumerate(some):
                uploads.next(served, host, data)
                if number % 5 == 2:  # killed with the answer on its way, as far as the agent can tell
                    restart()
                    uploads.lost(served, host, data)
                elif randomly.random() < 0.2:
                    restart()
                log.mark(ALIVE)
                log.flush()

        def load(bin_):
            return served.get('load', at=stamp(begin + bin_ * BIN + 5))

        try:
            send(soon)
            until('the routing', lambda: served.get('status')['routers'] == 4)
            until('bins to be complete', lambda: load(BINS - 2)['bin']['complete'])
            answer = load(1)
            if 'h4' not in [one['agent'] for one in answer['late']]:
                sys.exit(f'nobody says that h4 is late: {answer["late"]}')
            send(late)
            until('the routing', lambda: served.get('status')['routers'] == 4)
            wants = [expected_loads(flows, bin_, failed_at) for bin_ in range(BINS)]
            wrong = []
            for bin_, want in enumerate(wants):
                answer = load(bin_)
                wrong += differences(answer['links'], want, f'bin {bin_}')
                if answer['bin']['stable'] != (bin_ != 2):
                    wrong.append(f'bin {bin_}: {answer["bin"]}')
                if bin_ != 2 and any(link['uncertain_share'] for link in answer['links']):
                    wrong.append(f'bin {bin_} is uncertain, and nothing changed in it')
            if not any(link['uncertain_share'] > 0 for link in load(2)['links']):
                wrong.append('the bin with the failure has nothing uncertain')
            if wrong:
                sys.exit('\n'.join(wrong))

            def corrected():
                totals = {one['from']: one['total_bps'] for one in served.get('series')['bins']}
                return all(abs(totals.get(stamp(begin + b * BIN), -1) - sum(want.values())) < 1 for b, want in enumerate(wants))
            until('the series to be corrected', corrected)
            pairs = served.get('losses', at=stamp(begin + 15))['pairs']
            if not pairs or any(pair['sent_bytes'] != pair['received_bytes'] for pair in pairs):
                sys.exit(f'nothing was lost, and losses are {pairs}')
            processes = {row['label'] for row in served.get('top', by='processes', at=stamp(begin + 15))['rows']}
            if processes != {process for process, _ in PROCESSES.values()}:
                sys.exit(f'processes: {processes}')
            told = [load(bin_) for bin_ in range(BINS)]
            swept = failures_by(program, '--server', served.url, begin)
        finally:
            with served:
                pass
        kept = failures_by(program, folder / 'store', None, begin)
        wrong += [f'every failure in turn: the store says {key} {kept[key]}, its server {swept[key]}'
                  for key in swept if kept[key] != swept[key]]
        # The network at the end is a chain: whichever of its routers fails, something is cut off and nothing goes round.
        if (swept['bins'], swept['bins_elsewhere']) != (BINS - 1, 3) or len(swept['failures']) != 4 or \
                any(row['disconnected_bps'] <= 0 for row in swept['failures']) or \
                any(link['worst']['failure'] for link in swept['links']):
            wrong.append(f'every failure in turn: {swept}')
        for bin_ in range(BINS):
            at = begin + bin_ * BIN + 5
            done = subprocess.run([program, 'load', folder / 'store', '--at', stamp(at), '--format', 'json'],
                                  capture_output=True, text=True)
            if done.returncode != 0:
                sys.exit(f'anemone load STORE: {done.stderr}')
            kept = json.loads(done.stdout)
            if without_estimates(kept) != without_estimates(told[bin_]):
                wrong.append(f'bin {bin_}: the store says something else than its server')
            if bin_ != 2:
                wrong += from_files(program, folder, path, flows, bin_, at, failed_at)
        if wrong:
            sys.exit('\n'.join(wrong))
        print(f'seed {seed}: {len(files)} files, {len(late)} of them late, {uploads.again} sent again, {kills} kills: loads of '
              f'{BINS} bins on {2 * len(LINKS)} links are the flows\', by the server, its store and the files; '
              'every failure in turn is the same by server and store')


if __name__ == '__main__':
    main()
