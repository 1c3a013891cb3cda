"""Invented evidence: a small PDF for each certificate, a small picture for each training, in the vault like uploads."""

from __future__ import annotations

import datetime as dt
import hashlib
import struct
import zlib
from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from kexin.core import vault
from kexin.core.keystore import customer_keys
from kexin.people.models import Qualification, QualificationFile, TrainingRecord
from kexin.project.demo.papers import one_page

FILED = 60  # sellers with files; a bank of the full size has too many for a demonstration
LACKING = 11  # every so many certificates has no file yet


def file_papers(papers: Sequence[Qualification], made_by: str, today: dt.date) -> int:
    """Attach files to the certificates of the first sellers, and give each a training with its sheet; how many files.

    Every eleventh certificate stays without one.
    """
    sellers = list(dict.fromkeys(row.employee_id for row in papers))[:FILED]
    chosen = [row for row in papers if row.employee_id in set(sellers)]
    filed = [row for place, row in enumerate(chosen, 1) if place % LACKING]
    trainings = TrainingRecord.objects.bulk_create(
        TrainingRecord(
            employee_id=pk,
            held_on=dt.date(today.year, 1, 1) - dt.timedelta(days=40),
            subject="基金销售适当性与职业道德",
            kinds=["fund"],
            hours=Decimal(15),
            ethics_hours=Decimal(5),
            evidence="演示数据：签到表",
            recorded_by=made_by,
        )
        for pk in sellers
    )
    keys = iter(customer_keys().create(len(filed) + len(trainings)))
    rows: list[QualificationFile] = []
    for row in filed:
        lines = ["DEMONSTRATION DATA", f"Certificate {row.kind}", row.number, f"Issued {row.issued_on}"]
        made = _kept(one_page(lines), next(keys), f"{row.number}.pdf", "application/pdf", made_by)
        made.qualification, made.employee_id = row, row.employee_id
        rows.append(made)
    for place, training in enumerate(trainings):
        made = _kept(picture(place), next(keys), f"sheet-{training.held_on:%Y%m%d}.png", "image/png", made_by)
        made.training, made.employee_id = training, training.employee_id
        rows.append(made)
    return len(QualificationFile.objects.bulk_create(rows))


def _kept(content: bytes, key: UUID, name: str, media: str, made_by: str) -> QualificationFile:
    writer = vault.Writer(key)
    writer.write(content)
    stored = writer.finish(media_type=media, file_name=name)
    return QualificationFile(
        number=1,
        key_id=stored.key_id,
        file_name=name,
        sha256=hashlib.sha256(content).hexdigest(),
        media_type=media,
        size=stored.size,
        stored_as=stored.stored_as,
        added_by=made_by,
    )


def picture(place: int) -> bytes:
    """A grey sheet with lines, as PNG (ISO/IEC 15948): 120 by 80 points, one byte each."""
    width, height = 120, 80
    lines = b"".join(
        b"\x00" + bytes([150 if y % 10 == (place + 4) % 10 and 8 < x < width - 8 else 245 for x in range(width)])
        for y in range(height)
    )
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(lines)), (b"IEND", b""))
    body = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    )
    return b"\x89PNG\r\n\x1a\n" + body
