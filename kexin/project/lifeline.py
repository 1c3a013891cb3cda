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


def die_with_parent() -> None:
    """End this process when the one that started it is gone.

    Unfinished transactions roll back in PostgreSQL and unfinished jobs are taken up again, so a hard end loses nothing.
    Linux signals it at once; elsewhere a thread looks for the parent twice a second.
    """
    parent = os.getppid()
    if sys.platform.startswith("linux"):
        libc = ctypes.CDLL(None, use_errno=True)
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:  # it ended before the kernel knew our wish
            os._exit(1)
        return
    threading.Thread(target=_watch, args=(parent,), name="lifeline", daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK_EVERY)
    os._exit(1)
