#!/usr/bin/env python3
"""Form that a machine can see: tidy.py ROOT prints what is wrong, one line each, and fails if anything is.

- an #include against src/LAYERS, a folder that is not in it
- a third-party header included by a folder that does not own it
- a header that does not open with its story, or lacks #pragma once
- a folder without a README that names its headers
- files past the size where one asks whether they have two jobs
"""
import pathlib
import re
import sys

INCLUDE = re.compile(r'^\s*#\s*include\s+(?:"([^"]+)"|<([^>]+)>)', re.M)

# Which folder lets a third-party library in. Tests, fuzzers and benchmarks may use what they compare with.
OWNERS = [
    (re.compile(r'^duckdb'), {'store'}),
    (re.compile(r'^boost/(asio|beast)'), {'io'}),
    (re.compile(r'^openssl/'), {'base', 'io'}),  # digests; TLS
    (re.compile(r'^zlib\.h$'), {'io'}),
    (re.compile(r'^bpf/'), {'bpf', 'capture', 'listen'}),
    (re.compile(r'^pugixml'), {'topology', 'matrix'}),
    (re.compile(r'^(Clp|Coin)'), {'plan'}),
    (re.compile(r'^CLI/'), {'app'}),
    (re.compile(r'^Eigen/'), {'estimate'}),
    (re.compile(r'^nlohmann/'), {'topology', 'agent', 'server', 'view', 'app'}),
    (re.compile(r'^fmt/'), {'view', 'app'}),
]
SIZES = {'.h': 400, '.cpp': 600, '.test.cpp': 1000}


def kind(path):
    for suffix in ('.test.cpp', '.fuzz.cpp', '.bench.cpp', '.test.h'):
        if path.name.endswith(suffix):
            return suffix
    return path.suffix


def read_layers(root):
    folders = {}
    for line in (root / 'src' / 'LAYERS').read_text().splitlines():
        line = line.split('#')[0]
        if ':' in line:
            folder, uses = line.split(':')
            folders[folder.strip()] = set(uses.split())
    return folders


def check_layers_order(folders, problems):
    seen = set()
    for folder, uses in folders.items():
        for use in sorted(uses - seen):
            problems.append(f'src/LAYERS: {folder} uses {use}, which does not stand above it')
        seen.add(folder)


def check_includes(path, text, folder, folders, problems):
    for ours, theirs in INCLUDE.findall(text):
        target = ours.split('/')[0] if '/' in ours else ''
        if target in folders and target != folder and target not in folders[folder]:
            problems.append(f'{path}: {folder} may not include {target} (src/LAYERS)')
        if ours and target not in folders:
            problems.append(f'{path}: "{ours}" is not "folder/file.h" of a folder in src/LAYERS')
        if kind(path) in ('.test.cpp', '.bench.cpp', '.fuzz.cpp'):
            continue
        for pattern, owners in OWNERS:
            if theirs and pattern.search(theirs) and folder not in owners:
                problems.append(f'{path}: <{theirs}> belongs to {", ".join(sorted(owners))}, not {folder}')


def check_header(path, text, problems):
    if not text.startswith('//'):
        problems.append(f'{path}: a header opens with its story')
    if '#pragma once' not in text:
        problems.append(f'{path}: no #pragma once')
    for ours, theirs in INCLUDE.findall(text):
        if re.match(r'(nlohmann|fmt|CLI|boost|duckdb|pugixml|openssl|Eigen)', theirs or ''):
            problems.append(f'{path}: <{theirs}> is for .cpp files; headers stay quick to compile')


def check_folder(folder, root, problems):
    place = root / 'src' / folder
    headers = sorted(h for h in place.glob('*.h') if kind(h) == '.h')
    readme = place / 'README.md'
    if not readme.exists():
        if any(place.glob('*')):
            problems.append(f'src/{folder}: no README.md')
        return
    text = readme.read_text()
    for header in headers:
        if f'`{header.name}`' not in text:
            problems.append(f'src/{folder}/README.md does not name `{header.name}`')
    for named in re.findall(r'`([a-z0-9_]+\.h)`', text):
        if not (place / named).exists():
            problems.append(f'src/{folder}/README.md names {named}, which is not there')


def check(root):
    problems = []
    folders = read_layers(root)
    check_layers_order(folders, problems)
    for place in sorted((root / 'src').iterdir()):
        if place.is_dir() and place.name not in folders:
            problems.append(f'src/{place.name} is not in src/LAYERS')
    for folder in folders:
        for path in sorted((root / 'src' / folder).glob('*')):
            if path.suffix not in ('.h', '.cpp'):
                continue
            text = path.read_text()
            shown = path.relative_to(root)
            check_includes(shown, text, folder, folders, problems)
            if path.suffix == '.h':
                check_header(shown, text, problems)
            lines = text.count('\n')
            most = SIZES.get(kind(path))
            if most and lines > most:
                problems.append(f'{shown}: {lines} lines; has it two jobs? (at most {most})')
        check_folder(folder, root, problems)
    return problems


if __name__ == '__main__':
    found = check(pathlib.Path(sys.argv[1]))
    print('\n'.join(found) if found else 'tidy: nothing to say')
    sys.exit(bool(found))
