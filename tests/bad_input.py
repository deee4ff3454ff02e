#!/usr/bin/env python3
"""Captures that are damaged, crafted or cut: bad_input.py ANEMONE

Every file of tests/data/pcap and of the shared bad-input data, and good files cut at every length (large ones at
some), plain and gzipped. `anemone flows` must end by itself within seconds and in bounded memory, with exit code 0 or 1
and whole JSON; where it fails it must name the file, the offset and the reason, and have kept what was good before.
(The unit tests cut every file of tests/data/pcap at every length; here the program does it.)
"""
import gzip
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

from shared_data import ROOT, shared_data

MEMORY_MAX_MB = 400  # also with the sanitizers' own; the flows of these files need a few
EVERY_LENGTH_BELOW = 900


def run(anemone, path):
    """(totals, problem): what came out, and what is wrong about how it came."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as messages:
        process = subprocess.Popen([anemone, 'flows', str(path), '--format', 'json'], stdout=out, stderr=messages)
        try:
            # wait4 rather than wait: it tells the peak memory of this child.
            _, status, used = wait_for(process, 20)
        except TimeoutError:
            return {}, 'does not end'
        out.seek(0)
        messages.seek(0)
        text, said = out.read().decode(), messages.read().decode(errors='replace')
    code = os.waitstatus_to_exitcode(status)
    if code not in (0, 1):
        return {}, f'exit code {code}: {said[-300:]}'
    if used.ru_maxrss > MEMORY_MAX_MB * 1024:
        return {}, f'takes {used.ru_maxrss // 1024} MB'
    if code == 1 and not re.search(re.escape(str(path)) + r': at byte \d+: \S', said):
        return {}, f'names no file, offset and reason: {said.strip()}'
    try:
        return json.loads(text)['totals'] | {'code': code}, ''
    except (ValueError, KeyError) as problem:
        return {}, f'is no whole JSON: {problem}'


def wait_for(process, seconds):
    import signal
    import threading
    expired = threading.Event()

    def stop():
        expired.set()
        process.send_signal(signal.SIGKILL)

    timer = threading.Timer(seconds, stop)
    timer.start()
    result = os.wait4(process.pid, 0)
    timer.cancel()
    process.returncode = os.waitstatus_to_exitcode(result[1])
    if expired.is_set():
        raise TimeoutError
    return result


def bad_files():
    yield from sorted((ROOT / 'tests/data/pcap').rglob('*.pcap*'))
    shared = shared_data('bad-input')
    if shared:
        yield from sorted(path for path in shared.rglob('*') if path.is_file() and path.suffix != '.tsv')


def cuts(data):
    """The lengths to cut `data` at: every one of a small file, some of a large one and all near both ends."""
    if len(data) < EVERY_LENGTH_BELOW:
        return range(len(data) + 1)
    return sorted({*range(60), *range(0, len(data), len(data) // 60), *range(len(data) - 30, len(data) + 1)})


def check_cuts(anemone, name, data, scratch, pool):
    """Problems with `data` cut anywhere: besides run()'s, a longer piece must not give fewer frames."""
    def one(length):
        path = scratch / f'{name}.{length}'
        path.write_bytes(data[:length])
        totals, problem = run(anemone, path)
        path.unlink()
        return length, totals, problem

    frames, problems, failed = 0, [], 0
    for length, totals, problem in pool.map(one, cuts(data)):
        if not problem and totals['frames'] < frames:
            problem = f"keeps {totals['frames']} frames, {frames} when shorter"
        if problem:
            problems.append(f'{name} cut at {length}: {problem}')
            continue
        frames = totals['frames']
        failed += totals['code']
    if not problems and frames == 0:
        problems.append(f'{name}: no frames in the whole file')
    if not problems and failed == 0:
        problems.append(f'{name}: no cut was noticed')
    return problems


def main():
    anemone = sys.argv[1]
    problems, count = [], 0
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool, tempfile.TemporaryDirectory() as folder:
        files = list(bad_files())
        for path, (_, problem) in zip(files, pool.map(lambda file: run(anemone, file), files)):
            count += 1
            if problem:
                problems.append(f'{path}: {problem}')
        data = ROOT / 'tests/data/pcap'
        good = {
            'le.pcapng': (data / 'gopacket/le/test007.pcapng').read_bytes(),
            'be.pcapng': (data / 'gopacket/be/test006.pcapng').read_bytes(),
            'vlan.pcapng': (data / 'ipfixprobe/vlan.pcap').read_bytes(),
            'mixed.pcap': (data / 'ipfixprobe/mixed.pcap').read_bytes(),
            'vlan.pcapng.gz': gzip.compress((data / 'ipfixprobe/vlan.pcap').read_bytes(), mtime=0),
        }
        for name, bytes_ in good.items():
            count += len(cuts(bytes_))
            problems += check_cuts(anemone, name, bytes_, pathlib.Path(folder), pool)
    print('\n'.join(problems[:40]))
    print(f'{count} damaged, crafted or cut captures, {len(problems)} problems')
    sys.exit(bool(problems))


if __name__ == '__main__':
    main()
