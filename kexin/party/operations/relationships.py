"""Relationships between parties."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.errors import Conflict, NotFound, RuleViolation
from kexin.core.events import emit
from kexin.core.operation import operation
from kexin.party.choices import RelationshipKind
from kexin.party.events import RelationshipEnded, RelationshipRecorded
from kexin.party.models import Customer, Relationship
from kexin.party.operations.facts import KIND_OF_TIE, note_confirmed
from kexin.party.rules import ORGANISATIONS, clean_text

_OF_ORGANISATIONS = frozenset(("legal_representative", "beneficial_owner", "shareholder"))
_OF_PERSONS = frozenset(("spouse", "parent", "child", "sibling", "household", "guardian"))


@operation("party.record_relationship", label=_("Record a relationship"), plain=("kind",))
def record_relationship(
    customer: Customer,
    *,
    actor: Actor,
    other: Customer,
    kind: str,
    outward: bool = False,
    share: Decimal | None = None,
    starts_on: dt.date | None = None,
    note: str = "",
) -> Relationship:
    """Record that ``other`` is the ``kind`` of ``customer`` (or the reverse if ``outward``). Both must be in reach."""
    row = Customer.objects.lock(customer, actor)
    second = Customer.objects.lock(other, actor)
    if row.pk == second.pk:
        raise RuleViolation(fields={"other": _("A party has no relationship with itself.")})
    if kind not in RelationshipKind.values:
        raise RuleViolation(fields={"kind": _("Choose a relationship.")})
    source, target = (row, second) if outward else (second, row)
    if kind in _OF_ORGANISATIONS and target.kind not in ORGANISATIONS:
        raise RuleViolation(fields={"kind": _("Only an organisation has such a person.")})
    if kind in _OF_PERSONS and (source.kind in ORGANISATIONS or target.kind in ORGANISATIONS):
        raise RuleViolation(fields={"kind": _("Only persons are related in this way.")})
    if share is not None and not 0 < share <= 100:
        raise RuleViolation(fields={"share": _("A share lies between 0 and 100 %.")})
    try:
        with transaction.atomic():
            relationship = Relationship.objects.create(
                from_party_id=source.pk,
                to_party_id=target.pk,
                kind=kind,
                share=share,
                starts_on=starts_on,
                note=clean_text(note)[:200],
            )
    except IntegrityError as error:
        raise Conflict(fields={"other": _("This relationship is recorded already.")}) from error
    if kind in KIND_OF_TIE:
        note_confirmed(target, [KIND_OF_TIE[kind]], actor)
    for one, two in ((row, second), (second, row)):
        emit(RelationshipRecorded(one.pk, one.customer_no, kind, two.pk))
    return relationship


@operation("party.end_relationship", label=_("End a relationship"))
def end_relationship(
    customer: Customer, *, actor: Actor, relationship_id: int, ends_on: dt.date | None = None
) -> Relationship:
    """A relationship ends today, or ended on an earlier day (``ends_on``: the first that no longer belongs to it).

    It stays in the history. Raises RuleViolation at ``ends_on`` for a day to come or before it began.
    """
    row = Customer.objects.lock(customer, actor)
    found = Relationship.objects.select_for_update().filter(pk=relationship_id, ends_on=None).first()
    if found is None or row.pk not in (found.from_party_id, found.to_party_id):
        raise NotFound
    last = ends_on or business_date()
    if last > business_date():
        raise RuleViolation(fields={"ends_on": _("This day is yet to come.")})
    if found.starts_on is not None and last < found.starts_on:
        raise RuleViolation(fields={"ends_on": _("It began later than that.")})
    found.ends_on = last
    found.version += 1
    found.save(update_fields=["ends_on", "version"])
    other = found.to_party_id if found.from_party_id == row.pk else found.from_party_id
    if found.kind in KIND_OF_TIE:
        note_confirmed(Customer.objects.select_for_update().get(pk=found.to_party_id), [KIND_OF_TIE[found.kind]], actor)
    emit(RelationshipEnded(row.pk, row.customer_no, found.kind, other))
    return found
