"""estimate_check.py MEASURE: how near estimates come to whole matrices of which parts are hidden.

One matrix is in tests/data; those over time are only measured where the shared data are. Limits are those of the issue
where they are met, else a little above what was measured (docs/benchmarks.md)."""
import json
import pathlib
import subprocess
import sys
import tarfile
import tempfile

from shared_data import ROOT, shared_data


def measure(program, only, name, topology, matrices):
    command = [program, f'--only={only}', name, str(topology)] + [str(path) for path in matrices]
    answer = subprocess.run(command, capture_output=True, check=True, text=True)
    row, = (json.loads(line) for line in answer.stdout.splitlines())
    print(f"{name}, {row['scenario']}: NMAE {row['nmae']:.3f}, {row['nmae_if_zero']:.3f} if zero, "
          f"{row['demands_held']:.2f} of demands in their intervals")
    return row


def check_one_bin(program):
    path = ROOT / 'tests/data/estimate/abilene.txt'
    assert measure(program, 'a: counters of links and edges', 'one bin', path, [path])['nmae'] < 0.33
    assert measure(program, 'b: 3 largest, links and edges', 'one bin', path, [path])['nmae'] < 0.07
    gravity = measure(program, 'c: 3 largest', 'one bin', path, [path])
    assert gravity['nmae'] < gravity['nmae_if_zero'] < 0.3


def check_over_time(program, folder, name, archive, every, without_ends, with_ends):
    with tempfile.TemporaryDirectory() as place:
        tarfile.open(folder / f'{archive}.tar.gz').extractall(place)
        matrices = sorted(pathlib.Path(place).rglob('*.xml'))[::every]
        topology = folder / f'{name}.xml'
        row = measure(program, 'a: counters of links and edges', name, topology, matrices)
        assert row['nmae'] <= without_ends, row
        row = measure(program, 'b: 3 largest, links and edges', name, topology, matrices)
        assert row['nmae'] <= with_ends and 0.85 <= row['demands_held'] <= 0.95, row


def main():
    program = sys.argv[1]
    check_one_bin(program)
    folder = shared_data('topo-tm/sndlib')
    if not folder:
        return
    check_over_time(program, folder, 'abilene', 'abilene-5min-first-3-days', 12, 0.27, 0.07)
    check_over_time(program, folder, 'geant', 'geant-15min-first-2-days', 1, 0.60, 0.11)


if __name__ == '__main__':
    main()
