"""``kexin portal``: the portal's web server, started by ``kexin serve``: own process, addresses and cookies."""

from __future__ import annotations

import argparse

from kexin.project.commands import web

help = "run the portal's web server (started by serve)"
needs_django = False  # each web process loads it for itself


def arguments(parser: argparse.ArgumentParser) -> None:
    """Where to listen."""
    web.arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Serve until told to stop."""
    return web.serve(args, "kexin.project.portal_wsgi:application", web.load_portal, threads=web.BLOCKING_THREADS)
