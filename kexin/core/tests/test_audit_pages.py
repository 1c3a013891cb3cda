"""The audit viewer: filters, paging, one entry, who saw a customer, the seal's state, export."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from kexin.core import audit_queries, tasks
from kexin.core.actor import Actor, system
from kexin.core.audit_operations import report_examination, start_examination
from kexin.core.audit_queries import Place, Wanted, audit_page, export_audit, seal_state, who_saw
from kexin.core.calendar import zone
from kexin.core.choices import Outcome
from kexin.core.errors import NotPermitted, RuleViolation
from kexin.core.models import AuditEntry, Role
from kexin.core.policies import ExportPolicy
from kexin.core.work_operations import my_work
from kexin.people import operations as ops
from kexin.people.queries import actor_for
from tests.personas import Bank, build

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., Client]


@pytest.fixture
def bank(db: None) -> Bank:
    """The small bank with all the acts that made it, which other tests do without."""
    return build()


def this_week(**more: object) -> Wanted:
    today = dt.datetime.now(zone()).date()
    return Wanted(today - dt.timedelta(days=6), today, **more)  # type: ignore[arg-type]


def test_pages_follow_each_other_without_gap_or_repetition(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_queries, "PAGE", 20)
    qian = bank.actor("qian")
    total = AuditEntry.objects.count()
    assert total > 40  # the bank itself was made by acts
    seen: list[int] = []
    place = None
    while True:
        rows, place = audit_page(qian, this_week(), place)
        seen += [row.id for row in rows if row.operation != "core.view_audit"]
        if place is None:
            break
    assert len(seen) == len(set(seen)) == total


def test_looking_is_recorded(bank: Bank) -> None:
    audit_page(bank.actor("qian"), this_week(actor="1001"))
    entry = AuditEntry.objects.filter(operation="core.view_audit").latest("at")
    assert (entry.actor_name, entry.outcome, entry.arguments["asked"]["actor"]) == ("1007", Outcome.READ, "1001")


def test_filters(bank: Bank, client_of: ClientOf) -> None:
    ops.rename_unit(bank.units["west"], actor=bank.actor("gao"), name="城西", name_en="", version=1)
    qian = client_of("qian")
    asked = {"actor": "1008", "operation": "people.rename_unit", "outcome": "done"}
    lines = qian.get(f"{reverse('core:audit')}?{urlencode(asked)}").context["lines"]
    assert [(line["entry"].operation, line["who"]) for line in lines] == [("people.rename_unit", "高远")]
    assert qian.get(reverse("core:audit") + "?first=2026-01-02&last=2026-01-01").status_code == 422
    assert qian.get(reverse("core:audit") + "?first=nonsense").status_code == 422
    unknown = qian.get(reverse("core:audit") + "?customer=C404")
    assert "customer" in unknown.context["form"].errors


def test_only_auditors_open_it(bank: Bank, client_of: ClientOf) -> None:
    for name in ("lin", "zhou", "gao", "tang"):
        assert client_of(name).get(reverse("core:audit")).status_code == 403
    entry = AuditEntry.objects.latest("at")
    url = f"{reverse('core:audit_entry', args=[entry.id])}?{urlencode({'at': entry.at.isoformat()})}"
    assert client_of("lin").get(url).status_code == 403
    assert client_of("qian").get(url).status_code == 200
    assert client_of("qian").get(reverse("core:audit_entry", args=[entry.id])).status_code == 404
    peek = client_of("qian").get(url, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in peek
    assert str(entry.id) in peek


def test_an_auditor_of_one_unit_sees_its_posts_only(bank: Bank) -> None:
    granted = ops.apply_grant(
        bank.posts["sun"],
        actor=bank_system(),
        role=Role.objects.get(code="auditor"),
        reach="unit",
    )
    sun = actor_for(bank.employees["sun"].user, methods=("mfa",))
    east, west = bank.actor("lin"), bank.actor("mei")
    for actor in (east, west):
        my_work(actor)
    ops.rename_unit(bank.units["west"], actor=bank.actor("gao"), name="城西", name_en="", version=1)
    rows, _place = audit_page(sun, this_week())
    assert granted.reach == "unit"
    assert {row.post_id for row in rows} <= {bank.posts[name].pk for name in ("lin", "sun", "zhou")}
    assert "people.rename_unit" not in {row.operation for row in rows}


def bank_system() -> Actor:
    return system("test")


def test_who_saw_a_customer(bank: Bank, chen: object, client_of: ClientOf) -> None:
    today = dt.datetime.now(zone()).date()
    rows = who_saw(bank.actor("qian"), chen.pk, today, today)  # type: ignore[attr-defined]
    assert [row["actor_name"] for row in rows] == ["1001"]
    assert rows[0]["changes"] == 1
    page = client_of("qian").get(reverse("core:audit_who") + f"?customer={chen.customer_no}")  # type: ignore[attr-defined]
    assert "林晓雯" in page.content.decode()


def test_the_export_is_guarded_audited_and_limited(bank: Bank, client_of: ClientOf) -> None:
    answer = client_of("qian").post(reverse("core:export_audit") + "?actor=set-up")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert "people.create_employee" in text
    assert not [line for line in text.splitlines() if line[:1] in "=+@"]
    book = client_of("qian").post(reverse("core:export_audit") + "?actor=set-up", {"format": "xlsx"})
    sheet = load_workbook(io.BytesIO(b"".join(book.streaming_content))).active  # type: ignore[attr-defined]
    assert sheet.max_row == len(text.splitlines())
    other = client_of("qian").post(reverse("core:export_audit"), {"format": "exe"})
    assert other.status_code == 422  # type: ignore[attr-defined]
    entry = AuditEntry.objects.filter(operation="core.export_audit").earliest("at")
    assert entry.arguments["rows"] == len(text.splitlines()) - 2  # head and watermark
    assert client_of("lin").post(reverse("core:export_audit")).status_code == 403
    with pytest.raises(NotPermitted):
        export_audit(actor=bank.actor("gao"), wanted=this_week())


def test_too_long_a_period_is_refused_not_cut(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_queries, "in_force", lambda _cls: ExportPolicy(most_rows=5))
    with pytest.raises(RuleViolation):
        export_audit(actor=bank.actor("qian"), wanted=this_week())


def test_the_examination_reports_into_the_audit(bank: Bank, client_of: ClientOf) -> None:
    assert client_of("gao").post(reverse("core:examine_audit")).status_code == 403
    with pytest.raises(NotPermitted):
        report_examination(actor=bank.actor("qian"), asked_by="1007", findings=[], links=0)
    start_examination(actor=bank.actor("qian"))
    assert AuditEntry.objects.filter(operation="core.verify_audit", actor_name="1007").exists()
    finding = {"kind": "changed", "sentence": "Entry 7 was changed.", "entry_id": 7}
    report_examination(actor=bank_system(), asked_by="1007", findings=[finding], links=12)
    state = seal_state(bank.actor("qian"))
    assert state.examined is not None
    assert state.examined.arguments["found"] == 1
    assert "Entry 7 was changed." in client_of("qian").get(reverse("core:audit")).content.decode()
    assert tasks.examine_audit.name == "core.examine_audit"


def test_a_place_reads_what_it_writes() -> None:
    place = Place(timezone.now(), 42)
    assert Place.read(str(place)) == place
    assert Place.read("2026_x") is None
    assert Place.read("") is None


def test_the_budget_does_not_grow_with_the_page(bank: Bank, client_of: ClientOf, django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    qian = client_of("qian")
    qian.get(reverse("core:audit"))
    with django_assert_max_num_queries(20):
        assert len(qian.get(reverse("core:audit")).context["lines"]) > 40
