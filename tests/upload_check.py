#!/usr/bin/env python3
"""Exactly once, whatever is killed: agents upload known records over TLS to `anemone serve --agents`, which is killed
with SIGKILL twenty times at random instants, and so are the agents; in the end the store must have each slice once,
with the sums of the agents' own logs. Each has a token of its own, which is good for no other name. Usage: upload_check.py ANEMONE TRY_UPLOAD [SEED]"""
import json
import pathlib
import random
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

AGENTS, FILES, KILLS, BASE = 3, 350, 20, 1_780_000_000


def free_port():
    with socket.socket() as one:
        one.bind(('127.0.0.1', 0))
        return one.getsockname()[1]


class Server:
    def __init__(self, program, folder, port):
        self.command = [program, 'serve', '--agents', '--store', folder / 'store', '--port', str(port),
                        '--tls-cert', folder / 'server.crt', '--tls-key', folder / 'server.key',
                        '--tokens', folder / 'tokens']
        self.start()

    def start(self):
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.line = self.process.stdout.readline()
        if 'https://' not in self.line:
            sys.exit(f'the server did not start: {self.line!r} {self.process.stderr.read()}')

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process.stdout.close()
        self.process.stderr.close()


def prepare(program, folder, names):
    """A certificate, and tokens by name: one for each agent, '*' for any, and an admin's."""
    subprocess.run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes',
                    '-days', '2', '-keyout', folder / 'server.key', '-out', folder / 'server.crt', '-subj',
                    '/CN=anemone', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'],
                   check=True, capture_output=True)
    def token(role, name):
        return subprocess.run([program, 'token', '--role', role, '--name', name, '--tokens', folder / 'tokens'],
                              check=True, capture_output=True, text=True).stdout.strip()
    tokens = {name: token('agent', name) for name in names}
    return {**tokens, '*': token('agent', '*'), 'admin': token('admin', 'ann')}


def check_names(folder, port, tokens):
    """Over TLS: a token speaks for the name that it was drawn for, and for no other."""
    trust = ssl.create_default_context(cafile=folder / 'server.crt')

    def ask(method, path, token, body=None):
        request = urllib.request.Request(f'https://127.0.0.1:{port}{path}', method=method, data=body,
                                         headers={'Authorization': f'Bearer {token}'})
        try:
            with urllib.request.urlopen(request, timeout=20, context=trust) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, json.loads(refused.read())['error']['code']

    calls = [('PUT', 'files/1?stream=' + 'f' * 32, b'no matter'), ('GET', 'work', None), ('PUT', 'status', b'{}'),
             ('PUT', 'answers/1?from=2026-01-01T00:00:00Z&to=2026-01-01T00:00:00Z', b'')]
    problems = []
    for method, what, body in calls:
        got = ask(method, f'/api/v1/agents/host1/{what}', tokens['host0'], body)
        if got != (403, 'wrong_agent'):
            problems.append(f'{method} {what} as host1 with the token of host0: {got}')
        for name, token in (('host0', 'host0'), ('other', '*'), ('other', 'admin')):
            got = ask(method, f'/api/v1/agents/{name}/{what}', tokens[token], body)
            if got[0] in (401, 403):
                problems.append(f'{method} {what} as {name} with the token of {token}: {got}')
    _, metrics = ask('GET', '/metrics', tokens['admin'])
    counted = [line for line in metrics.splitlines() if line.startswith('anemone_agents_wrong_name_total ')]
    if counted != [f'anemone_agents_wrong_name_total {len(calls)}']:
        problems.append(f'{len(calls)} requests under another name, counted: {counted}')
    return problems


def read_log(path):
    """What each slice holds, and which are surely in the spool."""
    intents, added = {}, set()
    for line in path.read_text().splitlines():
        words = line.split()
        if words[0] == 'intent' and len(words) == 5:
            intents[int(words[1])] = tuple(map(int, words[2:]))
        elif words[0] == 'added' and len(words) == 2:
            added.add(int(words[1]))
    return intents, added


def run(program, try_upload, folder, seed):
    randomly = random.Random(seed)
    names = [f'host{i}' for i in range(AGENTS)]
    tokens, port = prepare(program, folder, names), free_port()
    server = Server(program, folder, port)

    def start_agent(name):
        command = [try_upload, 'agent', f'https://127.0.0.1:{port}', name, folder / f'spool-{name}',
                   folder / f'log-{name}', str(BASE), str(FILES), folder / 'server.crt', tokens[name]]
        return subprocess.Popen(command)

    agents = {name: start_agent(name) for name in names}
    agents_killed = 0
    for _ in range(KILLS):
        time.sleep(randomly.uniform(0.05, 0.9))
        server.kill()
        if randomly.random() < 0.5:
            name = randomly.choice(sorted(agents))
            agents[name].send_signal(signal.SIGKILL)
            agents[name].wait()
            agents_killed += 1
            agents[name] = start_agent(name)
        if randomly.random() < 0.3:
            time.sleep(randomly.uniform(0, 0.5))
        server.start()
    for name, process in agents.items():
        try:
            code = process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            process.kill()
            sys.exit(f'{name} could not upload all within 60 s')
        if code:
            sys.exit(f'{name} ended with {code}')
    server.kill()  # and what it acknowledged last must be there all the same
    server.start()
    problems = check_names(folder, port, tokens)
    server.kill()
    return agents, agents_killed, problems


def main():
    program, try_upload = sys.argv[1], sys.argv[2]
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else random.randrange(10**6)
    with tempfile.TemporaryDirectory() as whole:
        folder = pathlib.Path(whole)
        agents, agents_killed, problems = run(program, try_upload, folder, seed)
        got = {}
        stored = subprocess.run([try_upload, 'sums', folder / 'store', 'curl'], check=True, capture_output=True, text=True)
        for line in stored.stdout.splitlines():
            name, start, *sums = line.split()
            got[name, (int(start) - BASE) // 10] = tuple(map(int, sums))
        records, unsure = 0, 0
        for name in agents:
            intents, added = read_log(folder / f'log-{name}')
            if len(intents) != FILES:
                problems.append(f'{name} made {len(intents)} slices, not {FILES}')
            for number, sums in intents.items():
                have = got.pop((name, number), None)
                if have != sums and (number in added or have is not None):
                    problems.append(f'{name} slice {number}: wrote {sums}, the store has {have}')
                unsure += number not in added
                records += have[0] if have else 0
        problems += [f'{key}: in the store, and nobody wrote it' for key in got]
    for problem in problems[:20]:
        print(problem)
    print(f'seed {seed}: server killed {KILLS} times, agents {agents_killed} times; {records} records of '
          f'{AGENTS * FILES} slices ({unsure} killed while spooled), {len(problems)} differ')
    sys.exit(bool(problems))


if __name__ == '__main__':
    main()
