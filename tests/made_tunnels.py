"""A capture of one packet of each tunnel that the shared captures have not, built from the documents that define them."""
import ipaddress
import struct

A, B = '10.1.0.1', '10.1.0.2'
A6, B6 = '2001:db8::1', '2001:db8::2'


def checksum(data):
    data += b'\0' * (len(data) % 2)
    total = sum(struct.unpack(f'!{len(data) // 2}H', data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def ip4(protocol, payload, src=A, dst=B, place=0, number=1):
    head = struct.pack('!BBHHHBBH4s4s', 0x45, 0, 20 + len(payload), number, place, 64, protocol, 0,
                       ipaddress.ip_address(src).packed, ipaddress.ip_address(dst).packed)
    return head[:10] + struct.pack('!H', checksum(head)) + head[12:] + payload


def ip6(protocol, payload, src=A6, dst=B6):
    return struct.pack('!IHBB', 0x60000000, len(payload), protocol, 64) + ipaddress.ip_address(src).packed \
        + ipaddress.ip_address(dst).packed + payload


def udp(sport, dport, payload):
    return struct.pack('!HHHH', sport, dport, 8 + len(payload), 0) + payload


def tcp(sport, dport, payload=b''):
    return struct.pack('!HHIIBBHHH', sport, dport, 1, 1, 0x50, 0x18, 1024, 0, 0) + payload


def ether(kind, payload):
    return bytes.fromhex('020000000002020000000001') + struct.pack('!H', kind) + payload


def fragments(packet, size, number):
    """The IPv4 packet in fragments of `size` bytes of payload."""
    body = packet[20:]
    protocol = packet[9]
    return [ip4(protocol, body[at:at + size], place=(at // 8) | (0x2000 if at + size < len(body) else 0), number=number)
            for at in range(0, len(body), size)]


def vxlan(vni, frame):
    return struct.pack('!BBHI', 8, 0, 0, vni << 8) + frame


def inner4(port, size=100):
    return ip4(17, udp(port, 7001, bytes(size)), '192.0.2.1', '192.0.2.2', number=port)


def inner6(port):
    return ip6(6, tcp(port, 80, b'x' * 50), '2001:db8:5::1', '2001:db8:5::2')


def labels(*values):
    return b''.join(struct.pack('!I', label << 12 | (at == len(values) - 1) << 8 | 64) for at, label in enumerate(values))


def packets():
    """Outermost IP packets, each inner one with a port of its own."""
    yield ip6(4, inner4(1001))
    yield ip6(41, inner6(1002))
    yield ip4(41, inner6(1003))
    yield ip4(47, struct.pack('!HHHHII', 0xb000, 0x0800, 0, 0, 77, 5) + inner4(1004))
    yield ip4(47, struct.pack('!HHI', 0x2000, 0x6558, 0x123456) + ether(0x86dd, inner6(1005)))
    yield ip4(47, struct.pack('!HH', 0, 0x8847) + labels(16, 17) + inner4(1006))
    yield ip4(47, struct.pack('!HHI', 0x1000, 0x22eb, 9) + struct.pack('!HHIHH', 0x2001, 5, 0, 0, 0)
              + ether(0x0800, inner4(1007)))
    yield ip6(17, udp(40000, 4789, vxlan(5000, ether(0x0800, inner4(1008)))))
    yield ip4(17, udp(40001, 4790, struct.pack('!BBBBI', 0x0c, 0, 0, 1, 6 << 8) + inner4(1009)))
    yield ip4(17, udp(40002, 4790, struct.pack('!BBBBI', 0x0c, 0, 0, 2, 7 << 8) + inner6(1010)))
    yield ip4(17, udp(40003, 4790, struct.pack('!BBBBI', 0x0c, 0, 0, 3, 8 << 8) + ether(0x0800, inner4(1011))))
    yield ip4(17, udp(40004, 6081, struct.pack('!BBHI', 3, 0, 0x6558, 9 << 8) + struct.pack('!HBB', 0x0102, 3, 2)
                      + bytes(8) + ether(0x0800, inner4(1012))))
    yield ip4(17, udp(40005, 6081, struct.pack('!BBHI', 0, 0, 0x0800, 10 << 8) + inner4(1013)))
    body = inner4(1014)
    yield ip4(17, udp(2152, 2152, struct.pack('!BBHI', 0x30, 255, len(body), 0xabcd) + body))
    body = inner4(1015)
    yield ip4(17, udp(2152, 2152, struct.pack('!BBHIHBB', 0x32, 255, len(body) + 4, 0xabce, 3, 0, 0) + body))
    body = inner6(1016)
    yield ip4(17, udp(2152, 2152, struct.pack('!BBHIHBB', 0x34, 255, len(body) + 8, 0xabcf, 0, 0, 0x85)
                      + bytes([1, 0x10, 9, 0]) + body))
    yield ip4(17, udp(2152, 2152, struct.pack('!BBHIHBB', 0x32, 1, 4, 0, 3, 0, 0)))  # an echo request: no user's packet
    yield ip4(17, udp(40006, 6635, labels(100, 200, 300) + inner4(1017)))
    yield ip4(137, labels(42) + inner6(1018))
    yield ip4(17, udp(1701, 1701, struct.pack('!HHHHHH', 0x4802, 144, 3, 4, 1, 1) + b'\xff\x03\x00\x21' + inner4(1019)))
    yield ip4(17, udp(1701, 1701, struct.pack('!HHHHH', 0x0202, 3, 4, 2, 0) + b'\x57' + inner6(1020)))
    yield ip4(17, udp(1701, 1701, struct.pack('!HHHHHH', 0xc802, 12, 3, 0, 0, 0)))  # a control message
    teredo = ip6(17, udp(1021, 53, bytes(20)), '2001:0:4136:e378::1', '2001:db8::5')
    yield ip4(17, udp(3544, 40007, struct.pack('!HHIHI', 1, 0, 1, 2, 3)[:13] + struct.pack('!HHI', 0, 99, 7) + teredo))
    yield ip4(97, b'\x30\x00' + ether(0x0800, inner4(1022)))
    yield ip6(143, ether(0x0800, inner4(1023)))
    yield ip6(51, struct.pack('!BBHIII', 17, 4, 0, 600, 1, 0) + bytes(8) + udp(1024, 9, bytes(30)))
    yield ip4(51, struct.pack('!BBHIII', 17, 4, 0, 601, 1, 0) + bytes(8) + udp(1025, 9, bytes(30)))
    yield ip4(17, udp(40008, 4341, struct.pack('!BBHI', 8, 0, 0, 55 << 8) + inner4(1026)))
    gre = struct.pack('!HH', 0, 0x0800)
    yield ip6(47, gre + ip4(17, udp(40009, 4789, vxlan(11, ether(0x0800, ip4(4, ip4(47, gre + inner4(1027))))))))
    whole = ip4(17, udp(40010, 4789, vxlan(12, ether(0x0800, inner4(1028, 2000)))))
    yield from fragments(whole, 1400, 2000)
    whole = ip4(47, gre + inner4(1029, 2000))
    yield from reversed(fragments(whole, 1000, 2001))
    for piece in fragments(inner4(1030, 2000), 1200, 2002):
        yield ip4(47, gre + piece)
    yield from fragments(ip4(17, udp(40011, 4789, vxlan(13, ether(0x0800, inner4(1031, 2000))))), 1400, 2003)[:1]
    yield from fragments(ip4(17, udp(40012, 9, bytes(2000))), 1400, 2004)
    yield ip4(50, struct.pack('!II', 700, 1) + bytes(64))
    yield ip4(17, udp(4500, 4500, struct.pack('!II', 701, 1) + bytes(64)))
    yield ip4(17, udp(51820, 51820, b'\4\0\0\0' + bytes(60)))
    yield ip4(17, udp(40013, 1194, b'\x38' + bytes(13)))
    yield ip4(6, tcp(40014, 1194, b'\0\x0e\x38' + bytes(13)))


def write(path):
    with open(path, 'wb') as out:
        out.write(struct.pack('<IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
        for at, packet in enumerate(packets()):
            frame = ether(0x0800 if packet[0] >> 4 == 4 else 0x86dd, packet)
            out.write(struct.pack('<IIII', 1700000000 + at, 0, len(frame), len(frame)) + frame)
