"""What a signed transfer does, set by set: leads, shares, open work, words to the customers."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence

from django.db import connection
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.calendar import add, business_date
from kexin.core.errors import RuleViolation
from kexin.core.events import emit
from kexin.core.listing import listed
from kexin.core.models import WorkItem
from kexin.core.models.work import APPROVAL_KIND
from kexin.core.policies import WorkPolicy
from kexin.core.policy import in_force
from kexin.core.values import Duration
from kexin.core.workflow import duty_holder, step_times_of
from kexin.party.choices import CustomerStatus, TransferReason
from kexin.party.events import CustomersTransferred, PortfolioAssigned
from kexin.party.models import Customer, CustomerTransfer, Party, PortfolioAssignment, TransferLine
from kexin.party.operations.portfolio import end_leads
from kexin.party.operations.shares import move_shares
from kexin.party.planning import in_approval
from kexin.party.policies import TransferPolicy
from kexin.people.models import Post
from kexin.people.queries import post_labels

SIGN_KIND, TELL_KIND, ORPHAN_KIND = "party.transfer_sign", "party.transfer_tell", "party.orphans"
HEAD_DUTY = "core.reassign_work"
PER_EVENT = 1_000

_MOVE_WORK = """
UPDATE core_workitem SET owner_post_id = %(to)s, escalated_to = array_remove(escalated_to, %(to)s::bigint),
       unit_id = CASE WHEN unit_id = %(from_unit)s THEN %(unit)s ELSE unit_id END,
       details = details || %(details)s::jsonb, version = version + 1
 WHERE status = 'open' AND owner_post_id = %(from)s AND kind <> ALL(%(not)s) AND customer_id = ANY(%(customers)s)
RETURNING customer_id
"""


def hand_over(transfer: CustomerTransfer, made_by: str) -> dict[str, int]:
    """Carry out a transfer that three persons have signed; what was carried. Inside an operation.

    Who was closed or merged since stays behind. Raises RuleViolation where a customer has got another lead meanwhile,
    or a proposal about one awaits its decision.
    """
    lines = {line.customer_id: line for line in transfer.lines.select_for_update().order_by("customer_id")}
    rows = list(Customer.objects.select_for_update().filter(pk__in=lines).order_by("pk"))
    rows = [row for row in rows if row.status not in (CustomerStatus.CLOSED, CustomerStatus.MERGED)]
    _nothing_in_the_way(transfer, rows)
    groups: dict[int, list[Customer]] = defaultdict(list)
    for row in rows:
        groups[lines[row.pk].receiver_id].append(row)
    posts = {post.pk: post for post in Post.objects.filter(pk__in=groups).select_related("unit")}
    today, now = business_date(), timezone.now()
    ids = [row.pk for row in rows]
    reason = _reason(transfer)
    end_leads(ids, today)
    PortfolioAssignment.objects.bulk_create(
        PortfolioAssignment(
            customer=row, post=posts[post], unit=posts[post].unit, starts_on=today, reason=reason, made_by=made_by
        )
        for post, group in groups.items()
        for row in group
    )
    worked: dict[int, int] = defaultdict(int)
    for post, group in groups.items():
        members = [row.pk for row in group]
        Customer.objects.filter(pk__in=members).update(
            lead_post=posts[post], unit=posts[post].unit, version=F("version") + 1, updated_at=now
        )
        move_shares(members, transfer.giver_id, post, made_by=made_by, reason=reason)
        for customer in _move_work(transfer, posts[post], members, made_by):
            worked[customer] += 1
        _tell(transfer, posts[post], group)
    other = _leave_the_rest(transfer, made_by) if transfer.reason in LAST else 0
    for row in rows:
        lines[row.pk].moved, lines[row.pk].work = True, worked[row.pk]
    for line in lines.values():
        line.open = False
    TransferLine.objects.bulk_update(lines.values(), ["moved", "work", "open"], batch_size=1000)
    told = _notices(transfer, rows, {row.pk: posts[lines[row.pk].receiver_id] for row in rows})
    return {"customers": len(rows), "work": sum(worked.values()), "other_work": other, "notices": told}


LAST = (TransferReason.LEAVING, TransferReason.MOVING)  # nothing may be left behind


def _reason(transfer: CustomerTransfer) -> str:
    words = f"{transfer.get_reason_display()} #{transfer.pk}"
    return f"{words} {transfer.note}".strip()[:200]


def _nothing_in_the_way(transfer: CustomerTransfer, rows: Sequence[Customer]) -> None:
    gone = [row.customer_no for row in rows if row.lead_post_id != transfer.giver_id]
    if gone:
        raise RuleViolation(_("Meanwhile led by others: %(numbers)s.") % {"numbers": listed(gone[:10])})
    waiting = in_approval([row.pk for row in rows])
    if waiting:
        numbers = listed(row.customer_no for row in rows if row.pk in waiting)
        raise RuleViolation(_("Proposals about these customers await a decision: %(numbers)s.") % {"numbers": numbers})


def _move_work(transfer: CustomerTransfer, post: Post, customers: list[int], made_by: str) -> list[int]:
    """Open work of the giver for these customers goes to the receiver: the customer of each item that went."""
    details = {"handed_over_by": made_by, "from_post": transfer.giver_id, "transfer": transfer.pk}
    with connection.cursor() as cursor:
        cursor.execute(
            _MOVE_WORK,
            {
                "to": post.pk,
                "from": transfer.giver_id,
                "from_unit": transfer.unit_id,
                "unit": post.unit_id,
                "details": json.dumps(details),
                "not": [SIGN_KIND, APPROVAL_KIND],
                "customers": customers,
            },
        )
        return [customer for (customer,) in cursor.fetchall()]


def _leave_the_rest(transfer: CustomerTransfer, made_by: str) -> int:
    """A leaver's other open work goes to the head of the unit, so that nothing is owed by nobody; how many items."""
    head = duty_holder(HEAD_DUTY, transfer.unit_id, None)
    if head is None or head == transfer.giver_id:
        return 0
    rows = WorkItem.objects.open().filter(owner_post_id=transfer.giver_id).exclude(kind=SIGN_KIND)
    return rows.update(owner_post_id=head, version=F("version") + 1)


def _tell(transfer: CustomerTransfer, post: Post, group: Sequence[Customer]) -> None:
    for row in group:
        emit(PortfolioAssigned(row.pk, row.customer_no, post.pk, transfer.giver_id))
    for start in range(0, len(group), PER_EVENT):
        members = tuple(row.pk for row in group[start : start + PER_EVENT])
        emit(CustomersTransferred(str(transfer.pk), transfer.pk, transfer.giver_id, post.pk, post.unit_id, members))


def _notices(transfer: CustomerTransfer, rows: Sequence[Customer], posts: dict[int, Post]) -> int:
    """One work item per customer for the receiver: tell them, by the channel they prefer. Nothing is sent by itself."""
    rules, work = in_force(TransferPolicy), in_force(WorkPolicy)
    now = timezone.now()
    due = add(now, Duration(rules.tell_within_working_days, "working_days"))
    channels = dict(Party.objects.filter(pk__in=[row.pk for row in rows]).values_list("pk", "preferred_channel"))
    labels = post_labels({post.pk for post in posts.values()})
    items, steps = [], None
    for row in rows:
        post = posts[row.pk]
        item = WorkItem(
            kind=TELL_KIND,
            customer_id=row.pk,
            unit_id=post.unit_id,
            owner_post_id=post.pk,
            subject_kind="party.Customer",
            subject_id=row.pk,
            details={
                "transfer": transfer.pk,
                "channel": channels.get(row.pk, ""),
                "manager": labels.get(post.pk, post.shown_name).split(" · ")[0],
                "unit": post.unit.shown_name,
                **due.memo(),
            },
            opened_at=now,
            due_at=due.at,
            due_provisional=due.provisional,
            ladder_id=work.policy_version,
            policy_id=rules.policy_version,
        )
        steps = steps or step_times_of(item, work)
        item.next_step_at = next(iter(steps), None)
        items.append(item)
    _drop_older_notices([row.pk for row in rows], transfer)
    WorkItem.objects.bulk_create(items)
    return len(items)


def _drop_older_notices(customers: Sequence[int], transfer: CustomerTransfer) -> None:
    """A customer who was not told of an earlier hand-over yet is told of this one only."""
    WorkItem.objects.open().filter(kind=TELL_KIND, subject_kind="party.Customer", subject_id__in=customers).update(
        status="cancelled", outcome="superseded", closed_at=timezone.now(), closed_by=f"transfer {transfer.pk}"
    )
