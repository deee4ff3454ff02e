#!/usr/bin/env python3
"""Flows inside tunnels against tshark: tunnels_check.py ANEMONE

For a capture made here of every kind of tunnel, and every capture of the shared data's tunnels (and those of its
traffic that hold tunnels): the 5-tuples of the innermost IP headers with their packets, bytes, tunnel, its id
and its outer addresses are those that tshark dissects. What tshark does not look into is held to the capture of the
same packets inside. Needs tshark.
"""
import collections
import io
import json
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as xml

import made_tunnels
from shared_data import shared_data

# tshark is not told by a packet how long L2TPv3's sublayer is, nor what the pseudowire carries.
SUBLAYER = ['l2tp-udp__ping__veth2', 'l2tp-ip__ping__veth2', 'icmp_in_l2tpv3', 'arp_l2tpv3']
OPTIONS = ['-d', 'l2tp.pw_type==0,eth', '-o', 'l2tp.cookie_size:None', '-d', 'udp.port==8472,vxlan']
# What quotes or announces packets without carrying them on.
QUOTES = {'icmp', 'icmpv6', 'nhrp', 'lisp', 'pim', 'ospf'}
# tshark has no GUE: (wire side, inner side) of the same packets.
SIDES = [('kaorimatz/gue/gre/gue-gre__ping__veth2.pcap', 'kaorimatz/gue/gre/gue-gre__ping__gre2.pcap'),
         ('kaorimatz/gue/ipip/gue-ipip__ping__veth2.pcap', 'kaorimatz/gue/ipip/gue-ipip__ping__tunl2.pcap')]
REFUSED = {'iphttps.cap'}  # Network Monitor's format
TRAFFIC = ['4in4tunnel.pcap', '4in6tunnel.pcap', '6in4tunnel.pcap', '6in6tunnel.pcap', 'ah.pcapng', 'esp.pcapng', 'gre.pcapng',
           'ipv6_in_gtp.pcap', 'pptp.pcap', 'teredo.pcap', 'wireguard.pcap', 'mullvad_wireguard.pcap',
           'openvpn_nohmac_tcp.pcapng', 'gtp_c.pcap', 'lisp_registration.pcap', 'ipsec_isakmp_esp.pcap',
           'vxlan.pcap', 'geneve.pcapng', 'l2tp.pcap', 'pim.pcap', 'dns_fragmented.pcap']


def shown(proto, name):
    for field in proto.iter('field'):
        if field.get('name') == name:
            return field.get('show')
    return None


def number(proto, name):
    value = shown(proto, name)
    return None if value is None else int(value, 0)


def layers_of(packet):
    """Protocols from the outside in, until one that only quotes what follows."""
    found = []
    for proto in packet.iter('proto'):
        found.append(proto)
        if proto.get('name') in QUOTES:
            break
    return found


def ip_key(layers, at):
    """[source, destination, protocol, ports] and the length of the IP layer `at` and what is above it."""
    ip = layers[at]
    if ip.get('name') == 'ip':
        key = [shown(ip, 'ip.src'), shown(ip, 'ip.dst'), number(ip, 'ip.proto')]
        length = number(ip, 'ip.len')
    else:
        key = [shown(ip, 'ipv6.src'), shown(ip, 'ipv6.dst'), number(ip, 'ipv6.nxt')]
        length = number(ip, 'ipv6.plen') + 40
    ports = [0, 0]
    for layer in layers[at + 1:]:
        name = layer.get('name')
        if name in ('ah', 'ipv6.hopopts', 'ipv6.fraghdr') or name.startswith('ipv6.'):
            key[2] = next((number(layer, f) for f in ('ah.next_header', name + '.nxt') if shown(layer, f)), key[2])
            continue
        if name in ('tcp', 'udp', 'sctp'):
            ports = [number(layer, name + '.srcport'), number(layer, name + '.dstport')]
        if name in ('data', 'fake-field-wrapper') and number(ip, 'ip.frag_offset') == 0 and key[2] == 17:  # alone of its datagram
            ports = list(struct.unpack('!HH', bytes.fromhex(shown(layer, 'data.data').replace(':', '')[:8])))
        if name in ('icmp', 'icmpv6'):
            ports = [0, number(layer, name + '.type') * 256 + number(layer, name + '.code')]
        break
    return key + ports, length


def technology(layers, outer, at):
    """Name and id of the tunnel that the IP layer `at` is in; `outer` is the IP layer before it."""
    between = {layer.get('name'): layer for layer in reversed(layers[outer + 1:at])}
    both = ('4' if layers[at].get('name') == 'ip' else '6') + 'in' + ('4' if layers[outer].get('name') == 'ip' else '6')
    def of(name, field):
        return number(between[name], field) or 0
    if 'erspan' in between:
        return 'erspan', of('erspan', 'erspan.spanid')
    if 'gre' in between and 'ppp' in between:
        return 'pptp', of('gre', 'gre.key.call_id')
    if 'gre' in between and 'mpls' in between:
        return 'mpls-in-gre', of('mpls', 'mpls.label')
    if 'gre' in between:
        return 'gre', of('gre', 'gre.key')
    if 'vxlan' in between:
        gpe = number(between['udp'], 'udp.dstport') == 4790
        return ('vxlan-gpe' if gpe else 'vxlan'), of('vxlan', 'vxlan.vni')
    if 'geneve' in between:
        return 'geneve', of('geneve', 'geneve.vni')
    if 'gtp' in between:
        return 'gtp', of('gtp', 'gtp.teid')
    if 'mpls' in between:
        return ('mpls-in-udp' if 'udp' in between else 'mpls-in-ip'), of('mpls', 'mpls.label')
    if 'l2tp' in between and 'ppp' in between:
        return 'l2tp', of('l2tp', 'l2tp.tunnel') << 16 | of('l2tp', 'l2tp.session')
    if 'l2tp' in between:
        return 'l2tpv3', of('l2tp', 'l2tp.sid')
    if 'lisp-data' in between:
        return 'lisp', number(between['lisp-data'], 'lisp-data.iid') or 0
    if 'ah' in between and layers[outer].get('name') == 'ip':
        return 'ah', of('ah', 'ah.spi')
    for name in ('teredo', 'etherip'):
        if name in between:
            return name, 0
    if 'eth' in between:
        return 'srv6', 0
    return ('ipip' if both == '4in4' else both), 0


def by_tshark(path):
    """Counter of (5-tuple, tunnel, id, outer source, outer destination): [packets, bytes]."""
    sublayer = 'Default L2-Specific' if any(name in path.name for name in SUBLAYER) else 'None'
    done = subprocess.run(['tshark', '-2', '-n', '-r', str(path), *OPTIONS, '-o', 'l2tp.l2_specific:' + sublayer, '-T', 'pdml'],
                          capture_output=True, check=False)
    rows = {}
    waiting = {}  # number of the frame that completes a datagram: what its other fragments count as, if it carries none
    for _, packet in xml.iterparse(io.BytesIO(done.stdout)):
        if packet.tag != 'packet':
            continue
        frame = int(shown(packet[0], 'num'))
        layers = layers_of(packet)
        ips = [at for at, layer in enumerate(layers) if layer.get('name') in ('ip', 'ipv6') and len(layer) > 3]
        earlier = waiting.pop(frame, [])
        if not ips:
            continue
        key, length = ip_key(layers, ips[-1])
        tunnel = ('', 0, '', '')
        outermost = ip_key(layers, ips[0])[0]
        if len(ips) > 1:
            tunnel = (*technology(layers, ips[-2], ips[-1]), outermost[0], outermost[1])
            if layers[ips[-1]].get('name') == 'ip' and any(l.get('name') == 'ah' for l in layers[ips[-1] + 1:]):
                ah = next(l for l in layers[ips[-1] + 1:] if l.get('name') == 'ah')
                tunnel = ('ah', number(ah, 'ah.spi'), outermost[0], outermost[1])
        elif layers[ips[-1]].get('name') == 'ip':
            ah = [layer for layer in layers[ips[0] + 1:] if layer.get('name') == 'ah']
            if ah:
                tunnel = ('ah', number(ah[0], 'ah.spi'), outermost[0], outermost[1])
        row = (tuple(key), tunnel)
        ends_in = number(layers[ips[-1]], 'ip.reassembled_in') or number(layers[ips[-1]], 'ipv6.reassembled.in')
        if ends_in:  # has no ports yet; the frame that completes it has
            waiting.setdefault(ends_in, []).append((len(ips), tunnel, length))
            continue
        count = rows.setdefault(row, [0, 0])
        count[0] += 1
        count[1] += length
        for depth, of, size in earlier:
            if depth == len(ips):  # fragments of this very packet, not of a tunnel's
                count[0] += 1
                count[1] += size
    return rows


def by_anemone(anemone, path, tunnels):
    done = subprocess.run([anemone, 'flows', str(path), '--format', 'json', '--tunnels', tunnels], capture_output=True,
                          text=True, timeout=120, check=False)
    answer = json.loads(done.stdout)
    rows = {}
    for flow in answer['flows']:
        ports = (0, flow['icmp_type'] * 256 + flow['icmp_code']) if 'icmp_type' in flow else (flow['sport'], flow['dport'])
        tunnel = (flow.get('tunnel', ''), flow.get('tunnel_id', 0), flow.get('outer_src', ''), flow.get('outer_dst', ''))
        row = rows.setdefault(((flow['src'], flow['dst'], flow['proto'], *ports), tunnel), [0, 0])  # cut after an hour
        row[0] += flow['packets']
        row[1] += flow['bytes']
    return rows, answer['totals']


def add_up(rows):
    return [sum(row[at] for row in rows.values()) for at in (0, 1)]


def compare(anemone, name, path):
    """What is wrong with one capture; and how many packets were in tunnels."""
    want = by_tshark(path)
    have, totals = by_anemone(anemone, path, 'inner')
    problems = [f'{name}: tshark {row} {count}, here {have.get(row)}' for row, count in want.items() if have.get(row) != count]
    problems += [f'{name}: here {row} {count}, not in tshark' for row, count in have.items() if row not in want]
    inside = {row: count for row, count in have.items() if row[1][0]}
    if add_up(inside) != [totals['tunnelled_packets'], totals['tunnelled_bytes']]:
        problems.append(f'{name}: rows in tunnels add up to {add_up(inside)}, totals {totals}')
    both, _ = by_anemone(anemone, path, 'both')
    outer, outer_totals = by_anemone(anemone, path, 'outer')
    if {row: count for row, count in both.items() if row[1][0]} != inside:
        problems.append(f'{name}: --tunnels both has other inner rows')
    if {row: count for row, count in both.items() if not row[1][0]} != outer or add_up(outer) != [
            outer_totals['packets'], outer_totals['bytes']]:
        problems.append(f'{name}: --tunnels both has other outer rows')
    return problems, totals


def captures():
    shared = shared_data('tunnels')
    if shared is None:
        return
    skip = REFUSED | {pathlib.Path(side[0]).name for side in SIDES}
    for path in sorted(shared.rglob('*')):
        if path.is_file() and path.name not in skip:
            yield str(path.relative_to(shared)), path
    for name in TRAFFIC:
        path = shared.parent / 'traffic/ndpi/pcap' / name
        if path.exists():
            yield name, path


def check_sides(anemone):
    """GUE: what is found inside is what the tunnel's own interface saw."""
    shared = shared_data('tunnels')
    if shared is None:
        return []
    problems = []
    for wire, inside in SIDES:
        want, _ = by_anemone(anemone, shared / inside, 'outer')
        have, _ = by_anemone(anemone, shared / wire, 'inner')
        have = {row[0]: count for row, count in have.items() if row[1][0] == 'gue'}
        if have != {row[0]: count for row, count in want.items()} or not have:
            problems.append(f'{wire}: {have}, inside {want}')
    return problems


def check_made(anemone, folder):
    """The capture made here: as tshark has it, and each technology has carried what was put in."""
    path = pathlib.Path(folder) / 'made.pcap'
    made_tunnels.write(path)
    problems, totals = compare(anemone, 'made', path)
    counts = {name: (count['packets'], count['inner_packets']) for name, count in totals['tunnels'].items()}
    want = {'4in6': (1, 1), '6in6': (1, 1), '6in4': (1, 1), 'gre': (7, 7), 'mpls-in-gre': (1, 1), 'erspan': (1, 1),
            'vxlan': (3, 3), 'vxlan-gpe': (3, 3), 'geneve': (2, 2), 'gtp': (4, 3), 'mpls-in-udp': (1, 1), 'ipip': (1, 1),
            'mpls-in-ip': (1, 1), 'l2tp': (3, 2), 'teredo': (1, 1), 'etherip': (1, 1), 'srv6': (1, 1), 'ah': (1, 1),
            'lisp': (1, 1), 'esp': (2, 0), 'wireguard': (1, 0), 'openvpn': (2, 0)}
    for name in sorted(set(want) | set(counts)):
        if counts.get(name) != want.get(name):
            problems.append(f'made: {name} carried {counts.get(name)}, not {want.get(name)}')
    if totals['tunnels_incomplete'] != 1:
        problems.append(f'made: {totals["tunnels_incomplete"]} datagrams incomplete, not 1')
    return problems


def main():
    anemone = sys.argv[1]
    if shutil.which('tshark') is None:
        print('tshark is not installed')
        sys.exit(1)
    with tempfile.TemporaryDirectory() as folder:
        bad = check_made(anemone, folder)
    bad += check_sides(anemone)
    files = 0
    technologies = collections.Counter()
    for name, path in captures():
        problems, totals = compare(anemone, name, path)
        bad += problems
        files += 1
        for technology_name, count in totals['tunnels'].items():
            technologies[technology_name] += count['packets']
    print('\n'.join(bad))
    print(f'{files} captures beside the one made here; packets in them: '
          + ', '.join(f'{name} {count}' for name, count in sorted(technologies.items())))
    print(f'{len(bad)} differences')
    sys.exit(bool(bad))


if __name__ == '__main__':
    main()
