"""A sale's dossier: gathered, taken out for a purpose, examined on the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from django.utils import timezone

from kexin.core.errors import NotPermitted, RuleViolation
from kexin.core.models import AuditEntry, Event
from kexin.core.seal import checkpoints, seal
from kexin.project import cli
from kexin.sales.adapters.authority.local import LocalAuthority
from kexin.sales.choices import Gate
from kexin.sales.dossier import checking
from kexin.sales.dossier.parts import Part, _collectors, register_dossier_part
from kexin.sales.dossier.tree import RecordingEvidence
from kexin.sales.models import Sale, SaleGate
from kexin.sales.operations.dossiers import export_dossier
from kexin.sales.tests.test_signing import herself, sale, signed  # noqa: F401  fixtures

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_inspector_takes_a_sale_home_and_examines_it(
    sale: Sale,  # noqa: F811
    herself: Any,  # noqa: F811
    bank: Any,
    client_of: Any,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    signed(sale, herself)
    SaleGate.objects.create(
        sale=sale, round=1, gate=Gate.ASSESSED, at=timezone.now(), by="1001", party="staff", evidence={"no": 7}
    )
    wu = bank.actor("wu")
    with pytest.raises(RuleViolation):
        export_dossier(sale, actor=wu, purpose=" ")
    with pytest.raises(NotPermitted):
        export_dossier(sale, actor=bank.actor("lin"), purpose="看看")
    seal()

    register_dossier_part("test", lambda _sale: Part((), (RecordingEvidence("R-1", "ab" * 32),)))
    try:
        file = export_dossier(sale, actor=wu, purpose="监管检查")
    finally:
        _collectors.pop("test")
    found = checking.verify(file.content, LocalAuthority().root())
    assert found.findings == ()
    data = found.data
    assert data is not None
    assert (data["number"], data["sections"][0]["data"]["amount"]) == ("S1", "50000.00")
    gates = next(each for each in data["sections"] if each["code"] == "gates")
    assert gates["data"]["gates"][0]["evidence"] == {"no": 7}
    assert len(gates["note"]) > 10, "what is missing is said"
    assert [each["name"] for each in data["recordings"]] == ["R-1"]
    assert json.loads(data["signatures"][0]["manifest"])["sale"] == "S1"
    told = [(each["outcome"], each["no"] is not None) for each in data["audit"]]
    assert told == [(told[0][0], True), (told[1][0], True)], "both refusals, sealed"
    assert wu.name in data["watermark"]

    entry = AuditEntry.objects.get(operation="sales.export_dossier", outcome="done")
    assert (entry.arguments["purpose"], entry.arguments["sha256"]) == ("监管检查", file.digest)
    assert Event.objects.get(name="sales.DossierExported").payload["digest"] == file.digest
    assert checkpoints() == []

    page = client_of("qian")
    assert "S1" in page.get("/sales/S1/dossier/").content.decode()
    assert client_of("lin").get("/sales/S1/dossier/").status_code == 403
    assert page.get("/sales/S2/dossier/").status_code == 404
    assert page.post("/sales/S1/dossier/", {"purpose": ""}).status_code == 422
    answer = page.post("/sales/S1/dossier/", {"purpose": "专项审计"})
    assert answer.headers["Content-Disposition"] == 'attachment; filename="kexin-dossier-S1.pdf"'
    assert not checking.verify(answer.content, LocalAuthority().root()).findings

    paper, pem = tmp_path / "d.pdf", tmp_path / "root.pem"
    paper.write_bytes(file.content)
    pem.write_bytes(LocalAuthority().root().public_bytes(Encoding.PEM))
    kept = tmp_path / "data.json"
    capsys.readouterr()
    assert cli.main(["dossier", "verify", str(paper), "--authority", str(pem), "--data", str(kept)]) == 0
    assert "Unchanged since" in capsys.readouterr().out
    assert json.loads(kept.read_text("utf-8"))["number"] == "S1"
    paper.write_bytes(file.content + b"\n")
    assert cli.main(["dossier", "verify", str(paper), "--authority", str(pem), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["findings"][0]["code"] in ("not-whole", "not-a-dossier", "changed")
    assert cli.main(["dossier", "verify", str(tmp_path / "none"), "--authority", str(pem)]) == 1
    assert cli.main(["dossier", "verify", str(paper), "--authority", str(paper)]) == 1
