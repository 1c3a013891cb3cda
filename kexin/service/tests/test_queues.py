"""Queues: made by two, given by skill and load, first-asked responsibility kept, absence moves nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from kexin.core.actor import Actor, system
from kexin.core.actor import customer as customer_actor
from kexin.core.approval import decide_approval
from kexin.core.calendar import zone
from kexin.core.errors import NotFound, NotPermitted, RuleViolation
from kexin.core.models import AuditEntry, Event, History, WorkItem
from kexin.party.models import Customer, Party
from kexin.people.operations import delegate_work
from kexin.service.conversations.choices import ConversationChannel
from kexin.service.conversations.talking import asked_first
from kexin.service.models import Conversation, PostSkill, QueueMember, RequestQueue, ServiceRequest
from kexin.service.queries import requests
from kexin.service.queues import editing, giving
from kexin.service.queues.queries import queue_file, queues, queues_to_send
from kexin.service.requests import closing, opening, responsibility

pytestmark = pytest.mark.django_db
MONDAY = dt.datetime(2026, 3, 9, 10, tzinfo=zone())
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
ASKED = {"kind": "consultation", "category": "card", "subject": "银行卡不能取款"}
CLOCK = system("clock.service")


@pytest.fixture(autouse=True)
def monday(time_machine: Any) -> Any:
    time_machine.move_to(MONDAY, tick=False)
    return time_machine


def define(bank: Any, **more: Any) -> RequestQueue:
    words = {"name": "银行卡", "name_en": "Cards", "categories": ["card"], "reason": "专人办理"} | more
    approval = editing.propose_queue(actor=bank.actor("zhou"), unit_id=bank.units["east"].pk, **words)
    decide_approval(approval, actor=bank.actor("wu"), approve=True)
    return RequestQueue.objects.get(name=words["name"], retired_at=None)


def staff(bank: Any, queue: RequestQueue, **capacity: int) -> None:
    for name, carries in capacity.items():
        editing.keep_queue_member(queue, actor=bank.actor("zhou"), post_id=bank.posts[name].pk, capacity=carries)


@pytest.fixture
def queue(bank: Any) -> RequestQueue:
    return define(bank)


def as_customer(row: Any) -> Actor:
    may = {"service.send_own_request", "service.write_own_words"}
    return customer_actor(row.pk, row.customer_no, may, session="phone", address="10.0.0.7")


@pytest.fixture
def alone(chen: Any) -> Any:
    """Mrs Chen without a lead manager."""
    Customer.objects.filter(pk=chen.pk).update(lead_post=None)
    return Customer.objects.get(pk=chen.pk)


def sent(customer: Any, **more: str) -> ServiceRequest:
    """From the portal, and what the worker does about it."""
    row = opening.send_own_request(actor=as_customer(customer), **(ASKED | more))
    giving.queue_arrival(row.pk, actor=CLOCK)
    return fresh(row)


def fresh(row: Any) -> Any:
    return type(row).objects.get(pk=row.pk)


def owed(kind: str) -> list[int]:
    return sorted(set(WorkItem.objects.open().filter(kind=kind).values_list("owner_post_id", flat=True)))


def test_a_queue_is_proposed_by_one_and_let_into_use_by_another(bank: Any) -> None:
    zhou = bank.actor("zhou")
    unit = bank.units["east"].pk
    words = {"name": "银行卡", "name_en": "Cards", "categories": ["card"], "needs": {"cards": 2}, "reason": "专人办理"}
    approval = editing.propose_queue(actor=zhou, unit_id=unit, **words)
    assert not RequestQueue.objects.exists()
    assert "银行卡" in str(approval.summary)
    with pytest.raises(RuleViolation):
        decide_approval(approval, actor=zhou, approve=True)
    decide_approval(approval, actor=bank.actor("wu"), approve=True)
    row = RequestQueue.objects.get()
    assert (row.proposed_by, row.approved_by, row.needs) == ("1004", "1005", {"cards": 2})
    change = editing.propose_queue(actor=zhou, unit_id=unit, queue_id=row.pk, **(words | {"categories": ["loan"]}))
    assert fresh(row).categories == ["card"]  # until it is decided
    decide_approval(change, actor=bank.actor("wu"), approve=True)
    assert (fresh(row).categories, fresh(row).version) == (["loan"], 2)
    assert History.objects.filter(table_name="service_requestqueue").count() == 2
    with transaction.atomic(), pytest.raises(IntegrityError):
        RequestQueue.objects.filter(pk=row.pk).update(approved_by="1004")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": " "}, "name"),
        ({"name_en": "x" * 41}, "name_en"),
        ({"kinds": ["gossip"]}, "kinds"),
        ({"categories": ["gossip"]}, "categories"),
        ({"channels": ["pigeon"]}, "channels"),
        ({"tiers": ["x"]}, "tiers"),
        ({"languages": ["tlh"]}, "languages"),
        ({"rank": 0}, "rank"),
        ({"needs": {"juggling": 1}}, "needs"),
        ({"needs": {"cards": 4}}, "needs"),
    ],
)
def test_what_is_wrong_with_a_definition_is_told_at_its_field(bank: Any, wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(RuleViolation) as refused:
        define(bank, **wrong)
    assert set(refused.value.fields) == {field}


def test_another_units_head_neither_proposes_nor_staffs_it(bank: Any, queue: RequestQueue) -> None:
    with pytest.raises(NotFound):
        editing.propose_queue(
            actor=bank.actor("zhou"), unit_id=bank.units["west"].pk, name="x", name_en="x", reason="x"
        )
    sun = bank.actor("sun")
    with pytest.raises(NotPermitted):
        editing.keep_queue_member(queue, actor=sun, post_id=bank.posts["sun"].pk)
    with pytest.raises(RuleViolation):
        define(bank)  # of this name there is one already
    with pytest.raises(RuleViolation) as refused:
        editing.keep_queue_member(queue, actor=bank.actor("zhou"), post_id=bank.posts["wu"].pk)
    assert set(refused.value.fields) == {"post_id"}


def test_what_nobody_attended_to_goes_to_the_member_with_the_most_room(
    bank: Any, queue: RequestQueue, alone: Any
) -> None:
    staff(bank, queue, sun=10, zhou=2)
    first = sent(alone)
    assert first.owner_post == first.first_post == bank.posts["sun"]  # a tenth full, not half
    assert (first.queue, first.queued_at, first.unit) == (queue, None, bank.units["east"])
    assert owed("service.clock") == [bank.posts["sun"].pk]
    assert Event.objects.filter(name="service.RequestQueued").count() == 1
    assert AuditEntry.objects.filter(operation="service.queue_arrival", outcome="done").exists()
    for _each in range(3):
        sent(alone)
    assert sent(alone).owner_post == bank.posts["zhou"]  # five of ten or one of two: who never got one


def test_who_leads_the_customer_is_asked_first_as_before(bank: Any, queue: RequestQueue, chen: Any) -> None:
    staff(bank, queue, sun=10)
    row = sent(chen)
    assert (row.owner_post, row.queue) == (bank.posts["lin"], None)


def test_where_nobody_has_room_or_the_skill_it_waits_and_goes_as_soon_as_somebody_has(
    bank: Any, alone: Any, chen: Any
) -> None:
    queue = define(bank, needs={"cards": 2})
    staff(bank, queue, sun=2)
    row = sent(alone)
    assert (row.queue, row.queued_at) == (queue, MONDAY)
    before = row.owner_post_id
    assert giving.give_out() == 0
    editing.set_post_skills(bank.posts["sun"], actor=bank.actor("zhou"), skills={"cards": 2, "english": 1})
    Party.objects.filter(pk=alone.party_id).update(language="en")
    later = sent(alone, subject="急")
    assert later.owner_post == bank.posts["sun"]
    assert giving.give_out() == 1
    assert (fresh(row).owner_post, fresh(row).queued_at) == (bank.posts["sun"], None)
    third = sent(alone)
    assert third.queued_at is not None  # two carried, no room
    assert third.owner_post_id == before  # somebody is responsible all the same
    closing.tell_result(row, actor=bank.actor("sun"), result="好了", solved=True, channel="phone")
    assert giving.give_out() == 1
    assert fresh(third).owner_post == bank.posts["sun"]


def test_urgent_ones_go_first_then_the_nearest_limit(bank: Any, queue: RequestQueue, alone: Any, monday: Any) -> None:
    rows = []
    for hours in range(3):
        monday.move_to(MONDAY + hours * HOUR, tick=False)
        rows.append(sent(alone, subject=str(hours)))
    ServiceRequest.objects.filter(pk=rows[2].pk).update(urgency="urgent")
    staff(bank, queue, sun=4)
    assert giving.give_out() == 2  # three and one are four
    assert [fresh(row).queued_at is None for row in rows] == [True, False, True]


def test_a_forwarded_one_is_offered_and_its_owner_stays_responsible(bank: Any, queue: RequestQueue, chen: Any) -> None:
    staff(bank, queue, zhou=10, lin=5)
    sun = bank.actor("sun")
    row = opening.open_request(chen, actor=sun, channel="phone", **ASKED)
    assert [each.pk for each in queues_to_send(sun, row)] == [queue.pk]
    giving.queue_request(row, actor=sun, queue_id=queue.pk, reason="卡片业务")
    row = fresh(row)
    assert (row.owner_post, row.offered_post) == (bank.posts["sun"], bank.posts["zhou"])
    assert owed("service.clock") == [bank.posts["sun"].pk]
    assert owed("service.offer") == [bank.posts["zhou"].pk]
    responsibility.answer_offer(row, actor=bank.actor("zhou"), accept=False, reason="出差")
    row = fresh(row)
    assert (row.offered_post, row.passed_posts) == (bank.posts["lin"], [bank.posts["zhou"].pk])
    assert owed("service.offer") == [bank.posts["lin"].pk]
    responsibility.answer_offer(row, actor=bank.actor("lin"), accept=False, reason="不会")
    assert (fresh(row).offered_post, fresh(row).owner_post) == (None, bank.posts["sun"])
    assert giving.give_out() == 0  # each is asked once
    giving.take_queued_request(row, actor=bank.actor("lin"))  # and may take it all the same
    row = fresh(row)
    assert (row.owner_post, row.first_post, row.queued_at) == (bank.posts["lin"], bank.posts["sun"], None)
    assert owed("service.clock") == [bank.posts["lin"].pk]


def test_once_accepted_recalled_or_assigned_it_waits_no_more(bank: Any, queue: RequestQueue, chen: Any) -> None:
    staff(bank, queue, zhou=10)
    sun, zhou = bank.actor("sun"), bank.actor("zhou")

    def forwarded() -> ServiceRequest:
        row = opening.open_request(chen, actor=sun, channel="phone", **ASKED)
        return giving.queue_request(row, actor=sun, queue_id=queue.pk, reason="卡片业务")

    accepted = responsibility.answer_offer(forwarded(), actor=zhou, accept=True)
    assert (fresh(accepted).owner_post, fresh(accepted).queued_at) == (bank.posts["zhou"], None)
    assert fresh(responsibility.recall_offer(forwarded(), actor=sun)).queued_at is None
    given = responsibility.assign_request(forwarded(), actor=zhou, post_id=bank.posts["lin"].pk, reason="老客户")
    assert (fresh(given).owner_post, fresh(given).queued_at) == (bank.posts["lin"], None)
    offered = responsibility.offer_request(forwarded(), actor=sun, post_id=bank.posts["lin"].pk, reason="熟悉")
    assert fresh(offered).queued_at is None
    told = closing.tell_result(forwarded(), actor=sun, result="好了", solved=True, channel="phone")
    assert fresh(told).queued_at is None
    assert not WorkItem.objects.open().filter(kind="service.offer", owner_post_id=bank.posts["zhou"].pk).exists()


def test_absence_gives_nothing_new_and_moves_nothing(bank: Any, queue: RequestQueue, alone: Any, monday: Any) -> None:
    staff(bank, queue, sun=10, zhou=10)
    row = sent(alone)
    owner = "sun" if row.owner_post == bank.posts["sun"] else "zhou"
    other = "zhou" if owner == "sun" else "sun"
    editing.keep_queue_member(
        queue, actor=bank.actor("zhou"), post_id=bank.posts[owner].pk,
        away_from=MONDAY.date(), away_until=MONDAY.date() + 2 * DAY,
    )  # fmt: skip
    assert {sent(alone).owner_post for _each in range(3)} == {bank.posts[other]}
    assert fresh(row).owner_post == bank.posts[owner]
    monday.move_to(MONDAY + 3 * DAY, tick=False)
    assert sent(alone).owner_post == bank.posts[owner]


def test_who_has_a_delegate_is_away_and_a_night_counts_for_the_next_working_day(
    bank: Any, queue: RequestQueue, alone: Any, monday: Any
) -> None:
    staff(bank, queue, sun=10)
    monday_next = MONDAY.date() + 7 * DAY
    delegate_work(
        bank.posts["sun"], actor=bank.actor("sun"), delegate_post=bank.posts["zhou"],
        starts_on=monday_next, ends_on=monday_next, reason="培训",
    )  # fmt: skip
    monday.move_to(MONDAY + 4 * DAY, tick=False)  # Friday: there
    assert sent(alone).owner_post == bank.posts["sun"]
    monday.move_to(MONDAY + 5 * DAY, tick=False)  # Saturday: away when it would be found
    assert sent(alone).queued_at is not None


def test_conversations_that_nobody_attends_to_go_the_same_way(bank: Any, alone: Any, chen: Any) -> None:
    from kexin.service.conversations.asking import write_own_words

    queue = define(bank, conversations=True)
    staff(bank, queue, zhou=10)
    said = write_own_words(actor=as_customer(alone), text="在吗？")
    asked = asked_first(alone)
    giving.queue_conversation(said.conversation_id, actor=CLOCK)
    row = Conversation.objects.get(pk=said.conversation_id)
    assert (row.channel, row.owner_post, row.first_post) == (ConversationChannel.CHAT, *[bank.posts["zhou"]] * 2)
    assert owed("service.answer") == [bank.posts["zhou"].pk]
    assert giving.queue_conversation(row.pk, actor=CLOCK) is None  # once
    assert asked.pk != bank.posts["zhou"].pk
    open_ = queue_file(bank.actor("zhou"), queue.pk)
    assert [each.now.load for each in open_.members] == [1]


def test_members_see_what_waits_and_others_do_not(bank: Any, chen: Any) -> None:
    queue = define(bank, needs={"cards": 3})
    mei = bank.actor("mei")  # of another sub-branch
    sun = bank.actor("sun")
    row = opening.open_request(chen, actor=sun, channel="phone", **ASKED)
    giving.queue_request(row, actor=sun, queue_id=queue.pk, reason="卡片业务")
    assert not requests(mei, state="open", side="queued").exists()
    with pytest.raises(NotFound):
        queue_file(mei, queue.pk)
    staff(bank, queue, mei=5)
    assert list(requests(mei, state="open", side="queued")) == [row]
    assert [each.pk for each in queue_file(mei, queue.pk).waiting] == [row.pk]
    assert [(each.row, each.waits, each.mine) for each in queues(mei)] == [(queue, 1, True)]
    giving.take_queued_request(row, actor=mei)
    assert fresh(row).unit == bank.units["west"]
    with pytest.raises(RuleViolation):
        giving.take_queued_request(row, actor=mei)


def test_who_leaves_a_queue_or_where_it_ends_nothing_is_lost(bank: Any, queue: RequestQueue, alone: Any) -> None:
    zhou = bank.actor("zhou")
    staff(bank, queue, sun=10)
    row = sent(alone)
    editing.remove_queue_member(queue, actor=zhou, post_id=bank.posts["sun"].pk)
    assert fresh(row).owner_post == bank.posts["sun"]
    waits = sent(alone)
    assert waits.queued_at is not None
    editing.retire_queue(queue, actor=zhou)
    assert fresh(waits).queued_at is None
    assert fresh(waits).owner_post_id == waits.owner_post_id
    assert giving.queue_for(giving.arriving(alone, bank.units["east"].path, kind="consultation")) is None
    with pytest.raises(RuleViolation):
        staff(bank, queue, sun=1)
    staff(bank, define(bank), sun=1)  # the name is free again
    assert QueueMember.objects.filter(left_at=None).count() == 1


def test_skills_belong_to_the_post_and_are_the_heads(bank: Any) -> None:
    zhou = bank.actor("zhou")
    editing.set_post_skills(bank.posts["sun"], actor=zhou, skills={"cards": 2, "loans": 1})
    editing.set_post_skills(bank.posts["sun"], actor=zhou, skills={"cards": 3})
    assert list(PostSkill.objects.values_list("code", "level")) == [("cards", 3)]
    with pytest.raises(RuleViolation):
        editing.set_post_skills(bank.posts["sun"], actor=zhou, skills={"juggling": 1})
    with pytest.raises(NotFound):
        editing.set_post_skills(bank.posts["mei"], actor=zhou, skills={"cards": 1})


def test_only_the_clock_gives_out(bank: Any, queue: RequestQueue) -> None:
    for act in (
        lambda: giving.give_out_queue(queue.pk, actor=bank.actor("zhou")),
        lambda: giving.queue_arrival(1, actor=bank.actor("zhou")),
        lambda: giving.queue_conversation(1, actor=bank.actor("zhou")),
    ):
        with pytest.raises(NotPermitted):
            act()


def test_pages_of_queues(bank: Any, chen: Any, client_of: Callable[[str], Client]) -> None:
    zhou, sun = client_of("zhou"), client_of("sun")
    assert "银行卡" not in sun.get(reverse("service:queues")).content.decode()
    form = {"unit_id": bank.units["east"].pk, "name": "卡", "name_en": "Cards", "rank": 10, "categories": ["card"],
            "skill_cards": "1", "reason": "专人"}  # fmt: skip
    assert zhou.get(reverse("service:new_queue")).status_code == 200
    assert zhou.post(reverse("service:new_queue"), form | {"name": ""}).status_code == 422
    assert zhou.post(reverse("service:new_queue"), form).status_code == 302
    from kexin.core.models import Approval

    decide_approval(Approval.objects.get(), actor=bank.actor("wu"), approve=True)
    queue = RequestQueue.objects.get()
    assert queue.needs == {"cards": 1}
    page = reverse("service:queue", args=[queue.pk])
    add = reverse("service:new_queue_member", args=[queue.pk])
    assert zhou.get(add).status_code == 200
    assert zhou.post(add, {"post_id": bank.posts["lin"].pk, "capacity": 3}).status_code == 302
    kept = [queue.pk, bank.posts["lin"].pk]
    assert zhou.post(reverse("service:post_skills", args=kept), {"skill_cards": "2"}).status_code == 302
    assert zhou.get(reverse("service:post_skills", args=kept)).status_code == 200
    one = reverse("service:queue_member", args=kept)
    assert zhou.get(one).status_code == 200
    assert zhou.post(one, {"capacity": 5, "away_from": "2026-03-20"}).status_code == 422
    assert zhou.post(one, {"capacity": 5}).status_code == 302
    row = opening.open_request(chen, actor=bank.actor("sun"), channel="phone", **ASKED)
    send = reverse("service:send_to_queue", args=[row.pk])
    assert sun.get(send).status_code == 200
    assert sun.post(send, {"queue_id": queue.pk, "reason": ""}).status_code == 422
    assert sun.post(send, {"queue_id": queue.pk, "reason": "卡片"}).status_code == 302
    assert fresh(row).offered_post == bank.posts["lin"]
    for client in (zhou, client_of("lin")):
        said = client.get(page).content.decode()
        assert "银行卡不能取款" in said
        assert "1 / 5" in said
    assert reverse("service:take_queued", args=[row.pk]) in client_of("lin").get(page).content.decode()
    assert client_of("lin").post(reverse("service:take_queued", args=[row.pk])).status_code == 302
    assert fresh(row).owner_post == bank.posts["lin"]
    assert sun.get(reverse("service:requests") + "?state=open&side=queued").status_code == 200
    assert "卡" in sun.get(reverse("service:request", args=[row.pk])).content.decode()
    assert zhou.get(reverse("service:change_queue", args=[queue.pk])).status_code == 200
    assert zhou.post(reverse("service:remove_queue_member", args=kept)).status_code == 302
    assert zhou.post(reverse("service:retire_queue", args=[queue.pk])).status_code == 302
    assert sun.get(reverse("service:new_queue")).status_code == 403
