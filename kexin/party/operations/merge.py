"""Two files of one person become one: proposed, approved by another, recorded row by row, undone whole.

Every table with a foreign key to the absorbed customer or party is moved; a row that would break a uniqueness of the
kept file (the same mobile, the same relationship) stays where it is and is noted. Encrypted rows keep the key they
were written under, so nothing is decrypted. Open work goes along and comes back. Lists, search and pickers leave merged
files out.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.db import IntegrityError, connection, models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.approval import Approvable, propose, register_approvable
from kexin.core.calendar import business_date
from kexin.core.errors import NotFound, RuleViolation
from kexin.core.events import emit
from kexin.core.listing import listed
from kexin.core.models import Approval, WorkItem
from kexin.core.operation import declare_right, operation
from kexin.core.workflow import close_work
from kexin.party.choices import CandidateStatus, CustomerStatus
from kexin.party.duplicates import REASONS, WORK_KIND
from kexin.party.events import CustomersMerged, MergeUndone
from kexin.party.facts import refresh_reviews
from kexin.party.models import (
    ContactPoint,
    Customer,
    DuplicateCandidate,
    EnterpriseProfile,
    LifecycleCheck,
    MergeRecord,
    Party,
    PortfolioAssignment,
    PortfolioShare,
    TransferLine,
)
from kexin.party.operations.customers import PARTY_FIELDS, touch
from kexin.party.operations.merge_ownership import carry_lines, carry_shares, give_back_shares

# What says whose the file was on a day stays with it; what runs is carried by merge_ownership.
_NOT_MOVED = (
    Customer,
    DuplicateCandidate,
    MergeRecord,
    PortfolioAssignment,
    PortfolioShare,
    TransferLine,
    LifecycleCheck,
    EnterpriseProfile,
)


@operation("party.dismiss_duplicate", label=_("Decide that two files are different persons"), plain=("note",))
def dismiss_duplicate(candidate: DuplicateCandidate, *, actor: Actor, note: str) -> DuplicateCandidate:
    """The two are different: the pair is not suspected again."""
    row = DuplicateCandidate.objects.lock(candidate, actor)
    if row.status != CandidateStatus.OPEN:
        raise RuleViolation(_("This pair has been decided or proposed already."))
    if not note.strip():
        raise RuleViolation(fields={"note": _("Say how you know.")})
    row.status, row.note = CandidateStatus.DISMISSED, note.strip()[:200]
    row.decided_by, row.decided_at = actor.name, timezone.now()
    row.save()
    close_work(WORK_KIND, "party.DuplicateCandidate", row.pk, outcome="different", by=actor.name)
    return row


@operation("party.propose_merge", label=_("Propose to merge two files"), plain=("reason", "choices"))
def propose_merge(
    candidate: DuplicateCandidate, *, actor: Actor, keep: Customer, choices: dict[str, str], reason: str
) -> Approval:
    """Propose that one file absorbs the other; ``choices``: per field whose value stays (``kept``, ``absorbed``)."""
    row = DuplicateCandidate.objects.lock(candidate, actor)
    if row.status != CandidateStatus.OPEN:
        raise RuleViolation(_("This pair has been decided or proposed already."))
    if keep.pk not in (row.first_id, row.second_id):
        raise NotFound
    absorbed = row.second if keep.pk == row.first_id else row.first
    Customer.objects.lock(keep, actor)
    Customer.objects.lock(absorbed, actor)
    _may_merge(keep, absorbed)
    unknown = set(choices) - {*PARTY_FIELDS, "name", "born_on"}
    if unknown or set(choices.values()) - {"kept", "absorbed"}:
        raise RuleViolation(_("The choice of fields is not understood."))
    approval = propose(
        "party.propose_merge",
        actor=actor,
        arguments={"candidate": row.pk, "keep": keep.pk, "absorbed": absorbed.pk, "choices": choices},
        summary={
            "kept": keep.customer_no,
            "absorbed": absorbed.customer_no,
            "why": listed(str(REASONS.get(code, code)) for code in row.reasons),
        },
        unit_id=keep.unit_id,
        customer_id=keep.pk,
        reason=reason,
        subject_kind="party.DuplicateCandidate",
        subject_id=row.pk,
    )
    row.status = CandidateStatus.PROPOSED
    row.save(update_fields=["status"])
    return approval


def _may_merge(keep: Customer, absorbed: Customer) -> None:
    for each in (keep, absorbed):
        if each.status in (CustomerStatus.MERGED, CustomerStatus.CLOSED):
            raise RuleViolation(_("A closed or merged file takes no part in a merge."))
    if keep.kind != absorbed.kind:
        raise RuleViolation(_("The two files are of different types."))


def _links() -> Iterator[tuple[type[models.Model], str]]:
    """Every column of every model that points at a customer or party and moves with a merge."""
    for model in apps.get_models():
        if model in _NOT_MOVED or not model._meta.managed:
            continue
        for field in model._meta.concrete_fields:
            if not isinstance(field, models.ForeignKey) or isinstance(field, models.OneToOneField):
                continue
            if field.related_model in (Customer, Party):
                yield model, field.attname


def _apply_merge(actor: Actor, arguments: dict[str, Any]) -> Customer:
    ids = sorted((arguments["keep"], arguments["absorbed"]))
    rows = {row.pk: row for row in Customer.objects.select_for_update().filter(pk__in=ids).order_by("pk")}
    keep, absorbed = rows[arguments["keep"]], rows[arguments["absorbed"]]
    _may_merge(keep, absorbed)
    moved: dict[str, Any] = {"rows": [], "left": [], "fields": {}, "status": absorbed.status}
    for model, column in _links():
        for pk in model._base_manager.filter(**{column: absorbed.pk}).order_by("pk").values_list("pk", flat=True):
            try:
                with transaction.atomic():
                    moved["rows"].append([model._meta.label, column, pk, _move(model, column, pk, keep.pk)])
            except IntegrityError:
                moved["left"].append([model._meta.label, column, pk])
    moved["rows"] += carry_lines(keep, absorbed)
    moved["shares"] = carry_shares(keep, absorbed, made_by=actor.name)
    work = WorkItem.objects.filter(customer_id=absorbed.pk, status="open")
    moved["work"] = list(work.values_list("pk", flat=True))
    work.update(customer_id=keep.pk)
    _take_fields(keep, absorbed, arguments["choices"], moved)
    today = business_date()
    running = PortfolioAssignment.objects.filter(customer=absorbed, ends_on=None)
    moved["assignments"] = list(running.values_list("pk", flat=True))
    running.update(ends_on=today)
    keep.assets += absorbed.assets
    keep.save(update_fields=["assets"])
    moved["assets"] = str(absorbed.assets)
    absorbed.status, absorbed.merged_into, absorbed.assets = CustomerStatus.MERGED, keep, 0
    absorbed.version += 1
    absorbed.save(update_fields=["status", "merged_into", "assets", "version", "updated_at"])
    MergeRecord.objects.create(kept=keep, absorbed=absorbed, moved=moved, merged_by=actor.name)
    DuplicateCandidate.objects.filter(pk=arguments["candidate"]).update(
        status=CandidateStatus.MERGED, decided_by=actor.name, decided_at=timezone.now()
    )
    close_work(WORK_KIND, "party.DuplicateCandidate", arguments["candidate"], outcome="merged", by=actor.name)
    refresh_reviews([keep.pk, absorbed.pk])
    emit(CustomersMerged(keep.pk, keep.customer_no, absorbed.customer_no))
    return keep


def _move(model: type[models.Model], column: str, pk: int, to: int) -> dict[str, Any]:
    """Move one row; what else had to change in it, as it was before (a file has one preferred contact per kind)."""
    row = model._base_manager.filter(pk=pk)
    if model is not ContactPoint:
        row.update(**{column: to})
        return {}
    before = row.values("preferred").get()
    row.update(**{column: to}, preferred=False)
    return before


def _take_fields(keep: Customer, absorbed: Customer, choices: dict[str, str], moved: dict[str, Any]) -> None:
    """Values of the absorbed file that were chosen, or that fill a gap of the kept one. Old ones lie in the history."""
    mine, other = Party.objects.get(pk=keep.pk), Party.objects.get(pk=absorbed.pk)
    changed = []
    for name in (*PARTY_FIELDS, "name", "born_on"):
        now, theirs = getattr(mine, name), getattr(other, name)
        if theirs and theirs != now and (choices.get(name) == "absorbed" or not now):
            setattr(mine, name, theirs)
            changed.append(name)
    moved["fields"] = changed
    if changed:
        moved["before"] = _sealed_before(mine.pk, changed)
        mine.save(update_fields=[*changed, "updated_at"])
    touch(keep, mine, changed)


def _sealed_before(party_id: int, changed: list[str]) -> dict[str, Any]:
    """The stored (encrypted) values before the merge, so that undoing needs no plaintext."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(p) FROM party_party p WHERE id = %s", [party_id])
        (row,) = cursor.fetchone()
    values = json.loads(row) if isinstance(row, str) else row
    return {name: values[name] for name in changed}


declare_right("party.approve_merge", _("Approve the merge of two files"))
register_approvable(Approvable("party.propose_merge", "party.approve_merge", _("The merge of two files"), _apply_merge))


@operation("party.undo_merge", label=_("Undo a merge"), plain=("reason",))
def undo_merge(record: MergeRecord, *, actor: Actor, reason: str) -> Customer:
    """Take a merge back: every moved row returns, fields taken over return, the absorbed file opens again.

    Rows added to the kept file since the merge stay with it. Refused when the absorbed rows are gone.
    """
    if not reason.strip():
        raise RuleViolation(fields={"reason": _("Say why.")})
    row = MergeRecord.objects.select_for_update().filter(pk=record.pk).first()
    if row is None:
        raise NotFound
    keep = Customer.objects.lock(row.kept_id, actor)
    if row.undone_at is not None:
        raise RuleViolation(_("This merge has been undone already."))
    if keep.status == CustomerStatus.MERGED:
        raise RuleViolation(_("The kept file was merged further; undo that merge first."))
    absorbed = Customer.objects.select_for_update().get(pk=row.absorbed_id)
    for label, column, pk, extra in row.moved["rows"]:
        model = apps.get_model(label)
        model._base_manager.filter(pk=pk, **{column: keep.pk}).update(**{column: absorbed.pk}, **extra)
    WorkItem.objects.filter(pk__in=row.moved.get("work", ()), customer_id=keep.pk).update(customer_id=absorbed.pk)
    give_back_shares(row.moved.get("shares", {}))
    _give_back_fields(keep, row.moved)
    assets = Decimal(row.moved["assets"])
    keep.assets -= assets
    keep.save(update_fields=["assets"])
    absorbed.status, absorbed.merged_into, absorbed.assets = row.moved["status"], None, assets
    absorbed.version += 1
    absorbed.save(update_fields=["status", "merged_into", "assets", "version", "updated_at"])
    PortfolioAssignment.objects.filter(pk__in=row.moved["assignments"]).update(ends_on=None)
    row.undone_at, row.undone_by = timezone.now(), actor.name
    row.save(update_fields=["undone_at", "undone_by"])
    DuplicateCandidate.objects.filter(first_id=min(keep.pk, absorbed.pk), second_id=max(keep.pk, absorbed.pk)).update(
        status=CandidateStatus.DISMISSED, decided_by=actor.name, decided_at=timezone.now(), note=reason[:200]
    )
    refresh_reviews([keep.pk, absorbed.pk])
    for customer in (keep, absorbed):
        emit(MergeUndone(customer.pk, customer.customer_no, absorbed.customer_no))
    return absorbed


def _give_back_fields(keep: Customer, moved: dict[str, Any]) -> None:
    before = moved.get("before", {})
    if not before:
        touch(keep, Party.objects.get(pk=keep.pk), [])
        return
    columns = ", ".join(f"{connection.ops.quote_name(name)} = r.{connection.ops.quote_name(name)}" for name in before)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE party_party p SET {columns}"  # noqa: S608  names come from the model's own fields
            " FROM jsonb_populate_record(NULL::party_party, %s::jsonb) r WHERE p.id = %s",
            [json.dumps(before), keep.pk],
        )
    touch(keep, Party.objects.get(pk=keep.pk), list(before))
