"""Alerts on net values: the rules, then through doors, import, clock, pages and the interface; each told once."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from kexin.core.actor import system
from kexin.core.errors import NotPermitted, RuleViolation
from kexin.core.models import AuditEntry, Event, WorkItem
from kexin.products.alerts.choices import AlertKind
from kexin.products.alerts.examining import examine_net_values
from kexin.products.alerts.rules import Value, causes, lost, may_settle_alert
from kexin.products.alerts.settling import settle_alert
from kexin.products.models import NetValueAlert
from kexin.products.values.operations import correct_net_value, enter_net_value
from tests.personas import Bank
from tests.product_people import admitted, hire

DAY = dt.date(2026, 3, 2)


@dataclass(frozen=True)
class Limits:
    day_percent: Decimal = Decimal(1)
    window_days: int = 21
    window_percent: Decimal = Decimal(2)
    drawdown_percent: Decimal = Decimal(3)
    jump_percent: Decimal = Decimal(20)


def series(*values: str, every: int = 1, first: dt.date = DAY) -> list[Value]:
    return [
        Value(first + dt.timedelta(days=every * number), Decimal(value), Decimal(value))
        for number, value in enumerate(values)
    ]


def kinds(values: list[Value]) -> list[AlertKind]:
    return [each.kind for each in causes(values, Limits())]


def test_what_gives_cause() -> None:
    assert kinds(series("1")) == []
    assert kinds(series("1", "0.991")) == []
    assert kinds(series("1", "0.99")) == [AlertKind.DAY]
    assert kinds(series("1", "0.79")) == [AlertKind.JUMP]
    assert kinds(series("1", "1.25")) == [AlertKind.JUMP]
    slow = series("1", "0.995", "0.99", "0.985", "0.98", every=7)
    assert kinds(slow) == []  # 1.5 % in three weeks
    assert kinds(series("1", "0.993", "0.986", "0.979", every=7)) == [AlertKind.WINDOW]
    assert AlertKind.DRAWDOWN in kinds(series("1", "1.02", "1.01", "1.0", "0.985", every=30))


def test_a_payout_is_no_fall_and_a_deeper_fall_is_another_cause() -> None:
    paid = [
        Value(DAY, Decimal("1.10"), Decimal("1.10")),
        Value(DAY + dt.timedelta(1), Decimal("1.05"), Decimal("1.10")),
    ]
    assert lost(*paid) == 0
    assert causes(paid, Limits()) == []
    falling = [series("1.0", "0.97"), series("1.0", "0.965"), series("1.0", "0.939")]
    refs = [each.ref for values in falling for each in causes(values, Limits()) if each.kind == AlertKind.DRAWDOWN]
    assert refs == ["2026-03-02:1", "2026-03-02:1", "2026-03-02:2"]


def test_when_it_may_be_settled() -> None:
    def may(outcome: str, state: str = "open", reason: str = "x", kind: str = "day", rerated: bool = False) -> bool:
        return bool(may_settle_alert(state, outcome, reason, kind=kind, rerated=rerated))

    assert may("nothing")
    assert may("rerating", rerated=True)
    assert not may("rerating")
    assert not may("corrected")
    assert may("corrected", kind="jump")
    assert not may("nothing", state="settled")
    assert not may("nothing", reason=" ")
    assert not may("else")


@pytest.mark.django_db
def test_entered_corrected_examined_and_settled(bank: Bank, settings: Any) -> None:
    settings.KEXIN_BUSINESS_DATE = "2026-03-30"
    hire(bank)
    product, steward, luo = admitted(bank), bank.actor("he"), bank.actor("luo")
    enter_net_value(product.pk, actor=steward, day=dt.date(2026, 3, 2), unit_value=Decimal("1.0"))
    enter_net_value(product.pk, actor=steward, day=dt.date(2026, 3, 20), unit_value=Decimal("0.995"))
    assert not NetValueAlert.objects.exists()
    wrong = enter_net_value(
        product.pk, actor=steward, day=dt.date(2026, 3, 27), unit_value=Decimal("0.598"), confirmed=True
    )
    jump = NetValueAlert.objects.get()
    assert (jump.kind, jump.facts) == ("jump", {"percent": "39.90", "since": "2026-03-20"})
    item = WorkItem.objects.get(kind="products.alert")
    assert item.owner_post_id == bank.posts["fang"].pk  # a mistake is the owner's
    correct_net_value(
        wrong.pk, actor=steward, unit_value=Decimal("0.985"), accumulated=Decimal("0.985"), reason="录入错误",
        confirmed=True,
    )  # fmt: skip
    found = {row.kind: row for row in NetValueAlert.objects.exclude(pk=jump.pk)}
    assert set(found) == {"day", "window"}
    owners = set(WorkItem.objects.filter(subject_id__in=[row.pk for row in found.values()], kind="products.alert")
                 .values_list("owner_post_id", flat=True))  # fmt: skip
    assert owners == {bank.posts["luo"].pk}  # falls are for risk
    assert examine_net_values(actor=system("clock.net_values")) == 0  # each once
    settings.KEXIN_BUSINESS_DATE = "2026-04-20"
    assert examine_net_values(actor=system("clock.net_values")) == 1  # nothing came for weeks
    assert examine_net_values(actor=system("clock.net_values")) == 0
    with pytest.raises(NotPermitted):
        examine_net_values(actor=luo)
    with pytest.raises(NotPermitted):
        settle_alert(jump, actor=bank.actor("lin"), outcome="nothing", reason="x")
    with pytest.raises(RuleViolation) as why:
        settle_alert(found["window"], actor=luo, outcome="rerating", reason="利差走阔")
    assert list(why.value.fields) == ["outcome"]
    settle_alert(jump, actor=bank.actor("fang"), outcome="corrected", reason="托管行更正")
    item.refresh_from_db()
    assert (item.status, item.outcome) == ("done", "corrected")
    assert Event.objects.filter(name="products.NetValueAlerted").count() == 4
    assert Event.objects.filter(name="products.NetValueAlertSettled").count() == 1
    assert AuditEntry.objects.filter(operation="products.settle_alert", outcome="refused").count() == 2


@pytest.mark.django_db
def test_pages_and_interface(bank: Bank, settings: Any, client_of: Any, django_assert_max_num_queries: Any) -> None:
    settings.KEXIN_BUSINESS_DATE = "2026-03-30"
    hire(bank)
    product, steward = admitted(bank), bank.actor("he")
    for day, value in ((2, "1.0"), (27, "0.95")):
        enter_net_value(product.pk, actor=steward, day=dt.date(2026, 3, day), unit_value=Decimal(value))
    row, luo = NetValueAlert.objects.get(kind="day"), client_of("luo")
    with django_assert_max_num_queries(20):
        page = luo.get(reverse("product_alerts:list") + "?which=today").content.decode()
    assert product.name in page
    one = reverse("product_alerts:one", args=[row.pk])
    assert one in luo.get(f"/panel/product/{product.pk}/alerts/").content.decode()
    assert luo.post(one, {"outcome": "nothing", "reason": ""}).status_code == 422
    assert luo.post(one, {"outcome": "nothing", "reason": "一次性估值调整"}).status_code == 302
    assert luo.get(one).status_code == 200
    found = luo.get("/api/v1/product-alerts?which=open").json()["items"]
    assert {each["kind"] for each in found} == {"window", "drawdown"}
    body = json.dumps({"outcome": "nothing", "reason": "市场波动"})
    done = luo.post(f"/api/v1/product-alerts/{found[0]['id']}/outcome", body, content_type="application/json")
    assert done.json()["state"] == "settled", done.content
    assert client_of("lin").get(reverse("product_alerts:list")).status_code == 403
