"""A child process of ``kexin serve``: started, watched, restarted, stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field

LONGEST_PAUSE = 30.0  # seconds between two restarts
TOO_OFTEN, WITHIN = 5, 60.0  # deaths, seconds
PATIENCE = 20.0  # seconds a child may take to finish what it is doing


class GaveUp(Exception):
    """A child process keeps dying; the text says which."""


@dataclass
class Child:
    """One child; ``name`` begins a sentence."""

    name: str
    argv: list[str]
    process: subprocess.Popen[bytes] | None = None
    deaths: list[float] = field(default_factory=list)  # moments of the monotonic clock
    restart_at: float = 0.0

    def start(self) -> None:
        """Start it in a session of its own: Ctrl-C reaches only the parent, which stops all in order."""
        self.process = subprocess.Popen(
            self.argv,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )

    def look_after(self, *, opening: bool) -> None:
        """Restart it when it is dead and its pause is over. Raises GaveUp when that is of no use.

        While the house is ``opening``, a death is a mistake in the set-up, and no second try will mend it.
        """
        now = time.monotonic()
        if self.process is None:
            if now >= self.restart_at:
                self.start()
            return
        code = self.process.poll()
        if code is None:
            return
        self.process = None
        self.deaths = [moment for moment in self.deaths if now - moment < WITHIN] + [now]
        if opening:
            raise GaveUp(f"{self.name} ended at once ({_reason(code)}); the lines above say why.")
        if len(self.deaths) >= TOO_OFTEN:
            raise GaveUp(f"{self.name} died {TOO_OFTEN} times within a minute ({_reason(code)}).")
        pause = min(2.0 ** (len(self.deaths) - 1), LONGEST_PAUSE)
        self.restart_at = now + pause
        print(
            f"{self.name} died ({_reason(code)}) and starts again in {pause:.0f} s.",
            file=sys.stderr,
            flush=True,
        )

    def ask_to_stop(self) -> None:
        """SIGTERM: finish what you are doing."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def wait_until_stopped(self) -> None:
        """Wait for its end, and end it if it takes too long."""
        if self.process is None:
            return
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def _reason(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
