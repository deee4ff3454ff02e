"""Routers in network namespaces for tests of the live listener: FRR and BIRD on wires and on a LAN.

`with Network(prefix) as net:` ends everything it started, by pid, and removes its namespaces, whatever happened.
Needs root, iproute2, FRR and BIRD; says which of them is missing.
"""
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import time

FRR = pathlib.Path('/usr/lib/frr')
FRR_RUN = pathlib.Path('/var/run/frr')
QUIET = 'rx off tx off sg off tso off gso off gro off'


class Missing(Exception):
    """Something that the test needs is not on this machine."""


def run(*command, check=True, text=None):
    done = subprocess.run(command, input=text, capture_output=True, text=True)
    if check and done.returncode:
        raise RuntimeError(f'{" ".join(command)[:300]}: {(done.stderr or done.stdout).strip()[:500]}')
    return done.stdout


def wait_for(what, true, seconds, every=0.1):
    """Waits until `true()` answers something that counts as true, and hands it on."""
    end = time.monotonic() + seconds
    while True:
        got = true()
        if got:
            return got
        if time.monotonic() > end:
            raise AssertionError(f'not within {seconds} s: {what}')
        time.sleep(every)


class Network:
    def __init__(self, prefix):
        self.prefix = prefix
        self.folder = pathlib.Path(f'/tmp/{prefix}-{os.getpid()}')
        self.spaces, self.processes = [], []

    def __enter__(self):
        if os.geteuid():
            raise Missing('root (for network namespaces)')
        for program in ('ip', 'tc', 'ethtool', 'nsenter', 'tcpdump', 'bird', str(FRR / 'ospfd')):
            if not shutil.which(program):
                raise Missing(f'{program} (packages of lab/packages.txt: frr, bird2, iproute2, ethtool, tcpdump)')
        self.folder.mkdir(parents=True)
        self.folder.chmod(0o755)
        return self

    def __exit__(self, *_):
        for process in reversed(self.processes):
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in self.processes:
            try:
                process.wait(timeout=3)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        for name in self.spaces:
            run('ip', 'netns', 'del', self.space(name), check=False)
            shutil.rmtree(FRR_RUN / self.space(name), ignore_errors=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    def space(self, name):
        return f'{self.prefix}-{name}'

    def add(self, *names):
        for name in names:
            try:
                run('ip', 'netns', 'add', self.space(name))
            except RuntimeError as why:
                raise Missing(f'network namespaces ({why})') from None
            self.spaces.append(name)
            self.sh(name, 'ip link set lo up; sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=0 '
                          'net.ipv4.conf.default.rp_filter=0')

    def sh(self, name, script, check=True):
        # Not `ip netns exec`: that remounts /sys, which it cannot where / is no mount point (chroot).
        return run('nsenter', f'--net=/run/netns/{self.space(name)}', 'sh', '-e', check=check, text=script)

    def wire(self, a, a_port, b, b_port, a_address='', b_address=''):
        run('ip', 'link', 'add', 'name', a_port, 'netns', self.space(a), 'type', 'veth',
            'peer', 'name', b_port, 'netns', self.space(b))
        for name, port, address in ((a, a_port, a_address), (b, b_port, b_address)):
            given = f'ip addr add {address} dev {port}' if address else ''
            self.sh(name, f'ethtool -K {port} {QUIET} >/dev/null 2>&1 || true\n{given}\nip link set {port} up')

    def lan(self, switch, ports):
        """A bridge in the namespace `switch`; ports are (node, interface, address)."""
        self.sh(switch, 'ip link add lan type bridge mcast_snooping 0; ip link set lan up')
        for node, port, address in ports:
            self.wire(node, port, switch, f'to-{node}'[:15], address)
            self.sh(switch, f'ip link set {f"to-{node}"[:15]} master lan')

    def start(self, name, *command, log=None, **options):
        """A program in a namespace; its pid is its own."""
        out = open(self.folder / (log or f'{name}.{pathlib.Path(command[0]).name}.log'), 'ab')
        process = subprocess.Popen(['nsenter', f'--net=/run/netns/{self.space(name)}', *command],
                                   stdin=subprocess.DEVNULL, stdout=options.pop('stdout', out), stderr=out,
                                   start_new_session=True, **options)
        self.processes.append(process)
        return process

    def log(self, name):
        path = self.folder / name
        return path.read_text(errors='replace') if path.exists() else ''

    # FRR

    def frr(self, name, ospf, static='', **more):
        """zebra and ospfd; staticd and `more` (ospf6d=..., isisd=...) with their configurations."""
        where = FRR_RUN / self.space(name)
        shutil.rmtree(where, ignore_errors=True)
        where.mkdir(parents=True)
        shutil.chown(where, 'frr', 'frr')
        for daemon, text, ready in (('zebra', 'log stdout\n', 'zserv.api'), ('staticd', static, ''),
                                    ('ospfd', ospf, 'ospfd.vty'),
                                    *((daemon, text, f'{daemon}.vty') for daemon, text in more.items())):
            if daemon == 'staticd' and not static:
                continue
            path = self.folder / f'{name}.{daemon}.conf'
            path.write_text(text)
            path.chmod(0o644)
            self.start(name, str(FRR / daemon), '-N', self.space(name), '-f', str(path), '--log', 'stdout',
                       '-i', str(where / f'{daemon}.pid'), '-A', '127.0.0.1', '-P', '0')
            if ready:
                wait_for(f'{daemon} of {name}', (where / ready).exists, 20, 0.02)

    def vty(self, name, *commands, daemon='ospfd'):
        """The daemon's answer to the last of the commands, over its own socket."""
        with socket.socket(socket.AF_UNIX) as wire:
            wire.settimeout(20)
            wire.connect(str(FRR_RUN / self.space(name) / f'{daemon}.vty'))
            for command in ('enable', *commands):
                wire.sendall(command.encode() + b'\0')
                got = b''
                while got[-4:-1] != b'\0\0\0':
                    part = wire.recv(1 << 16)
                    if not part:
                        raise RuntimeError(f'{name}: {daemon} closed on {command!r}')
                    got += part
        return got[:-4].decode()

    def ask(self, name, command):
        return json.loads(self.vty(name, command + ' json') or '{}')

    # BIRD

    def bird(self, name, text):
        path = self.folder / f'{name}.bird.conf'
        path.write_text(text)
        control = str(self.folder / f'{name}.ctl')
        self.start(name, 'bird', '-f', '-c', str(path), '-s', control, '-P', str(self.folder / f'{name}.pid'))
        wait_for(f'bird of {name}', lambda: os.path.exists(control), 20, 0.02)

    def birdc(self, name, *words):
        return run('birdc', '-s', str(self.folder / f'{name}.ctl'), *words)
