"""Where the real data are that this repository does not carry: $ANEMONE_SHARED/data, by default ../shared/data."""
import os
import pathlib

ROOT = pathlib.Path(__file__).resolve().parent.parent


def shared_data(below):
    """The folder `below` the shared data; None, and a line that says so, when there is none."""
    base = pathlib.Path(os.environ.get('ANEMONE_SHARED', ROOT.parent / 'shared'))
    folder = base / 'data' / below
    if folder.is_dir():
        return folder
    print(f'SKIPPED: no shared data ({folder} is not there; set ANEMONE_SHARED)')
    return None
