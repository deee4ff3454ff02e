"""IPFIX Files (RFC 5655) read from the documents alone, without the product: records as dictionaries."""

import ipaddress
import struct

NAMES = {(0, 1): "bytes", (0, 2): "packets", (0, 4): "proto", (0, 7): "sport", (0, 8): "src", (0, 10): "interface_in",
         (0, 11): "dport", (0, 12): "dst", (0, 14): "interface_out", (0, 27): "src", (0, 28): "dst", (0, 61): "direction",
         (0, 96): "application", (0, 289): "is_tunnel", (0, 290): "is_encrypted", (0, 371): "user", (0, 138): "point",
         (0, 152): "start_ms", (0, 153): "end_ms"}
OWN = {1: "process", 2: "pid", 3: "executable", 4: "unit", 5: "container", 6: "srtt_us", 7: "retransmits", 8: "outer_src", 9: "outer_dst", 10: "tunnel_id",
       11: "tunnel_interface", 20: "tunnel"}
ENTERPRISE = 32473
TEXTS = {"application", "tunnel", "is_tunnel", "is_encrypted", "user", "process", "executable", "unit", "container", "tunnel_interface"}


def records(path):
    """Every flow record of a file."""
    data = path.read_bytes()
    templates = {}
    at = 0
    while at + 16 <= len(data):
        version, length, _, _, domain = struct.unpack_from("!HHIII", data, at)
        if version != 10 or length < 16 or at + length > len(data):
            return
        yield from sets_of(data[at + 16:at + length], domain, templates)
        at += length


def hosts(path):
    """What the file says of its host, each time: a dictionary with `addresses`, `gateways`, `forwards`, `name`."""
    data = path.read_bytes()
    templates = {}
    at = 0
    while at + 16 <= len(data):
        length, = struct.unpack_from("!H", data, at + 2)
        for number, body in sets(data[at + 16:at + length]):
            if number == 3:
                read_templates(body, 0, templates, options=True)
            elif (0, number) in templates:
                for row in values(body, templates[(0, number)]):
                    if (ENTERPRISE, 16) in (element for element, _ in row):
                        yield host_of(row)
        at += length


def host_of(row):
    lists = {}
    host = {"gateways": []}
    for element, value in row:
        if element == (ENTERPRISE, 16):
            host["name"] = value.decode()
        elif element == (ENTERPRISE, 17):
            host["forwards"] = value != b"\0"
        elif element == (0, 291):  # RFC 6313 section 4.5.1
            inner, size = struct.unpack_from("!HH", value, 1)
            head, enterprise = (9, ENTERPRISE) if inner & 0x8000 else (5, 0)
            lists[(enterprise, inner & 0x7fff)] = [value[i:i + size] for i in range(head, len(value), size)]
    def text(value):
        address = ipaddress.ip_address(value)
        return str(getattr(address, "ipv4_mapped", None) or address)
    host["addresses"] = [(text(address), length[0], int.from_bytes(interface, "big"))
                         for address, length, interface in zip(lists[(ENTERPRISE, 18)], lists[(ENTERPRISE, 19)], lists[(0, 10)])]
    host["gateways"] = [text(address) for address in lists[(0, 62)]]
    return host


def sets(data):
    at = 0
    while at + 4 <= len(data):
        number, length = struct.unpack_from("!HH", data, at)
        if length < 4:
            return
        yield number, data[at + 4:at + length]
        at += length


def sets_of(data, domain, templates):
    for number, body in sets(data):
        if number == 2:
            read_templates(body, domain, templates)
        elif number >= 256 and (domain, number) in templates:
            yield from rows(body, templates[(domain, number)])


def read_templates(body, domain, templates, options=False):
    at = 0
    while at + 4 <= len(body):
        number, count = struct.unpack_from("!HH", body, at)
        at += 6 if options else 4
        fields = []
        for _ in range(count):
            element, length = struct.unpack_from("!HH", body, at)
            at += 4
            enterprise = 0
            if element & 0x8000:
                enterprise, = struct.unpack_from("!I", body, at)
                at += 4
            fields.append((enterprise, element & 0x7fff, length))
        templates[(domain, number)] = fields


def values(body, fields):
    """The records of a set: lists of ((enterprise, element), bytes)."""
    at = 0
    while at + sum(1 if length == 65535 else length for _, _, length in fields) <= len(body):
        row = []
        for enterprise, element, length in fields:
            if length == 65535:
                length, at = body[at], at + 1
                if length == 255:
                    length, at = struct.unpack_from("!H", body, at)[0], at + 2
            value, at = body[at:at + length], at + length
            row.append(((enterprise, element), value))
        yield row


def rows(body, fields):
    for fields_of_row in values(body, fields):
        row = {}
        for (enterprise, element), value in fields_of_row:
            name = OWN.get(element) if enterprise == ENTERPRISE else NAMES.get((enterprise, element))
            if name in TEXTS:
                row[name] = value.decode(errors="replace")
            elif name in ("src", "dst", "outer_src", "outer_dst"):
                address = ipaddress.ip_address(value)
                row[name] = str(getattr(address, "ipv4_mapped", None) or address)
            elif name:
                row[name] = int.from_bytes(value, "big")
        if "src" in row:
            yield row
