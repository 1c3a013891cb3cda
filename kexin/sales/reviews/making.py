"""Making a review pack: the holdings, what happened since the last one, what comes due, what may be offered."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import Any

from django.utils import timezone, translation
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from kexin.core import frame
from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.errors import RuleViolation
from kexin.core.events import emit
from kexin.core.fields import decrypt_rows
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.core.ui.numbers import exact
from kexin.core.vault import Writer
from kexin.engagement.choices import DocumentCategory
from kexin.engagement.operations import add_document
from kexin.holdings.operations.review import Section, review_pack
from kexin.holdings.queries import Portfolio, portfolio_of
from kexin.party.models import Customer, Party
from kexin.products.models import ProductFee
from kexin.sales.advice.recording import open_file, own_post
from kexin.sales.choices import SaleState
from kexin.sales.models import ReviewPack, Sale
from kexin.sales.reviews.events import ReviewPackMade
from kexin.sales.reviews.policies import ReviewPackPolicy
from kexin.sales.reviews.rules import moves
from kexin.suitability.matching.shelf import ShelfLine, shelf_of

LANGUAGES = ("zh-hans", "en")
MOST_MOVES = 12


@dataclass(frozen=True, slots=True)
class MadePack:
    """The pack that was filed, and its bytes."""

    pack: ReviewPack
    name: str
    content: bytes


@operation("sales.make_review_pack", label=_("Make a review pack"), plain=("language",))
def make_review_pack(customer: Customer | int, *, actor: Actor, language: str = "") -> MadePack:
    """One PDF in the customer's language (or ``language``), versioned and kept among the customer's documents.

    Only products that may be offered to this customer today are shown, each with risk grade and fees.
    """
    row, post, rules = open_file(customer, actor), own_post(actor), in_force(ReviewPackPolicy)
    spoken = language or ("en" if row.party.language.startswith("en") else "zh-hans")
    if spoken not in LANGUAGES:
        raise RuleViolation(fields={"language": _("Choose one of the list.")})
    decrypt_rows(Party, [row.party], ("name",))
    last = ReviewPack.objects.filter(customer=row).order_by("-number").first()
    shelf = shelf_of(actor, row.pk).fitting[: rules.options]
    with translation.override("zh-hans"):  # keys of the comparison stay the same in every language
        named = [each.name for each in portfolio_of(row.pk).positions]
    with translation.override(spoken):
        found = portfolio_of(row.pk)
        figures = _figures(found, named)
        content = review_pack(
            actor,
            row,
            found,
            title=_t("Review pack no. %(number)s") % {"number": (last.number if last else 0) + 1},
            since=_since(row, last, figures),
            options=_options(shelf),
            notes=[each for each in (rules.notes if spoken != "en" else rules.notes_en) if each and shelf],
        )
        title = _t("Review pack of %(day)s") % {"day": business_date().isoformat()}
    number = (last.number if last else 0) + 1
    name, digest = f"review-pack-{row.customer_no}-{number}.pdf", hashlib.sha256(content).hexdigest()
    writer = Writer(row.party.key_id)
    writer.write(content)
    stored = writer.finish(media_type="application/pdf", file_name=name)
    document = add_document(row, actor=actor, stored=stored, title=title, category=DocumentCategory.CORRESPONDENCE)
    made = ReviewPack.objects.create(
        customer=row,
        unit_id=post.unit_id,
        post=post,
        number=number,
        language=spoken,
        as_of=business_date(),
        document=document,
        sha256=digest,
        figures=figures,
        options=[{"code": each.product.code, "grade": each.grade, "fit": each.fit} for each in shelf],
        made_at=timezone.now(),
        made_by=actor.name,
    )
    act = frame.current.get()
    if act is not None:
        act.notes["sha256"] = digest
    emit(ReviewPackMade(row.pk, row.customer_no, made.pk, number, document.pk))
    return MadePack(made, name, content)


def _figures(found: Portfolio, named: list[str]) -> dict[str, Any]:
    """Totals and positions as the next pack compares with them; equal names of one account are told apart by place."""
    positions: dict[str, list[str]] = {}
    for each, name in zip(found.positions, named, strict=True):
        base, place = f"{each.account.pk}:{name}", 1
        while f"{base}:{place}" in positions:
            place += 1
        positions[f"{base}:{place}"] = [each.name, str(each.value), each.currency]
    return {"totals": {code: str(value) for code, value in found.totals.items()}, "positions": positions}


def _since(customer: Customer, last: ReviewPack | None, figures: dict[str, Any]) -> Section:
    head, widths = (
        [pgettext("review pack", "What happened"), _t("Product"), pgettext("review pack", "Change")],
        [4, 6, 4],
    )
    if last is None:
        return Section(_t("Since the last review"), head, widths, [], _t("This is the first review."))
    words = {"new": pgettext("review pack", "New"), "gone": _t("No longer held"), "changed": _t("Value changed")}
    rows = [
        [_t("Bought on %(day)s") % {"day": day}, name, f"{exact(amount)} {currency}"]
        for day, name, amount, currency in _bought(customer, last.made_at)
    ]
    rows += [
        [words[each.kind], each.name, f"{'+' if each.change > 0 else ''}{exact(each.change)} {each.currency}"]
        for each in moves(last.figures["positions"], figures["positions"])[:MOST_MOVES]
    ]
    title = _t("Since the last review on %(day)s") % {"day": last.as_of.isoformat()}
    return Section(title, head, widths, rows, _t("Nothing changed."))


def _bought(customer: Customer, since: dt.datetime) -> list[tuple[str, str, Any, str]]:
    rows = Sale.objects.filter(customer=customer, state=SaleState.EXECUTED, opened_at__gt=since)
    return [
        (each.opened_on.isoformat(), each.product.shown_name, each.amount, each.currency)
        for each in rows.select_related("product").order_by("opened_at")[:MOST_MOVES]
    ]


def _options(shelf: list[ShelfLine]) -> Section:
    fees: dict[int, list[str]] = {}
    for each in ProductFee.objects.filter(product__in=[line.product.pk for line in shelf]).order_by("kind"):
        fees.setdefault(each.product_id, []).append(f"{each.get_kind_display()} {each.shown_rate}")
    rows = [
        [
            line.product.shown_name,
            line.product.labelled_grade or "–",
            _t("%(days)s days") % {"days": line.product.term_days} if line.product.term_days else _t("no fixed term"),
            " · ".join(fees.get(line.product.pk, [])) or _t("none"),
            exact(line.product.minimum_amount) if line.product.minimum_amount else "–",
        ]
        for line in shelf
    ]
    head = [_t("Product"), _t("Risk grade"), _t("Term"), _t("Fees"), _t("Minimum amount")]
    return Section(
        _t("What may be offered to you"), head, [5, 3, 3, 6, 3], rows, _t("Nothing may be offered to you today.")
    )
