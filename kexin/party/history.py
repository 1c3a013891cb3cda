"""Every change of a customer's file as people read it: who, when, by what, from what to what.

The rows come from the history triggers, so raw SQL is told too. Personal values lie there as the ciphertexts that stood
in the table; they are opened here and masked as on the page. A floor above names the tables it keeps under history and
the permission that seeing them takes; a table that nobody named is not shown.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import models
from django.db.models import QuerySet
from django.utils.timezone import localtime
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kexin.core import names as known_names
from kexin.core.actor import Actor
from kexin.core.crypto import Undecipherable
from kexin.core.errors import NotFound, type_text
from kexin.core.fields import Forgotten, PersonalField, Sealed
from kexin.core.listing import listed
from kexin.core.masking import mask_address, mask_date
from kexin.core.models import History
from kexin.core.operation import doors
from kexin.core.query import query
from kexin.core.ui import numbers
from kexin.party.models import Customer, Party
from kexin.party.naming import in_charge
from kexin.people.models import OrgUnit, Post
from kexin.people.queries import post_labels

VIEW_HISTORY = "party.view_history"

# Columns that say nothing to people: keys, derived and technical values.
_KEYS = {"id", "key_id", "party_id", "customer_id", "from_party_id", "account_id", "source", "source_no", "version"}
_DERIVED = {"born_year", "birthday", "search_tokens", "name_match", "token", "token_next", "last4_token", "balance_on"}
_TECHNICAL = {"stored_as", "digest", "media_type"}
# The change itself says when and who.
_MOMENTS = {"created_at", "updated_at", "added_at", "written_at", "checked_at", "found_at"}
_ACTORS = {"added_by", "written_by", "made_by", "checked_by", "decided_by"}
_SILENT = frozenset(_KEYS | _DERIVED | _TECHNICAL | _MOMENTS | _ACTORS)
_OWN = (
    *("party", "customer", "partyname", "identitydocument", "contactpoint", "address", "partyattribute"),
    *(
        "enterpriseprofile",
        "relationship",
        "portfolioassignment",
        "portfolioshare",
        "portfolioprotection",
        "duplicatecandidate",
    ),
)
_tables: dict[str, str] = {}


def register_history(table: str, operation: str) -> None:
    """Show the changes of ``table`` to those who may do ``operation`` (in ``apps.ready``)."""
    _tables[table] = operation


def tables_for(actor: Actor) -> list[str]:
    """The tables whose changes this actor may see."""
    return [table for table, operation in _tables.items() if actor.may(operation)]


def register_own_tables() -> None:
    """The party floor's own tables."""
    for name in _OWN:
        register_history(f"party_{name}", VIEW_HISTORY)


@query(VIEW_HISTORY, label=_("See the history of a customer"))
def changes(actor: Actor, customer_id: int) -> tuple[Customer, QuerySet[History]]:
    """The customer and the changes that the actor may see; the caller orders by time and cuts the page."""
    rows = Customer.objects.visible_to(actor, "party.view_customer").visible_to(actor, VIEW_HISTORY)
    customer = rows.select_related("party").filter(pk=customer_id).first()
    if customer is None:
        raise NotFound
    return customer, History.objects.filter(customer_id=customer_id, table_name__in=tables_for(actor))


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One column: what stood there and what stands there now; empty texts for nothing."""

    label: type_text
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Change:
    """One changed row."""

    at: dt.datetime
    who: str
    by: type_text  # the operation in words; the name of the login where no operation was used
    what: type_text  # the kind of record
    action: str  # insert, update, delete
    fields: tuple[FieldChange, ...]


def told(actor: Actor, customer: Customer, rows: Sequence[History]) -> list[Change]:
    """Rows of history in words. Names of people, units, posts and customers are looked up once for all rows."""
    known = {model._meta.db_table: model for model in apps.get_models() if model._meta.db_table in _tables}
    reader = _Reader(actor, customer, rows, known)
    names = known_names.people({row.actor_name for row in rows})
    result = []
    for row in rows:
        model = known.get(row.table_name)
        if model is None:
            continue
        door = doors.get(row.operation)
        result.append(
            Change(
                at=row.at,
                who=names.get(row.actor_name, row.actor_name),
                by=door.label if door else row.operation,
                what=model._meta.verbose_name or row.table_name,
                action=row.action,
                fields=tuple(reader.fields(model, row)),
            )
        )
    return result


class _Reader:
    """Turns stored column values into text for one actor and one customer."""

    def __init__(
        self, actor: Actor, customer: Customer, rows: Sequence[History], known: Mapping[str, type[models.Model]]
    ) -> None:
        self.customer = customer
        self.whole = in_charge(actor, customer)
        wanted: dict[type[models.Model], set[int]] = {OrgUnit: set(), Post: set(), Party: set(), Customer: set()}
        for row in rows:
            model = known.get(row.table_name)
            for column, value in _values(row) if model is not None else ():
                related = _related(_field(model, column))
                if related in wanted and isinstance(value, int) and column not in _SILENT:
                    wanted[related].add(value)
        people = wanted[Party] | wanted[Customer]
        self.labels: dict[type[models.Model], dict[int, str]] = {
            OrgUnit: {each.pk: each.shown_name for each in OrgUnit.objects.filter(pk__in=wanted[OrgUnit])}
            if wanted[OrgUnit]
            else {},
            Post: post_labels(wanted[Post]) if wanted[Post] else {},
            Party: dict(Customer.objects.filter(pk__in=people).values_list("pk", "customer_no")) if people else {},
        }
        self.labels[Customer] = self.labels[Party]

    def fields(self, model: type[models.Model], row: History) -> Iterable[FieldChange]:
        """What changed in one row, in the order of the model."""
        before, after = row.before or {}, row.after or {}
        keys = self._keys(before, after)
        for field in model._meta.concrete_fields:
            column = str(field.column)
            if column in _SILENT or (column not in before and column not in after):
                continue
            old, new = (self._text(field, each.get(column), keys, row) for each in (before, after))
            if old or new:
                yield FieldChange(_label(field), old, new)

    def _keys(self, *sides: Mapping[str, Any]) -> list[UUID]:
        """Keys that may open the row: its own where the change shows it, and the customer's."""
        found = [UUID(side["key_id"]) for side in sides if side.get("key_id")]
        return [*found, self.customer.party.key_id]

    def _text(self, field: models.Field[Any, Any], value: Any, keys: list[UUID], row: History) -> str:
        if value is None or value == "":
            return ""
        if isinstance(field, PersonalField):
            return self._personal(field, str(value), keys, row)
        related = _related(field)
        if related is not None:
            return self.labels.get(related, {}).get(value, "")
        if field.choices:
            return str(dict(field.flatchoices).get(value, value))
        if isinstance(value, bool):
            return _t("yes") if value else _t("no")
        if isinstance(field, models.DecimalField):
            places = max(2, -int(Decimal(str(value)).normalize().as_tuple().exponent))
            return numbers.exact(Decimal(str(value)), places)
        if isinstance(field, models.DateTimeField):
            return localtime(dt.datetime.fromisoformat(str(value))).strftime("%Y-%m-%d %H:%M")
        if isinstance(value, list):
            return listed(str(each) for each in value)
        return str(value)

    def _personal(self, field: PersonalField, stored: str, keys: list[UUID], row: History) -> str:
        """The opened value, whole or masked as on the page."""
        value = self._opened(field, Sealed(bytes.fromhex(stored.removeprefix("\\x"))), keys, row)
        if value is None:
            return _t("not readable")
        if isinstance(value, Forgotten):
            return str(value)
        if self.whole and field.name in ("name", "born_on"):
            return str(value)
        if field.kind == "date":
            return mask_date(value)
        if field.mask is mask_address:
            return "***"  # the part to the district stands in a column of its own
        return field.masked(value) if field.mask else str(value)

    def _opened(self, field: PersonalField, sealed: Sealed, keys: list[UUID], row: History) -> Any:
        erased: Any = None
        for key in keys:
            try:
                value = field.open(sealed, key)
            except Undecipherable:
                continue
            if not isinstance(value, Forgotten):
                return value
            erased = value
        # A merge moves rows with the key they had: only then the row itself must be asked.
        own = field.model._default_manager.filter(pk=row.row_id).values_list(field.key_field, flat=True).first()
        if own is None or own in keys:
            return erased
        return self._opened(field, sealed, [own], row)


def _label(field: models.Field[Any, Any]) -> str:
    """The field's name in words; a reference that was given none is called by what it points at."""
    related = _related(field)
    if related is not None and field.verbose_name == field.name.replace("_", " "):
        return str(related._meta.verbose_name)
    return str(field.verbose_name)


def _values(row: History) -> Iterable[tuple[str, Any]]:
    for side in (row.before, row.after):
        yield from (side or {}).items()


def _field(model: type[models.Model] | None, column: str) -> models.Field[Any, Any] | None:
    if model is None:
        return None
    return next((each for each in model._meta.concrete_fields if each.column == column), None)


def _related(field: models.Field[Any, Any] | None) -> type[models.Model] | None:
    """The model a column points at; None for plain columns."""
    related = getattr(field, "related_model", None)
    return related if isinstance(related, type) else None
