"""Setting a dossier as PDF/A-3 with its data attached, and signing the whole file.

One key is made for one dossier, certified by the house's authority, and forgotten. The signature is invisible, covers
every byte of the file but its own place, and allows no later change.
"""

from __future__ import annotations

import datetime as dt
import io
import json
from pathlib import Path
from typing import Any, Final

from django.utils.translation import gettext as _t

from kexin.core.typeset import typeset
from kexin.sales.adapters.authority.local import LocalAuthority
from kexin.sales.dossier.tree import Dossier
from kexin.sales.signatures.drawing import Drawing

TEMPLATE: Final = Path(__file__).parents[1] / "typeset" / "dossier.typ"
FIELD: Final = "Kexin"
RESERVED: Final = 8192  # bytes in hexadecimal for the signature; it needs about 1,600 of them twice


def make(dossier: Dossier, *, at: dt.datetime) -> bytes:
    """The signed file. Raises CannotTypeset where the font is missing."""
    return signed(typeset(TEMPLATE, _page_data(dossier), made_at=at, attaches=True), dossier, at)


def signed(pdf: bytes, dossier: Dossier, at: dt.datetime) -> bytes:
    """The file with one signature over all of it."""
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import fields, signers

    from kexin.sales.adapters.authority.cms import apart, signer  # pyHanko: only who signs should load it

    certificate, key = LocalAuthority().issue(name=dossier.institution, reference=dossier.number, at=at)
    meta = signers.PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        subfilter=fields.SigSeedSubFilter.ADOBE_PKCS7_DETACHED,
        name=dossier.institution,
        reason=f"{dossier.title} {dossier.number}",
        certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
    )
    maker = signers.PdfSigner(meta, signer(certificate, key))
    made = apart(lambda: maker.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf)), bytes_reserved=RESERVED))
    return bytes(made.getvalue())


def _page_data(dossier: Dossier) -> dict[str, Any]:
    data = dossier.as_data()
    return {
        **{name: data[name] for name in ("number", "title", "subtitle", "institution", "watermark", "sections")},
        "lang": "zh" if dossier.language.startswith("zh") else "en",
        "region": "cn" if dossier.language.startswith("zh") else "us",
        "attachment": json.dumps(data, ensure_ascii=False, sort_keys=True, indent=1),
        "files": [{"name": each.name, "title": each.title, "body": each.body} for each in dossier.texts],
        "signatures": [
            {
                "title": each.title,
                "kind": each.kind,
                "at": each.at,
                "svg": _picture(each.drawing),
                "alt": _t("Signature of the customer"),
                "digest": _fingerprint(each.manifest),
            }
            for each in dossier.signatures
        ],
        "recordings": [[each.name, each.sha256] for each in dossier.recordings],
        "audit": [
            [each.at, each.actor, each.operation, each.outcome, "–" if each.no is None else str(each.no)]
            for each in dossier.audit
        ],
        "words": {
            "signatures": _t("Signatures"),
            "recordings": _t("Recordings"),
            "recording_heads": [_t("Recording"), "SHA-256"],
            "audit": _t("Audit"),
            "audit_heads": [_t("Time"), _t("Actor"), _t("Operation"), _t("Outcome"), _t("Link of the chain")],
            "text_signed": _t("Fingerprint of the text signed"),
            "none": _t("None."),
            "attached": _t(
                "This file is signed as a whole. Everything above, and the evidence behind it, is attached as"
                " dossier.json; “kexin dossier verify” notices any change."
            ),
        },
    }


def _fingerprint(text: str) -> str:
    import hashlib

    return hashlib.sha256(text.encode()).hexdigest()


def _picture(drawing: str) -> str:
    """The picture of strokes as they were kept; empty where the drawing was forgotten."""
    if not drawing:
        return ""
    said = json.loads(drawing)
    strokes = tuple(tuple((x, y, ms) for x, y, ms in stroke) for stroke in said["strokes"])
    return Drawing(said["width"], said["height"], strokes).svg
