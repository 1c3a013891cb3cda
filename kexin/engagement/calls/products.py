"""Calls about a product: who may speak of it, for whom it was decided, which reviewed script is read.

Whether a product fits a customer is decided by a floor above, which registers its gate here. Where nobody has, a list
about a product cannot be made: what is not known never allows anything.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.errors import RuleViolation, type_text
from kexin.core.policy import Policy, in_force, policy, setting
from kexin.engagement.models.calls import CallList
from kexin.products.choices import ProductState
from kexin.products.models import Product, TextVersion
from kexin.products.texts.choices import TextKind, TextLanguage
from kexin.products.texts.queries import version_in_use

NOT_KNOWN = _("Whether the product may be offered cannot be told.")


@policy("engagement.product_calls", _("Calls about a product"))
class ProductCallPolicy(Policy):
    """How long a reviewed script may be read, and how many customers one step passes over."""

    script_days: int = setting(
        _("A script is read for so long after its review"), unit=_("days"), minimum=1, maximum=3650
    )
    passed_over: int = setting(_("Customers passed over in one step, at most"), minimum=1, maximum=500)


@dataclass(frozen=True, slots=True)
class Opinion:
    """What was decided for one customer. ``number`` is that of the stored opinion, None where it was only looked at.

    ``about_caller``: everything that speaks against it concerns the caller, not the customer. ``script``: may the
    script of the product be read to the customer?
    """

    allowed: bool
    about_caller: bool = False
    reasons: tuple[type_text, ...] = ()
    conditions: tuple[type_text, ...] = ()
    number: int | None = None
    script: bool = False


@dataclass(frozen=True, slots=True)
class ProductGate:
    """What the floor above answers. Reasons are worded for whoever sells: what they may not know reads neutrally."""

    callers: Callable[[Actor, Collection[int]], Mapping[int, tuple[str, ...]]]  # products: why the actor may not speak
    decide: Callable[[Actor, int, Collection[int], bool], Mapping[int, Opinion]]  # product, customers, spoken to now
    look: Callable[[Actor, int, int], Opinion]  # product, customer: nothing is stored
    told: Callable[[Collection[int]], Mapping[int, tuple[str, ...]]]  # stored opinions: their reasons against


_gates: list[ProductGate] = []


def register_product_gate(gate: ProductGate) -> None:
    """The floor that decides says how it is asked (in ``apps.ready``)."""
    _gates[:] = [gate]


def barred_products(actor: Actor) -> dict[int, tuple[str, ...]]:
    """Products of running lists that the actor may not speak of, with the reasons. One read where there are none."""
    today = business_date()
    rows = CallList.objects.filter(closed_at=None, ends_on__gte=today, product__isnull=False).order_by()
    wanted = list(rows.values_list("product_id", flat=True).distinct())
    if not wanted:
        return {}
    if not _gates:
        return {pk: (str(NOT_KNOWN),) for pk in wanted}
    return {pk: reasons for pk, reasons in _gates[0].callers(actor, wanted).items() if reasons}


def listed_product(product_id: int | None) -> Product | None:
    """The product that a list is about. Raises RuleViolation for one that is not on sale, or nobody can decide on."""
    if product_id is None:
        return None
    found = Product.objects.filter(pk=product_id).first()
    if found is None:
        raise RuleViolation(fields={"product_id": _("There is no such product.")})
    if found.state != ProductState.ADMITTED:
        raise RuleViolation(fields={"product_id": _("The product is not on sale.")})
    if not _gates:
        raise RuleViolation(fields={"product_id": NOT_KNOWN})
    return found


def against_caller(actor: Actor, product: Product) -> tuple[str, ...]:
    """Why the actor may not speak of the product; empty: may."""
    return _gates[0].callers(actor, [product.pk]).get(product.pk, ()) if _gates else (str(NOT_KNOWN),)


def opinions(
    actor: Actor, product_id: int, customer_ids: Collection[int], *, spoken: bool = False
) -> Mapping[int, Opinion]:
    """Decide and store, for all these customers in one set of reads; ``spoken``: the actor calls the customer now."""
    return _gates[0].decide(actor, product_id, customer_ids, spoken) if _gates else {}


def opinion_now(actor: Actor, product_id: int, customer_id: int) -> Opinion:
    """What would be decided at this moment; nothing is stored."""
    return _gates[0].look(actor, product_id, customer_id) if _gates else Opinion(False, reasons=(NOT_KNOWN,))


def reasons_against(numbers: Collection[int | None]) -> Mapping[int, tuple[str, ...]]:
    """Why stored opinions refused, in the words for whoever sells."""
    wanted = [each for each in numbers if each is not None]
    return _gates[0].told(wanted) if _gates and wanted else {}


@dataclass(frozen=True, slots=True)
class Script:
    """The script to be read, or why there is none."""

    version: TextVersion | None = None
    missing: type_text = ""


def script_for(product: Product, language: str) -> Script:
    """The reviewed script in use today, in the customer's language, else in Chinese; one reviewed too long ago is
    not read any more."""
    wanted = TextLanguage.EN if language.startswith("en") else TextLanguage.ZH
    found = version_in_use(product, TextKind.SALES_SCRIPT, wanted)
    if found is None and wanted != TextLanguage.ZH:
        found = version_in_use(product, TextKind.SALES_SCRIPT, TextLanguage.ZH)
    if found is None:
        return Script(missing=_("No reviewed script is in use for this product: read out nothing else."))
    days = in_force(ProductCallPolicy).script_days
    if found.reviewed_at is None or found.reviewed_at.date() + dt.timedelta(days=days) < business_date():
        text = _("The script was reviewed more than %(days)s days ago: it is not read until it is reviewed again.")
        return Script(missing=text % {"days": days})
    return Script(found)
