"""What may be kept and written, and what files really are."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kexin.core.media import LONGEST_NAME, ending_fits, may_keep, media_type, safe_name
from kexin.engagement.rules import clean_note, may_describe, may_write

DOCX = b"PK\x03\x04\x14\x00\x06\x00" + b"\x00" * 18 + b"[Content_Types].xml" + b"\x00" * 50 + b"word/document.xml"
PDF = "application/pdf"
DAY = dt.date(2026, 11, 20)


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"%PDF-1.4\n", PDF),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n\x00", "image/png"),
        (b"II*\x00", "image/tiff"),
        (DOCX, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (DOCX.replace(b"word/", b"ppt//"), ""),
        (b"PK\x03\x04" + b"a plain archive", ""),
        (b"MZ\x90\x00", ""),
        (b"<html><script>", ""),
        (b" %PDF-1.4", ""),
        (b"", ""),
    ],
)
def test_a_file_is_what_its_first_bytes_say(head: bytes, expected: str) -> None:
    assert media_type(head) == expected


@pytest.mark.parametrize(
    ("media", "name", "size", "code"),
    [
        (PDF, "a.pdf", 10, None),
        (PDF, "a.PDF", 10, None),
        (PDF, "a.pdf", 0, "empty"),
        (PDF, "a.pdf", 1_000_001, "large"),
        ("", "a.pdf", 10, "kind"),
        (PDF, "a.exe", 10, "ending"),
        (PDF, "pdf", 10, "ending"),
    ],
)
def test_what_may_be_kept(media: str, name: str, size: int, code: str | None) -> None:
    decision = may_keep(media, name, size, allowed=[PDF], largest_bytes=1_000_000)
    assert [reason.code for reason in decision.reasons] == ([code] if code else [])


def test_descriptions_name_every_fault_at_its_field() -> None:
    decision = may_describe("\u200b", "nothing", DAY - dt.timedelta(days=1), DAY)
    assert {reason.field for reason in decision.reasons} == {"title", "category", "expires_on"}
    assert may_describe("合同", "contract", DAY, DAY).allowed


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\a.pdf", "a.pdf"),
        ("a\u202efdp.exe", "afdp.exe"),
        ('a"b\r\nSet-Cookie: x.pdf', "a_b Set-Cookie_ x.pdf"),
        ("...", "document"),
        ("合同 2026.pdf", "合同 2026.pdf"),
    ],
)
def test_names_are_made_safe(given: str, expected: str) -> None:
    assert safe_name(given) == expected


@given(st.text(max_size=600))
def test_any_name_is_short_flat_and_not_empty(name: str) -> None:
    safe = safe_name(name)
    assert 0 < len(safe) <= LONGEST_NAME
    assert not set(safe) & set('/\\"\r\n\x00')


def test_a_long_name_keeps_its_ending() -> None:
    assert safe_name("长" * 400 + ".pdf").endswith("长.pdf")
    assert ending_fits("长.pdf", PDF)


def test_notes_keep_lines_and_lose_what_cannot_be_seen() -> None:
    assert clean_note(" 一\u202e二\r\n三\u200b ") == "一二\n三"
    assert [reason.code for reason in may_write(" \u200b\n ").reasons] == ["empty"]
    assert [reason.code for reason in may_write("长" * 4001).reasons] == ["long"]
    assert may_write("长" * 4000).allowed
