"""Reads an LSA log file (docs/formats/lsa-log.md) without the product."""
import struct

LEAST = 16  # bytes of the magic


def records(path):
    """Yields ('mark', vantage, time_us, what, count) and ('lsa', vantage, time_us, area, key, sequence, checksum, age)."""
    data = open(path, 'rb').read()
    if data[:LEAST] != b'anemone-lsalog1\n':
        raise SystemExit(f'{path} is no LSA log')
    at, names = LEAST, {}
    while at + 8 <= len(data):
        length = struct.unpack_from('>I', data, at)[0]
        body, at = data[at + 8:at + 8 + length], at + 8 + length
        if len(body) < length:
            return
        if body[0] == 1:
            names[struct.unpack_from('>H', body, 1)[0]] = body[3:].decode()
        elif body[0] == 2:
            time, vantage, domain, area = struct.unpack_from('>qHHI', body, 1)
            lsa = body[17:]
            if domain == 0:
                age, _, kind = struct.unpack_from('>HBB', lsa)
                identity = (kind, dotted(lsa[4:8]), dotted(lsa[8:12]))
                sequence, checksum = struct.unpack_from('>IH', lsa, 12)
                yield 'lsa', names[vantage], time, area, identity, sequence, checksum, age & 0x7fff
            else:
                yield 'other', names[vantage], time, domain, len(lsa)
        elif body[0] == 4:
            time, vantage, what, count = struct.unpack_from('>qHBQ', body, 1)
            yield 'mark', names[vantage], time, {1: 'started', 2: 'stopped', 3: 'lost', 4: 'alive'}[what], count


def dotted(four):
    return '.'.join(map(str, four))


def database(path, vantage, area):
    """What that vantage point holds of an area, AS-wide LSAs too: {(type, id, router): (sequence, checksum)}."""
    held = {}
    for record in records(path):
        if record[0] != 'lsa' or record[1] != vantage:
            continue
        _, _, _, of, identity, sequence, checksum, age = record
        if of != area and identity[0] not in (5, 11):
            continue
        if age >= 3600:
            held.pop(identity, None)
        else:
            held[identity] = (sequence, checksum)
    return held
