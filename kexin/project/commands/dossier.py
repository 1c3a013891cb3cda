"""``kexin dossier``: examine a dossier of a sale, print the certificate by which others can."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from kexin.project.commands import CommandError

if TYPE_CHECKING:
    from cryptography import x509

help = "examine the signed dossier of a sale"
needs_django = False  # with the certificate at hand an inspector needs no installation


def arguments(parser: argparse.ArgumentParser) -> None:
    """Two acts."""
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True)
    verify = acts.add_parser("verify", help="examine a file; exit code 1 if anything was changed or does not hold")
    verify.add_argument("file", type=Path, metavar="FILE", help="the dossier (PDF)")
    verify.add_argument(
        "--authority", type=Path, metavar="PEM", help="the authority's certificate; without it, this installation's own"
    )
    verify.add_argument("--data", type=Path, metavar="FILE", help="write the data attached to a file that is in order")
    verify.add_argument("--json", action="store_true", help="one JSON object")
    acts.add_parser("authority", help="print the certificate of this installation's authority (PEM)")


def run(args: argparse.Namespace) -> int:
    """0 good; 1 something is wrong with the file."""
    if args.act == "authority":
        from cryptography.hazmat.primitives.serialization import Encoding

        print(_own().public_bytes(Encoding.PEM).decode("ascii"), end="")
        return 0
    try:
        file = args.file.read_bytes()
    except OSError as error:
        raise CommandError(f"{args.file} cannot be read: {error.strerror}.") from error
    root = _given(args.authority) if args.authority else _own()
    from kexin.sales.dossier.checking import verify

    found = verify(file, root)
    data = found.data or {}
    if args.json:
        told = [{"code": each.code, "where": each.where, "sentence": each.sentence} for each in found.findings]
        at = found.signed_at.isoformat() if found.signed_at else None
        print(json.dumps({"findings": told, "signed_at": at, "sale": data.get("number")}, ensure_ascii=False))
    else:
        for each in found.findings:
            print(each.sentence)
        if not found.findings and found.signed_at:
            print(
                f"Unchanged since it was signed at {found.signed_at:%Y-%m-%d %H:%M:%S} UTC by {data['institution']}:"
                f" sale {data['number']}, {len(data['signatures'])} signatures, {len(data['audit'])} audit entries."
            )
    if args.data and not found.findings:
        args.data.write_text(json.dumps(data, ensure_ascii=False, indent=1), encoding="utf-8")
    return 1 if found.findings else 0


def _given(path: Path) -> x509.Certificate:
    from cryptography import x509

    try:
        return x509.load_pem_x509_certificate(path.read_bytes())
    except (OSError, ValueError) as error:
        raise CommandError(f"{path} is no certificate in PEM.") from error


def _own() -> x509.Certificate:
    from kexin.project.installation import opened

    with opened():
        from kexin.sales.adapters.authority.local import LocalAuthority

        return LocalAuthority().root()
