"""Work items: my list, completing, putting off, handing over, the badge."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kexin.core import frame
from kexin.core.actor import system
from kexin.core.choices import WorkStatus
from kexin.core.errors import NotFound, RuleViolation
from kexin.core.models import WorkItem
from kexin.core.work_operations import complete_work, reassign_work, snooze_work
from kexin.core.workflow import open_work
from tests.personas import Bank

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., Client]


def owed(bank: Bank, who: str = "lin", hours: float = 4, kind: str = "test.call") -> WorkItem:
    """Somebody owes something in some hours (negative: since), opened inside an act of the system."""
    token = frame.current.set(frame.Frame(operation="test.open", actor=system("test")))
    try:
        return open_work(
            kind,
            unit_id=bank.posts[who].unit_id,
            owner_post_id=bank.posts[who].pk,
            due_at=timezone.now() + dt.timedelta(hours=hours),
        )
    finally:
        frame.current.reset(token)


def test_my_list_holds_mine_and_the_head_sees_the_units(bank: Bank, client_of: ClientOf) -> None:
    mine, other = owed(bank), owed(bank, "mei")
    lin, zhou = client_of("lin"), client_of("zhou")
    rows = lin.get(reverse("core:work")).context["table"].page.rows
    assert [row.pk for row in rows] == [mine.pk]
    everybody = zhou.get(reverse("core:work") + "?who=all").context["table"].page.rows
    assert [row.pk for row in everybody] == [mine.pk]  # East, not West
    assert lin.get(reverse("core:complete_work", args=[other.pk])).status_code == 404


def test_late_and_kind_filters(bank: Bank, client_of: ClientOf) -> None:
    late = owed(bank, hours=-2)
    owed(bank, hours=5)
    lin = client_of("lin")
    rows = lin.get(reverse("core:work") + "?late=on").context["table"].page.rows
    assert [row.pk for row in rows] == [late.pk]
    assert lin.get(reverse("core:work") + "?customer=C404").context["table"].page.rows == []


def test_the_badge_counts_my_open_items(bank: Bank, client_of: ClientOf) -> None:
    owed(bank)
    owed(bank, hours=9)
    owed(bank, "mei")
    menu = client_of("lin").get("/me/").context["menu"]()
    badges = {entry.url: entry.badge for group in menu for entry in group.entries}
    assert badges[reverse("core:work")] == 2


def test_completing_by_the_page(bank: Bank, client_of: ClientOf) -> None:
    item = owed(bank)
    answer = client_of("lin").post(reverse("core:complete_work", args=[item.pk]), {"outcome": "done", "note": "已致电"})
    assert answer.status_code == 302
    item.refresh_from_db()
    assert (item.status, item.closed_by, item.note) == (WorkStatus.DONE, "1001", "已致电")


def test_others_items_cannot_be_completed(bank: Bank) -> None:
    with pytest.raises(NotFound):
        complete_work(owed(bank, "mei"), actor=bank.actor("lin"))


def test_an_approval_is_not_ticked_off(bank: Bank) -> None:
    item = owed(bank, "wu", kind="core.approval")
    with pytest.raises(RuleViolation):
        complete_work(item, actor=bank.actor("wu"))


def test_putting_off_ends_before_the_due_time(bank: Bank, client_of: ClientOf) -> None:
    item = owed(bank, hours=48)
    lin = bank.actor("lin")
    with pytest.raises(RuleViolation):
        snooze_work(item, actor=lin, until=timezone.now() - dt.timedelta(minutes=1))
    with pytest.raises(RuleViolation):
        snooze_work(item, actor=lin, until=item.due_at + dt.timedelta(minutes=1))
    until = timezone.localtime(timezone.now() + dt.timedelta(hours=20)).strftime("%Y-%m-%dT%H:%M")
    assert client_of("lin").post(reverse("core:snooze_work", args=[item.pk]), {"until": until}).status_code == 302
    item.refresh_from_db()
    assert item.snoozed_until is not None
    assert item.snoozed_until < item.due_at


def test_handing_over_to_a_held_post_within_reach(bank: Bank, client_of: ClientOf) -> None:
    item = owed(bank)
    zhou = client_of("zhou")
    url = reverse("core:reassign_work", args=[item.pk])
    assert zhou.post(url, {"post_id": bank.posts["sun"].pk, "reason": ""}).status_code == 422
    assert zhou.post(url, {"post_id": bank.posts["mei"].pk, "reason": "x"}).status_code == 422  # West
    assert zhou.post(url, {"post_id": bank.posts["sun"].pk, "reason": "休假"}).status_code == 302
    item.refresh_from_db()
    assert item.owner_post_id == bank.posts["sun"].pk
    with pytest.raises(RuleViolation):
        reassign_work(item, actor=bank.actor("zhou"), post_id=999_999, reason="x")
    assert client_of("lin").get(url).status_code == 403


def test_the_budget_of_the_page(bank: Bank, client_of: ClientOf, django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    for hours in range(30):
        owed(bank, hours=hours + 1)
    lin = client_of("lin")
    lin.get(reverse("core:work"))
    with django_assert_max_num_queries(14):
        lin.get(reverse("core:work"))
