"""Hosts for tests of the agent: a network namespace and a cgroup each, joined by a wire; agents on them.

`with Hosts(prefix, anemone) as hosts:` ends everything it started, by pid, and removes what it made. A process of
a host is in its namespace and in a cgroup of its own below the host's, so that an agent told of the host's cgroup
sees what an agent on a machine of its own would.
"""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import time

from live_network import QUIET, run, wait_for

CAPABILITIES = '+bpf,+perfmon,+net_admin,+net_raw,+sys_ptrace,+dac_read_search'


def cgroup_tree():
    for line in pathlib.Path('/proc/self/mounts').read_text().splitlines():
        _, place, kind, *_ = line.split()
        if kind == 'cgroup2':
            return pathlib.Path(place)
    raise RuntimeError('no cgroup v2 is mounted')


class Hosts:
    def __init__(self, prefix, anemone):
        self.prefix = f'{prefix}{os.getpid() % 100000}'
        self.anemone = anemone
        self.folder = pathlib.Path(f'/tmp/{self.prefix}')
        self.cgroup = cgroup_tree() / self.prefix
        self.names, self.processes = [], []

    def __enter__(self):
        self.folder.mkdir()
        self.folder.chmod(0o755)
        # Where the build is may be closed to an ordinary user.
        shutil.copy(self.anemone, self.folder / 'anemone')
        self.anemone = str(self.folder / 'anemone')
        self.cgroup.mkdir()
        return self

    def __exit__(self, *_):
        for process in reversed(self.processes):
            self.end(process)
        for name in self.names:
            run('ip', 'netns', 'del', self.space(name), check=False)
        folders = sorted((p for p in self.cgroup.rglob('*') if p.is_dir()), key=lambda p: -len(p.parts))
        for folder in [*folders, self.cgroup]:
            for _ in range(100):
                try:
                    folder.rmdir()
                    break
                except OSError:
                    time.sleep(0.05)
        shutil.rmtree(self.folder, ignore_errors=True)

    def space(self, name):
        return f'{self.prefix}-{name}'

    def inside(self, name):
        return ['nsenter', f'--net=/run/netns/{self.space(name)}']

    def pair(self, a, a_address, b, b_address):
        """Two hosts on a wire: an interface `wire` on each."""
        for name in (a, b):
            run('ip', 'netns', 'add', self.space(name))
            self.names.append(name)
            (self.cgroup / name).mkdir()
        run('ip', 'link', 'add', 'name', 'wire', 'netns', self.space(a), 'type', 'veth',
            'peer', 'name', 'wire', 'netns', self.space(b))
        for name, address in ((a, a_address), (b, b_address)):
            script = (f'ip link set lo up; ethtool -K wire {QUIET} >/dev/null 2>&1 || true;'
                      f'sysctl -qw net.ipv6.conf.all.disable_ipv6=1; ip addr add {address}/24 dev wire; ip link set wire up')
            run(*self.inside(name), 'sh', '-ec', script)

    def start(self, name, *command, group='programs', log=None, **options):
        """A program on a host, in a cgroup of its own name; its pid is its own."""
        cgroup = self.cgroup / name / group
        cgroup.mkdir(exist_ok=True)
        out = open(self.folder / (log or f'{name}.{pathlib.Path(command[0]).name}.log'), 'ab')
        process = subprocess.Popen(
            [*self.inside(name), 'sh', '-c', f'echo $$ > {cgroup}/cgroup.procs; exec "$@"', 'sh', *command],
            stdin=subprocess.DEVNULL, stdout=options.pop('stdout', out), stderr=out, start_new_session=True, **options)
        self.processes.append(process)
        return process

    def run(self, name, *command, group='programs'):
        process = self.start(name, *command, group=group)
        if process.wait(timeout=60):
            raise RuntimeError(f'{command} on {name}: {process.returncode}: {self.log(name, command[0])}')

    def end(self, process, how=signal.SIGTERM):
        if process.poll() is None:
            process.send_signal(how)
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        return process.returncode

    def log(self, name, program):
        path = self.folder / f'{name}.{pathlib.Path(program).name}.log'
        return path.read_text(errors='replace') if path.exists() else ''

    # agents

    def agent(self, name, *options, ordinary_user=False, spool=None):
        """An agent that counts the host's cgroup, and is watching when this returns."""
        spool = spool or self.spool(name)
        # The agent's own cgroup is the host's too: its own traffic is a row like any other.
        command = [self.anemone, 'agent', '--name', name, '--spool', str(spool),
                   '--slice-log', str(self.folder / f'{name}.slices'), *options]
        if '--source' not in options or options[options.index('--source') + 1] != 'packets':
            command += ['--cgroup', str(self.cgroup / name)]
        if ordinary_user:
            self.folder.chmod(0o777)
            command = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--bounding-set=-all,' + CAPABILITIES,
                       '--inh-caps=-all,' + CAPABILITIES, '--ambient-caps=-all,' + CAPABILITIES, *command]
        log = f'{name}.agent.log'
        before = self.agent_log(name).count('watching')
        process = self.start(name, *command, group='agent', log=log)
        wait_for(f'the agent of {name} watches:\n{self.agent_log(name)}',
                 lambda: self.agent_log(name).count('watching') > before or process.poll() is not None, 20)
        if process.poll() is not None:
            raise RuntimeError(f'the agent of {name} ended: {self.agent_log(name)}')
        return process

    def agent_log(self, name):
        path = self.folder / f'{name}.agent.log'
        return path.read_text(errors='replace') if path.exists() else ''

    def spool(self, name):
        return self.folder / f'{name}.spool'

    def slices(self, name):
        """What the agent says it has handed on: a list of its slice log's lines."""
        path = self.folder / f'{name}.slices'
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def records(self, name, spool=None):
        """The flow records that wait in an agent's spool."""
        records = []
        for file in sorted((spool or self.spool(name)).glob('*.ipfix')):
            records += json.loads(run(self.anemone, 'flows', str(file), '--format', 'json'))['flows']
        return records


def pass_slice(length=10):
    """Sleeps until a slice has just begun, and agents have read the kernel."""
    time.sleep(length - time.time() % length + 0.3)
