"""Child processes end when their parent is killed, however it is killed."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
import time

PR_SET_PDEATHSIG = 1  # from <linux/prctl.h>
LOOK_EVERY = 0.5  # seconds, where the kernel offers nothing


def die_with_parent(how: signal.Signals = signal.SIGKILL, *, parent: int | None = None) -> None:
    """End this process, by the signal ``how``, when the one that started it is gone.

    ``parent`` is its number, for who knows it: a parent that was killed before this call is noticed by that only.

    A hard end loses nothing: transactions roll back in PostgreSQL, unfinished jobs are taken up again.
    Linux sends the signal at once; elsewhere a thread looks for the parent twice a second.
    """
    parent = parent or os.getppid()
    if sys.platform.startswith("linux"):
        libc = ctypes.CDLL(None, use_errno=True)
        libc.prctl(PR_SET_PDEATHSIG, how, 0, 0, 0)
        if os.getppid() != parent:  # it ended before the kernel knew our wish
            os.kill(os.getpid(), how)
        return
    threading.Thread(target=_watch, args=(parent, how), name="lifeline", daemon=True).start()


def _watch(parent: int, how: signal.Signals) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK_EVERY)
    os.kill(os.getpid(), how)
