"""Classic capture files, as much as the lab needs: read one, and cut one to its packets' headers."""

import gzip
import struct

GLOBAL = struct.Struct("<IHHiIII")
RECORD = struct.Struct("<IIII")
MICROSECONDS = 0xA1B2C3D4


def read(path):
    """Yields (time in microseconds, original length, captured bytes)."""
    opened = gzip.open(path) if str(path).endswith(".gz") else open(path, "rb")
    with opened as file:
        data = file.read()
    if GLOBAL.unpack_from(data)[0] != MICROSECONDS:
        raise ValueError(f"{path}: not a little-endian pcap with microseconds")
    at = GLOBAL.size
    while at + RECORD.size <= len(data):
        seconds, micros, captured, length = RECORD.unpack_from(data, at)
        at += RECORD.size
        if at + captured > len(data):
            return
        yield seconds * 1_000_000 + micros, length, data[at:at + captured]
        at += captured


def write(path, packets, snaplen):
    with open(path, "wb") as raw, gzip.GzipFile("", "wb", 9, raw, 0) as out:
        out.write(GLOBAL.pack(MICROSECONDS, 2, 4, 0, 0, snaplen, 1))
        for time, length, data in packets:
            out.write(RECORD.pack(time // 1_000_000, time % 1_000_000, len(data), length) + data)


def headers(frame):
    """The frame without its payload: Ethernet, IPv4, and the transport header with its options."""
    if len(frame) < 34 or frame[12:14] != b"\x08\x00":
        return frame
    transport = 14 + (frame[14] & 15) * 4
    if int.from_bytes(frame[20:22], "big") & 0x1FFF:
        return frame[:transport]
    protocol = frame[23]
    if protocol == 6 and len(frame) > transport + 12:
        return frame[:transport + (frame[transport + 12] >> 4) * 4]
    return frame[:transport + 8]
