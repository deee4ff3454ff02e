"""An LSA log as docs/formats/lsa-log.md has it, read without the product: what was heard when, and the marks."""

import struct
from dataclasses import dataclass, field

MAGIC = b"anemone-lsalog1\n"
MAX_AGE_S = 3600
MARKS = {1: "started", 2: "stopped", 3: "lost", 4: "alive"}
AS_WIDE = (5, 11)


@dataclass
class Log:
    heard: list = field(default_factory=list)  # (time, instance); instance = (area, type, id, router, sequence, checksum, flushed)
    marks: list = field(default_factory=list)  # (time, vantage's name, what, count)


def read(path):
    data = path.read_bytes()
    if not data.startswith(MAGIC):
        raise ValueError(f"{path}: no LSA log")
    log, names, at = Log(), [], len(MAGIC)
    while at + 8 <= len(data):
        length, _ = struct.unpack_from(">II", data, at)
        body = data[at + 8:at + 8 + length]
        if len(body) < length:
            break
        at += 8 + length
        if body[0] == 1:
            names.append(body[3:].decode())
        elif body[0] == 2:
            when, _, _, area = struct.unpack_from(">qHHI", body, 1)
            log.heard.append((when / 1e6, instance(area, body[17:])))
        elif body[0] == 4:
            when, vantage, what, count = struct.unpack_from(">qHBQ", body, 1)
            log.marks.append((when / 1e6, names[vantage], MARKS[what], count))
    return log


def instance(area, lsa):
    age, _, kind, name, router, sequence, checksum, _ = struct.unpack_from(">HBB4s4sIHH", lsa)
    return (0 if kind in AS_WIDE else area, kind, name.hex(), router.hex(), sequence, checksum, age >= MAX_AGE_S)


def missing(one, other, since):
    """What `one` heard from `since` on that `other` never did: [(first time, instance)]."""
    known = {instance for _, instance in other.heard}
    out = {}
    for when, instance in one.heard:
        if when >= since and instance not in known:
            out.setdefault(instance, when)
    return sorted((when, instance) for instance, when in out.items())


def restarts(log):
    """[(end of what was heard before, start)] of every time the listener began anew: its gaps."""
    starts = sorted({when for when, _, what, _ in log.marks if what == "started"})
    out = []
    for start in starts:
        before = [when for when, _ in log.heard if when < start] + [when for when, *_ in log.marks if when < start]
        if before and start - max(before) > 1:
            out.append((max(before), start))
    return out
