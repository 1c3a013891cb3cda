"""A dossier as a file: whatever is done to it afterwards is noticed."""

from __future__ import annotations

import base64
import dataclasses
import datetime as dt
import hashlib
import io
import json
import time
from typing import Any

import pytest
from cryptography import x509
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from kexin.core.seal import GENESIS, link
from kexin.sales.adapters.authority import local
from kexin.sales.adapters.authority.local import LocalAuthority
from kexin.sales.adapters.timestamp.local import LocalTimeStamper
from kexin.sales.dossier import checking, making
from kexin.sales.dossier.tree import AuditEvidence, Dossier, Fact, RecordingEvidence, Section, SignatureEvidence
from kexin.sales.signatures.drawing import read_drawing
from kexin.sales.signatures.signing import canonical
from kexin.sales.tests.test_signature_rules import drawn

pytestmark = pytest.mark.xdist_group("dossier")
AT = dt.datetime(2026, 11, 20, 10, 30, tzinfo=dt.UTC)


def _audit(count: int) -> tuple[AuditEvidence, ...]:
    found, chain = [], GENESIS
    for no in range(1, count + 1):
        text = f'["1", {no}, "张三 confirmed"]'
        digest = hashlib.sha256(text.encode()).digest()
        before, chain = chain, link(chain, no, digest)
        found.append(
            AuditEvidence(str(AT), "1001", "sales.confirm", "done", text, no, digest.hex(), before.hex(), chain.hex())
        )
    return (*found, AuditEvidence(str(AT), "1001", "sales.export_dossier", "done", "[]"))


def example() -> Dossier:
    """A dossier with every kind of evidence."""
    drawing = read_drawing(drawn())
    manifest = canonical({"sale": "S1", "drawing": drawing.digest})
    cms = LocalAuthority().sign(manifest.encode(), name="C1", reference="S1/1", at=AT).signature
    stamp = LocalTimeStamper().stamp(hashlib.sha256(manifest.encode() + cms).digest()).token
    return Dossier(
        number="S20261120-7",
        title="销售证据卷宗",
        subtitle="张三 · 稳盈九十天 · 50,000.00 元",
        institution="江城银行",
        language="zh-hans",
        made_at=AT.isoformat(),
        watermark="吴静 1005 导出于 2026-11-20 18:30:00",
        sections=(
            Section(
                "sale", "销售", (Fact("产品", "稳盈九十天 #[不是标记]"), Fact("金额", "50,000.00 元")), data={"a": 1}
            ),
            Section("gates", "关口", heads=("关口", "时间", "由谁"), rows=(("客户已测评", "10:02", "1001"),) * 9),
            Section("empty", "适当性匹配意见"),
        ),
        signatures=(
            SignatureEvidence(
                "张三",
                "证书电子签名",
                "2026-11-20 18:21:07",
                manifest,
                drawing.text,
                base64.b64encode(cms).decode(),
                base64.b64encode(stamp).decode(),
            ),
        ),
        recordings=(RecordingEvidence("双录 R-1", "ab" * 32),),
        audit=_audit(12),
    )


@pytest.fixture(scope="module")
def made() -> tuple[bytes, x509.Certificate, Dossier, bytes, float]:
    """File, root, tree, the same signed by another house of the same name, seconds of the second making."""
    own, other = local.new_root(AT), local.new_root(AT)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(local, "_opened", lambda: own)
        patch.setattr(timezone, "now", lambda: AT)
        tree = example()
        making.make(tree, at=AT)
        started = time.perf_counter()
        file = making.make(tree, at=AT)
        seconds = time.perf_counter() - started
        patch.setattr(local, "_opened", lambda: other)
        strange = making.make(tree, at=AT)
    return file, own[0], tree, strange, seconds


def codes(file: bytes, root: x509.Certificate) -> list[str]:
    return [each.code for each in checking.verify(file, root).findings]


def test_it_is_as_it_was_signed_and_holds_everything(made: Any) -> None:
    file, root, tree, _strange, seconds = made
    found = checking.verify(file, root)
    assert found.findings == ()
    assert found.data == json.loads(json.dumps(tree.as_data()))
    assert found.signed_at is not None
    assert seconds < 3, "about 0.2 s on a quiet machine"
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(file))
    text = "".join(page.extract_text() for page in reader.pages)
    assert "稳盈九十天 #[不是标记]" in text
    assert "证书电子签名" in text
    assert [str(name) for name in reader.attachments] == ["dossier.json"]
    assert b"pdfaid:part>3<" in file or "3" in str(reader.xmp_metadata.pdfaid_part)  # type: ignore[union-attr]


@settings(max_examples=25)
@given(st.data())
def test_no_byte_changes_unnoticed(made: Any, data: st.DataObject) -> None:
    file, root, *_rest = made
    place = data.draw(st.integers(0, len(file) - 1))
    changed = bytearray(file)
    changed[place] ^= data.draw(st.integers(1, 255))
    assert codes(bytes(changed), root)


def test_no_bit_of_the_signatures_own_place_changes_unnoticed(made: Any) -> None:
    file, root, *_rest = made
    begin = file.index(b"/Contents <") + len(b"/Contents ")
    end = file.index(b">", begin)
    for place in [begin, end, end - 1, *range(begin + 1, end, (end - begin) // 9)]:
        for bit in (0x01, 0x20):  # another digit; the same digit as a capital letter
            changed = bytearray(file)
            changed[place] ^= bit
            assert codes(bytes(changed), root), (place - begin, bit)


@pytest.mark.parametrize(
    "added", [b"\n", b"\0", b"%", b"\n%%EOF\n", b" " * 4096], ids=["line", "zero", "percent", "end", "spaces"]
)
def test_appended_bytes_are_noticed(made: Any, added: bytes) -> None:
    file, root, *_rest = made
    assert codes(file + added, root)
    assert codes(added + file, root)


def test_cut_joined_and_foreign_files_are_noticed(made: Any) -> None:
    file, root, *_rest = made
    for part in (
        b"",
        file[:1],
        file[: len(file) // 2],
        file[:-1],
        file[1:],
        file + file,
        b"%PDF-1.7\n%%EOF",
        b"x" * 99,
    ):
        assert codes(part, root)


def test_another_house_under_the_same_name_is_noticed(made: Any) -> None:
    _file, root, _tree, strange, _seconds = made
    assert codes(strange, root) in (["authority"], ["signature"])


def test_data_swapped_by_an_update_behind_the_signature_are_noticed(made: Any) -> None:
    file, root, *_rest = made
    writer = IncrementalPdfFileWriter(io.BytesIO(file))
    from pyhanko.pdf_utils import embed, generic

    other = embed.EmbeddedFileObject.from_file_data(writer, b"{}", mime_type="application/json")
    files = generic.DictionaryObject({"/Names": generic.ArrayObject([generic.pdf_string("dossier.json")])})
    specification = embed.FileSpec(file_spec_string="dossier.json", embedded_data=other).as_pdf_object()
    files["/Names"].append(writer.add_object(specification))
    writer.root["/Names"]["/EmbeddedFiles"] = files
    writer.update_root()
    swapped = io.BytesIO()
    writer.write(swapped)
    assert codes(swapped.getvalue(), root) in (["not-whole"], ["changed"], ["not-a-dossier"])


def test_what_was_wrong_before_it_was_signed_is_told(made: Any) -> None:
    _file, root, tree, *_rest = made
    data = json.loads(json.dumps(tree.as_data()))
    assert list(checking._evidence(data, root)) == []

    def told(change: Any) -> set[str]:
        wrong = json.loads(json.dumps(tree.as_data()))
        change(wrong)
        return {each.code for each in checking._evidence(wrong, root)}

    assert told(lambda d: d["audit"][3].update(text="[]")) == {"audit-entry"}
    assert told(lambda d: d["audit"][3].update(chain="00" * 32)) == {"audit-chain"}
    assert told(lambda d: d["audit"].pop(3)) == set(), "a gap is no break: not every link is about this sale"
    assert "customer-signature" in told(lambda d: d["signatures"][0].update(manifest='{"drawing":""}'))
    assert told(lambda d: d["signatures"][0].update(drawing=drawn())) == {"drawing"}
    assert told(lambda d: d["signatures"][0].update(stamp="AAAA")) == {"time-stamp"}
    assert told(lambda d: d.pop("audit")) == {"attachment"}
    assert dataclasses.is_dataclass(tree)
