"""What a caller is told before a call: risk tolerance, what fits, and how the customer's class is looked after."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.listing import listed
from kexin.engagement.calls.known import Known, reached
from kexin.party.models import Customer
from kexin.suitability.assessments.choices import Standing
from kexin.suitability.assessments.queries import VIEW as VIEW_ASSESSMENTS
from kexin.suitability.assessments.standing import current_assessment
from kexin.suitability.matching.on_shelf import shelf_products
from kexin.suitability.matching.shelf import VIEW as VIEW_SHELF
from kexin.suitability.matching.shelf import shelf_for
from kexin.suitability.ui.words import grade_word, standing_word
from kexin.suitability.value.queries import VIEW as VIEW_VALUE
from kexin.suitability.value.queries import value_file

NAMED = 3  # products named; the others are counted


def known(actor: Actor, customer: Customer) -> Iterator[Known]:
    """Only what the caller may see of this customer."""
    page = reverse("party:customer", args=[customer.pk])
    seen = reached(actor, customer, VIEW_ASSESSMENTS, VIEW_SHELF, VIEW_VALUE)
    if VIEW_ASSESSMENTS in seen:
        yield from _tolerance(actor, customer, page)
    if VIEW_SHELF in seen:
        yield _fitting(actor, customer, page)
    if VIEW_VALUE in seen:
        value = value_file(actor, customer.pk)
        if value is not None and value.strategy:
            yield Known(_("Service plan"), f"{value.label} · {value.strategy}", page)


def _tolerance(actor: Actor, customer: Customer, page: str) -> Iterator[Known]:
    """The grade and its last day; without one that counts, what must not be done."""
    now = current_assessment(customer)
    words = [grade_word(now.grade, now.lowest), str(standing_word(now.standing))]
    if now.valid_until is not None:
        words.append(_t("valid until %(day)s") % {"day": now.valid_until})
    yield Known(_("Risk tolerance"), " · ".join(each for each in words if each), f"{page}?tab=risk")
    if now.standing not in (Standing.VALID, Standing.EXEMPT):
        yield Known(
            "", _("No risk assessment that counts: recommend nothing before the customer has answered."), level="warn"
        )


def _fitting(actor: Actor, customer: Customer, page: str) -> Known:
    """How many products of the shelf fit and the closest of them; never by their return."""
    lines = shelf_for(actor, customer, shelf_products()).fitting
    named = listed(line.product.name for line in lines[:NAMED])
    text = _t("%(count)s: %(names)s") % {"count": len(lines), "names": named} if lines else _t("None at the moment.")
    return Known(_("Suitable products"), text, f"{page}?tab=fits")
