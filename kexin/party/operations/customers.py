"""Making and changing a customer's file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.choices import Reach
from kexin.core.errors import Conflict, NotFound, RuleViolation
from kexin.core.events import emit
from kexin.core.keystore import customer_keys
from kexin.core.operation import operation
from kexin.core.tokens import name_match_key, name_tokens
from kexin.party import rules
from kexin.party.choices import CustomerStatus
from kexin.party.data import PartyData
from kexin.party.duplicates import Match, matches_of, record_candidates
from kexin.party.events import CustomerChanged, CustomerCreated, PortfolioAssigned
from kexin.party.models import Customer, EnterpriseProfile, Party, PortfolioAssignment
from kexin.party.operations.facts import KIND_OF_FIELD, note_confirmed
from kexin.party.operations.rows import store_address, store_contact, store_document
from kexin.people.models import OrgUnit, Post

PARTY_FIELDS = (
    "sex",
    "lunar_birthday",
    "nationality",
    "tax_residence",
    "language",
    "occupation",
    "income_band",
    "preferred_channel",
)
CHANGEABLE = frozenset((*PARTY_FIELDS, "name", "born_on", "scale"))


class DuplicateSuspected(Conflict):
    """Files of the same person may exist; ``matches`` names those within reach. Repeat with ``anyway`` to create."""

    code = "duplicate-suspected"

    def __init__(self, matches: list[Match]) -> None:
        super().__init__(_("A file of this person may exist already."))
        self.matches = matches


def next_customer_no() -> str:
    """``C`` and eleven digits, in the order of the bank's own counter."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('party_customer_no')")
        (number,) = cursor.fetchone()
    return f"C{number:011d}"


@operation("party.create_customer", label=_("Enter a new customer"))
def create_customer(
    *,
    actor: Actor,
    data: PartyData,
    unit: OrgUnit,
    lead_post: Post | None = None,
    anyway: bool = False,
) -> Customer:
    """Open a file as a prospect, with its documents, contacts and addresses.

    Raises RuleViolation with a sentence per field, Conflict when a document is in use already, and
    :class:`DuplicateSuspected` when other files look alike and ``anyway`` was not said.
    """
    today = business_date()
    rules.may_create(data, today).enforce()
    _within_reach(actor, unit, lead_post)
    matches = matches_of(data, actor)
    if matches and not anyway:
        raise DuplicateSuspected(matches)
    (key_id,) = customer_keys().create()
    name = rules.clean_text(data.name)
    party = Party(key_id=key_id, kind=data.kind, name=name, born_on=data.born_on)
    for field in PARTY_FIELDS:
        setattr(party, field, rules.clean_text(getattr(data, field)))
    party.save()
    customer = Customer(
        party=party,
        customer_no=next_customer_no(),
        kind=data.kind,
        status=CustomerStatus.PROSPECT,
        unit=unit,
        lead_post=lead_post,
        born_year=data.born_on.year if data.born_on else None,
        birthday=data.born_on.month * 100 + data.born_on.day if data.born_on else None,
        search_tokens=name_tokens(name),
        name_match=name_match_key(name),
    )
    customer.save(force_insert=True)
    if data.kind in rules.ORGANISATIONS:
        EnterpriseProfile.objects.create(
            party=party,
            legal_form=data.legal_form,
            industry=data.industry,
            founded_on=data.founded_on,
            scale=data.scale,
        )
    try:
        with transaction.atomic():
            for document in data.documents:
                store_document(party, document)
    except IntegrityError as error:
        raise Conflict(
            _("A customer with this document exists already."),
            fields={"documents-0-number": _("This number is in use already.")},
        ) from error
    for contact in data.contacts:
        store_contact(party, contact)
    for address in data.addresses:
        store_address(party, address)
    PortfolioAssignment.objects.create(
        customer=customer, post=lead_post, unit=unit, starts_on=today, reason="", made_by=actor.name
    )
    emit(CustomerCreated(customer_id=customer.pk, subject=customer.customer_no))
    if lead_post is not None:
        emit(PortfolioAssigned(customer.pk, customer.customer_no, lead_post.pk, None))
    record_candidates(customer, matches)
    return customer


def _within_reach(actor: Actor, unit: OrgUnit, lead_post: Post | None) -> None:
    """A file may be opened only where the actor's own grants reach; the lead post belongs to that unit."""
    if lead_post is not None and lead_post.unit_id != unit.pk:
        raise RuleViolation(fields={"lead_post": _("This post belongs to another unit.")})
    for grant in actor.grants_for("party.create_customer"):
        if grant.reach == Reach.ALL or unit.pk in grant.unit_ids:
            return
        if grant.reach == Reach.PORTFOLIO and lead_post is not None and lead_post.pk == grant.post_id:
            return
    raise NotFound(_("This unit or post is outside your reach."))


@operation("party.change_customer", label=_("Change a customer file"))
def change_customer(customer: Customer, *, actor: Actor, version: int, changes: Mapping[str, Any]) -> Customer:
    """Change fields of the file. ``version`` is the one the person saw; another raises Conflict with what stands."""
    row = Customer.objects.lock(customer, actor)
    if row.version != version:
        raise Conflict(current=current_values(row, changes))
    unknown = set(changes) - CHANGEABLE
    if unknown:
        raise RuleViolation(fields={name: _("This field cannot be changed here.") for name in unknown})
    if row.status in (CustomerStatus.MERGED, CustomerStatus.CLOSED):
        raise RuleViolation(_("The file is closed and can only be read."))
    party = Party.objects.select_for_update().get(pk=row.pk)
    changed = []
    for name, value in changes.items():
        if name == "scale":
            changed += _resize(party, str(value))
            continue
        new = rules.clean_text(value) if isinstance(value, str) else value
        if getattr(party, name) != new:
            setattr(party, name, new)
            changed.append(name)
    if not changed:
        return row
    rules.may_be_named(party.name or "", required="name" in changed).enforce()
    rules.may_be_born(party.born_on, business_date()).enforce()
    _validate_plain(party, changed)
    party.save(update_fields=[*(name for name in changed if name != "scale"), "updated_at"])
    touch(row, party, changed)
    note_confirmed(row, {KIND_OF_FIELD[name] for name in changed if name in KIND_OF_FIELD}, actor)
    emit(CustomerChanged(row.pk, row.customer_no, tuple(sorted(changed))))
    return row


def _resize(party: Party, scale: str) -> list[str]:
    """Give an enterprise another size; the name of the field where it is another one."""
    rules.may_be_sized(party.kind, scale).enforce()
    if party.scale == scale:
        return []
    EnterpriseProfile.objects.update_or_create(party=party, defaults={"scale": scale})
    return ["scale"]


def _validate_plain(party: Party, changed: list[str]) -> None:
    from django.core.exceptions import ValidationError

    try:
        party.clean_fields(exclude=[field.name for field in party._meta.fields if field.name not in changed])
    except ValidationError as error:
        raise RuleViolation(fields={name: " ".join(texts) for name, texts in error.message_dict.items()}) from error


def touch(customer: Customer, party: Party, changed: list[str] | None = None) -> None:
    """Bring the customer's list columns up to date with the party and count the version up."""
    fields = ["version", "updated_at"]
    if changed and "name" in changed:
        customer.search_tokens = name_tokens(party.name or "")
        customer.name_match = name_match_key(party.name) if party.name else None
        fields += ["search_tokens", "name_match"]
    if changed and "born_on" in changed:
        born: dt.date | None = party.born_on
        customer.born_year = born.year if born else None
        customer.birthday = born.month * 100 + born.day if born else None
        fields += ["born_year", "birthday"]
    customer.version += 1
    customer.save(update_fields=fields)


def current_values(customer: Customer, changes: Mapping[str, Any]) -> dict[str, object]:
    """What stands now in the fields somebody wanted to change, for the dialog of the second person."""
    party = customer.party
    now = {name: getattr(party, name) for name in changes if name in CHANGEABLE}
    return {"version": customer.version, **now}
