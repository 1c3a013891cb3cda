"""A real ``kexin serve`` in a directory of its own, as a person would start it, to be questioned and killed."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

PATIENCE = 200  # seconds
KEXIN = [sys.executable, "-m", "kexin.project.cli"]


@dataclass
class Installation:
    """One directory of state and one port."""

    var: Path
    port: int
    more: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        ours = ("KEXIN_", "DATABASE_URL", "HOST", "PORT", "PORTAL_")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        return kept | {"KEXIN_VAR": str(self.var), "PORT": str(self.port)} | self.more

    def run(self, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        """A command that ends by itself."""
        return subprocess.run(
            [*KEXIN, *arguments],
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
            env=self.environment | more,
            stdin=subprocess.DEVNULL,
        )

    def serve(self) -> Serving:
        """Start it and wait until it tells its address; one that says nothing is ended after a while."""
        process = subprocess.Popen(
            [*KEXIN, "serve"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=self.environment,
            start_new_session=True,
        )
        assert process.stdout is not None
        said = []
        late = threading.Timer(PATIENCE, lambda: os.killpg(process.pid, signal.SIGKILL))
        late.start()
        try:
            for line in process.stdout:
                said.append(line)
                if found := re.search(r"http://\S+", line):
                    return Serving(process, found.group())
            raise AssertionError(f"serve ended with {process.wait(PATIENCE)}:\n{''.join(said)}")
        finally:
            late.cancel()

    def findings(self) -> dict[str, dict[str, object]]:
        """What the doctor says, by subject."""
        return {finding["about"]: finding for finding in json.loads(self.run("doctor", "--json").stdout)}

    @property
    def postmaster(self) -> int:
        return int((self.var / "postgres" / "data" / "postmaster.pid").read_text().split()[0])


@dataclass
class Serving:
    """A running ``kexin serve``."""

    process: subprocess.Popen[str]
    address: str

    def children(self) -> dict[str, psutil.Process]:
        """Its own processes by what they are: web, worker, portal (PostgreSQL is no child to the second start)."""
        found: dict[str, psutil.Process] = {}
        for child in psutil.Process(self.process.pid).children():
            with suppress(psutil.NoSuchProcess):  # dead or a zombie by now
                words = child.cmdline()
                found |= {name: child for name in ("web", "worker", "portal") if name in words}
        return found

    def tree(self) -> list[psutil.Process]:
        """All processes of web server, portal and worker."""
        children = list(self.children().values())
        return children + [grandchild for child in children for grandchild in child.children(recursive=True)]

    @property
    def portal_address(self) -> str:
        """Where the portal listens, as its command line says."""
        words = self.children()["portal"].cmdline()
        return f"http://127.0.0.1:{next(each for each in words if each.startswith('--port='))[7:]}/"

    def status(self) -> int:
        """The status of the sign-in page."""
        try:
            with urllib.request.urlopen(f"{self.address}accounts/login/", timeout=30) as response:
                return int(response.status)
        except urllib.error.HTTPError as error:
            return error.code

    def end(self, how: signal.Signals) -> tuple[int, str]:
        """Send a signal to the parent alone; its exit code and last words."""
        self.process.send_signal(how)
        if how == signal.SIGKILL:
            return self.process.wait(60), ""
        said = self.process.communicate(timeout=60)[0]
        return self.process.returncode, said


def free_port() -> int:
    """A port that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
