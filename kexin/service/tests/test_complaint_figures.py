"""Figures of complaints: each number is its list, a case kept from somebody is in none of theirs; trend, effect."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from kexin.core.calendar import zone
from kexin.core.errors import NotFound, NotPermitted, RuleViolation
from kexin.core.models import AuditEntry
from kexin.core.policy import in_force
from kexin.party.models import Customer
from kexin.sales.models import Sale
from kexin.sales.models.sale import ALWAYS
from kexin.service.complaints import handling
from kexin.service.complaints.analysis.asking import FiguresAsked, figures_asked
from kexin.service.complaints.analysis.denominators import customers_at
from kexin.service.complaints.analysis.effects import effect_of
from kexin.service.complaints.analysis.facts import FLAGS
from kexin.service.complaints.analysis.figures import CAUSE, REGION, SELLER, UNIT, complaint_figures
from kexin.service.complaints.analysis.trend import complaint_signals, complaint_trend
from kexin.service.complaints.policies import ComplaintPolicy
from kexin.service.complaints.receiving import ComplaintData, receive_complaint
from kexin.service.complaints.remedying import finish_remediation, open_remediation, verify_remediation
from kexin.service.models import Complaint, Remediation
from tests.complaint_people import hire_officers
from tests.product_people import drafted, hire

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., Client]
MONDAY = dt.datetime(2026, 3, 9, 10, tzinfo=zone())
DAY = dt.timedelta(days=1)
MARCH = FiguresAsked(dt.date(2026, 3, 1), dt.date(2026, 3, 31))
SAID: dict[str, Any] = {"triage": "complaint", "channel": "phone", "subject_kind": "other"}


def stored(bank: Any, customer: Any, moments: list[dt.datetime], **more: Any) -> list[Complaint]:
    """Cases as they lie in the database, without their course: many at once."""
    first, policy = Complaint.objects.count(), in_force(ComplaintPolicy).policy_version
    told: dict[str, Any] = {
        "nature": "complaint", "customer": customer, "key_id": customer.party.key_id, "source": "hotline",
        "channel": "phone", "suggested_grade": "ordinary", "grade": "ordinary", "subject_kind": "other",
        "unit": bank.units["east"], "contact_post": bank.posts["sun"], "officer_post": bank.posts.get("ning"),
        "opened_by": "1003", "policy_id": policy, "business": "cards", "causes": ["fees"], "place": "premises",
    }  # fmt: skip
    rows = [
        Complaint(
            complaint_no=f"T{first + place:06d}",
            received_at=at,
            opened_at=at,
            due_at=at,
            legal_due_at=at,
            **told | more,
        )
        for place, at in enumerate(moments)
    ]
    return Complaint.objects.bulk_create(rows)


@pytest.fixture
def known(bank: Any, chen: Any, time_machine: Any) -> Any:
    """Officers at their desks, Mrs Chen a customer since January."""
    time_machine.move_to(MONDAY, tick=False)
    hire_officers(bank)
    Customer.objects.filter(pk=chen.pk).update(status="active", admitted_on=dt.date(2026, 1, 5))
    return chen


@pytest.fixture
def march(bank: Any, known: Any) -> list[Complaint]:
    """About Lin; forwarded and joined with it; about fees and data at West; about nothing in particular."""
    sun, ning = bank.actor("sun"), bank.actor("ning")
    sold = {"subject": "存款变保险", "text": "到期才知道买的是保险，要求退回本金", "subject_kind": "staff",
            "accused": ("1001",)}  # fmt: skip
    sold = {"subject": "存款变保险", "text": "到期才知道买的是保险，要求退回本金", "subject_kind": "staff"}
    said: list[dict[str, Any]] = [
        {"source": "hotline", "accused": ("1001",), **sold},
        {"source": "12378", "regulator_no": "N-1", "accused": ("1001",), **sold},
        {"source": "branch", "subject": "乱收费", "text": "年费没有事先告知，要求退还", "subject_kind": "unit",
         "concerned_unit_id": bank.units["west"].pk, "hidden_from_unit": True},
    ]  # fmt: skip
    rows = [receive_complaint(ComplaintData(**SAID | each), actor=sun, customer=known) for each in said]
    stranger = {"source": "portal", "subject": "排队", "text": "柜台排队三个小时没有人理会我们",
                "complainant_name": "王芳", "complainant_phone": "13900001111"}  # fmt: skip
    rows.append(receive_complaint(ComplaintData(**SAID | stranger), actor=sun))
    handling.classify_complaint(rows[2].pk, actor=ning, place="electronic", business="cards", causes=["fees", "data"])
    return [Complaint.objects.get(pk=row.pk) for row in rows]


def test_what_was_joined_counts_once_and_each_dimension_adds_up(
    bank: Any, march: list[Complaint], django_assert_max_num_queries: Any
) -> None:
    tang = bank.actor("tang")
    with django_assert_max_num_queries(9):
        found = complaint_figures(tang, MARCH)
    whole = found.count()
    assert (whole.brought, whole.cases, whole.told) == (4, 3, 0)
    assert whole.flags == {"repeated": 2, "escalated": 1, "at_once": 0, "late_ours": 0, "late_legal": 0}
    assert found.count(CAUSE, "fees").cases == found.count(CAUSE, "data").cases == 1
    assert found.count(CAUSE, "").cases == 2
    east, west = str(bank.units["east"].pk), str(bank.units["west"].pk)
    assert (found.count(UNIT, east).cases, found.count(UNIT, west).cases) == (2, 1)
    assert found.keys(REGION) == [str(bank.units["branch"].pk)]
    assert found.keys(SELLER) == []
    assert (found.size().customers, found.size().outlets) == (1, 2)
    assert (found.per_customers(), found.per_outlets()) == (30_000_000.0, 1500.0)
    assert found.per_outlets(UNIT, west) == 1000.0
    later = FiguresAsked(dt.date(2026, 4, 1), dt.date(2026, 5, 1))
    assert complaint_figures(tang, later).count_before().cases == 3
    assert complaint_figures(tang, FiguresAsked(MARCH.first, MARCH.last, bank.units["west"].pk)).count().cases == 1


def test_a_case_kept_from_somebody_is_in_none_of_their_figures(bank: Any, march: list[Complaint]) -> None:
    zhou = bank.actor("zhou")
    assert complaint_figures(zhou, MARCH).count().brought == 3  # the one about West counts at West
    Complaint.objects.filter(pk=march[0].pk).update(accused=["1004"])
    assert complaint_figures(zhou, MARCH).count().cases == 1
    Complaint.objects.filter(pk=march[3].pk).update(hidden_from_unit=True)
    assert complaint_figures(zhou, MARCH).count().cases == 0
    assert complaint_trend(zhou, figures_asked(MARCH.first, MARCH.last)).months == ()
    assert complaint_figures(bank.actor("ning"), MARCH).count().cases == 3
    with pytest.raises(NotFound):
        complaint_figures(zhou, FiguresAsked(MARCH.first, MARCH.last, bank.units["west"].pk))
    with pytest.raises(NotPermitted):
        complaint_figures(bank.actor("lin"), MARCH)
    with pytest.raises(RuleViolation):
        figures_asked(MARCH.last, MARCH.first)


def test_lateness_by_either_ruler_and_what_was_solved_at_once(
    bank: Any, march: list[Complaint], time_machine: Any
) -> None:
    tang, asked = bank.actor("tang"), figures_asked(MARCH.first, dt.date(2026, 4, 30))
    time_machine.move_to(MONDAY + 5 * DAY, tick=False)
    found = complaint_figures(tang, asked).count()
    assert (found.flags["late_ours"], found.flags["late_legal"]) == (3, 0)
    time_machine.move_to(MONDAY + 20 * DAY, tick=False)
    assert complaint_figures(tang, asked).count().flags["late_legal"] == 3
    clocks = march[3].clocks.all()
    clocks.update(state="met", met_at=MONDAY + DAY / 2)
    assert complaint_figures(tang, asked).count().flags["at_once"] == 1
    Complaint.objects.filter(pk=march[3].pk).update(word="disputed")
    assert complaint_figures(tang, asked).count().flags["at_once"] == 0


def test_every_number_on_the_page_is_as_long_as_its_list(
    bank: Any, march: list[Complaint], client_of: ClientOf, django_assert_max_num_queries: Any
) -> None:
    ning = client_of("ning")
    span = "first=2026-03-01&last=2026-03-31"
    with django_assert_max_num_queries(40):
        page = ning.get(f"{reverse('complaints:figures')}?{span}").content.decode()
    assert "定价收费" in page
    assert "每千万个人客户" in page
    found = complaint_figures(bank.actor("ning"), MARCH)
    shared = "nature=complaint&opened_after=2026-03-01&opened_before=2026-03-31"
    expected = {"went=counted": 3, "": 4, "went=joined": 1, "went=counted&cause=none": 2, "went=counted&cause=data": 1}
    expected |= {f"went={name}": found.count().flags[name] for name in FLAGS}
    expected |= {f"went=counted&unit={bank.units['west'].pk}": 1, f"went=counted&region={bank.units['branch'].pk}": 3}
    expected |= {f"went=counted&under={bank.units['branch'].pk}": 3, "went=counted&place=electronic": 1}
    expected |= {"went=counted&product=WM-X1": 0, "went=counted&seller=1001": 0, "went=counted&source=portal": 1}
    for query, count in expected.items():
        shown = ning.get(f"{reverse('complaints:list')}?{shared}&{query}").content.decode()
        numbers = {row.complaint_no for row in march} | set(Complaint.objects.values_list("complaint_no", flat=True))
        assert sum(1 for number in numbers if number in shown) == count, query
    for name in ("region", "unit", "place", "channel", "source", "product", "seller", "business", "nonsense"):
        assert ning.get(f"{reverse('complaints:figures')}?{span}&by={name}").status_code == 200
    refused = ning.get(f"{reverse('complaints:figures')}?first=2026-03-31&last=2026-03-01")
    assert refused.status_code == 422
    empty = ning.get(f"{reverse('complaints:figures')}?first=2020-01-01&last=2020-12-31").content.decode()
    assert "这段时间没有投诉" in empty
    assert client_of("sun").get(reverse("complaints:figures")).status_code == 403
    assert client_of("zhou").get(reverse("complaints:figures")).status_code == 200


def test_the_file_needs_a_purpose_and_is_audited(bank: Any, march: list[Complaint], client_of: ClientOf) -> None:
    ning = client_of("ning")
    address = f"{reverse('complaints:export_figures')}?first=2026-03-01&last=2026-03-31"
    assert ning.post(address, {"format": "csv", "purpose": " "}).status_code == 422
    sheet = ning.post(address, {"format": "csv", "purpose": "月度例会"})
    lines = b"".join(sheet.streaming_content).decode()  # type: ignore[attr-defined]
    assert "江城分行" in lines
    assert "城西支行" in lines
    assert AuditEntry.objects.filter(operation="service.export_complaint_figures", outcome="done").exists()
    assert ning.post(address, {"format": "xlsx", "purpose": "月度例会"}).status_code == 200


def test_a_wobble_is_no_alarm_and_a_jump_is(bank: Any, known: Any, client_of: ClientOf, time_machine: Any) -> None:
    moments = []
    for month in range(24):
        first = dt.datetime(2024 + month // 12, month % 12 + 1, 3, 9, tzinfo=zone())
        moments += [first + dt.timedelta(hours=each) for each in range(12 + month % 3)]
    stored(bank, known, moments)
    january = dt.datetime(2026, 1, 5, 9, tzinfo=zone())
    stored(bank, known, [january + dt.timedelta(hours=each) for each in range(14)])
    Customer.objects.filter(pk=known.pk).update(admitted_on=dt.date(2020, 1, 1))
    tang = bank.actor("tang")
    calm = complaint_trend(tang, figures_asked(dt.date(2026, 1, 1), dt.date(2026, 1, 31)))
    assert len(calm.months) == 24
    assert calm.chart.based_on == 23  # the month asked for does not say what is usual
    assert (calm.chart.signals, calm.per_customers, calm.customers[-1]) == ((), True, 1)
    assert complaint_signals(tang, figures_asked(dt.date(2026, 1, 1), dt.date(2026, 1, 31))) == []
    february = dt.datetime(2026, 2, 5, 9, tzinfo=zone())
    stored(bank, known, [february + dt.timedelta(hours=each) for each in range(40)], causes=["data", "fees"])
    asked = figures_asked(dt.date(2026, 1, 1), dt.date(2026, 3, 9))
    loud = complaint_trend(tang, asked)
    assert loud.chart.points[-1].signals == ("beyond",)
    assert loud.months[-1] == dt.date(2026, 2, 1)  # March is not over
    told = complaint_signals(tang, asked)
    assert {(each.dimension, each.key, each.above) for each in told} >= {("cause", "fees", True)}
    assert complaint_trend(tang, asked, "cause", "fees").chart.signals == (23,)
    assert complaint_trend(tang, asked, "unit", str(bank.units["west"].pk)).months == ()
    page = client_of("tang").get(f"{reverse('complaints:trend')}?first=2026-01-01&last=2026-03-09&by=cause&key=fees")
    body = page.content.decode()
    assert "定价收费" in body
    assert "超出控制界限" in body
    figures = (
        client_of("tang").get(f"{reverse('complaints:figures')}?first=2026-01-01&last=2026-03-09").content.decode()
    )
    assert "与以往月份不同" in figures
    empty = client_of("tang").get(f"{reverse('complaints:trend')}?by=cause&key=collection").content.decode()
    assert "还没有趋势" in empty


def test_a_sale_complained_about_counts_for_its_product_and_its_seller(
    bank: Any, chen: Any, client_of: ClientOf, time_machine: Any
) -> None:
    time_machine.move_to(MONDAY, tick=False)
    hire(bank)
    product, officer = drafted(bank), {"officer_post": bank.posts["wu"]}
    sale = Sale.objects.create(
        sale_no="S2026001", customer=chen, product=product, unit=bank.units["east"], seller_post=bank.posts["lin"],
        seller=bank.employees["lin"], amount=50000, channel="premises", staff_took_part=True,
        needed=sorted(int(gate) for gate in ALWAYS), opened_at=MONDAY, opened_on=MONDAY.date(), lapses_on=MONDAY.date(),
    )  # fmt: skip
    stored(bank, chen, [MONDAY, MONDAY + DAY], subject_kind="sale", subject_no=sale.sale_no, **officer)
    stored(bank, chen, [MONDAY], subject_kind="product", subject_no=product.code, **officer)
    found = complaint_figures(bank.actor("tang"), MARCH)
    assert (found.count("product", product.code).cases, found.count(SELLER, "1001").cases) == (3, 2)
    page = client_of("tang").get(f"{reverse('complaints:figures')}?first=2026-03-01&last=2026-03-31&by=seller")
    assert "林晓雯 (1001)" in page.content.decode()
    for query, count in ((f"product={product.code}", 3), ("seller=1001", 2)):
        listed = client_of("tang").get(f"{reverse('complaints:list')}?{query}").content.decode()
        assert sum(1 for row in Complaint.objects.all() if row.complaint_no in listed) == count, query


def test_customers_are_counted_as_they_were(known: Any) -> None:
    days = [dt.date(2025, 12, 31), dt.date(2026, 1, 5), dt.date(2026, 3, 31)]
    assert customers_at(None, days) == [0, 1, 1]
    Customer.objects.filter(pk=known.pk).update(status="closed", closed_on=dt.date(2026, 2, 1))
    assert customers_at(None, days) == [0, 1, 0]
    assert customers_at([], days) == [0, 0, 0]


def test_the_effect_of_a_measure_before_and_after_is_kept_with_the_verdict(
    bank: Any, known: Any, march: list[Complaint], client_of: ClientOf, time_machine: Any
) -> None:
    zhou, ning, head = bank.actor("zhou"), bank.actor("ning"), bank.units["east"]
    stored(bank, known, [MONDAY - each * DAY for each in range(1, 11) for _twice in range(2)], causes=["unclear"])
    Complaint.objects.filter(pk=march[0].pk).update(state="handling")
    row = open_remediation(
        march[0].pk, actor=ning, cause="unclear", problem="未说明产品性质", post_id=bank.posts["zhou"].pk,
        due_on=MONDAY.date() + 5 * DAY,
    )  # fmt: skip
    assert effect_of(ning, row) is None
    finish_remediation(row, actor=zhou, measure="双录前确认性质", done="已上线")
    row.refresh_from_db()
    assert effect_of(ning, row) is None  # the day itself tells nothing
    time_machine.move_to(MONDAY + 11 * DAY, tick=False)
    stored(bank, known, [MONDAY + 3 * DAY], causes=["unclear", "fees"])
    found = effect_of(ning, Remediation.objects.select_related("owner_unit").get(pk=row.pk))
    assert found is not None
    assert (found.before.cases, found.after.cases, found.unit_id, found.whole) == (20, 1, head.pk, False)
    assert found.change is not None
    assert found.change.word == "fell"
    page = client_of("ning").get(reverse("complaints:remediation", args=[row.pk])).content.decode()
    assert "发生得更少" in page
    assert "0.05" in page
    assert "比较" not in client_of("gao").get(reverse("complaints:remediation", args=[row.pk])).content.decode()
    with pytest.raises(NotPermitted):
        verify_remediation(row, actor=zhou, effective=True, effect="有效")
    verify_remediation(row, actor=ning, effective=True, effect="同类投诉明显减少")
    row.refresh_from_db()
    assert (row.cases_before, row.cases_after, row.days_compared) == (20, 1, 10)
    assert "判断效果时" in client_of("ning").get(reverse("complaints:remediation", args=[row.pk])).content.decode()
    assert "判断效果时" not in client_of("zhou").get(reverse("complaints:remediation", args=[row.pk])).content.decode()
    trend = (
        client_of("ning").get(f"{reverse('complaints:trend')}?by=cause&key=unclear&last=2026-03-31").content.decode()
    )
    assert "未说明产品性质" in trend
