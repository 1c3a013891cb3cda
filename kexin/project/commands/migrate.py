"""``kexin migrate``: what a new release does to the database, as the role that owns it."""

from __future__ import annotations

import argparse
from pathlib import Path

help = "prepare the database for this release, as its owner, and grant the other roles their rights"
GRANTS = Path(__file__).resolve().parents[1] / "grants.sql"


def arguments(parser: argparse.ArgumentParser) -> None:
    """None: DATABASE_URL says which database, and as whom."""


def run(_args: argparse.Namespace) -> int:
    """0 when keys and tables are there and the rights are granted; refusals are CommandErrors."""
    from kexin.project.commands.preparation import prepare

    prepare()
    grant()
    print("The database is prepared, and the rights of kexin_app and kexin_report are granted where they exist.")
    return 0


def grant() -> None:
    """Give the other roles their rights, where they exist."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(GRANTS.read_text(encoding="utf-8"), None)  # no values: its percent signs are its own
