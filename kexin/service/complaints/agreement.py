"""The agreement of a settlement 和解协议 as a file to be signed: parties, matter, amount in words, tax, payment.

Like the reply, its PDF/A is made from what is stored whenever it is asked for, the same to the byte. Its sentences are
a proposal: an institution has them read by its own lawyers before it uses them.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

from django.utils import timezone, translation
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.errors import NotFound
from kexin.core.query import query
from kexin.core.typeset import typeset
from kexin.people.models import OrgUnit
from kexin.service.complaints.choices import Mandate, SettlementState
from kexin.service.complaints.letters import complainant_of
from kexin.service.complaints.queries import VIEW
from kexin.service.models import Complaint, Settlement

TEMPLATE = Path(__file__).parents[1] / "typeset" / "agreement.typ"
DIGITS = "零壹贰叁肆伍陆柒捌玖"
UNITS = ((10**8, "亿"), (10**4, "万"), (1000, "仟"), (100, "佰"), (10, "拾"))


def amount_in_words(amount: Decimal) -> str:
    """大写金额: an amount above nought in CNY, as 《正确填写票据和结算凭证的基本规定》 writes it."""
    whole, cents = divmod(int(amount.quantize(Decimal("0.01")) * 100), 100)
    jiao, fen = divmod(cents, 10)
    text = f"{_whole(whole)}元" if whole else ""
    if jiao:
        text += f"{DIGITS[jiao]}角"
    elif fen and whole:
        text += DIGITS[0]
    return "人民币" + text + (f"{DIGITS[fen]}分" if fen else "整")


def _whole(number: int) -> str:
    """A gap of noughts inside the number is written once."""
    for unit, name in UNITS:
        if number >= unit:
            head, rest = divmod(number, unit)
            gap = DIGITS[0] if 0 < rest < unit // 10 else ""
            return _whole(head) + name + gap + (_whole(rest) if rest else "")
    return DIGITS[number]


def settled_of(row: Complaint) -> Settlement | None:
    """The settlement of a case that somebody with authority approved."""
    undecided = (SettlementState.PROPOSED, SettlementState.REFUSED)
    return row.settlements.exclude(state__in=undecided).first()


@query(VIEW, label=_("See complaints"), record="open")
def agreement_pdf(actor: Actor, pk: int) -> tuple[Complaint, bytes]:
    """The agreement as PDF/A, from the approval on. NotFound."""
    row = Complaint.objects.visible_to(actor, VIEW).select_related("customer__party").filter(pk=pk).first()
    made = settled_of(row) if row is not None else None
    if row is None or made is None or made.approved_at is None:
        raise NotFound
    return row, agreement_of(row, made)


def agreement_of(row: Complaint, made: Settlement) -> bytes:
    """The agreement as it is signed, the same to the byte before and after."""
    assert made.approved_at is not None
    with translation.override("zh-hans"):
        return typeset(TEMPLATE, agreement_data(row, made), made_at=made.approved_at)


def agreement_data(row: Complaint, made: Settlement) -> dict[str, Any]:
    """Everything the agreement says, as text in the language that is on."""
    root = OrgUnit.objects.filter(parent=None).order_by("path").first()
    assert made.approved_at is not None
    joined = row.joined.filter(closed_at__lte=made.approved_at).order_by("pk")  # what came later is no part of it
    numbers = "、".join([row.complaint_no, *joined.values_list("complaint_no", flat=True)])
    agent = str(row.representative_name or "") if row.mandate == Mandate.VERIFIED else ""
    institution, received = root.shown_name if root else "", timezone.localtime(row.received_at).date()
    matter = _t("On %(day)s party A complained to party B under number %(numbers)s: %(subject)s") % {
        "day": received.isoformat(), "numbers": numbers, "subject": str(row.subject or ""),
    }  # fmt: skip
    payment = _t(
        "Party B pays party A CNY %(amount)s (%(words)s) in one sum, after both have signed, to an account in party A's"
        " own name."
    ) % {"amount": f"{made.amount:,.2f}", "words": amount_in_words(made.amount)}
    tax = _t(
        "Where the law asks for tax on this payment, party B withholds it, tells party A the amount and pays out the"
        " rest."
    )
    effect = _t(
        "With the payment the matter named above is settled between the parties. Rights that the law lets nobody give"
        " up stay untouched, among them the right to turn to the supervisor. The agreement is made in two copies and"
        " holds from the day both have signed."
    )
    sections = [
        (_t("What is settled"), matter),
        (_t("What was agreed"), str(made.terms or "")),
        (_t("Amount and payment"), payment),
        (_t("Tax note"), tax),
        (_t("Effect of the agreement"), effect),
    ]
    return {
        "lang": "zh",
        "region": "cn",
        "title": _t("Settlement agreement"),
        "number": row.complaint_no,
        "institution": institution,
        "parties": [
            {"label": _t("Party A (complainant)"), "name": complainant_of(row)},
            *([{"label": _t("Represented by (mandate verified)"), "name": agent}] if agent else []),
            {"label": _t("Party B (institution)"), "name": institution},
        ],
        "sections": [{"title": title, "text": text} for title, text in sections],
        "signatures": [_t("Signature of party A"), _t("Seal of party B")],
        "day_label": _t("Day of signature"),
    }
