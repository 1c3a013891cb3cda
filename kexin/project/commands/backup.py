"""``kexin backup``: the whole bank into one directory, while everybody works; and examining such a directory."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from kexin.project.commands import CommandError

help = "copy the whole bank (database, customers' keys, stored files) into a directory, or examine such a copy"
needs_django = False  # a copy can be examined on a machine without a bank


def arguments(parser: argparse.ArgumentParser) -> None:
    """Where to, how many to keep; or which copy to examine."""
    parser.add_argument("directory", type=Path, metavar="DIR", help="where backups lie; with --verify one backup")
    parser.add_argument("--verify", action="store_true", help="compare every file of the backup DIR with its sum")
    parser.add_argument("--keep", type=int, metavar="N", help="afterwards keep only the newest N backups in DIR")
    parser.add_argument(
        "--with-master-key",
        action="store_true",
        help="put the master key into the backup, too: who holds the backup can then read everything",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object")


def run(args: argparse.Namespace) -> int:
    """0 when the backup is whole, 1 when it could not be made or is damaged."""
    if args.keep is not None and args.keep < 1:
        raise CommandError("--keep must be 1 or more.")
    return _verify(args) if args.verify else _make(args)


def _make(args: argparse.Namespace) -> int:
    from kexin.project.installation import opened

    embedded = not os.environ.get("DATABASE_URL")
    with opened():
        from kexin.project.backup.making import Place, make, rotate

        place, began = Place.of_settings(embedded=embedded), time.monotonic()
        _refuse_half_a_reader()
        try:
            path, manifest = make(args.directory.absolute(), place, with_master_key=args.with_master_key)
        except CommandError as failed:
            with suppress(Exception):  # the first reason counts: a full disk may refuse this, too
                _record("failed", args.directory.name, seconds=time.monotonic() - began, why=str(failed))
            raise
        gone = rotate(args.directory.absolute(), args.keep) if args.keep else []
        _record(
            "made",
            path.name,
            seconds=manifest.seconds,
            size=manifest.size,
            customers=manifest.customers,
            entries=manifest.audit_entries,
        )
    told = {
        "path": str(path),
        "bytes": manifest.size,
        "files": len(manifest.files),
        "customers": manifest.customers,
        "audit_entries": manifest.audit_entries,
        "master_key": manifest.master_key,
        "removed": [each.name for each in gone],
        "seconds": manifest.seconds,
    }
    if args.json:
        print(json.dumps(told, ensure_ascii=False))
        return 0
    print(
        f"{path}: {manifest.customers:,} customers, {manifest.audit_entries:,} audit entries,"
        f" {len(manifest.files):,} files, {manifest.size / 1024**2:,.0f} MB in {manifest.seconds:.1f} s."
    )
    if manifest.master_key == "apart":
        print(f"The master key is not in it: keep a copy of {place.keys / 'master.json'} apart, or nobody can read it.")
    for each in gone:
        print(f"Removed: {each.name}")
    return 0


def _refuse_half_a_reader() -> None:
    """A role that may not read every table and month would copy half a bank."""
    from kexin.project.database_rights import rights

    found = rights()
    if not found.owner and not found.superuser:
        raise CommandError(f"The database's role {found.role} may not read everything: back up as the owner, kexin.")


def _verify(args: argparse.Namespace) -> int:
    from kexin.project.backup.manifest import damages, read_manifest

    began = time.monotonic()
    try:
        manifest = read_manifest(args.directory)
        found = damages(args.directory, manifest)
    except CommandError as broken:
        manifest, found = None, [str(broken)]
    seconds = time.monotonic() - began
    act = "damaged" if found else "verified"
    size = manifest.size if manifest else 0
    _record_if_here(act, args.directory.absolute().name, seconds=seconds, size=size, why=found[0] if found else "")
    if args.json:
        print(json.dumps({"path": str(args.directory), "bytes": size, "findings": found}, ensure_ascii=False))
    elif found:
        print("\n".join(found), file=sys.stderr)
    else:
        assert manifest is not None
        print(f"{args.directory} of {manifest.made_at} is whole: {len(manifest.files):,} files in {seconds:.1f} s.")
    return 1 if found else 0


def _record_if_here(act: str, name: str, **facts: Any) -> None:
    """Into the audit of the bank on this machine, if there is one."""
    from kexin.project.installation import opened
    from kexin.project.postgres import var_directory

    if os.environ.get("DATABASE_URL") or (var_directory() / "postgres" / "data").exists():
        with opened():
            _record(act, name, **facts)


def _record(act: str, name: str, *, seconds: float, **facts: Any) -> None:
    import getpass

    from kexin.core.actor import system
    from kexin.core.backup_operations import record_backup

    actor = system(f"command.{getpass.getuser()}")
    record_backup(actor=actor, act=act, name=name, seconds=round(seconds, 2), **facts)
