"""``kexin manage``: Django's own commands, on the installation's database."""

from __future__ import annotations

import argparse

help = "run a command of Django (migrate, shell, …) on the installation's database"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Everything that follows goes to Django unread."""
    parser.add_argument("rest", nargs=argparse.REMAINDER, metavar="…")


def run(args: argparse.Namespace) -> int:
    """Hand over to Django; its failures end with the exit code of its own SystemExit."""
    from django.core.management import execute_from_command_line

    execute_from_command_line(["kexin manage", *args.rest])
    return 0
