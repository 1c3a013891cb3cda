"""``kexin web``: the web server granian, started by ``kexin serve``."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from kexin.project.lifeline import die_with_parent

help = "run the web server (started by serve)"
needs_django = False  # each web process loads it for itself
BLOCKING_THREADS = 256  # a stream of server-sent events occupies one thread
PATIENCE = 10  # seconds until a web process that does not end is killed


def arguments(parser: argparse.ArgumentParser) -> None:
    """Where to listen."""
    parser.add_argument("--host", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--workers", type=int, default=1)


def run(args: argparse.Namespace) -> int:
    """Serve until told to stop."""
    die_with_parent()
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    server = Granian(
        "kexin.project.wsgi:application",
        address=args.host,
        port=args.port,
        interface=Interfaces.WSGI,
        workers=args.workers,
        blocking_threads=BLOCKING_THREADS,
        backpressure=BLOCKING_THREADS,
        websockets=False,
        log_level=LogLevels.error,  # its warnings advise against the many threads that streams need
        workers_kill_timeout=PATIENCE,
    )
    server.serve(target_loader=_application, wrap_loader=False)
    return 0


def _application(*_: object) -> Callable[..., Any]:
    """Called in each web process: load the application there, and end with the process that started it."""
    die_with_parent()
    from kexin.project.wsgi import application

    return application
