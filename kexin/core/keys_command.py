"""``kexin keys``: look at the keys, change them while everybody works, back them up, sweep what no row uses."""

from __future__ import annotations

import argparse
import getpass
import json
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kexin.core.audit_command import _progress

help = "look at the keys, change them, back them up"


class Refused(Exception):
    """The act cannot be done; the text is one plain sentence."""


PURPOSES = ("customers", "tokens", "secrets", "master", "signatures")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Five acts."""
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True)
    _with_json(acts.add_parser("status", help="which keys there are and which changes are under way"))
    rotate = acts.add_parser(
        "rotate", help="change the key of a purpose, online; an interrupted change goes on where it stopped"
    )
    finish = acts.add_parser("finish", help="go on with an interrupted change; never begins a new one")
    for each in (rotate, finish):
        each.add_argument("purpose", choices=PURPOSES, help="whose key; “customers” are the keys of all customers")
        each.add_argument("--batch", type=int, default=500, metavar="ROWS", help="rows per transaction (500)")
        _with_json(each)
    backup = acts.add_parser(
        "backup", help="copy all keys into a new directory; keep it apart from the database's backup"
    )
    backup.add_argument("path", type=Path, metavar="PATH", help="a directory that does not exist yet")
    _with_json(backup)
    _with_json(acts.add_parser("sweep", help="forget keys of customers that were never stored (older than an hour)"))


def _with_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="one JSON object")


def run(args: argparse.Namespace) -> int:
    """0 good; 1 refused, or some rows keep the old key."""
    try:
        return int(_ACTS[args.act](args))
    except Refused as error:
        print(f"kexin: {error}", file=sys.stderr)
        return 1


def _status(args: argparse.Namespace) -> int:
    from kexin.core.crypto import key_ring
    from kexin.core.keystore import customer_keys
    from kexin.core.models import RotationRun
    from kexin.core.rotation import PLANS

    ring = [
        {"purpose": each.purpose, "algorithm": each.algorithm, "keys": len(each.keys)} for each in key_ring().info()
    ]
    customers, older = customer_keys().counts()
    runs = [
        {
            "purpose": run.purpose,
            "step": PLANS[run.purpose][run.step] if run.step < len(PLANS[run.purpose]) else "finish",
            "started": run.started_at.isoformat(),
            "place": run.place,
        }
        for run in RotationRun.objects.filter(finished_at=None).order_by("pk")
    ]
    if args.json:
        print(json.dumps({"ring": ring, "customers": customers, "older_customer_keys": older, "under_way": runs}))
        return 0
    for row in ring:
        print(f"{row['purpose']:<12}{row['algorithm']:<16}{row['keys']} key(s)")
    print(f"{'customers':<12}{'AesGcmKey':<16}{customers:,} customers, {older:,} older keys kept for reading")
    for each in runs:
        print(f"Under way: {each['purpose']}, since {each['started']}, at step “{each['step']}” {each['place']}")
    return 0


def _rotate(args: argparse.Namespace) -> int:
    from kexin.core.actor import system
    from kexin.core.errors import KexinError
    from kexin.core.rotation import RotationStuck, rotate, under_way

    if args.act == "finish" and under_way(args.purpose) is None:
        print(f"No change of {args.purpose} is under way.", file=sys.stderr)
        return 0
    if args.batch < 1:
        raise Refused("--batch must be 1 or more.")
    started = time.monotonic()
    with _progress(f"Changing keys: {args.purpose}") as show:

        def heard(what: str, done: int, total: int | None) -> None:
            show(done, total)

        try:
            done = rotate(args.purpose, actor=system(f"command.{getpass.getuser()}"), progress=heard, batch=args.batch)
        except (KexinError, RotationStuck) as error:
            raise Refused(str(getattr(error, "message", "") or error)) from error
    seconds = time.monotonic() - started
    stuck = {name: rows for name, rows in done.counts.items() if name.startswith("stuck ")}
    if args.json:
        print(json.dumps({"purpose": args.purpose, "counts": done.counts, "seconds": round(seconds, 2)}))
    else:
        for name, count in sorted(done.counts.items()):
            print(f"{name:<32}{count if name in stuck else format(count, ',')}")
        print(f"The keys of {args.purpose} were changed in {seconds:.1f} s.")
    return 1 if stuck else 0


def _backup(args: argparse.Namespace) -> int:
    import lmdb
    from django.conf import settings

    from kexin.core.errors import KexinError
    from kexin.core.keystore import customer_keys
    from kexin.core.rotation import alone

    source, target = Path(settings.KEXIN_KEYS_DIR), args.path
    if target.exists():
        raise Refused(f"{target} exists already; name a new directory.")
    try:
        with alone():  # a change of keys in between would leave parts that do not fit together
            target.mkdir(parents=True, mode=0o700)
            customer_keys().backup(target / "customers.lmdb")
            for name in ("keyring.json", "master.json"):
                shutil.copy2(source / name, target / name)
                (target / name).chmod(0o600)
    except (OSError, lmdb.Error) as error:
        shutil.rmtree(target, ignore_errors=True)  # half a backup would be taken for one
        raise Refused(f"The keys cannot be copied to {target}: {error}.") from error
    except KexinError as error:
        raise Refused(str(error.message)) from error
    customers, _older = customer_keys().counts()
    if args.json:
        print(json.dumps({"path": str(target), "customers": customers}))
    else:
        print(f"The key ring and the keys of {customers:,} customers were copied to {target}.")
    return 0


def _sweep(args: argparse.Namespace) -> int:
    from kexin.core.keystore import SweepRefused, customer_keys

    try:
        gone = customer_keys().sweep(_known_ids())
    except SweepRefused as error:
        raise Refused(str(error)) from error
    if args.json:
        print(json.dumps({"swept": len(gone)}))
    else:
        print(f"{len(gone):,} keys without a row were forgotten.")
    return 0


def _known_ids() -> Iterator[Any]:
    """Every key id that any row names, whatever the table."""
    from kexin.core.fields import personal_fields

    for model, name in {(model, each.key_field) for model, each, _level in personal_fields()}:
        yield from model._base_manager.order_by().values_list(name, flat=True).distinct().iterator(chunk_size=20_000)


_ACTS = {"status": _status, "rotate": _rotate, "finish": _rotate, "backup": _backup, "sweep": _sweep}
