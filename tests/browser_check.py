#!/usr/bin/env python3
"""The demo in a real browser: starts `anemone demo` and lets ui/e2e/demo.mjs drive headless Chromium against it.
Usage: browser_check.py ANEMONE RECORDING"""
import pathlib
import subprocess
import sys

from served import Served

ROOT = pathlib.Path(__file__).resolve().parent.parent

with Served(sys.argv[1], 'demo', '--recording', sys.argv[2], '--speed', '20') as demo:
    code = subprocess.run([ROOT / 'scripts/with-node', 'node', ROOT / 'ui/e2e/demo.mjs', demo.url]).returncode
sys.exit(code)
