"""A server of the product's own, for benchmarks that ask over HTTP."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from bench.size import ROOT

PATIENCE = 120  # seconds until it answers


@contextmanager
def served(which: str) -> Iterator[int]:
    """The server of the staff (``web``) or of customers (``portal``), as ``kexin serve`` starts it with one process
    per core; its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "kexin.project.cli", which, "--host=127.0.0.1", f"--port={port}"]
    with subprocess.Popen([*command, f"--workers={min(2, os.cpu_count() or 1)}"], cwd=ROOT) as process:
        try:
            until = time.monotonic() + PATIENCE
            while time.monotonic() < until:
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
                if process.poll() is not None:
                    raise RuntimeError(f"the server ({which}) ended")
                time.sleep(0.1)
            yield port
        finally:
            process.terminate()
