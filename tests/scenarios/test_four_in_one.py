"""四位一体: who the customers are, what they hold, how they were served and by which channel, in one view.

The demonstration bank, read by compliance (all of it) and by the head of one sub-branch. Every number agrees with SQL
that knows none of ours, and opens a list of exactly so many customers; filters of one side narrow the others.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from kexin.core.actor import Actor, system
from kexin.core.errors import NotFound, RuleViolation
from kexin.core.models import AuditEntry
from kexin.desk.fourfold import Asked, export_fourfold, fourfold, fourfold_customers
from kexin.people.models import OrgUnit, PostHolder, User
from kexin.people.queries import actor_for

REQUIREMENTS = {
    "K-31": (
        "customers against products, services and channels, each number with its list; coverage by service and the"
        " goal of AUM reached beside it",
        "goals of satisfaction, loyalty, lifetime value and efficiency, steps planned towards a goal, and their review",
    ),
}
SCREENS = {"K-31": "四位一体视图"}
pytestmark = pytest.mark.django_db
TODAY, FIRST = dt.date(2026, 11, 20), "2025-12-01"
LIVE = (
    "c.status IN ('active', 'prospect', 'dormant')"
    " AND c.unit_id IN (SELECT id FROM people_orgunit WHERE starts_with(path, %s))"
)
HELD = (
    "SELECT a.customer_id, coalesce(p.product_class, a.kind) code FROM holdings_account a LEFT JOIN products_product p"
    " ON p.id = a.product_id WHERE a.status <> 'closed' AND a.kind NOT IN ('wealth', 'fund', 'gold', 'insurance')"
    " UNION SELECT a.customer_id, p.product_class FROM holdings_holding h"
    " JOIN holdings_account a ON a.id = h.account_id JOIN products_product p ON p.id = h.product_id"
    " WHERE h.units > 0 AND a.status <> 'closed'"
)
CALLED = f"SELECT customer_id FROM engagement_contact WHERE reached AND undone_at IS NULL AND \"on\" >= '{FIRST}'"
MET = (
    "SELECT customer_id, purpose FROM engagement_appointment WHERE state = 'kept' AND customer_id IS NOT NULL"
    f" AND starts_at >= '{FIRST} 00:00+08' AND starts_at < '2026-12-01 00:00+08'"
)


def sql(statement: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def by_tier(path: str, pairs: str) -> dict[tuple[str, str], int]:
    """Customers per tier and code of a select of pairs (customer_id, code)."""
    rows = sql(
        "SELECT coalesce(nullif(c.tier, ''), 'none'), s.code, count(DISTINCT c.party_id) FROM party_customer c"
        f" JOIN ({pairs}) s(customer_id, code) ON s.customer_id = c.party_id WHERE {LIVE} GROUP BY 1, 2",
        path,
    )
    return {(tier, code): number for tier, code, number in rows}


def shown(found: Any, side: str) -> dict[tuple[str, str], int]:
    return {(row.key, code): n for row in found.rows for code, n in row.counts[side].items() if n}


def test_every_number_is_sql_s_and_opens_its_customers(settings: Any) -> None:
    from kexin.project.demo import load
    from kexin.project.demo.simulate import prepare
    from kexin.project.demo.staffing import new_password

    settings.KEXIN_BUSINESS_DATE = TODAY.isoformat()
    load.load_bank(
        prepare(60, 3, 7, TODAY), actor=system("demo.load"), password=new_password(), progress=lambda *_: None
    )
    compliance, whole = holder("compliance_officer")
    head, unit = holder("sub_branch_head")
    for actor, path in ((compliance, "/"), (head, unit.path)):
        found = fourfold(actor, Asked(by="tier"))
        (number,) = sql(f"SELECT count(*) FROM party_customer c WHERE {LIVE}", path)[0]
        assert found.total.customers == number == sum(row.customers for row in found.rows) > 0
        assert shown(found, "product") == by_tier(path, HELD)
        assert {key: n for key, n in shown(found, "service").items() if key[1].startswith("meeting.")} == by_tier(
            path, f"SELECT customer_id, 'meeting.' || purpose FROM ({MET}) m"
        )
        channels = (
            f"SELECT customer_id, 'phone' FROM ({CALLED}) k UNION"
            f" SELECT customer_id, CASE purpose WHEN 'home' THEN 'away' WHEN 'call' THEN 'phone' ELSE 'branch' END"
            f" FROM ({MET}) m"
        )
        assert shown(found, "channel") == by_tier(path, channels)
        anybody = f"{CALLED} UNION SELECT customer_id FROM ({MET}) m"
        everybody = f"SELECT count(*) FROM party_customer c WHERE {LIVE} AND party_id IN ({anybody})"
        assert found.served == sql(everybody, path)[0][0] > 0
    assert whole.path != unit.path

    asked = Asked(by="tier")
    found = fourfold(head, asked)
    for side, codes in found.columns.items():
        assert codes, side
        for row in found.rows:
            for code in codes:
                listed = fourfold_customers(head, asked, row=row.key, side=side, code=code)
                assert listed.count() == row.counts[side][code], (row.key, side, code)
    assert fourfold_customers(head, asked, side="any").count() == found.served

    # a filter of one side narrows all; a service and a channel together mean the same meeting or call
    at_home = fourfold(head, Asked(by="product", service="meeting.home", channel="away"))
    assert at_home.total.customers == at_home.served == found.total.counts["service"]["meeting.home"]
    assert {code for code, n in at_home.total.counts["channel"].items() if n} <= {"away"}
    assert sum(row.customers for row in at_home.rows) == at_home.held
    assert fourfold(head, Asked(service="meeting.home", channel="phone")).total.customers == 0

    with pytest.raises(RuleViolation) as refused:
        fourfold(head, Asked(product="ships", unit="999999", period="between"))
    assert set(refused.value.fields) == {"product", "unit", "first"}
    with pytest.raises(NotFound):
        fourfold_customers(head, asked, side="service", code="nothing")

    page(head, found, unit)
    export_fourfold(asked, actor=head, purpose="季度回顾")
    assert AuditEntry.objects.filter(operation="desk.export_fourfold", outcome="done").exists()
    assert AuditEntry.objects.filter(operation="desk.view_fourfold", outcome="read").exists()


def page(head: Actor, found: Any, unit: OrgUnit) -> None:
    """The page, the list behind a cell, the file and the refusals, as the head of the sub-branch gets them."""
    client: Any = Client()
    user = User.objects.get(pk=head.user_id)
    user.must_change_password = False
    user.save()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": 0.0}, {"method": "mfa", "at": 0.0}]
    session.save()
    with CaptureQueriesContext(connection) as reads:
        text = client.get("/fourfold/").content.decode()
    assert len(reads) <= 40
    for words in (
        "四位一体视图",
        "持有产品",
        "接受服务",
        "使用渠道",
        f"{found.served}</a>",
        "side=channel&amp;code=phone",
    ):
        assert words in text, words
    row = next(row for row in found.rows if row.counts["channel"].get("phone"))
    listed = client.get("/fourfold/customers/", {"by": "tier", "row": row.key, "side": "channel", "code": "phone"})
    assert f"{row.counts['channel']['phone']}" in listed.content.decode()
    wrong = client.get("/fourfold/", {"period": "between", "first": "2026-11-02", "last": "2026-11-01"})
    assert (wrong.status_code, "截止日早于起始日" in wrong.content.decode()) == (422, True)
    nobody = client.get("/fourfold/", {"unit": unit.pk, "service": "meeting.home", "channel": "phone"})
    assert "没有客户" in nobody.content.decode()
    sent = client.post("/fourfold/export/?by=tier", {"purpose": "季度回顾", "format": "csv"})
    assert f",{found.total.customers}," in b"".join(sent.streaming_content).decode()
    file = client.post(
        f"/fourfold/customers/export/?by=tier&row={row.key}&side=channel&code=phone",
        {"purpose": "回访", "format": "csv"},
    )
    lines = b"".join(file.streaming_content).decode().strip().splitlines()
    assert len(lines) == row.counts["channel"]["phone"] + 2  # heads and watermark
    answer = client.get("/api/v1/fourfold", {"by": "tier"}).json()
    assert answer["total"]["customers"] == found.total.customers
    assert answer["total"]["channels"]["phone"] == found.total.counts["channel"]["phone"]


def holder(role: str) -> tuple[Actor, OrgUnit]:
    held = PostHolder.objects.filter(ends_on=None, post__roles__role__code=role, employee__user__isnull=False)
    row = held.select_related("post__unit", "employee__user").order_by("pk")[0]
    assert isinstance(row.employee.user, User)
    return actor_for(row.employee.user, session="test", methods=("password", "mfa")), row.post.unit
