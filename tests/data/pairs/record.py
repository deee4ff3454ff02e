#!/usr/bin/env python3
"""Records pairs of OSPF routers, right ones and broken ones: record.py OUT_DIR [CASE...]

Needs root, FRR 8.4, BIRD 2.0, iproute2, tcpdump. Each case is two routers `a` and `b` in namespaces on one
link (a veth, or a bridge, which is then between them), started from nothing and listened to for some seconds; the
capture is OUT_DIR/CASE.pcap.gz, what each router said of its neighbour at the end OUT_DIR/neighbors.json.
"""
import concurrent.futures
import gzip
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading
import time

FRR, RUN = pathlib.Path('/usr/lib/frr'), pathlib.Path('/var/run/frr')
WORK = pathlib.Path(tempfile.mkdtemp(prefix='ospf2-pairs-'))
TIMERS = [' ip ospf hello-interval 1', ' ip ospf dead-interval 3', ' ip ospf retransmit-interval 1']
P2P = [' ip ospf network point-to-point']
TE = ['capability opaque', 'mpls-te on', 'router-info area 0.0.0.0']
LONG = 'a secret of twenty-five b'  # longer than SHA-1's digest, shorter than its block


def te_link(metric, group, mbits):
    rate = mbits * 1e6 / 8
    lines = [f'metric {metric}'] + [f'unrsv-bw {k} {rate / 4 / (k + 1):g}' for k in range(8)]
    lines += [f'max-rsv-bw {rate / 2:g}', f'max-bw {rate:g}', f'admin-grp {group:#x}']  # zebra takes them downwards only
    return ['interface eth0', ' link-params', '  enable'] + ['  ' + line for line in lines] + [' exit-link-params']


def md5(key_id, secret):
    return [' ip ospf authentication message-digest', f' ip ospf message-digest-key {key_id} md5 {secret}']


class Frr:
    """interface: lines of the interface; router: lines of `router ospf`; zebra: lines of zebra's configuration."""
    def __init__(self, interface=(), router=(), area='0', rid=None, address=None, mtu=None, timers=None, drop=False,
                 zebra=()):
        self.interface, self.router, self.area, self.rid, self.address = list(interface), list(router), area, rid, address
        self.mtu, self.timers, self.drop, self.zebra = mtu, TIMERS if timers is None else timers, drop, list(zebra)

    def config(self, rid):
        lines = ['interface eth0', f' ip ospf area {self.area}'] + self.timers + self.interface
        lines += ['interface lo', f' ip ospf area {self.area}', 'router ospf', f' ospf router-id {self.rid or rid}',
                  ' timers throttle spf 10 50 1000', ' timers throttle lsa all 100'] + [' ' + line for line in self.router]
        return '\n'.join(lines) + '\n'


class Bird:
    """options: lines of the interface in BIRD's own language."""
    def __init__(self, options='', area='0', rid=None, address=None, mtu=None, drop=False):
        self.options, self.area, self.rid, self.address, self.mtu, self.drop = options, area, rid, address, mtu, drop

    def config(self, rid):
        return f'''router id {self.rid or rid};
protocol device {{}}
protocol kernel {{ ipv4 {{ export all; }}; }}
protocol ospf v2 o {{
  area {self.area} {{
    interface "eth0" {{ hello 1; dead 3; retransmit 2; wait 3; {self.options} }};
    interface "lo" {{ stub; }};
  }};
}}
'''


def bird_key(algorithm, secret, key_id=5):
    return Bird(f'authentication cryptographic; password "{secret}" {{ id {key_id}; algorithm {algorithm}; }};')


# name: (a, b)
CASES = {
    'auth-md5': (Frr(md5(1, 'anemone1')), Bird('authentication cryptographic; password "anemone1" { id 1; };')),
    'auth-password': (Frr([' ip ospf authentication', ' ip ospf authentication-key sea-life']),
                      Bird('authentication simple; password "sea-life";')),
    'auth-sha1': (bird_key('hmac sha1', 'anemone'), bird_key('hmac sha1', 'anemone')),
    'auth-sha1-long': (bird_key('hmac sha1', LONG), bird_key('hmac sha1', LONG)),
    'auth-sha256': (bird_key('hmac sha256', 'anemone'), bird_key('hmac sha256', 'anemone')),
    'auth-sha384': (bird_key('hmac sha384', 'anemone'), bird_key('hmac sha384', 'anemone')),
    'auth-sha512': (bird_key('hmac sha512', 'anemone'), bird_key('hmac sha512', 'anemone')),
    'good-broadcast': (Frr(), Frr()),
    'good-mixed': (Frr(), Bird()),
    'good-p2p': (Frr(P2P), Frr(P2P)),
    'good-stub': (Frr(area='1', router=['area 1 stub']), Frr(area='1', router=['area 1 stub no-summary'])),
    'te-p2p': (Frr(P2P, TE + ['mpls-te router-address 10.254.1.1'], zebra=te_link(50, 5, 100)),
               Frr(P2P, TE + ['mpls-te router-address 10.254.1.2'], zebra=te_link(70, 6, 1000))),
    'te-broadcast': (Frr([], TE + ['mpls-te router-address 10.254.1.1'], zebra=te_link(50, 5, 100)),
                     Frr([], TE + ['mpls-te router-address 10.254.1.2'], zebra=te_link(70, 6, 1000))),
    'bad-area': (Frr(), Frr(area='1')),
    'bad-hello': (Frr(), Frr(timers=[' ip ospf hello-interval 2', ' ip ospf dead-interval 3', ' ip ospf retransmit-interval 1'])),
    'bad-dead': (Frr(), Frr(timers=[' ip ospf hello-interval 1', ' ip ospf dead-interval 4', ' ip ospf retransmit-interval 1'])),
    'bad-mask': (Frr(), Frr(address='10.8.0.2/25')),
    'bad-mtu': (Frr(), Frr(mtu=1400)),
    'bad-mtu-mixed': (Bird(mtu=1400), Frr()),
    'bad-auth-type': (Frr(), Frr(md5(1, 'anemone1'))),
    'bad-auth-secret': (Frr(md5(1, 'anemone1')), Frr(md5(1, 'anemone2'))),
    'bad-auth-id': (Frr(md5(1, 'anemone1')), Frr(md5(2, 'anemone1'))),
    'bad-auth-password': (Frr([' ip ospf authentication', ' ip ospf authentication-key one']),
                          Frr([' ip ospf authentication', ' ip ospf authentication-key two'])),
    'bad-auth-algorithm': (bird_key('hmac sha1', 'anemone'), bird_key('hmac sha256', 'anemone')),
    'bad-stub': (Frr(area='1'), Frr(area='1', router=['area 1 stub'])),
    'bad-nssa': (Frr(area='1'), Frr(area='1', router=['area 1 nssa'])),
    'bad-stub-nssa': (Frr(area='1', router=['area 1 stub']), Frr(area='1', router=['area 1 nssa'])),
    'bad-network-type': (Frr(), Frr(P2P)),
    'bad-router-id': (Frr(), Frr(rid='10.254.1.1')),
    'bad-address': (Frr(), Bird(address='10.8.0.1/24')),
    'bad-one-way': (Frr(), Frr(drop=True)),
    'bad-priority': (Frr([' ip ospf priority 0']), Frr([' ip ospf priority 0'])),
}


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


class Pair:
    def __init__(self, name, number, routers):
        self.name, self.routers, self.started = name, dict(zip('ab', routers)), []
        self.space = {side: f'ospf2-{number}{side}' for side in 'ab'}
        self.rid = {'a': '10.254.1.1', 'b': '10.254.1.2'}
        self.work = WORK / name
        self.work.mkdir(mode=0o755)

    def inside(self, side, *command):
        return run('nsenter', '--net=/var/run/netns/' + self.space[side], *command)

    def background(self, side, *command):
        log = open(self.work / f'{side}.{pathlib.Path(command[0]).name}.log', 'w')
        self.started.append(subprocess.Popen(['nsenter', '--net=/var/run/netns/' + self.space[side], *command],
                                             stdout=log, stderr=log))

    def wire(self):
        for side in 'ab':
            run('ip', 'netns', 'add', self.space[side])
            self.inside(side, 'sysctl', '-qw', 'net.ipv4.ip_forward=1', 'net.ipv4.conf.all.rp_filter=0',
                        'net.ipv6.conf.all.disable_ipv6=1')
            self.inside(side, 'ip', 'link', 'set', 'lo', 'up')
            self.inside(side, 'ip', 'address', 'add', self.rid[side] + '/32', 'dev', 'lo')
        run('ip', '-n', self.space['a'], 'link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', 'eth0', 'netns', self.space['b'])
        for side, router in self.routers.items():
            address = router.address or {'a': '10.8.0.1/24', 'b': '10.8.0.2/24'}[side]
            self.inside(side, 'ip', 'address', 'add', address, 'dev', 'eth0')
            if router.mtu:
                self.inside(side, 'ip', 'link', 'set', 'eth0', 'mtu', str(router.mtu))
            if router.drop:
                self.inside(side, 'tc', 'qdisc', 'add', 'dev', 'eth0', 'clsact')
                self.inside(side, 'tc', 'filter', 'add', 'dev', 'eth0', 'ingress', 'bpf', 'bytecode', '1,6 0 0 2', 'da')

    def start(self, side):
        router = self.routers[side]
        if isinstance(router, Bird):
            path = self.work / f'{side}.bird.conf'
            path.write_text(router.config(self.rid[side]))
            return self.background(side, 'bird', '-f', '-c', str(path), '-s', str(self.work / f'{side}.ctl'))
        where = RUN / self.space[side]
        shutil.rmtree(where, ignore_errors=True)
        where.mkdir(parents=True)
        shutil.chown(where, 'frr', 'frr')
        daemons = {'zebra': '\n'.join([f'hostname {side}', *router.zebra]) + '\n', 'ospfd': router.config(self.rid[side])}
        for program, text in daemons.items():
            path = self.work / f'{side}.{program}.conf'
            path.write_text(text)
            self.background(side, str(FRR / program), '-N', self.space[side], '-f', str(path), '--log', 'stdout', '-i',
                            str(where / f'{program}.pid'), '-A', '127.0.0.1', '-P', '0')
            time.sleep(1)

    def neighbors(self, side):
        router = self.routers[side]
        try:
            if isinstance(router, Bird):
                return [line.split() for line in run('birdc', '-s', str(self.work / f'{side}.ctl'), 'show', 'ospf',
                                                     'neighbors').splitlines()[3:]]
            answer = json.loads(run('vtysh', '-N', self.space[side], '-c', 'show ip ospf neighbor json'))
            return {rid: [n['nbrState'] for n in some] for rid, some in answer['neighbors'].items()}
        except (subprocess.CalledProcessError, json.JSONDecodeError, KeyError) as problem:
            return str(problem)

    def record(self, out, seconds):
        self.wire()
        pcap = self.work / 'wire.pcap'
        for side in 'ab':
            self.inside(side, 'ip', 'link', 'set', 'eth0', 'up')
        self.background('a', 'tcpdump', '-i', 'eth0', '-w', str(pcap), '-U', '-Z', 'root', 'ip', 'proto', '89')
        time.sleep(0.5)
        threads = [threading.Thread(target=self.start, args=side) for side in 'ab']
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
        time.sleep(seconds)
        said = {side: self.neighbors(side) for side in 'ab'}
        if self.name.startswith('te-'):
            text = run('vtysh', '-N', self.space['a'], '-c', 'show ip ospf database opaque-area')
            (out / f'{self.name}.database.txt').write_text(text)
        self.stop()
        with open(pcap, 'rb') as source, open(out / f'{self.name}.pcap.gz', 'wb') as raw:
            with gzip.GzipFile('', 'wb', fileobj=raw, mtime=0) as target:
                shutil.copyfileobj(source, target)
        return said

    def stop(self):
        for process in reversed(self.started):
            process.terminate()
        for process in self.started:
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
        for side in 'ab':
            subprocess.run(['ip', 'netns', 'delete', self.space[side]], check=False, capture_output=True)
            shutil.rmtree(RUN / self.space[side], ignore_errors=True)


def record(name, number, out):
    pair = Pair(name, number, CASES[name])
    try:
        return name, pair.record(out, 12)
    finally:
        pair.stop()


def main():
    out = pathlib.Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    os.chmod(WORK, 0o755)
    names = sys.argv[2:] or list(CASES)
    kept = out / 'neighbors.json'
    said = json.loads(kept.read_text()) if kept.exists() else {}
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        for name, answer in pool.map(lambda k: record(names[k], k, out), range(len(names))):
            said[name] = answer
            print(name, json.dumps(answer))
            kept.write_text(json.dumps(said, indent=1, sort_keys=True) + '\n')
    shutil.rmtree(WORK, ignore_errors=True)


if __name__ == '__main__':
    main()
