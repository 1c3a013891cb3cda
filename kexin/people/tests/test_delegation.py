"""Delegation: who may stand in for whom, what the delegate sees and may do, when it ends, what the audit says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from kexin.core import frame
from kexin.core.actor import system
from kexin.core.approval import decide_approval, propose
from kexin.core.approval_queries import to_decide
from kexin.core.calendar import zone
from kexin.core.errors import KexinError, NotFound, NotPermitted, RuleViolation
from kexin.core.models import Approval, AuditEntry, History, PolicyVersion, Role, WorkItem
from kexin.core.policy import forget_cache
from kexin.core.work_operations import complete_work, my_work, reassign_work, snooze_work, work_in_reach
from kexin.core.workflow import duty_holder, open_work
from kexin.party.models import Customer
from kexin.people import operations as ops
from kexin.people.delegations import candidates, my_delegations
from kexin.people.models import Delegation, PostHolder
from tests.personas import Bank

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., Client]
SYSTEM = system("test")
TODAY = dt.date(2026, 3, 9)  # a Monday
DAY = dt.timedelta(days=1)
KIND = "party.document_expiring"


@pytest.fixture(autouse=True)
def _on_a_monday_morning(time_machine: Any) -> None:
    time_machine.move_to(dt.datetime.combine(TODAY, dt.time(9), zone()), tick=False)


def owed(bank: Bank, who: str, customer: Any = None, kind: str = KIND, subject: int | None = None) -> WorkItem:
    """Somebody owes something about a customer, opened inside an act of the system."""
    token = frame.current.set(frame.Frame(operation="test.open", actor=SYSTEM))
    try:
        return open_work(
            kind,
            unit_id=bank.posts[who].unit_id,
            owner_post_id=bank.posts[who].pk,
            due_at=timezone.now() + dt.timedelta(hours=30),
            customer_id=customer.pk if customer is not None else None,
            subject_kind="test",
            subject_id=subject,
            details={"type": "PASSPORT", "expires_on": str(TODAY + 5 * DAY), "stage": 7},
        )
    finally:
        frame.current.reset(token)


def named(bank: Bank, absent: str, delegate: str, **change: Any) -> Delegation:
    """The absent one names a delegate for a week from today."""
    data = {"starts_on": TODAY, "ends_on": TODAY + 6 * DAY, "reason": "年休假", **change}
    return ops.delegate_work(bank.posts[absent], actor=bank.actor(absent), delegate_post=bank.posts[delegate], **data)


def test_work_of_the_absent_is_shown_to_the_delegate_and_may_be_done(bank: Bank, chen: Any) -> None:
    item = owed(bank, "lin", chen)
    with pytest.raises(NotFound):
        complete_work(item, actor=bank.actor("mei"))
    named(bank, "lin", "mei")
    mei = bank.actor("mei")
    later = owed(bank, "lin", chen, subject=2)
    assert {row.pk for row in my_work(mei)} == {row.pk for row in my_work(bank.actor("lin"))} == {item.pk, later.pk}
    done = complete_work(item, actor=mei)
    assert (done.closed_by, done.owner_post_id) == ("1002", bank.posts["lin"].pk)
    said = AuditEntry.objects.get(operation="core.complete_work", outcome="done")
    assert (said.actor_name, said.arguments["acted_for"]) == ("1002", "1001")
    assert said.arguments["acted_for_post"] == bank.posts["lin"].pk
    snooze_work(later, actor=mei, until=later.due_at - dt.timedelta(hours=1))
    with pytest.raises(NotPermitted):  # handing over is nobody's by standing in
        reassign_work(later, actor=mei, post_id=bank.posts["mei"].pk, reason="x")


def test_ones_own_acts_say_nothing_of_anybody_else(bank: Bank) -> None:
    named(bank, "lin", "mei")
    complete_work(owed(bank, "mei"), actor=bank.actor("mei"))
    complete_work(owed(bank, "lin"), actor=bank.actor("lin"))
    for entry in AuditEntry.objects.filter(operation="core.complete_work"):
        assert "acted_for" not in entry.arguments


@pytest.mark.parametrize(
    ("starts", "ends", "on", "runs"), [(0, 6, 0, True), (0, 6, 6, True), (0, 6, 7, False), (3, 6, 2, False)]
)
def test_it_begins_and_ends_by_itself(
    bank: Bank, time_machine: Any, starts: int, ends: int, on: int, runs: bool
) -> None:
    item = owed(bank, "lin")
    named(bank, "lin", "mei", starts_on=TODAY + starts * DAY, ends_on=TODAY + ends * DAY)
    time_machine.shift(on * DAY)
    assert my_work(bank.actor("mei")).exists() is runs
    assert bool(bank.actor("mei").stand_ins) is runs
    assert WorkItem.objects.get(pk=item.pk).owner_post_id == bank.posts["lin"].pk


@pytest.mark.parametrize("who", ["lin", "mei", "zhou"])
def test_absent_delegate_and_head_end_it_early(bank: Bank, who: str) -> None:
    owed(bank, "lin")
    row = named(bank, "lin", "mei")
    ops.end_delegation(row, actor=bank.actor(who))
    row.refresh_from_db()
    assert row.ended_by == bank.actor(who).name
    assert not my_work(bank.actor("mei")).exists()
    with pytest.raises(RuleViolation):
        ops.end_delegation(row, actor=bank.actor(who))


def test_nobody_else_ends_it(bank: Bank) -> None:
    row = named(bank, "lin", "mei")
    for stranger in ("sun", "wu", "gao"):
        with pytest.raises(NotFound):
            ops.end_delegation(row, actor=bank.actor(stranger))


def test_it_names_persons_a_successor_inherits_nothing(bank: Bank) -> None:
    owed(bank, "lin")
    named(bank, "lin", "mei")
    new = ops.create_employee(actor=SYSTEM, staff_no="2003", name="宋佳", unit=bank.units["west"], joined_on=TODAY)
    PostHolder.objects.filter(post=bank.posts["lin"]).update(ends_on=TODAY - DAY)
    assert not bank.actor("mei").stand_ins  # Lin left the post: whoever follows has named nobody
    PostHolder.objects.filter(post=bank.posts["lin"]).update(ends_on=None)
    assert bank.actor("mei").stand_ins
    PostHolder.objects.filter(post=bank.posts["mei"]).update(ends_on=TODAY - DAY)
    ops.create_user(new, actor=SYSTEM, password="correct-horse-7-staple")
    ops.appoint(bank.posts["mei"], actor=SYSTEM, employee=new, starts_on=TODAY)
    new.refresh_from_db()
    bank.employees["song"] = new
    assert not bank.actor("song").stand_ins


def test_only_the_kinds_that_were_named(bank: Bank, chen: Any) -> None:
    expiring, other = owed(bank, "lin", chen), owed(bank, "lin", chen, kind="core.import_rejected")
    named(bank, "lin", "mei", kinds=[KIND])
    mei = bank.actor("mei")
    assert [row.pk for row in my_work(mei)] == [expiring.pk]
    assert other.pk not in set(work_in_reach(mei).values_list("pk", flat=True))
    with pytest.raises(NotFound):
        complete_work(other, actor=mei)


def test_customers_of_that_open_work_may_be_read_and_no_others(bank: Bank, chen: Any, client_of: ClientOf) -> None:
    url = reverse("party:customer", args=[chen.pk])
    named(bank, "lin", "mei")
    assert client_of("mei").get(url).status_code == 404  # no work of Lin's concerns her
    item = owed(bank, "lin", chen)
    mei = client_of("mei")
    assert mei.get(url).status_code == 200
    for panel in ("profile", "accounts", "timeline", "history"):
        assert mei.get(reverse("core:panel", args=["customer", chen.pk, panel])).status_code in (200, 404)
    actor = bank.actor("mei")
    assert not Customer.objects.visible_to(actor, "party.change_customer").exists()
    assert not Customer.objects.visible_to(actor, "party.export_customers").exists()
    complete_work(item, actor=actor)
    assert mei.get(url).status_code == 404


def test_the_policy_may_open_no_customers_at_all(bank: Bank, chen: Any) -> None:
    owed(bank, "lin", chen)
    named(bank, "lin", "mei")
    PolicyVersion.objects.filter(code="people.delegation").update(values={"longest_days": 92, "opens": []})
    forget_cache()
    mei = bank.actor("mei")
    assert my_work(mei).exists()
    assert not Customer.objects.visible_to(mei, "party.view_customer").exists()


def test_it_gives_no_rights_that_the_delegate_lacks(bank: Bank, chen: Any) -> None:
    owed(bank, "lin", chen)
    named(bank, "lin", "sun")
    sun = bank.actor("sun")
    lacking = {"party.create_customer", "party.propose_merge", "party.propose_exit"}
    assert not any(sun.may(name) for name in lacking)
    first = bank.actor("lin")
    assert all(first.may(name) for name in lacking)


def test_incompatible_duties_come_not_into_one_hand(bank: Bank) -> None:
    with pytest.raises(RuleViolation) as refused:
        named(bank, "lin", "zhou")  # proposing and approving the exit of a customer
    assert "party.propose_exit" in str(refused.value.message)
    assert not Delegation.objects.exists()
    entry = AuditEntry.objects.get(operation="people.delegate_work")
    assert entry.outcome == "refused"


def made_proposal(bank: Bank, by: str, owner: str) -> Approval:
    """A policy version proposed by somebody, its decision owed by another's post."""
    token = frame.current.set(frame.Frame(operation="core.propose_policy", actor=bank.actor(by)))
    try:
        row = propose(
            "core.propose_policy",
            actor=bank.actor(by),
            arguments={"version": 0},
            summary={},
            unit_id=bank.units["head"].pk,
            reason="r",
        )
    finally:
        frame.current.reset(token)
    WorkItem.objects.filter(subject_id=row.pk, kind="core.approval").update(owner_post_id=bank.posts[owner].pk)
    return row


def second_officer(bank: Bank) -> None:
    """Jin, another compliance officer at the head office."""
    jin = ops.create_employee(actor=SYSTEM, staff_no="2004", name="金玲", unit=bank.units["head"], joined_on=TODAY)
    ops.create_user(jin, actor=SYSTEM, password="correct-horse-7-staple")
    post = ops.create_post(actor=SYSTEM, unit=bank.units["head"], title="合规专员")
    ops.apply_grant(post, actor=SYSTEM, role=Role.objects.get(code="compliance_officer"), reach="all")
    ops.appoint(post, actor=SYSTEM, employee=jin, starts_on=TODAY)
    jin.refresh_from_db()
    bank.employees["jin"], bank.posts["jin"] = jin, post


def test_a_proposal_in_the_absent_ones_queue_is_decided_by_own_right_only(bank: Bank) -> None:
    second_officer(bank)
    row = made_proposal(bank, "gao", "wu")
    named(bank, "wu", "jin")
    jin = bank.actor("jin")
    assert [item.subject_id for item in my_work(jin)] == [row.pk]
    decide_approval(row, actor=jin, approve=False, note="不同意")
    said = AuditEntry.objects.get(operation="core.decide_approval", outcome="done")
    assert (said.actor_name, said.arguments["acted_for"]) == ("2004", "1005")


def test_who_lacks_the_right_sees_no_proposal_of_the_absent_one(bank: Bank) -> None:
    row = made_proposal(bank, "gao", "wu")
    delegate_of_wu = Delegation.objects.create(  # as if the matrix had allowed it
        post=bank.posts["wu"],
        absent=bank.employees["wu"],
        delegate_post=bank.posts["sun"],
        delegate=bank.employees["sun"],
        starts_on=TODAY,
        ends_on=TODAY,
        reason="x",
        made_by="1005",
    )
    sun = bank.actor("sun")
    assert sun.stand_ins[0].post_id == delegate_of_wu.post_id
    assert not my_work(sun).exists()
    assert not WorkItem.objects.visible_to(sun, "core.view_work").exists()
    with pytest.raises(KexinError):
        decide_approval(row, actor=sun, approve=True)


def test_the_delegate_decides_nothing_that_the_absent_one_proposed(bank: Bank) -> None:
    second_officer(bank)
    row = made_proposal(bank, "jin", "wu")
    wu = bank.posts["wu"].pk
    assert duty_holder("core.approve_policy", bank.units["head"].pk, bank.employees["jin"].user_id) == wu
    named(bank, "jin", "wu")
    actor = bank.actor("wu")
    assert row not in to_decide(actor)
    with pytest.raises(RuleViolation):
        decide_approval(row, actor=actor, approve=True)
    assert Approval.objects.get(pk=row.pk).status == "open"
    assert duty_holder("core.approve_policy", bank.units["head"].pk, bank.employees["jin"].user_id) is None


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"starts_on": TODAY - DAY}, "starts_on"),
        ({"ends_on": TODAY - DAY}, "ends_on"),
        ({"ends_on": TODAY + 92 * DAY}, "ends_on"),
        ({"reason": "  "}, "reason"),
        ({"reason": "长" * 201}, "reason"),
        ({"kinds": ["no.such"]}, "kinds"),
    ],
)
def test_what_makes_no_sense_is_told_at_its_field(bank: Bank, change: dict[str, Any], field: str) -> None:
    with pytest.raises(RuleViolation) as refused:
        named(bank, "lin", "mei", **change)
    assert list(refused.value.fields) == [field]


def test_whom_one_may_name(bank: Bank) -> None:
    names = {row.employee.staff_no for row in candidates(bank.posts["lin"])}
    assert names == {"1002", "1003", "1004"}  # the branch; nobody of the head office, not herself
    for wrong in ("lin", "tang", "wu"):
        with pytest.raises(RuleViolation) as refused:
            named(bank, "lin", wrong)
        assert list(refused.value.fields) == ["delegate_post"]


def test_one_delegate_for_the_same_work_and_nobody_who_is_absent(bank: Bank) -> None:
    named(bank, "lin", "mei", kinds=[KIND])
    named(bank, "lin", "sun", kinds=["party.duplicate_review"])
    with pytest.raises(RuleViolation):
        named(bank, "lin", "sun")
    with pytest.raises(RuleViolation):
        named(bank, "lin", "sun", kinds=[KIND], starts_on=TODAY + 6 * DAY, ends_on=TODAY + 8 * DAY)
    named(bank, "lin", "sun", starts_on=TODAY + 7 * DAY, ends_on=TODAY + 8 * DAY)
    with pytest.raises(RuleViolation):  # Mei does Lin's work: she passes nothing on
        named(bank, "mei", "sun")
    with pytest.raises(RuleViolation) as refused:  # and who is absent stands in for nobody
        named(bank, "mei", "lin", starts_on=TODAY + 8 * DAY, ends_on=TODAY + 8 * DAY)
    assert list(refused.value.fields) == ["delegate_post"]


def test_the_database_holds_what_must_hold(bank: Bank) -> None:
    row = named(bank, "lin", "mei")
    for wrong in ({"ends_on": TODAY - DAY}, {"delegate": row.absent}, {"ended_by": "1001"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Delegation.objects.filter(pk=row.pk).update(**wrong)
    assert History.objects.filter(table_name="people_delegation").exists()


def test_the_head_names_somebody_for_one_who_fell_ill(bank: Bank) -> None:
    data = {"starts_on": TODAY, "ends_on": TODAY, "reason": "病假"}
    with pytest.raises(NotFound):  # nobody delegates the work of a neighbour
        ops.delegate_work(bank.posts["lin"], actor=bank.actor("mei"), delegate_post=bank.posts["mei"], **data)
    with pytest.raises(NotFound):  # West is not within Zhou's reach
        ops.delegate_for(bank.posts["mei"], actor=bank.actor("zhou"), delegate_post=bank.posts["lin"], **data)
    with pytest.raises(NotPermitted):
        ops.delegate_for(bank.posts["lin"], actor=bank.actor("sun"), delegate_post=bank.posts["mei"], **data)
    row = ops.delegate_for(bank.posts["lin"], actor=bank.actor("zhou"), delegate_post=bank.posts["mei"], **data)
    assert (row.absent.staff_no, row.delegate.staff_no, row.made_by) == ("1001", "1002", "1004")


def test_the_pages(bank: Bank, chen: Any, client_of: ClientOf) -> None:
    item = owed(bank, "lin", chen)
    lin, mei = client_of("lin"), client_of("mei")
    url = reverse("people_new_delegation")
    assert "指定代理人" in lin.get(url).content.decode()
    given = {"starts_on": str(TODAY), "ends_on": str(TODAY + DAY), "reason": "年休假"}
    assert lin.post(url, {**given, "delegate_post": bank.posts["zhou"].pk}).status_code == 422
    assert lin.post(url, {**given, "delegate_post": bank.posts["mei"].pk}).status_code == 302
    assert "待办代理" in lin.get("/me/").content.decode()
    start = lin.get("/").content.decode()
    assert f"梅雪 代理您的待办，至 {TODAY + DAY}" in start
    start = mei.get("/").content.decode()
    assert f"您正代理 林晓雯 的待办，至 {TODAY + DAY}" in start
    assert "代 林晓雯 处理" in start
    listed = mei.get(reverse("core:work"))
    assert [row.pk for row in listed.context["table"].page.rows] == [item.pk]
    assert "梅雪 代理" in listed.content.decode()
    assert mei.get(reverse("core:complete_work", args=[item.pk])).status_code == 200
    (line,) = my_delegations(bank.actor("mei"))
    assert (line.given, line.running, line.may_end) == (False, True, True)
    assert client_of("sun").post(reverse("people_end_delegation", args=[line.row.pk])).status_code == 404
    assert mei.post(reverse("people_end_delegation", args=[line.row.pk])).status_code == 302
    assert "代 林晓雯 处理" not in mei.get("/").content.decode()


def test_the_head_does_it_on_the_page_of_the_employee(bank: Bank, client_of: ClientOf) -> None:
    zhou, post = client_of("zhou"), bank.posts["lin"].pk
    page = reverse("people_employee", args=[bank.employees["lin"].pk])
    assert reverse("people_delegate_for", args=[post]) in zhou.get(page).content.decode()
    given = {"starts_on": str(TODAY), "ends_on": str(TODAY), "reason": "病假", "delegate_post": bank.posts["mei"].pk}
    url = reverse("people_delegate_for", args=[post])
    assert client_of("lin").get(url).status_code == 403
    assert zhou.get(reverse("people_delegate_for", args=[bank.posts["mei"].pk])).status_code == 404
    assert zhou.post(url, given).status_code == 302
    shown = zhou.get(page).content.decode()
    assert "梅雪" in shown
    row = Delegation.objects.get()
    answer = zhou.post(reverse("people_end_delegation", args=[row.pk]), {"employee": bank.employees["lin"].pk})
    assert answer.headers["Location"] == page


def test_standing_in_costs_a_request_no_query_of_its_own(bank: Bank) -> None:
    with CaptureQueriesContext(connection) as before:
        bank.actor("mei")
    named(bank, "lin", "mei")
    with CaptureQueriesContext(connection) as after:
        assert bank.actor("mei").stand_ins
    assert len(after) <= len(before) + 1  # the policy, at most every five seconds
