#!/usr/bin/env python3
"""The server away for an hour: away_check.py ANEMONE TRY_UPLOAD [--records N] [--agents N] [--slices N] [--seed S].

Agents spool an hour of slices (360 of 10 s, 2,000 records each) over a server that is not there, with the agent's own spool and
uploader; one of them under a quota of a third of that. One is killed while it waits. The server comes back, is killed six times
while it takes what waits, and must then have each slice of each agent once, with the sums that the agent wrote, and of
the one with the small quota the newest, as many as the spool held, and the first, which was on its way: the others are counted as lost.
"""
import argparse
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time

from upload_check import BASE, Server, free_port, prepare, read_log

KILLS = 6
ROOMY = 1 << 30


class Agent:
    def __init__(self, options, folder, port, name, token, quota):
        self.name, self.log = name, folder / f'log-{name}'
        self.command = [options.try_upload, 'away', f'https://127.0.0.1:{port}', name, folder / f'spool-{name}', self.log,
                        str(BASE), str(options.slices), folder / 'server.crt', token, str(options.records), str(quota)]
        self.spool = folder / f'spool-{name}'
        self.start()

    def start(self):
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, text=True)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process.stdout.close()

    def words(self, first):
        line = self.process.stdout.readline().split()
        if not line or line[0] != first:
            sys.exit(f'{self.name}: want {first}, got {line}')
        return list(map(float, line[1:]))

    def fill(self):
        self.waiting, self.lost = self.words('waiting'), self.words('lost')
        self.kept = sorted(int(file.name.split('-')[0]) for file in self.spool.glob('*.ipfix'))


def compare(agents, small, got, slices):
    """What differs between what agents wrote and what the store has."""
    problems = []
    for agent in agents:
        intents, added = read_log(agent.log)
        for number in range(1, slices + 1):
            wrote, have = intents.get(number), got.pop((agent.name, number), None)
            pushed_out = agent is small and number not in agent.kept
            if pushed_out and have is not None:
                problems.append(f'{agent.name} slice {number}: was pushed out, and is in the store')
            if not pushed_out and have != wrote and (number in added or have is not None):
                problems.append(f'{agent.name} slice {number}: wrote {wrote}, the store has {have}')
    return problems + [f'{key}: in the store, and nobody wrote it' for key in got]


def sums_of(options, folder):
    got = {}
    lines = subprocess.run([options.try_upload, 'sums', folder / 'store', 'curl'], check=True, capture_output=True, text=True)
    for line in lines.stdout.splitlines():
        name, start, *sums = line.split()
        got[name, (int(start) - BASE) // 10] = tuple(map(int, sums))
    return got


def run(options, folder, randomly):
    names = [f'host{i}' for i in range(options.agents)]
    tokens, port = prepare(options.anemone, folder, names), free_port()
    quota = options.slices * options.records * 110 // 3  # bytes; a record is about so large
    agents = [Agent(options, folder, port, name, tokens[name], quota if i == 0 else ROOMY) for i, name in enumerate(names)]
    small, killed = agents[0], agents[-1]
    while not killed.log.exists() or killed.log.read_text().count('added') < options.slices // 3:
        time.sleep(0.05)
    killed.kill()
    killed.start()
    for agent in agents:
        agent.fill()
    problems = []
    if small.waiting[2] > quota or small.lost[0] != options.slices - small.waiting[0] or not 0 < small.lost[0] < options.slices:
        problems.append(f'{small.name}: a quota of {quota} bytes: {small.waiting} waiting, {small.lost} lost')
    if small.lost[1] != small.lost[0] * options.records:
        problems.append(f'{small.name}: {small.lost} lost, in records')
    # The one that was offered to the server, which might have it, stays: the first as a rule, a later one when the uploader began late.
    newest = small.kept[1:]
    if newest != list(range(options.slices - len(newest) + 1, options.slices + 1)) or not 0 < small.kept[0] <= newest[0]:
        problems.append(f'{small.name}: not the oldest went: {small.kept}')
    for agent in agents[1:]:
        if agent.lost[0] or agent.waiting[0] < options.slices - 1:
            problems.append(f'{agent.name}: {agent.waiting} waiting, {agent.lost} lost')
    server = Server(options.anemone, folder, port)
    begun = time.monotonic()
    for _ in range(KILLS):
        time.sleep(randomly.uniform(0.2, 1.5))
        server.kill()
        server.start()
    done = [agent.words('done') for agent in agents]
    took = time.monotonic() - begun
    codes = [agent.process.wait() for agent in agents]
    server.kill()
    problems += [f'{agent.name} ended with {code}' for agent, code in zip(agents, codes) if code]
    problems += compare(agents, small, sums_of(options, folder), options.slices)
    waited = [sum(agent.waiting[i] for agent in agents) for i in range(3)]
    print(f'an hour of {len(agents)} agents: {waited[0]:.0f} files, {waited[1]:.0f} records, {waited[2] / 1e6:.1f} MB waited; the server, '
          f'killed {KILLS} times, had all {took:.1f} s after it came back ({waited[1] / took:.0f} records/s, '
          f'{waited[2] / 1e6 / took:.1f} MB/s); agents took {[d[0] for d in done]} s from their first file on')
    print(f'a quota of {quota / 1e6:.1f} MB: {small.waiting[0]:.0f} of {options.slices} slices stay, {small.lost[1]:.0f} records are counted as lost')
    return problems


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('anemone')
    parser.add_argument('try_upload')
    parser.add_argument('--records', type=int, default=2000)
    parser.add_argument('--agents', type=int, default=3)
    parser.add_argument('--slices', type=int, default=360)
    parser.add_argument('--seed', type=int, default=random.randrange(10**6))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as whole:
        problems = run(options, pathlib.Path(whole), random.Random(options.seed))
    for problem in problems[:20]:
        print(problem)
    print(f'seed {options.seed}: {len(problems)} differ')
    sys.exit(bool(problems))


main()
