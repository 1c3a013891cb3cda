"""``kexin web``: the web server granian, started by ``kexin serve``."""

from __future__ import annotations

import argparse
import gc
import importlib
import os
import resource
import threading
from collections.abc import Callable
from functools import partial
from typing import Any

from kexin.project.lifeline import die_with_parent

help = "run the web server (started by serve)"
needs_django = False  # each web process loads it for itself
BLOCKING_THREADS = 256  # a stream of server-sent events occupies one thread
CONNECTIONS = 2_000  # held open by each process: browsers keep idle ones, and each idle one takes a place
FILES = 8_192  # open files wanted by each process, where the system allows it
PATIENCE = 10  # seconds until a web process that does not end is killed
Loader = Callable[..., Callable[..., Any]]
LATER = "kexin.project.api_urls"  # imported behind the first page, so that the first programme need not wait for it


def arguments(parser: argparse.ArgumentParser) -> None:
    """Where to listen."""
    parser.add_argument("--host", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--parent", type=int, help="end with this process")


def run(args: argparse.Namespace) -> int:
    """Serve until told to stop."""
    return serve(args, "kexin.project.wsgi:application", _application, threads=BLOCKING_THREADS)


def serve(args: argparse.Namespace, target: str, load: Loader, *, threads: int) -> int:
    """Serve what ``load`` gives in each web process; ``target`` only names it."""
    die_with_parent(parent=args.parent)
    _allow_files()
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    server = Granian(
        target,
        address=args.host,
        port=args.port,
        interface=Interfaces.WSGI,
        workers=args.workers,
        blocking_threads=threads,
        backpressure=CONNECTIONS,
        websockets=False,
        log_level=LogLevels.error,  # its warnings advise against the many threads that streams need
        workers_kill_timeout=PATIENCE,
    )
    server.serve(target_loader=partial(load, os.getpid()), wrap_loader=False)
    return 0


def _allow_files() -> None:
    """Each connection is an open file, and the usual limit of a shell is 256 or 1,024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _application(parent: int, *_: object) -> Callable[..., Any]:
    """Called in each web process: load the application there, and end with the process that started it."""
    die_with_parent(parent=parent)
    from django.core.signals import request_finished

    from kexin.project.wsgi import application

    def first_page_is_out(**_: object) -> None:
        request_finished.disconnect(dispatch_uid=LATER)
        threading.Thread(target=_later, name="later", daemon=True).start()

    request_finished.connect(first_page_is_out, weak=False, dispatch_uid=LATER)
    return application


def _later() -> None:
    """The rest of the programme; then what is loaded stays out of the collector's rounds (400 ms each, pages wait)."""
    importlib.import_module(LATER)
    _keep_what_is_loaded()


def _keep_what_is_loaded() -> None:
    gc.collect()
    gc.freeze()


def load_portal(parent: int, *_: object) -> Callable[..., Any]:
    """The same for the portal."""
    die_with_parent(parent=parent)
    os.environ["DJANGO_SETTINGS_MODULE"] = "kexin.project.portal_settings"  # whoever started us set the staff's
    from kexin.project.portal_wsgi import application

    _keep_what_is_loaded()
    return application
