#!/usr/bin/env python3
"""`anemone query` and `define`: query_check.py ANEMONE MAKE_ARCHIVE

An archive made of a capture is asked by several definitions: the sums are those of `anemone flows` over the capture with
the same definition. Then a server that only answers what docs/formats/agent-api.md says: what it is asked, and what is
made of its answer.
"""
import csv
import gzip
import http.server
import io
import json
import pathlib
import subprocess
import sys
import tempfile
import threading

CAPTURE = pathlib.Path(__file__).parent / 'data/campus/hosts/pc2.pcap.gz'
problems = []


def check(holds, what):
    if not holds:
        problems.append(what)


def run(*command):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=120)
    return done.returncode, done.stdout, done.stderr


def sums(flows, key):
    total = {}
    for flow in flows:
        entry = total.setdefault(tuple(flow.get(word) for word in key), [0, 0])
        entry[0] += flow['packets']
        entry[1] += flow['bytes']
    return total


def archive_checks(anemone, make_archive, scratch):
    capture = scratch / 'capture.pcap'
    capture.write_bytes(gzip.open(CAPTURE).read())
    archive = scratch / 'archive'
    check(run(make_archive, capture, archive)[0] == 0, 'no archive was made')
    for fields, more in (('src dst sport dport proto', ''), ('src/16 dport', ''), ('dst proto', 'where not port 53'),
                         ('none', ''), ('dport', 'where bytes > 100k; slice 1m'), ('src dst', 'idle 2s')):
        define = f'key {fields}; {more}'
        code, out, err = run(anemone, 'query', '--archive', archive, '--last', '1d', '--define', define, '--format', 'json')
        check(code == 0, f'{define}: {err}')
        answer = json.loads(out)
        _, whole, _ = run(anemone, 'flows', capture, '--define', define, '--format', 'json')
        key = [word.split('/')[0] for word in fields.split() if word != 'none']
        expected = sums(json.loads(whole)['flows'], key)
        check(sums(answer['flows'], key) == expected, f'{define}: other sums than of the capture itself')
        check(len(expected) > 0, f'{define}: nothing to compare')
        check(answer['totals']['gaps_us'] == 0, f'{define}: gaps')
    names_checks(anemone, archive)
    # The middle 10 s of it, and nothing else.
    _, out, _ = run(anemone, 'query', '--archive', archive, '--define', 'key none', '--format', 'json', '--last', '1d')
    middle = json.loads(out)['flows'][2]
    start = middle['start'][:-1].split('.')[0]
    begin = start[:-1] + '0Z'
    end = subprocess.run(['date', '-u', '-d', begin + ' + 10 seconds', '+%FT%TZ'], capture_output=True, text=True)
    _, out, _ = run(anemone, 'query', '--archive', archive, '--define', 'key none', '--format', 'json', '--from', begin,
                    '--to', end.stdout.strip())
    check(json.loads(out)['flows'] == [middle], 'ten seconds are not what they were in the whole')


def names_checks(anemone, archive):
    _, out, _ = run(anemone, 'query', '--archive', archive, '--last', '1d', '--sum', '--format', 'csv', '--define',
                    'key process user')
    rows = {row['process']: row for row in csv.DictReader(io.StringIO(out))}
    check(set(rows) == {'dns', 'web'} and rows['dns']['user'] == 'bind', f'not the two programs: {out}')
    _, out, _ = run(anemone, 'query', '--archive', archive, '--last', '1d', '--sum', '--format', 'csv', '--define',
                    'key process', '--where', 'unit dns*')
    one = list(csv.DictReader(io.StringIO(out)))
    check(len(one) == 1 and one[0]['bytes'] == rows['dns']['bytes'], 'a unit is not its program')
    _, out, err = run(anemone, 'query', '--archive', archive, '--last', '1d', '--sum', '--top', '1', '--define', 'key dst')
    check(len(out.splitlines()) == 2, f'--top 1 is not one row: {out}')
    check('covers 20' in err, f'nobody says what it covers: {err}')
    for wrong, column in (('key colour', 'column 5'), ('where port http', 'column 12'), ('where over link x', 'column 7')):
        code, out, err = run(anemone, 'query', '--archive', archive, '--define', wrong)
        check(code != 0 and not out and column in err, f'{wrong}: {code} {err}')
    check(run(anemone, 'query', '--archive', '/no/such')[0] == 1, 'no archive, and no complaint')
    check(run(anemone, 'query')[0] == 2, 'asked nobody, and no complaint')


class Server(http.server.BaseHTTPRequestHandler):
    asked = []
    definitions = {}
    answer = {'from': '2026-01-01T00:00:00Z', 'to': '2026-01-01T00:10:00Z',
              'agents': [{'name': 'h1', 'state': 'answered', 'records': 2}, {'name': 'h2', 'state': 'waiting'},
                         {'name': 'h3', 'state': 'failed', 'error': 'no archive'}],
              'flows': [{'start': '2026-01-01T00:00:00Z', 'src': '::', 'process': 'a', 'bytes': 5},
                        {'start': '2026-01-01T00:00:01Z', 'process': 'b, c', 'user': 'root', 'bytes': 7}],
              'totals': {'bytes': 12}}

    def reply(self, value, code=200):
        body = json.dumps(value).encode()
        self.send_response(code)
        self.send_header('Content-Type', 'application/json')
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def body(self):
        return json.loads(self.rfile.read(int(self.headers.get('Content-Length', 0))) or b'null')

    def do_POST(self):
        Server.asked.append((self.path, self.headers.get('Authorization'), self.body()))
        self.reply(self.answer)

    def do_GET(self):
        self.reply({'definitions': [{'name': k, 'define': v} for k, v in self.definitions.items()]})

    def do_PUT(self):
        if len(self.definitions) >= 2:
            self.body()
            return self.reply({'error': {'code': 'too_many', 'message': 'at most two'}}, 409)
        self.definitions[self.path.split('/')[-1]] = self.body()['define']
        self.reply({})

    def do_DELETE(self):
        self.definitions.pop(self.path.split('/')[-1], None)
        self.reply({})

    def log_message(self, *_):
        pass


def server_checks(anemone, scratch):
    server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f'http://127.0.0.1:{server.server_port}'
    token = scratch / 'token'
    token.write_text('secret\n')
    ask = [anemone, 'query', '--server', url, '--token', token, '--define', 'key process user', '--last', '5m', '--wait', '1s']
    code, out, err = run(*ask)
    check(code == 0 and 'b, c' in out and 'process' in out, f'no table: {out} {err}')
    check('1 of 3 agents answered' in err and 'h3: failed: no archive' in err, f'nobody tells of the agents: {err}')
    check(Server.asked == [('/api/v1/queries', 'Bearer secret',
                            {'define': 'key process user; slice 10s; idle 15s', 'last': '5m', 'wait_ms': 1000})],
          f'asked otherwise: {Server.asked}')
    check(json.loads(run(*ask, '--format', 'json')[1]) == Server.answer, 'JSON is not the answer')
    top = json.loads(run(*ask, '--format', 'json', '--top', '1')[1])
    check([flow['bytes'] for flow in top['flows']] == [7], '--top 1 is not the largest')
    rows = list(csv.DictReader(io.StringIO(run(*ask, '--format', 'csv')[1])))
    check('src' not in rows[0] and rows[1]['user'] == 'root' and rows[0]['user'] == '' and rows[1]['process'] == 'b, c', f'CSV: {rows}')
    before = len(Server.asked)
    code, _, err = run(anemone, 'query', '--server', url, '--define', 'key colour')
    check(code == 2 and len(Server.asked) == before, 'a definition that is wrong was sent')
    define = [anemone, 'define', '--server', url]
    check('web' in run(*define, 'name web; key src dport')[1], 'the definition is not there')
    check(Server.definitions == {'web': 'name web; key src dport; slice 10s; idle 15s'}, f'{Server.definitions}')
    check(run(*define, 'key src')[0] == 2, 'a definition without a name was set')
    check('web' not in run(*define, '--drop', 'web')[1] and not Server.definitions, 'it is still there')
    Server.definitions.update({'a': 'key src', 'b': 'key dst'})
    code, _, err = run(*define, 'name c; key src')
    check(code == 1 and 'at most two' in err, f'the server refused, and nobody says so: {err}')
    server.shutdown()
    code, _, err = run(anemone, 'query', '--server', 'http://127.0.0.1:1', '--define', 'key src')
    check(code == 1 and err, 'no server, and no complaint')


def main(anemone, make_archive):
    with tempfile.TemporaryDirectory() as scratch:
        archive_checks(anemone, make_archive, pathlib.Path(scratch))
        server_checks(anemone, pathlib.Path(scratch))
    print('\n'.join(problems) if problems else 'archives and servers answer as they should')
    return bool(problems)


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
