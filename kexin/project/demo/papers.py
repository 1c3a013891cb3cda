"""Invented papers: a one-page PDF that says it is a demonstration, put into the vault like any upload."""

from __future__ import annotations

import datetime as dt

from kexin.core import vault
from kexin.core.actor import Actor
from kexin.engagement.models import Document
from kexin.engagement.operations import add_document
from kexin.party.models import Customer


def keep_paper(
    customer: Customer,
    *,
    actor: Actor,
    title: str,
    category: str,
    stem: str,
    expires_on: dt.date | None = None,
) -> Document:
    """Keep a paper with a customer; the file is taken away again if the operation refuses it."""
    writer = vault.Writer(customer.party.key_id)
    writer.write(one_page(["DEMONSTRATION DATA", f"Jianglan Bank: {stem}", f"File {customer.customer_no}"]))
    stored = writer.finish(media_type="application/pdf", file_name=f"{stem}.pdf")
    try:
        return add_document(customer, actor=actor, stored=stored, title=title, category=category, expires_on=expires_on)
    except Exception:
        vault.remove(stored.stored_as)
        raise


def one_page(lines: list[str]) -> bytes:
    """A small PDF 1.4 file with some lines of Latin text (ISO 32000-1, 7.5: header, objects, table, trailer)."""
    text = "BT /F1 20 Tf 60 760 Td 30 TL " + " ".join(f"({line}) Tj T*" for line in lines) + " ET"
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        " /Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(text)} >>\nstream\n{text}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    content, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(content))
        content += f"{number} 0 obj\n{body}\nendobj\n".encode("ascii")
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    size = len(objects) + 1
    trailer = f"trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{len(content)}\n%%EOF\n"
    return content + f"xref\n0 {size}\n0000000000 65535 f \n{table}{trailer}".encode("ascii")
