#!/usr/bin/env python3
"""The API against its own OpenAPI document: every path is asked, with good parameters and with bad ones, and every
answer is held against its schema, strictly. Usage: api_check.py ANEMONE RECORDING"""
import datetime
import json
import pathlib
import subprocess
import sys

from served import Served

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT / 'tools'))
from api_types import types_of  # noqa: E402


class Schemas:
    def __init__(self, document):
        self.shapes = document['components']['schemas']

    def problems(self, value, schema, where):
        if '$ref' in schema:
            return self.problems(value, self.shapes[schema['$ref'].rsplit('/', 1)[1]], where)
        if 'anyOf' in schema:
            tried = [self.problems(value, option, where) for option in schema['anyOf']]
            return [] if any(not found for found in tried) else tried[0]
        kind = schema.get('type')
        kinds = {'object': dict, 'array': list, 'string': str, 'boolean': bool, 'integer': int,
                 'number': (int, float), 'null': type(None)}
        if kind and (not isinstance(value, kinds[kind]) or (kind != 'boolean' and isinstance(value, bool))):
            return [f'{where}: {value!r} is no {kind}']
        if 'enum' in schema and value not in schema['enum']:
            return [f'{where}: {value!r} is none of {schema["enum"]}']
        if schema.get('format') == 'date-time':
            try:
                datetime.datetime.fromisoformat(value.replace('Z', '+00:00'))
            except ValueError:
                return [f'{where}: {value!r} is no time']
        found = []
        if kind == 'array':
            for index, item in enumerate(value):
                found += self.problems(item, schema['items'], f'{where}[{index}]')
        if kind == 'object':
            found += [f'{where}: no {name}' for name in schema.get('required', []) if name not in value]
            more = schema.get('additionalProperties', True)
            for name, item in value.items():
                if name in schema.get('properties', {}):
                    found += self.problems(item, schema['properties'][name], f'{where}.{name}')
                elif more is False:
                    found.append(f'{where}: {name} is not described')
                elif isinstance(more, dict):
                    found += self.problems(item, more, f'{where}.{name}')
        return found


def good_parameters(path, served):
    """What to ask each path with: every parameter of the document is used at least once."""
    series = served.get('series')
    at = series['bins'][len(series['bins']) // 2]['from']
    topology = served.get('topology', at=at)
    links = [link['id'] for link in topology['links']]
    plain = [{}, {'at': at, 'instrumented': 0.5}, {'at': at, 'instrumented': 0}]
    return {
        '/api/v1/counters': [{}], '/api/v1/status': [{}], '/api/v1/openapi.json': [{}],
        '/api/v1/topology': plain, '/api/v1/load': [*plain, {'at': at, 'last': '25s'}],
        '/api/v1/losses': plain,
        '/api/v1/coverage': [{}, {'from': series['bins'][1]['from'], 'to': at, 'instrumented': 0.5, 'n': 3}],
        '/api/v1/series': [{}, {'from': series['bins'][1]['from'], 'to': at, 'instrumented': 0.3}],
        '/api/v1/events': [{}, {'from': at, 'n': 2}, {'to': at}],
        '/api/v1/instant': [{'at': event['time']} for event in series['events']],
        '/api/v1/vantages': [{}, {'at': at}],
        '/api/v1/bound': plain,
        '/api/v1/top': [{'by': by, 'at': at, 'n': 5, 'instrumented': 0.7} 
                          for by in ('links', 'hosts', 'apps', 'processes', 'users', 'demands')],
        '/api/v1/link': [{'id': link, 'at': at, 'instrumented': 0.9} for link in links[:6]],
        '/api/v1/node': [{'id': topology['routers'][0]['name'], 'at': at, 'instrumented': 1},
                         {'id': topology['hosts'][0]['name']}] + [{'id': net['id']} for net in topology['networks'][:1]],
        '/api/v1/path': [{'src': topology['routers'][0]['name'], 'dst': topology['hosts'][-1]['address'], 'at': at},
                         {'src': topology['hosts'][0]['address'], 'dst': topology['routers'][-1]['name']}],
    }[path]


BAD = [('coverage', {'n': '0'}), ('coverage', {'to': 'x'}), ('load', {'at': 'yesterday'}), ('load', {'instrumented': '2'}), ('load', {'instrumented': 'x'}),
       ('load', {'att': '1'}), ('load', {'last': 'x'}), ('load', {'last': '9d'}), ('instant', {}), ('events', {'n': '0'}), ('vantages', {'at': 'x'}), ('top', {'by': 'colour'}), ('top', {'n': '0'}), ('link', {'id': 'no>such'}),
       ('node', {'id': 'nobody'}), ('path', {'src': 'nobody', 'dst': '10.0.0.1'}), ('nothing', {})]


def coverage_differences(served, program, recording):
    """The whole recording by the server, and by `anemone coverage`, which reads it itself."""
    span = served.get('status')['span']
    told = served.get('coverage', **{'from': span['from']}, instrumented=0.5, n=5)
    done = subprocess.run([program, 'coverage', recording, '--instrumented', '50%', '--count', '5', '--format', 'json'],
                          capture_output=True, text=True, check=True)
    want, found = json.loads(done.stdout), []
    numbers = [('bytes_share', told['bytes_share'], want['bytes_share'])]
    numbers += [(f'unseen {key}', told['unseen_bps'][key], want['unseen_bps'][key]) for key in ('estimate', 'low', 'high')]
    numbers += [(host['name'], other['bps'], host['bps']) for host, other in zip(want['hosts'], told['hosts'])]
    found += [f'/coverage: {name} is {have}, by the command {wanted}' for name, have, wanted in numbers
              if abs(have - wanted) > 1e-6 * abs(wanted)]
    if [host['name'] for host in told['hosts']] != [host['name'] for host in want['hosts']]:
        found.append(f'/coverage ranks {told["hosts"]}, the command {want["hosts"]}')
    return found


def counter_problems(served, schemas):
    """What is told of a link's interface is told of the link; more of it: tests/counters_check.py."""
    bin_ = served.get('series')['bins'][3]
    begin = datetime.datetime.fromisoformat(bin_['from'].replace('Z', '+00:00')).timestamp()
    links = [link['id'] for link in served.get('topology')['links'] if link['state'] == 'up']
    samples = [{'link': links[0], 'time': begin + second, 'bytes': 1000 * second} for second in (-10, 0, 5, 20)]
    status, text = served.raw('/api/v1/counters', 'PUT', {'samples': [*samples, {'link': 'no>such', 'time': begin}]})
    if status != 200:
        return [f'PUT /counters: {status} {text}']
    found = schemas.problems(json.loads(text), {'$ref': '#/CountersTaken'}, 'PUT /counters')
    link = next(link for link in served.get('load', at=bin_['from'])['links'] if link['id'] == links[0])
    if abs(link['counter_bps'] - 8000) > 0.01:
        found.append(f'/load tells of 1000 bytes a second: {link}')
    for path in ('load', 'coverage', 'counters', 'link'):  # with what one counter, which is wrong, makes of the estimates
        query = {} if path == 'counters' else {'instrumented': 0.5}
        if path in ('load', 'link'):
            query['at'] = bin_['from']
        answer = served.get(path, **query, **({'id': links[0]} if path == 'link' else {}))
        schema = {'load': 'Load', 'coverage': 'CoverageReport', 'counters': 'Counters', 'link': 'LinkDetail'}[path]
        found += schemas.problems(answer, {'$ref': f'#/{schema}'}, f'/{path} with a counter')
    return found


def whatif_problems(served, schemas):
    links = sorted(link['id'] for link in served.get('topology')['links'] if link['state'] == 'up')
    series = served.get('series')['bins']
    fail = f'fail link \"{links[0]}\"'
    good = [({'scenario': fail}, {}), ({'scenario': fail, 'against': 'scale 2'}, {'from': series[1]['from']}),
            ({'scenario': ''}, {'at': series[2]['from'], 'instrumented': 0.5}),
            ({'scenario': fail, 'against': None}, {'to': series[3]['from']})]
    bad = [({}, {}), ({'scenario': 5}, {}), ({'scenario': 'fail link nowhere noone'}, {}), ({'scenario': 'sail link'}, {}),
           ({'scenario': fail, 'against': 'x y'}, {}), ({'scenario': fail}, {'at': 'x'})]
    found = []
    for body, query in good:
        status, text = served.raw('/api/v1/whatif', 'POST', body, **query)
        if status != 200:
            found.append(f'/whatif {body} {query}: {status} {text}')
            continue
        found += schemas.problems(json.loads(text), {'$ref': '#/WhatIfAnswers'}, '/whatif')
        gone = [link['id'] for link in json.loads(text)['answers'][0]['links'] if link['state'] == 'gone']
        if (links[0] in gone) != bool(body['scenario']):
            found.append(f'/whatif {body}: gone are {gone}')
    for body, query in bad:
        status, text = served.raw('/api/v1/whatif', 'POST', body, **query)
        if status != 400:
            found.append(f'/whatif {body} {query}: {status}, wanted 400')
        else:
            found += schemas.problems(json.loads(text), {'$ref': '#/Error'}, f'/whatif {body}')
    return found


def whatif_differences(served, program, recording):
    """A router's failure over the whole recording: by the server, and by the command that reads the recording itself."""
    router = served.get('topology')['routers'][0]['name']
    asks = (['--server', served.url, '--from', served.get('status')['span']['from']], [recording])
    one, other = (json.loads(subprocess.run([program, 'whatif', *ask, '--change', f'fail router {router}', '--format', 'json'],
                                            capture_output=True, text=True, check=True).stdout) for ask in asks)
    return [f'/whatif: {key} is not what the command says: {one[key]}, {other[key]}'
            for key in ('bins', 'after', 'links', 'hurt', 'demands') if one[key] != other[key]]


def sweep_problems(served, schemas):
    series = served.get('series')['bins']
    router = served.get('topology')['routers'][0]['name']
    good = [({}, {}), ({'failures': 'routers'}, {'from': series[1]['from'], 'to': series[4]['from']}),
            ({'failures': 'sites', 'scenario': 'scale 2', 'pairs': False}, {'at': series[2]['from'], 'instrumented': 0.5}),
            ({'failures': 'groups', 'scenario': f'group g = router {router}'}, {}), ({'pairs': True, 'scenario': None}, {})]
    bad = [([], {}), ({'failures': 'clouds'}, {}), ({'failures': 'groups'}, {}), ({'scenario': 'sail link'}, {}), ({'pairs': 1}, {}),
           ({'scenario': 'fail router nobody'}, {}), ({'pairs': True}, {'from': series[1]['from']}), ({}, {'at': 'x'})]
    found = []
    for body, query in good + bad:
        status, text = served.raw('/api/v1/sweep', 'POST', body, **query)
        wanted = 200 if (body, query) in good else 400
        if status != wanted:
            found.append(f'/sweep {body} {query}: {status}, wanted {wanted}: {text[:300]}')
        else:
            found += schemas.problems(json.loads(text), {'$ref': '#/Sweep' if wanted == 200 else '#/Error'}, f'/sweep {body}')
    return found


def sweep_differences(served, program, recording):
    """Every failure in every bin: by the server, by the command that reads the recording itself, and as scenarios of one
    failure each, which are worked out demand by demand (/whatif)."""
    span, found = served.get('status')['span'], []
    for failures in ('links', 'routers', 'sites'):
        asks = (['--server', served.url, '--from', span['from']], [recording])
        one, other = (json.loads(subprocess.run([program, 'sweep', *ask, '--failures', failures, '--format', 'json'],
                                                capture_output=True, text=True, check=True).stdout) for ask in asks)
        found += [f'/sweep: {key} is not what the command says: {one[key]}, {other[key]}' for key in one if one[key] != other[key]]
        found += failures_that_differ(served, failures, one, span['from'])
    return found


def failures_that_differ(served, failures, swept, begin):
    found, worst = [], {}
    for row in swept['failures']:
        body = {'scenario': f'at {swept["network_at"]}\nfail {failures[:-1]} {row["name"]}'}
        answer = json.loads(served.raw('/api/v1/whatif', 'POST', body, **{'from': begin})[1])['answers'][0]
        for link in answer['links']:
            worst[link['id']] = max(worst.get(link['id'], 0), link['after']['worst_bps'], link['before']['worst_bps'])
        for key, told in (('max_utilisation', answer['after']['max_utilisation']), ('disconnected_bps', answer['disconnected_bps'])):
            if abs(told - row[key]) > 1e-9 * max(abs(told), 1):
                found.append(f'/sweep: {row} while /whatif has {key} {told}')
    return found + [f'/sweep: the worst of {link["id"]} is {link["worst"]["bps"]}, by /whatif {worst[link["id"]]}'
                    for link in swept['links'] if abs(link['worst']['bps'] - worst[link['id']]) > 1e-6 * max(1, worst[link['id']])]


def bound_differences(served, program):
    """The command asks the same; the fullest link is that of /load, and no routing is below what any must have."""
    bins = [point['from'] for point in served.get('series')['bins']]
    empty = subprocess.run([program, 'bound', '--server', served.url, '--at', bins[0]], capture_output=True, text=True, check=True).stdout
    at = bins[len(bins) // 2]
    told, load = served.get('bound', at=at), served.get('load', at=at)
    ask = [program, 'bound', '--server', served.url, '--at', at]
    by_command = json.loads(subprocess.run([*ask, '--format', 'json'], capture_output=True, text=True, check=True).stdout)
    story = subprocess.run(ask, capture_output=True, text=True, check=True).stdout
    found = [] if 'no load on links of known capacity' in empty else [f'/bound of an empty bin: {empty}']
    found += [] if by_command == told else [f'/bound: {told}, by the command {by_command}']
    full = max(link['utilisation'] or 0 for link in load['links'])
    if load['bin']['stable'] and abs(told['utilization'] - full) > 1e-6 * full:
        found.append(f'/bound: {told}, and the fullest link of /load has {full}')
    if not 0 < told['bound'] <= told['reached'] * (1 + 1e-9) or told['reached'] > told['utilization'] * (1 + 1e-9):
        found.append(f'/bound: {told} is in no order')
    if f"{told['utilization'] / told['reached'] - 1:.1%} more than it must" not in story:
        found.append(f'/bound: {told}, and the command says {story}')
    return found


def main():
    found, asked = [], 0
    with Served(sys.argv[1], 'demo', '--recording', sys.argv[2], '--speed', '1000') as served:
        served.wait_until_replayed()
        document = served.get('openapi.json')
        if (ROOT / 'ui/src/api/types.ts').read_text() != types_of(document):
            found.append('ui/src/api/types.ts is stale: scripts/api-types prints it anew')
        schemas = Schemas(document)
        for path, methods in document['paths'].items():
            if 'get' not in methods or path.endswith('/stream'):
                continue
            described = {p['name'] for p in methods['get'].get('parameters', [])}
            wanted = methods['get']['responses']['200']['content']['application/json']['schema']
            asks = good_parameters(path, served)
            unused = described - set().union(*asks)
            found += [f'{path}: parameter {name} is described and never tried' for name in unused]
            for query in asks:
                status, text = served.raw(path, **query)
                asked += 1
                if status != 200:
                    found.append(f'{path} {query}: {status} {text}')
                else:
                    found += schemas.problems(json.loads(text), wanted, path)
        for name, query in BAD:
            status, text = served.raw('/api/v1/' + name, **query)
            asked += 1
            if not 400 <= status < 500:
                found.append(f'/{name} {query}: {status}, wanted 4xx')
            else:
                found += schemas.problems(json.loads(text), {'$ref': '#/Error'}, f'/{name} {query}')
        found += coverage_differences(served, sys.argv[1], sys.argv[2])
        found += whatif_problems(served, schemas)
        found += counter_problems(served, schemas)
        found += whatif_differences(served, sys.argv[1], sys.argv[2])
        found += sweep_problems(served, schemas)
        found += sweep_differences(served, sys.argv[1], sys.argv[2])
        found += bound_differences(served, sys.argv[1])
        status, text = served.raw('/api/v1/replay', 'POST', {'playing': False, 'speed': 5})
        found += schemas.problems(json.loads(text), {'$ref': '#/Status'}, '/replay')
        status, text = served.raw('/metrics')
        for name in ('anemone_store_records_total', 'anemone_http_requests_total', 'anemone_http_stream_dropped_total'):
            counted = [line for line in text.splitlines() if line.startswith(name + ' ')]
            if len(counted) != 1 or (name.endswith('s_total') and float(counted[0].split()[1]) <= 0):
                found.append(f'/metrics: {name}: {counted}')
    print('\n'.join(found[:40]))
    print(f'{asked} answers held against the OpenAPI document, {len(found)} differences')
    sys.exit(bool(found))


if __name__ == '__main__':
    main()
