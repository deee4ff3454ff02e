#!/usr/bin/env python3
"""tidy.py refuses what it should: each case plants one fault in a small tree and looks for its line."""
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import tidy  # noqa: E402

GOOD = {
    'src/LAYERS': 'base :\nroute : base\nload : base route\n',
    'src/base/README.md': '`word.h`\n',
    'src/base/word.h': '// A word.\n#pragma once\n',
    'src/route/README.md': '`spf.h`\n',
    'src/route/spf.h': '// Paths.\n#pragma once\n#include "base/word.h"\n',
    'src/load/README.md': '`load.h`\n',
    'src/load/load.h': '// Load.\n#pragma once\n#include "route/spf.h"\n',
}
FAULTS = [
    ({'src/route/spf.cpp': '#include "load/load.h"\n'}, 'route may not include load'),
    ({'src/LAYERS': 'base : route\nroute : base\nload : base route\n'}, 'does not stand above'),
    ({'src/other/x.cpp': ''}, 'src/other is not in src/LAYERS'),
    ({'src/route/bare.h': '#pragma once\n', 'src/route/README.md': '`spf.h` `bare.h`'}, 'opens with its story'),
    ({'src/route/more.h': '// More.\n#pragma once\n'}, 'does not name `more.h`'),
    ({'src/route/db.cpp': '#include <duckdb.h>\n'}, 'belongs to store'),
    ({'src/route/slow.h': '// Slow.\n#pragma once\n#include <boost/graph/x.hpp>\n',
      'src/route/README.md': '`spf.h` `slow.h`'}, 'headers stay quick'),
    ({'src/route/long.cpp': '\n' * 700}, 'has it two jobs'),
    ({'src/route/README.md': '`spf.h` `gone.h`'}, 'names gone.h'),
]


def problems_of(changes):
    with tempfile.TemporaryDirectory() as root:
        for name, text in {**GOOD, **changes}.items():
            path = pathlib.Path(root, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return tidy.check(pathlib.Path(root))


failed = [f'a good tree is refused: {problems_of({})}'] if problems_of({}) else []
for changes, wanted in FAULTS:
    found = problems_of(changes)
    if len(found) != 1 or wanted not in found[0]:
        failed.append(f'{list(changes)[0]}: wanted one line with "{wanted}", got {found}')
print('\n'.join(failed) if failed else f'{len(FAULTS)} faults, each named')
sys.exit(bool(failed))
