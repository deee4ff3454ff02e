#!/usr/bin/env python3
"""Records the network `types`: FRR routers with the network types and areas that `odd` lacks. record.py OUT_DIR

Needs what ../odd/record.py needs, which does the work; two minutes. The backbone is a non-broadcast network and a
point-to-multipoint one; area 1 is not-so-stubby without summaries, with two border routers of which the one with the
higher id translates, and in the end both do; area 2 a stub area with another cost of its default, inside a point-to-multipoint network; area
3 carries a virtual link under MD5 to area 5; a5 has the highest link costs and is the only way there; a4 originates
a default route; externals have forwarding addresses on both kinds of network.
"""
import importlib.util
import pathlib
import subprocess
import sys

spec = importlib.util.spec_from_file_location('odd', pathlib.Path(__file__).parent.parent / 'odd' / 'record.py')
odd = importlib.util.module_from_spec(spec)
spec.loader.exec_module(odd)

odd.ROUTERS = ['a1', 'a2', 'a3', 'a4', 'a5', 'n1', 'n2', 's1', 's2', 'v1', 'w1']
odd.ports = {name: [] for name in odd.ROUTERS}
odd.RID = {name: f'10.254.3.{i + 1}' for i, name in enumerate(odd.ROUTERS)}
odd.HOME = {'a': 0, 'n': 1, 's': 2, 'v': 3, 'w': 5}
odd.LINKS = [('a1', 'n1', 1, 10, 10), ('a2', 'n2', 1, 6, 6), ('n1', 'n2', 1, 3, 3),
             ('a5', 'v1', 3, 4, 4), ('v1', 'w1', 5, 2, 2)]
odd.LANS = [('lan0', 0, 10, ['a1', 'a2', 'a3']), ('lan1', 0, 8, ['a3', 'a4', 'a5']), ('lan2', 2, 5, ['a4', 's1', 's2'])]
MODE = {'lan0': 'non-broadcast', 'lan1': 'point-to-multipoint', 'lan2': 'point-to-multipoint'}
odd.STUBS = {'a2': [('10.77.3.1/24', 0, 1)], 'n1': [('10.79.3.1/24', 1, 2)], 's2': [('10.78.3.1/24', 2, 3)],
             'w1': [('10.80.3.1/24', 5, 1)]}
SECRET = ' authentication message-digest message-digest-key 4 md5 sea-horse'
odd.OSPF = {
    'a1': ['area 1 nssa no-summary', 'area 1 nssa translate-candidate'],
    'a2': ['area 1 nssa no-summary', 'area 1 nssa translate-candidate'],
    'a3': ['redistribute static metric 15 metric-type 1'],
    'a4': ['area 2 stub', 'area 2 default-cost 7', 'default-information originate always metric 20 metric-type 1'],
    'a5': [f'area 3 virtual-link {odd.RID["v1"]}' + SECRET, f'area 3 virtual-link {odd.RID["v1"]}' + odd.VIRTUAL,
           'max-metric router-lsa administrative'],
    'v1': [f'area 3 virtual-link {odd.RID["a5"]}' + SECRET, f'area 3 virtual-link {odd.RID["a5"]}' + odd.VIRTUAL],
    'n1': ['area 1 nssa', 'redistribute static metric 5'], 'n2': ['area 1 nssa', 'redistribute static metric 9 metric-type 1'],
    's1': ['area 2 stub'], 's2': ['area 2 stub'], 'w1': ['redistribute static metric 12'],
}
odd.STATIC = {
    'a3': ['ip route 203.0.113.0/24 10.9.0.99', 'ip route 203.0.114.0/24 10.9.1.99', 'ip route 198.51.100.0/24 blackhole'],
    'n1': ['ip route 203.0.115.0/24 blackhole', 'ip route 192.0.2.0/24 10.79.3.99'], 'n2': ['ip route 203.0.115.0/24 blackhole'],
    'w1': ['ip route 203.0.116.0/24 blackhole'],
}
plain_config = odd.config


def config(name):
    text = plain_config(name)
    for port, _, _, _, kind in odd.ports[name]:
        if kind == 'lan':
            text = text.replace(f'interface {port}\n', f'interface {port}\n ip ospf network {MODE[port]}\n')
    for k, (lan, _, _, members) in enumerate(odd.LANS):
        if MODE[lan] == 'non-broadcast' and name in members:
            text += ''.join(f' neighbor 10.9.{k}.{i + 1} poll-interval 2\n' for i, other in enumerate(members) if other != name)
    return text


def story(stage, event):
    stage('00-up', 30)
    event('a1, which may be designated router, leaves the non-broadcast network', 'ip', '-n', 'odd-a1', 'link', 'set', 'lan0', 'down')
    stage('01-nbma-down', 12)
    event('and is back', 'ip', '-n', 'odd-a1', 'link', 'set', 'lan0', 'up')
    stage('02-nbma-up', 20)
    event('the translator loses its area', 'ip', '-n', 'odd-a2', 'link', 'set', 'l1-n2', 'down')
    stage('03-other-translator', 20)
    event('and has it again', 'ip', '-n', 'odd-a2', 'link', 'set', 'l1-n2', 'up')
    stage('04-translator', 20)
    event('one end leaves the point-to-multipoint network', 'ip', '-n', 'odd-s1', 'link', 'set', 'lan2', 'down')
    stage('05-multipoint-down', 8)
    event('a5 no longer asks to be avoided', 'vtysh', '-N', 'odd-a5', '-c', 'configure terminal', '-c', 'router ospf', '-c',
          'no max-metric router-lsa administrative')
    stage('06-no-max-metric', 6)
    event('a1 translates always', 'vtysh', '-N', 'odd-a1', '-c', 'configure terminal', '-c', 'router ospf', '-c',
          'area 1 nssa translate-always')
    stage('07-two-translators', 12)


odd.config = config
odd.story = story

if __name__ == '__main__':
    odd.main(sys.argv[1])
