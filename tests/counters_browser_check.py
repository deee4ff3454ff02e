#!/usr/bin/env python3
"""Interface counters in a real browser: the demo's recording with its counters, half of the hosts instrumented.
Usage: counters_browser_check.py ANEMONE RECORDING [SHOTS_DIR]"""
import pathlib
import subprocess
import sys
import tempfile

from counters_check import write_counters
from served import Served

ROOT = pathlib.Path(__file__).resolve().parent.parent

with tempfile.TemporaryDirectory() as place:
    counters = pathlib.Path(place) / 'counters.csv'
    write_counters(pathlib.Path(sys.argv[2]), counters, lambda name: True)
    with Served(sys.argv[1], 'demo', '--recording', sys.argv[2], '--speed', '1000', '--counters', str(counters)) as demo:
        demo.wait_until_replayed()
        shots = ['--shots', sys.argv[3]] if len(sys.argv) > 3 else []
        code = subprocess.run([ROOT / 'scripts/with-node', 'node', ROOT / 'ui/e2e/counters.mjs', demo.url, *shots]).returncode
sys.exit(code)
