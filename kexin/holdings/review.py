"""资产检视: the sheet that a manager takes to a meeting, with nothing on it that the customer may not see."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _t

from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.fields import decrypt_rows
from kexin.core.masking import mask_account
from kexin.core.policy import in_force
from kexin.core.typeset import typeset
from kexin.core.ui.numbers import exact
from kexin.holdings.models import Account, Loan
from kexin.holdings.policies import ReviewPolicy
from kexin.holdings.queries import Portfolio, Position, obligations
from kexin.party.models import Customer
from kexin.people.models import OrgUnit

TEMPLATE = Path(__file__).parent / "typeset" / "review.typ"


def review_sheet(actor: Actor, customer: Customer, found: Portfolio) -> bytes:
    """The sheet as PDF/A. The customer's name is opened; the caller has checked the reach."""
    now = timezone.localtime()
    return typeset(TEMPLATE, sheet_data(actor, customer, found, now), made_at=now)


def review_pack(
    actor: Actor,
    customer: Customer,
    found: Portfolio,
    *,
    title: str,
    since: Section,
    options: Section,
    notes: Sequence[str] = (),
) -> bytes:
    """The sheet with what happened since the last one, and what may be offered: the pack for a meeting.

    ``since`` stands behind the holdings, ``options`` at the end, ``notes`` before the lines at the foot. Sections with
    nothing in them are left out, so that the pack of an ordinary customer has two pages at most.
    """
    now = timezone.localtime()
    data = sheet_data(actor, customer, found, now)
    classes, held, ahead, loans = data["sections"]
    kept = [each for each in (ahead, loans) if each["rows"]]
    data["sections"] = [classes, held, since.as_data(), *kept, options.as_data()]
    data["title"], data["disclaimers"] = title, [*notes, *data["disclaimers"]]
    return typeset(TEMPLATE, data, made_at=now)


@dataclass(frozen=True, slots=True)
class Section:
    """A table of a pack: the last column is an amount; ``empty`` is said where there are no rows."""

    title: str
    head: list[str]
    widths: list[int]
    rows: list[list[str]]
    empty: str
    note: str = ""

    def as_data(self) -> dict[str, Any]:
        """As the template reads it."""
        return _table(self.title, self.head, self.widths, self.rows, self.empty, self.note)


def sheet_data(actor: Actor, customer: Customer, found: Portfolio, now: dt.datetime) -> dict[str, Any]:
    """Everything the sheet says, as text in the reader's language."""
    today, rules = business_date(), in_force(ReviewPolicy)
    chinese = (get_language() or "zh").startswith("zh")
    decrypt_rows(Account, list({each.account.pk: each.account for each in found.positions}.values()), ("number",))
    ahead = found.maturities(today, today + dt.timedelta(days=rules.days_ahead))
    demo = _t("Demo data") if settings.KEXIN_DEMO else ""
    name = customer.party.name or customer.customer_no
    owed = [each for each in obligations(actor, customer.pk).loans if each.status.startswith("running")]
    return {
        "lang": "zh" if chinese else "en",
        "region": "cn" if chinese else "us",
        "title": _t("Review of holdings"),
        "subtitle": _t("%(name)s · as of %(day)s") % {"name": name, "day": today},
        "institution": _institution(),
        "demo": demo,
        "watermark": demo,
        "printed": _t("Printed %(moment)s by %(name)s")
        % {"moment": f"{now:%Y-%m-%d %H:%M}", "name": actor.label or actor.name},
        "facts": [
            {"label": _t("Assets at present") + f" ({code})", "value": exact(value)}
            for code, value in list(found.totals.items())[:3]
        ]
        or [{"label": _t("Assets at present"), "value": "–"}],
        "sections": [
            _classes(found),
            _table(
                _t("Holdings"),
                [_t("Product"), _t("Account"), _t("Held on"), _t("Return since purchase"), _t("Rate a year"),
                 _t("Amount")],
                [5, 4, 3, 3, 2, 4],
                [_held(each) for each in sorted(found.positions, key=lambda one: (one.currency, -one.value))],
                _t("Nothing held."),
                _t("Return since purchase is what was gained or lost against what was paid, not by the year; "
                   "a rate a year is agreed for deposits."),
            ),
            _table(
                _t("Maturing in the next %(days)s days") % {"days": rules.days_ahead},
                [_t("Day"), _t("Product"), _t("Account"), _t("Amount")],
                [2, 5, 4, 3],
                [
                    [f"{each.matures_on:%Y-%m-%d}", each.name, mask_account(each.account.number), _amount(each)]
                    for each in ahead
                ],
                _t("Nothing matures."),
            ),
            _table(
                _t("Loans"),
                [_t("Granted on"), _t("Account"), _t("Granted amount"), _t("Monthly payment"), _t("Still owed")],
                [2, 4, 3, 3, 3],
                [_owed(each) for each in owed],
                _t("No loans."),
            ),
        ],
        "disclaimers": [line for line in (rules.disclaimers if chinese else rules.disclaimers_en) if line],
    }  # fmt: skip


def _institution() -> str:
    rules = in_force(ReviewPolicy)
    chinese = (get_language() or "zh").startswith("zh")
    named = rules.institution if chinese else rules.institution_en or rules.institution
    if named:
        return named
    root = OrgUnit.objects.filter(parent=None).order_by("path").first()
    return root.shown_name if root else ""


def _classes(found: Portfolio) -> dict[str, Any]:
    """Bars by class, currency by currency; the share is of the same currency."""
    bars = []
    for code, total in found.totals.items():
        for one, value in found.parts(code):
            share = value / total * 100 if total > 0 else Decimal(0)
            bars.append(
                {
                    "label": str(one.label) if code == "CNY" else f"{one.label} {code}",
                    "value": exact(value),
                    "percent": float(min(max(share, Decimal(0)), Decimal(100))),
                    "share": f"{share:.1f}%",
                }
            )
    section = _table(_t("What it consists of"), [], [], [], _t("Nothing held."))
    return section | {"bars": bars}


def _table(
    title: str, head: list[str], widths: list[int], rows: list[list[str]], empty: str, note: str = ""
) -> dict[str, Any]:
    """A section with a table; the last column is an amount and stands at the right."""
    right = [number == len(head) - 1 for number in range(len(head))]
    return {
        "title": title, "head": head, "widths": widths, "right": right, "rows": rows,
        "bars": [], "empty": empty, "note": note if rows else "",
    }  # fmt: skip


def _amount(each: Position) -> str:
    return exact(each.value) if each.currency == "CNY" else f"{exact(each.value)} {each.currency}"


def _held(each: Position) -> list[str]:
    return [
        each.name,
        mask_account(each.account.number),
        f"{each.as_of:%Y-%m-%d}" if each.as_of else "–",
        f"{each.gain:+.2f}%" if each.gain is not None else "–",
        f"{each.rate.normalize():f}%" if each.rate is not None else "–",
        _amount(each),
    ]


def _owed(each: Loan) -> list[str]:
    account = each.account
    decrypt_rows(Account, [account], ("number",))
    return [
        f"{each.granted_on:%Y-%m-%d}", mask_account(account.number), exact(each.principal), exact(each.payment),
        exact(account.balance),
    ]  # fmt: skip
