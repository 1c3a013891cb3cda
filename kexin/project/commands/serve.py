"""``kexin serve``: database, migrations, web server, portal and job worker as one tree of processes.

The parent serves nothing itself: it starts the others, restarts one that dies (waiting 1, 2, 4 … 30 s), gives
up when one dies before the first page opens or five times in a minute, and stops all in order, the database last.
Worker and portal start when the first page has opened: nobody waits for them, and each takes a core for a second.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from kexin.project.cli import is_offered, run_in_open_installation
from kexin.project.commands import CommandError
from kexin.project.commands.children import Child, GaveUp
from kexin.project.commands.listening import answers, next_free, refuse_taken, shown_address
from kexin.project.commands.prepared import is_prepared, remember
from kexin.project.installation import database, set_up_django
from kexin.project.lifeline import die_with_parent
from kexin.project.postgres import var_directory

help = "start the database, the web server, the portal for customers and the job worker"
needs_django = False  # the port is tried first, and each refusal has a sentence of its own
DEFAULT_PORT = 8000
LOOK_EVERY = 0.1  # seconds


def arguments(parser: argparse.ArgumentParser) -> None:
    """Where to listen; the environment gives the defaults."""
    parser.add_argument("--host", default=os.environ.get("HOST") or "127.0.0.1", help="address to listen on (HOST)")
    parser.add_argument("--port", type=_port, default=os.environ.get("PORT") or str(DEFAULT_PORT), help="(PORT)")
    parser.add_argument(
        "--portal-port",
        type=_portal_port,
        default=os.environ.get("PORTAL_PORT") or None,
        help="(PORTAL_PORT) the next free one after PORT unless said; 0: no portal",
    )
    parser.add_argument("--with-demo", action="store_true", help="load the demo bank if nobody can sign in yet")
    parser.add_argument("--end-with-parent", action="store_true", help="stop when the caller is gone")
    parser.add_argument("--workers", type=int, default=1, help="web processes, each with 256 threads")


def run(args: argparse.Namespace) -> int:
    """Serve until Ctrl-C or SIGTERM, which are a good end (0)."""
    stopping = threading.Event()
    _on_signals(lambda: stopping.set())
    if args.end_with_parent:
        die_with_parent(signal.SIGTERM)
    refuse_taken(args.host, args.port)
    if args.portal_port is None:
        args.portal_port = next_free(args.host, args.port + 1)
    elif args.portal_port:
        refuse_taken(args.host, args.portal_port)
    if args.portal_port:  # the staff's pages draw the portal's address as a QR code
        os.environ.setdefault("KEXIN_PORTAL_URL", shown_address(args.host, args.portal_port))
    with database():
        _prepare(args.with_demo)
        if stopping.is_set():
            return 0
        return _serve(args, stopping)


def _serve(args: argparse.Namespace, stopping: threading.Event) -> int:
    kexin = [sys.executable, "-m", "kexin.project.cli"]
    where = [f"--host={args.host}", f"--port={args.port}", f"--workers={args.workers}"]
    tie = f"--parent={os.getpid()}"
    web = Child("The web server", [*kexin, "web", *where, tie])
    behind = [Child("The job worker", [*kexin, "worker", tie])]
    if args.portal_port:
        there = [f"--host={args.host}", f"--port={args.portal_port}"]
        behind.append(Child("The portal", [*kexin, "portal", *there, tie]))
    opened = threading.Event()
    told = False
    try:
        web.start()
        threading.Thread(target=_knock, args=(args.host, args.port, opened, stopping), daemon=True).start()
        while not stopping.wait(LOOK_EVERY):
            for child in (web, *behind) if told else (web,):
                child.look_after(opening=not told)
            if opened.is_set() and not told:
                told = True
                for child in behind:
                    child.start()
                _tell(args.host, args.port, args.portal_port)
        print("Kexin is stopping …", flush=True)
        return 0
    except GaveUp as failure:
        raise CommandError(str(failure)) from failure
    finally:
        for child in (web, *behind):
            child.ask_to_stop()
        for child in (web, *behind):
            child.wait_until_stopped()


def sign_ins() -> Path:
    """Who may sign in to the demo bank, written when it is loaded."""
    return var_directory() / "demo-sign-ins.txt"


def _knock(host: str, port: int, opened: threading.Event, stopping: threading.Event) -> None:
    """Ask for the sign-in page until it comes: the web server listens before it can answer."""
    while not opened.is_set() and not stopping.wait(LOOK_EVERY):
        if answers(host, port):
            opened.set()


def _tell(host: str, port: int, portal_port: int) -> None:
    """The addresses and, in a demonstration bank, who may sign in."""
    print(f"Kexin 客信: {shown_address(host, port)}", flush=True)
    if portal_port:
        print(f"Customer portal 客户门户: {os.environ['KEXIN_PORTAL_URL']}", flush=True)
    if sign_ins().exists():
        print(sign_ins().read_text(encoding="utf-8").rstrip(), flush=True)
    print("Ctrl-C stops everything.", flush=True)


def _prepare(with_demo: bool) -> None:
    """Keys, tables, static files and perhaps the demo bank; at once if nothing has changed since the last start."""
    url = os.environ["DATABASE_URL"]
    if is_prepared(url, with_users=with_demo):
        return
    set_up_django()
    from kexin.project.commands import preparation

    preparation.prepare()
    if with_demo and is_offered("demo") and (not preparation.has_users() or _demo_was_cut_off()):
        _load_demo()
    remember(url, with_users=preparation.has_users())


def _demo_was_cut_off() -> bool:
    from kexin.project.demo.unfinished import unfinished

    return unfinished() is not None


def _load_demo() -> None:
    """The demo bank of default size, by its own command."""
    if (code := run_in_open_installation("demo")) != 0:
        raise CommandError(f"The demo bank could not be loaded (exit code {code}); the lines above say why.")


def _on_signals(act: Callable[[], None]) -> None:
    def handler(_number: int, _frame: FrameType | None) -> None:
        act()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, handler)


def _portal_port(text: str) -> int:
    return 0 if text == "0" else _port(text)


def _port(text: str) -> int:
    try:
        port = int(text)
    except ValueError:
        port = 0
    if not 0 < port < 65536:
        raise argparse.ArgumentTypeError(f"a port is a number from 1 to 65535, not “{text}”")
    return port
