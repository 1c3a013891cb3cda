"""``kexin restore``: a bank comes back from a backup, is migrated to this release and its audit verified."""

from __future__ import annotations

import argparse
import getpass
import json
import os
import time
from pathlib import Path

from kexin.project.commands import CommandError

help = "bring a bank back from a backup made by kexin backup"
needs_django = False  # the backup is examined before anything is started


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which backup, and what may be replaced."""
    parser.add_argument("source", type=Path, metavar="DIR", help="one backup: a directory with manifest.json")
    parser.add_argument("--replace", action="store_true", help="replace the bank that is here")
    parser.add_argument("--master-key", type=Path, metavar="FILE", help="your copy of master.json")
    parser.add_argument("--json", action="store_true", help="one JSON object")


def run(args: argparse.Namespace) -> int:
    """0 when the bank is back and its audit whole; refusals are CommandErrors, and then everything is as it was."""
    from kexin.project.backup.restoring import check, inhabitants, refuse_newer, restore
    from kexin.project.installation import opened

    began = time.monotonic()
    manifest = check(args.source)
    embedded = not os.environ.get("DATABASE_URL")
    with opened(half_restored=True):
        from kexin.core.actor import system
        from kexin.core.backup_operations import record_backup
        from kexin.project.backup.making import Place

        refuse_newer(args.source, manifest)
        place = Place.of_settings(embedded=embedded)
        here = inhabitants(place)
        if here and not args.replace:
            raise CommandError(f"A bank lives here ({here}): --replace puts the backup in its place.")
        done = restore(args.source, manifest, place, master_key=args.master_key)
        record_backup(
            actor=system(f"command.{getpass.getuser()}"),
            act="restored",
            name=args.source.absolute().name,
            seconds=round(time.monotonic() - began, 2),
            size=manifest.size,
            customers=manifest.customers,
            entries=manifest.audit_entries,
        )
    seconds = round(time.monotonic() - began, 2)
    if args.json:
        told = {"customers": manifest.customers, "audit_entries": manifest.audit_entries, "replaced": here}
        print(json.dumps(told | {"aside": [str(each) for each in done.aside], "seconds": seconds}, ensure_ascii=False))
        return 0
    if here:
        print(f"Replaced: {here}.")
    for each in done.aside:
        print(f"What was there before lies in {each}; remove it when you are sure.")
    print(
        f"The bank of {manifest.made_at} is back: {manifest.customers:,} customers, {manifest.audit_entries:,} audit"
        f" entries, the audit verified, in {seconds:.1f} s."
    )
    return 0
