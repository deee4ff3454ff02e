"""The listeners: `anemone snoop` with an ear on every LAN, so one in every area; and a capture of every wire."""

import json
import time

from . import spaces


class Ear:
    """One listener, a neighbour in Exchange on every LAN, into an LSA log that survives its restarts."""

    def __init__(self, plan, name, folder, program):
        self.plan, self.name, self.program = plan, name, program
        self.ports = plan.listeners[name]
        self.lans = [port.name for port in self.ports]
        self.log = folder / f"{name}.lsalog"
        self.status = folder / f"{name}.status"
        self.messages = folder / f"{name}.log"
        for file in (self.log, self.status, self.messages):
            file.unlink(missing_ok=True)
        self.process = None

    def start(self):
        self.status.unlink(missing_ok=True)
        command = [self.program, "snoop", "--log", str(self.log), "--name", self.name, "--status", str(self.status)]
        for port in self.ports:
            command += ["--interface", f"{port.name},mode=adjacency,router-id={self.plan.raw['listeners'][self.name]}"]
        self.process = spaces.start(self.name, command, self.messages)

    def wait_loaded(self, limit_s=20):
        """Until it has every database whole; answers when that was."""
        deadline = time.monotonic() + limit_s
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise spaces.LabError(f"{self.name} has ended: {self.messages.read_text()[-500:]}")
            if self.state() and all(i["adjacency"]["loaded"] for i in self.state()["interfaces"]):
                return time.time()
            time.sleep(0.2)
        raise spaces.LabError(f"{self.name} has not heard all within {limit_s} s; see {self.messages}")

    def state(self):
        return json.loads(self.status.read_text()) if self.status.exists() else None

    def hear(self, on):
        """Pulls the plugs of all of its ears, which it cannot see, or puts them back."""
        how = "master {}" if on else "nomaster"
        spaces.run([*spaces.inside(spaces.switches()), "ip", "-batch", "-"],
                   "".join(f"link set {spaces.far_end(port)} {how.format(port.name)}\n" for port in self.ports))

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=10)


class WireTap:
    """tcpdump on every wire and LAN at once, from the start: what file mode reads."""

    def __init__(self, folder):
        self.file = folder / "wires.pcap"
        command = ["tcpdump", "-i", "any", "-s", "0", "-B", "16384", "-n", "-U", "-Z", "root", "-w", str(self.file),
                   "ip", "proto", "89"]
        self.process = spaces.start("switches", command, folder / "wires.log")

    def stop(self):
        self.process.terminate()
        self.process.wait()
