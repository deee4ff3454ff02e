#!/usr/bin/env python3
"""`anemone serve --agents` over TLS, as agents, viewers and operators ask it: every path is asked by every role, with
good and with bad requests, and every answer is held against the server's own OpenAPI document.
Usage: agents_api_check.py ANEMONE"""
import datetime
import http.client
import json
import pathlib
import ssl
import struct
import subprocess
import sys
import tempfile
import threading
import time

from api_check import Schemas

ROLES = ('agent', 'viewer', 'operator', 'admin')
STREAM = '0123456789abcdef' * 2


def ipfix_file(at, count, size):
    """A File as RFC 7011 draws it: a template of seven fields, and `count` records of `size` bytes each."""
    fields = ((8, 4), (12, 4), (7, 2), (11, 2), (4, 1), (152, 8), (153, 8), (2, 8), (1, 8))
    template = struct.pack('>HH', 300, len(fields)) + b''.join(struct.pack('>HH', *field) for field in fields)
    template = struct.pack('>HH', 2, 4 + len(template)) + template
    records = b''.join(struct.pack('>IIHHBQQQQ', 0x0a000001 + i, 0x0a0000ff, 40000, 443, 6, int(at * 1000),
                                   int(at * 1000) + 500, 2, size) for i in range(count))
    data = struct.pack('>HH', 300, 4 + len(records)) + records
    body = template + data
    return struct.pack('>HHIII', 10, 16 + len(body), int(at), 0, 1) + body


class Server:
    def __init__(self, program, folder):
        subprocess.run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes',
                        '-days', '2', '-keyout', folder / 'key', '-out', folder / 'crt', '-subj', '/CN=anemone',
                        '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'], check=True, capture_output=True)
        self.tokens = {role: subprocess.run([program, 'token', '--role', role, '--name', '*' if role == 'agent' else 'x', '--tokens',
                                             folder / 'tokens'], check=True, capture_output=True,
                                            text=True).stdout.strip() for role in ROLES}
        self.tokens['nobody'] = '0' * 64
        self.process = subprocess.Popen([program, 'serve', '--agents', '--store', folder / 'store', '--port', '0',
                                         '--listen', '0.0.0.0', '--tls-cert', folder / 'crt', '--tls-key',
                                         folder / 'key', '--tokens', folder / 'tokens'],
                                        stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        self.port = int(line.rstrip().rstrip('/').rsplit(':', 1)[1])
        self.tls = ssl.create_default_context(cafile=folder / 'crt')

    def ask(self, role, method, path, body=None):
        connection = http.client.HTTPSConnection('localhost', self.port, context=self.tls, timeout=30)
        headers = {'Authorization': 'Bearer ' + self.tokens[role]} if role else {}
        if isinstance(body, dict):
            body = json.dumps(body)
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, text

    def events(self, role, count):
        """The first lines of data of the work stream."""
        connection = http.client.HTTPSConnection('localhost', self.port, context=self.tls, timeout=10)
        connection.request('GET', '/api/v1/agents/work', None, {'Authorization': 'Bearer ' + self.tokens[role]})
        answer = connection.getresponse()
        got = []
        while answer.status == 200 and len(got) < count:
            line = answer.readline().decode()
            if not line:
                break
            if line.startswith('data: '):
                got.append(json.loads(line[6:]))
        connection.close()
        return answer.status, got


class Check:
    def __init__(self, server):
        self.server, self.found, self.asked, self.paths = server, [], 0, set()
        self.document = json.loads(server.ask('viewer', 'GET', '/api/v1/openapi.json')[1])
        self.schemas = Schemas(self.document)

    def expect(self, want, roles, method, pattern, path, body=None):
        """`roles` are answered `want`; the others 403, and whoever has no token 401."""
        self.paths.add((method, pattern))
        described = self.document['paths'][pattern][method.lower()]['responses']
        answers = {}
        for role in [*[r for r in ROLES if r not in roles], None, 'nobody', *roles]:
            status, text = self.server.ask(role, method, path, body)
            wanted = want if role in roles else 403 if role in ROLES else 401
            self.asked += 1
            if status != wanted:
                self.found.append(f'{role} {method} {path}: {status} {text}, wanted {wanted}')
                continue
            schema = described['200' if status == 200 else 'default']['content']['application/json']['schema']
            answers[role] = json.loads(text)
            self.found += self.schemas.problems(answers[role], schema, f'{role} {method} {path}')
        return answers.get(roles[0], {})

    def same(self, got, want, what):
        if got != want:
            self.found.append(f'{what}: {got!r}, wanted {want!r}')


SENDERS, VIEWERS, OPERATORS = ('agent', 'admin'), ('viewer', 'operator', 'admin'), ('operator', 'admin')


def check_files(check, now):
    pattern = '/api/v1/agents/{name}/files/{sequence}'
    good = f'/api/v1/agents/web1/files/1?stream={STREAM}'
    kept = check.expect(200, SENDERS, 'PUT', pattern, good, ipfix_file(now, 30, 1000))
    check.same(kept, {'stream': STREAM, 'sequence': 1, 'kept': True}, 'the first file')
    again = json.loads(check.server.ask('agent', 'PUT', good, ipfix_file(now, 30, 1000))[1])
    check.same(again['kept'], False, 'the first file again')
    for path, body in ((f'/api/v1/agents/web1/files/2?stream={STREAM}', b'junk'),
                       (f'/api/v1/agents/web1/files/2?stream={STREAM}', ipfix_file(now, 30, 1000)[:-1]),
                       (f'/api/v1/agents/web1/files/0?stream={STREAM}', ipfix_file(now, 1, 1)),
                       ('/api/v1/agents/web1/files/2?stream=x', ipfix_file(now, 1, 1)),
                       (f'/api/v1/agents/web1/files/2?stream={STREAM}&x=1', ipfix_file(now, 1, 1)),
                       (f'/api/v1/agents/we%20b1/files/2?stream={STREAM}', ipfix_file(now, 1, 1))):
        check.expect(400, SENDERS, 'PUT', pattern, path, body)


def check_states(check):
    clock = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=30)
    status = {'version': 7, 'definitions': ['all'], 'clock': clock.isoformat().replace('+00:00', 'Z'),
              'source': 'ebpf', 'counters': {'packets': 12}, 'problems': ['a problem']}
    pattern = '/api/v1/agents/{name}/status'
    check.expect(200, SENDERS, 'PUT', pattern, '/api/v1/agents/web1/status', status)
    check.expect(400, SENDERS, 'PUT', pattern, '/api/v1/agents/web1/status', {'counters': {'x': -1}})
    agents = check.expect(200, VIEWERS, 'GET', '/api/v1/agents', '/api/v1/agents')['agents']
    check.same([a['name'] for a in agents], ['web1'], 'agents')
    told = agents[0]
    check.same((told['files'], told['records'], told['counters'], told['problems'], told['source']),
               (1, 30, {'packets': 12}, ['a problem'], 'ebpf'), 'the state of web1')
    if abs(told['clock_offset_ms'] - 30_000) > 5000:
        check.found.append(f'clock_offset_ms: {told["clock_offset_ms"]}, wanted 30000')


def check_definitions(check):
    pattern = '/api/v1/definitions/{name}'
    check.expect(200, OPERATORS, 'PUT', pattern, '/api/v1/definitions/all', {'define': 'key src dst'})
    check.expect(400, OPERATORS, 'PUT', pattern, '/api/v1/definitions/bad', {'define': 'key colour'})
    check.expect(400, OPERATORS, 'PUT', pattern, '/api/v1/definitions/bad', {})
    check.expect(200, VIEWERS, 'GET', '/api/v1/definitions', '/api/v1/definitions')
    work = check.expect(200, SENDERS, 'GET', '/api/v1/agents/{name}/work', '/api/v1/agents/web1/work')
    check.same(work['definitions'], [{'name': 'all', 'define': 'key src dst'}], 'the work of web1')
    check.same(check.server.events('viewer', 1)[0], 403, 'a viewer on the stream of work')
    status, got = check.server.events('agent', 1)
    check.same((status, got), (200, [{'version': work['version']}]), 'the stream of work')
    check.expect(404, OPERATORS, 'DELETE', pattern, '/api/v1/definitions/none')
    check.same(check.server.ask('operator', 'DELETE', '/api/v1/definitions/all')[0], 200, 'DELETE')
    check.paths.add(('DELETE', pattern))


def check_questions(check, now):
    """Ten agents, told by the stream, answer a question: together within two seconds."""
    names = ['web1'] + [f'host{i}' for i in range(9)]
    for name in names:
        check.server.ask('agent', 'GET', f'/api/v1/agents/{name}/work')

    def answer(name, ready):
        connection = http.client.HTTPSConnection('localhost', check.server.port, context=check.server.tls, timeout=20)
        connection.request('GET', '/api/v1/agents/work', None,
                           {'Authorization': 'Bearer ' + check.server.tokens['agent']})
        stream = connection.getresponse()
        ready.release()
        while True:
            if not stream.readline().startswith(b'data: '):
                continue
            work = json.loads(check.server.ask('agent', 'GET', f'/api/v1/agents/{name}/work')[1])
            for question in work['questions']:
                path = f'/api/v1/agents/{name}/answers/{question["id"]}?from={question["from"]}&to={question["to"]}'
                check.same(check.server.ask('agent', 'PUT', path, ipfix_file(now, 5, 10))[0], 200, path)
                return

    ready = threading.Semaphore(0)
    threads = [threading.Thread(target=answer, args=(name, ready), daemon=True) for name in names]
    for thread in threads:
        thread.start()
    for _ in threads:
        ready.acquire()
    begun = time.monotonic()
    status, text = check.server.ask('viewer', 'POST', '/api/v1/queries',
                                    {'define': 'key src dst', 'last': '10m', 'wait_ms': 5000})
    took = time.monotonic() - begun
    said = json.loads(text)
    for thread in threads:
        thread.join(timeout=10)
    check.same(status, 200, 'a question')
    check.same(sorted(a['name'] for a in said['agents'] if a['state'] == 'answered'), sorted(names), 'who answered')
    check.same(said['totals'], {'flows': 5, 'packets': 100, 'bytes': 500}, 'totals')
    check.same(len(said['flows']), 5, 'flows')
    print(f'ten agents asked, their answers merged in {took:.2f} s')
    if took > 2:
        check.found.append(f'ten answers took {took:.2f} s')
    pattern = '/api/v1/agents/{name}/answers/{id}'
    check.expect(200, SENDERS, 'PUT', pattern, '/api/v1/agents/web1/answers/none', b'')
    check.expect(400, SENDERS, 'PUT', pattern, '/api/v1/agents/web1/answers/none', b'junk')
    asked = {'define': 'key src', 'last': '1m', 'wait_ms': 10}
    silent = check.expect(200, VIEWERS, 'POST', '/api/v1/queries', '/api/v1/queries', asked)
    check.same({a['state'] for a in silent['agents']}, {'waiting'}, 'agents that say nothing')
    for wrong in ({**asked, 'define': 'key x'}, {'define': 'key src'}, {**asked, 'wait_ms': 10**6}, {**asked, 'last': 'x'}):
        check.expect(400, VIEWERS, 'POST', '/api/v1/queries', '/api/v1/queries', wrong)


def main():
    now = time.time() - 60
    with tempfile.TemporaryDirectory() as whole:
        server = Server(sys.argv[1], pathlib.Path(whole))
        try:
            check = Check(server)
            check_files(check, now)
            check_states(check)
            check_definitions(check)
            check_questions(check, now)
            for path, methods in check.document['paths'].items():
                for method in methods:
                    about = '/agents' in path or '/definitions' in path or '/queries' in path
                    if about and (method.upper(), path) not in check.paths:
                        check.found.append(f'{method} {path} is described and never asked')
            metrics = server.ask('viewer', 'GET', '/metrics')[1]
            for line in ('anemone_intake_files_total 1', 'anemone_intake_records_total 30'):
                if line not in metrics.splitlines():
                    check.found.append(f'/metrics has no line {line}')
            check.same(server.ask('agent', 'GET', '/metrics')[0], 403, 'an agent on /metrics')
            check.same(server.ask(None, 'GET', '/healthz')[0], 200, '/healthz without a token')
        finally:
            server.process.terminate()
            code = server.process.wait(timeout=20)
    check.same(code, 0, 'exit code')
    print('\n'.join(check.found[:40]))
    print(f'{check.asked} answers held against the OpenAPI document, {len(check.found)} differences')
    sys.exit(bool(check.found))


main()
