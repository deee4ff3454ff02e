#!/usr/bin/env python3
"""A capture and the same packets as MRT (RFC 6396), written here, tell the same network: mrt_check.py ANEMONE"""
import gzip
import json
import pathlib
import struct
import subprocess
import sys
import tempfile

LAB = pathlib.Path(__file__).parent / 'data' / 'lab'


def packets(capture):
    """(seconds, source, destination, OSPF packet) of a little-endian Ethernet pcap."""
    data = gzip.open(capture).read()
    at = 24
    while at < len(data):
        seconds, _, kept, _ = struct.unpack_from('<IIII', data, at)
        frame = data[at + 16:at + 16 + kept]
        at += 16 + kept
        if frame[12:14] == b'\x08\x00' and frame[23] == 89:
            end = 14 + struct.unpack_from('>H', frame, 16)[0]
            yield seconds, frame[26:30], frame[30:34], frame[14 + 4 * (frame[14] & 15):end]


def told(anemone, sources):
    done = subprocess.run([anemone, 'topology', *map(str, sources), '--format', 'json'], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(done.stderr)
    answer = json.loads(done.stdout)
    return {key: answer[key] for key in ('routers', 'links', 'networks', 'prefixes', 'heard')}


def main():
    anemone, bad, records = sys.argv[1], 0, 0
    with tempfile.TemporaryDirectory() as scratch:
        for name in ('six', 'odd'):
            captures = sorted((LAB / name / 'pcap').iterdir())
            files = []
            for capture in captures:
                files.append(pathlib.Path(scratch) / (capture.name + '.mrt'))
                with open(files[-1], 'wb') as mrt:
                    for seconds, source, destination, message in packets(capture):
                        body = source + destination + message
                        mrt.write(struct.pack('>IHHI', seconds, 11, 0, len(body)) + body)
                        records += 1
            if told(anemone, captures) != told(anemone, files):
                print(f'{name}: not the same network')
                bad += 1
    print(f'{records} records, {bad} networks differ')
    sys.exit(bool(bad) or records == 0)


if __name__ == '__main__':
    main()
