#!/usr/bin/env python3
"""The API's types for the console: an OpenAPI document on standard input, TypeScript on standard output.
`scripts/api-types` keeps ui/src/api/types.ts; a stale copy fails the test `whole: api`."""
import json
import sys

HEAD = """// Printed from the server's OpenAPI document by scripts/api-types; do not edit. The shapes are written in
// src/view/openapi.cpp and told in docs/api.md. Times are RFC 3339 UTC strings; `_bps` is bits per second;
// shares and utilisations are numbers, 1 = all.
"""
LEFT_OUT = {'OpenApi', 'Error', 'ErrorText'}
ENVELOPE = ['bin', 'coverage', 'watermark', 'late']


def type_of(schema):
    if '$ref' in schema:
        return schema['$ref'].rsplit('/', 1)[1]
    if 'anyOf' in schema:
        return ' | '.join(type_of(option) for option in schema['anyOf'])
    if 'enum' in schema:
        return ' | '.join(json.dumps(word) for word in schema['enum'])
    kind = schema.get('type')
    if kind == 'array':
        item = type_of(schema['items'])
        return f'({item})[]' if '|' in item else f'{item}[]'
    return {'integer': 'number', 'null': 'null', None: 'unknown'}.get(kind, kind)


def interface(name, shape):
    fields = dict(shape['properties'])
    bases = ''
    if all(field in fields for field in ENVELOPE):
        bases = ' extends Envelope'
        fields = {field: schema for field, schema in fields.items() if field not in ENVELOPE}
    lines = [f'export interface {name}{bases} {{']
    for field, schema in fields.items():
        optional = '' if field in shape['required'] else '?'
        lines.append(f'  {field}{optional}: {type_of(schema)};')
    more = shape.get('additionalProperties')
    if isinstance(more, dict):
        lines.append(f'  [name: string]: {type_of(more)};')
    return '\n'.join([*lines, '}'])


def types_of(document):
    shapes = document['components']['schemas']
    parts = [HEAD + '\nexport interface Envelope {\n  bin: Bin;\n  coverage: Coverage;\n  watermark: string;\n  late: LateAgent[];\n}']
    parts += [interface(name, shape) for name, shape in shapes.items() if name not in LEFT_OUT]
    return '\n\n'.join(parts) + '\n'


if __name__ == '__main__':
    sys.stdout.write(types_of(json.load(sys.stdin)))
