"""``kexin worker``: the job worker, started by ``kexin serve``."""

from __future__ import annotations

import argparse
import asyncio
import os
from typing import TYPE_CHECKING

from kexin.project.lifeline import die_with_parent

if TYPE_CHECKING:
    from procrastinate import App

help = "run the job worker (started by serve)"
needs_django = False  # serve has the database running and tells where


def arguments(parser: argparse.ArgumentParser) -> None:
    """How many jobs run side by side."""
    parser.add_argument("--concurrency", type=int, default=2)
    parser.add_argument("--parent", type=int, help="end with this process")


def run(args: argparse.Namespace) -> int:
    """Work until told to stop (SIGTERM lets running jobs finish)."""
    die_with_parent(parent=args.parent)
    from kexin.project.installation import set_up_django

    set_up_django()
    from kexin.core.imports.storage import sweep_opened

    sweep_opened()  # readable copies that a killed worker left
    from procrastinate.contrib.django import app
    from procrastinate.contrib.django.django_connector import DjangoConnector

    assert isinstance(app.connector, DjangoConnector)  # as procrastinate makes it for Django
    with app.with_connector(app.connector.get_worker_connector()) as at_work:
        asyncio.run(_work(at_work, args.concurrency))
    return 0


async def _work(app: App, concurrency: int) -> None:
    async with app.open_async():
        await app.run_worker_async(name=f"kexin-{os.getpid()}", concurrency=concurrency)
