"""The end of a case: the complainant's word or honest silence, the archive, new facts that open it again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor, system
from kexin.core.errors import RuleViolation
from kexin.core.events import emit
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.service.choices import Channel
from kexin.service.complaints.choices import ComplaintEntryKind, ComplaintState, ComplaintWord
from kexin.service.complaints.events import ComplaintArchived, ComplaintClosed, ComplaintReopened
from kexin.service.complaints.policies import ComplaintPolicy
from kexin.service.complaints.record import keep, locked, rules_of, said, step, store
from kexin.service.complaints.rules import TABLE
from kexin.service.complaints.timing import begin_case, end_case
from kexin.service.complaints.work import WORD, WORDS, settle, settle_all
from kexin.service.models import Complaint
from kexin.service.requests.running import now

SWEEPER = "clock.complaints"
BATCH = 500


def _spoken(channel: str) -> None:
    if channel not in Channel.values:
        raise RuleViolation(fields={"channel": _("Choose one of the list.")})


@operation(
    "service.confirm_complaint", label=_("Record a complainant's word on the reply"), plain=("agreed", "channel")
)
def confirm_complaint(complaint: Complaint | int, *, actor: Actor, agreed: bool, channel: str, text: str) -> Complaint:
    """Accepted or not, the case closes: who does not agree has the remedies of the letter; new facts open it again."""
    row = locked(complaint, actor)
    state = TABLE.after(row.state, "confirm" if agreed else "dispute")
    _spoken(channel)
    keep(row, ComplaintEntryKind.ASKED, said(text, "text"), actor, channel=channel, step="word")
    return _close(row, state, ComplaintWord.CONFIRMED if agreed else ComplaintWord.DISPUTED, actor.name)


@operation("service.attempt_confirmation", label=_("Record an attempt to get a complainant's word"), plain=("channel",))
def attempt_confirmation(complaint: Complaint | int, *, actor: Actor, channel: str, text: str) -> Complaint:
    """Nobody answered; after the policy's attempts and days the case closes as not confirmed."""
    row = locked(complaint, actor)
    TABLE.may(row.state, "silence").enforce()
    _spoken(channel)
    step(row, "attempt", actor, said(text, "text"))
    row.attempts += 1
    store(row)
    return row


def _close(row: Complaint, state: str, word: ComplaintWord, by: str) -> Complaint:
    row.state, row.word, row.closed_at = state, word, now()
    end_case(row, row.closed_at, by, keep_regulator=True)
    settle(WORD, row, outcome="word", by=by)
    settle_all(row, by)
    store(row)
    emit(ComplaintClosed(row.customer_id, row.complaint_no, row.pk, word.value, row.outcome))
    return row


@operation("service.close_silent_complaint", label=_("Close a complaint whose reply nobody answered"))
def close_silent_complaint(complaint_id: int, *, actor: Actor) -> Complaint | None:
    """The clock's duty: delivered with proof, asked often enough, and silent for the policy's days; else None."""
    rows = Complaint.objects.select_for_update(of=("self",)).filter(pk=complaint_id, state=ComplaintState.CONFIRMING)
    row = rows.first()
    if row is None or row.told_at is None:
        return None
    rules = rules_of(row)
    if row.attempts < rules.confirm_attempts or now() < row.told_at + dt.timedelta(days=rules.confirm_days):
        return None
    return _close(row, TABLE.after(row.state, "silence"), ComplaintWord.SILENT, actor.name)


def sweep() -> int:
    """Close what is silent, the oldest first, however long nobody swept; how many."""
    from kexin.service.complaints.leaving import hand_over_complaints

    actor, closed = system(SWEEPER), 0
    hand_over_complaints(actor=actor)
    for pk in _silent():
        closed += close_silent_complaint(pk, actor=actor) is not None
    return closed


def _silent() -> Iterator[int]:
    rules = in_force(ComplaintPolicy)
    rows = Complaint.objects.filter(state=ComplaintState.CONFIRMING, attempts__gte=1)
    rows = rows.filter(told_at__lte=now() - dt.timedelta(days=min(rules.confirm_days, 1)))
    yield from rows.order_by("told_at", "pk").values_list("pk", flat=True).iterator(chunk_size=BATCH)


@operation("service.archive_complaint", label=_("Archive a complaint"))
def archive_complaint(complaint: Complaint | int, *, actor: Actor) -> Complaint:
    """A closed case, classified by all facets, with the remedy of its cause where it was justified (G-21, G-22)."""
    row = Complaint.objects.lock(complaint, actor)
    state = TABLE.after(row.state, "archive")
    missing = archive_needs(row)
    if missing:
        raise RuleViolation(" ".join(str(each) for each in missing))
    row.state, row.archived_at = state, now()
    store(row)
    step(row, "archive", actor)
    emit(ComplaintArchived(row.customer_id, row.complaint_no, row.pk))
    return row


def archive_needs(row: Complaint) -> list[object]:
    """What is missing before a closed case can be archived."""
    missing: list[object] = []
    if not row.place or not row.business or not row.causes:
        missing.append(_("Classify it by all three facets first."))
    if row.outcome in ("upheld", "partly") and not row.remediations.exists():
        missing.append(_("It was justified: open the remedy of its cause first."))
    return missing


@operation("service.reopen_complaint", label=_("Open a complaint again for new facts"), plain=("channel",))
def reopen_complaint(complaint: Complaint | int, *, actor: Actor, channel: str, text: str) -> Complaint:
    """New facts start the limits anew (Order 2020-3, Art. 18); the case goes through all its steps once more."""
    row, at = Complaint.objects.lock(complaint, actor), now()
    state = TABLE.after(row.state, "reopen")
    _spoken(channel)
    words = said(text, "text", _("Write down the new facts."))
    row.investigator_post = None
    keep(row, ComplaintEntryKind.ASKED, words, actor, channel=channel, step="reopen", at=at)
    return begin_again(row, state, at, actor)


def begin_again(row: Complaint, state: str, at: dt.datetime, actor: Actor) -> Complaint:
    """The next round of a case: the earlier answer stands in the record, a new one is owed within limits of its own."""
    if row.is_open:
        end_case(row, at, actor.name, keep_regulator=True)
        settle_all(row, actor.name)
    row.state, row.round, row.closed_at, row.archived_at = state, row.round + 1, None, None
    row.word, row.outcome, row.regulator_due_at = "", "", None
    row.received_at, row.told_at, row.decided_at = at, None, None
    store(row)
    settle(WORDS, row, outcome="read", by=actor.name)
    begin_case(row, rules_of(row))
    emit(ComplaintReopened(row.customer_id, row.complaint_no, row.pk))
    return row
