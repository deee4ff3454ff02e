#!/usr/bin/env python3
"""A server that is killed goes on where its store ends: `anemone serve` takes in the recording and is killed with
SIGKILL at several moments; in the end it must answer for every bin what one that was never killed answers.
Usage: restart_check.py ANEMONE RECORDING"""
import json
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from served import Served


def answers(served):
    """Everything that is said of every bin, but for when it was said."""
    series = served.get('series')
    said = {'series': series, 'topology': served.get('topology')}
    for point in series['bins']:
        said[point['from']] = served.get('load', at=point['from'])['links']
    status = served.get('status')
    said['status'] = {name: status[name] for name in ('records', 'lsas', 'watermark', 'last_lsa', 'last_flow')}
    return said


def main():
    program, recording = sys.argv[1], sys.argv[2]
    randomly = random.Random(7)
    with tempfile.TemporaryDirectory() as whole, tempfile.TemporaryDirectory() as broken:
        with Served(program, 'serve', '--store', whole, '--recording', recording, '--speed', '1000') as served:
            served.wait_until_replayed()
            want = answers(served)
        watermarks = []
        for _ in range(4):
            served = Served(program, 'serve', '--store', broken, '--recording', recording, '--speed', '60')
            watermarks.append(served.get('status')['watermark'])
            time.sleep(randomly.uniform(0.3, 1.5))
            served.process.send_signal(signal.SIGKILL)
            served.process.wait()
        with Served(program, 'serve', '--store', broken, '--recording', recording, '--speed', '1000') as served:
            watermarks.append(served.get('status')['watermark'])
            served.wait_until_replayed()
            got = answers(served)
        with Served(program, 'serve', '--store', broken) as served:
            alone = answers(served)
        other = pathlib.Path(broken, 'other')
        shutil.copytree(recording, other)
        told = other / 'recording.json'
        told.write_text(told.read_text().replace('"campus"', '"elsewhere"'))
        refused = subprocess.run([program, 'serve', '--store', broken, '--recording', other, '--check'],
                                 capture_output=True, text=True)
    if refused.returncode != 1 or 'holds another recording' not in refused.stderr:
        sys.exit(f'another recording into the same store is not refused: {refused}')
    if watermarks != sorted(watermarks) or watermarks[0] == watermarks[-1]:
        sys.exit(f'the server did not go on where it was: {watermarks}')
    different = [name for name in want if json.dumps(want[name]) != json.dumps(got.get(name))]
    if different or len(want) != len(got):
        name = different[0]
        sys.exit(f'{len(different)} answers differ after kills, first {name}:\n want {str(want[name])[:600]}\n'
                 f'  got {str(got.get(name))[:600]}')
    if json.dumps(alone) != json.dumps(want):
        sys.exit('without the recording beside it the store gives other answers')
    print(f'killed 4 times at {", ".join(w[11:19] for w in watermarks[1:])}; {len(want)} answers equal')


main()
