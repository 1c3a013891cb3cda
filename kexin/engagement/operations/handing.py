"""Handing a note on a customer to a colleague who owes an answer: sales and service tell each other at once."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core import calendar
from kexin.core.actor import Actor
from kexin.core.choices import WorkStatus
from kexin.core.errors import RuleViolation
from kexin.core.events import emit
from kexin.core.models import WorkItem
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.core.values import Duration, Unit
from kexin.core.workflow import open_work
from kexin.engagement.colleagues import sees
from kexin.engagement.events import NoteAnswered, NoteHanded
from kexin.engagement.models import Note
from kexin.engagement.operations.notes import write_note
from kexin.engagement.policies import HandingPolicy
from kexin.engagement.work import ANSWER, HANDED, NOTE
from kexin.party.models import Customer
from kexin.people.models import Post


@operation("engagement.hand_note", label=_("Hand a note to a colleague"))
def hand_note(customer: Customer, *, actor: Actor, text: str, post_id: int | None = None) -> Note:
    """A note that a post is to answer, within the working hours of the policy; None: the post that leads the customer.

    It stands on the customer's page like any note, on the workbench of that post and on its open pages. Refused for
    oneself, for a post that nobody holds and for colleagues who do not see the customer.
    """
    if actor.post_id is None:
        raise RuleViolation(_("Only who holds a post gets an answer."))
    wanted = post_id or customer.lead_post_id
    if wanted is None:
        raise RuleViolation(fields={"to": _("Nobody leads this customer: choose a colleague.")})
    if wanted in actor.post_ids:
        raise RuleViolation(fields={"to": _("This is your own post: write a note or set a reminder.")})
    if not sees(wanted, customer.pk):
        raise RuleViolation(fields={"to": _("Nobody in this post sees this customer at present.")})
    note = write_note(customer, actor=actor, text=text)
    note.to_post_id, note.from_post_id, note.handed_at = wanted, actor.post_id, timezone.now()
    note.save(update_fields=["to_post", "from_post", "handed_at"])
    rules = in_force(HandingPolicy)
    open_work(
        HANDED,
        unit_id=Post.objects.only("unit_id").get(pk=wanted).unit_id,
        owner_post_id=wanted,
        due_at=calendar.add(note.handed_at, Duration(rules.answer_hours, Unit.WORKING_HOURS)),
        customer_id=note.customer_id,
        subject_kind=NOTE,
        subject_id=note.pk,
        policy_id=rules.policy_version,
    )
    emit(NoteHanded(note.customer_id, note.customer.customer_no, note.pk, wanted, actor.post_id))
    return note


@operation("engagement.answer_note", label=_("Answer a note that was handed over"))
def answer_note(note: Note | int, *, actor: Actor, text: str) -> Note:
    """Answer a note handed to one of one's posts (or to one's stand-in): a note of its own, told to who asked.

    Who owes the answer follows the work item, which moves with the customer. Answered once; more is a new note.
    """
    row = Note.objects.lock(note, actor)
    item = WorkItem.objects.open().select_for_update().filter(kind=HANDED, subject_kind=NOTE, subject_id=row.pk).first()
    if item is None:
        raise RuleViolation(_("This note waits for no answer."))
    if item.owner_post_id not in actor.post_ids and actor.stands_in_at(item.owner_post_id, HANDED) is None:
        raise RuleViolation(_("This note was handed to somebody else."))
    answer = write_note(row.customer, actor=actor, text=text)
    answer.answers, answer.to_post_id, answer.handed_at = row, row.from_post_id, timezone.now()
    answer.from_post_id = item.owner_post_id
    answer.save(update_fields=["answers", "to_post", "from_post", "handed_at"])
    item.status, item.outcome = WorkStatus.DONE, "answered"
    item.closed_at, item.closed_by = answer.handed_at, actor.name
    item.save(update_fields=["status", "outcome", "closed_at", "closed_by"])
    asked = Post.objects.filter(pk=row.from_post_id or 0, closed_on=None).first()
    if asked is not None:
        told = open_work(
            ANSWER,
            unit_id=asked.unit_id,
            owner_post_id=asked.pk,
            due_at=calendar.add(answer.handed_at, Duration(1, Unit.WORKING_DAYS)),
            customer_id=row.customer_id,
            subject_kind=NOTE,
            subject_id=answer.pk,
            priority=1,
        )
        told.next_step_at = None  # to be read, not owed: it climbs to nobody
        told.save(update_fields=["next_step_at"])
    emit(NoteAnswered(row.customer_id, row.customer.customer_no, answer.pk, row.pk, row.from_post_id or 0))
    return answer
