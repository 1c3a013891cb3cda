"""The table of an account's transactions and its filters."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from kexin.core.ui import numbers
from kexin.core.ui.columns import Column
from kexin.core.ui.fields import DayInput, MoneyInput
from kexin.core.ui.table import Table
from kexin.holdings.choices import Direction, TransactionKind
from kexin.holdings.ledger_queries import TransactionFilter, narrowed
from kexin.holdings.models import Transaction


class TransactionForm(forms.Form):
    """Period, direction, kind, amounts, words; all may stay empty."""

    text = forms.CharField(label=_("Description or counterparty"), required=False, max_length=80)
    first = forms.DateField(label=_("From day"), required=False, widget=DayInput())
    last = forms.DateField(label=_("To day"), required=False, widget=DayInput())
    direction = forms.ChoiceField(
        label=_("Direction"), required=False, choices=[("", _("Both directions")), *Direction.choices]
    )
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[("", _("All kinds")), *TransactionKind.choices])
    amount_from = forms.DecimalField(
        label=_("Amount from"), required=False, min_value=0, max_digits=20, decimal_places=2, widget=MoneyInput(unit="")
    )
    amount_to = forms.DecimalField(
        label=_("Amount to"), required=False, min_value=0, max_digits=20, decimal_places=2, widget=MoneyInput(unit="")
    )

    def wanted(self) -> TransactionFilter:
        """What was asked for; a field that is wrong narrows nothing and shows its error."""
        self.is_valid()
        data = self.cleaned_data
        return TransactionFilter(
            first=data.get("first"),
            last=data.get("last"),
            direction=data.get("direction", ""),
            kind=data.get("kind", ""),
            amount_from=data.get("amount_from"),
            amount_to=data.get("amount_to"),
            text=data.get("text", "").strip(),
        )


class TransactionFilterSet:
    """The filters as the table takes them: a bound form and the narrowed rows."""

    def __init__(self, request: HttpRequest, rows: QuerySet[Transaction]) -> None:
        self.rows = rows
        self.form = TransactionForm(request.GET)

    @cached_property
    def qs(self) -> QuerySet[Transaction]:
        return narrowed(self.rows, self.form.wanted())


def signed_amount(row: Any) -> str:
    """In with a plus, out with a minus: the direction is told by the sign, not by colour alone."""
    incoming = row.direction == Direction.IN
    sign = "+" if incoming else numbers.MINUS
    return format_html(
        '<span class="num{}">{}{}</span>', " is-good" if incoming else "", sign, numbers.exact(row.amount)
    )


def counterparty(row: Any) -> str:
    """The other side, with its bank."""
    if not row.counterparty and not row.counterparty_bank:
        return ""
    return format_html('{}<small class="quiet"> {}</small>', row.counterparty, row.counterparty_bank)


class TransactionTable(Table):
    """Newest first, by day and number: an order that the index of the account's bookings gives at any depth."""

    name = "holdings.transactions"
    caption = _("Transactions")
    page_size = 50
    search = "text"
    search_hint = _("Description or counterparty")
    empty_title = _("No transactions are recorded for this account")
    empty_icon = "list-details"
    columns = (
        Column("booked_on", _("Day"), value=lambda row: row.booked_on.isoformat(), always=True, phone="sub"),
        Column("kind", _("Kind"), value=lambda row: row.get_kind_display(), phone="meta"),
        Column(
            "description", _("Description"), value=lambda row: row.description or row.get_kind_display(), phone="title"
        ),
        Column("counterparty", _("Counterparty"), value=counterparty, phone="sub"),
        Column("amount", _("Amount"), value=signed_amount, align="end", always=True, phone="meta"),
        Column(
            "balance_after",
            _("Balance after"),
            value=lambda row: None if row.balance_after is None else numbers.exact(row.balance_after),
            align="end",
            phone="meta",
        ),
        Column("channel", _("Channel"), phone="meta", hidden=True),
        Column("source_no", _("Booking number"), hidden=True, phone="meta"),
    )

    @property
    def order(self) -> list[tuple[str, Any]]:
        return [("booked_on", "desc"), ("id", "desc")]

    def row_url(self, row: Any) -> str:
        return ""
