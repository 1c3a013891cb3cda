"""Bookings of an account."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field

from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.files import TABLE, Format
from kexin.core.api.problems import InvalidRequest
from kexin.core.api.shapes import Amount, Day, Id, Moment, Page, Paging, Reason, Shown, Taken, one_of, page_of
from kexin.core.calendar import business_date
from kexin.core.masking import mask_account
from kexin.core.ui.sending import sent
from kexin.holdings.api.positions import Months
from kexin.holdings.choices import Direction, TransactionKind
from kexin.holdings.ledger_queries import TransactionFilter, flows, large_transactions, transactions
from kexin.holdings.models import Account, Transaction
from kexin.holdings.operations import export_transactions
from kexin.holdings.operations.export import as_file
from kexin.holdings.queries import open_account

router = Endpoints("transactions", _("Transactions"))
Bound = Annotated[Decimal, Field(ge=0, max_digits=20, decimal_places=2, examples=["1000.00"])]
LONGEST = 400  # days of a look for large bookings; longer ones are read account by account


class Narrowing(Taken):
    """Filters of bookings, all optional."""

    first: dt.date | None = Field(default=None, description="From this day", examples=["2026-01-01"])
    last: dt.date | None = Field(default=None, description="To this day", examples=["2026-03-31"])
    direction: one_of(Direction) | None = None  # type: ignore[valid-type]
    kind: one_of(TransactionKind) | None = None  # type: ignore[valid-type]
    amount_from: Bound | None = None
    amount_to: Bound | None = None
    text: str = Field(default="", max_length=80, description="Part of description or counterparty", examples=["工资"])

    def wanted(self) -> TransactionFilter:
        return TransactionFilter(
            first=self.first,
            last=self.last,
            direction=self.direction or "",
            kind=self.kind or "",
            amount_from=self.amount_from,
            amount_to=self.amount_to,
            text=self.text,
        )


class TransactionsWanted(Narrowing, Paging):
    """Which bookings, which part."""


class TransactionShown(Shown):
    """One booking as the source states it."""

    id: Id
    booked_on: Day
    booked_at: Moment | None
    direction: str = Field(examples=["in"])
    amount: Amount
    balance_after: Amount | None
    kind: str = Field(examples=["salary"])
    channel: str = Field(examples=["batch"])
    counterparty: str = Field(examples=["江城第二中学"])
    counterparty_bank: str = Field(examples=["建设银行"])
    counterparty_account: str = Field(examples=["**** 8890"])
    description: str = Field(examples=["三月工资"])
    source_no: str = Field(examples=["T-20260305-000182"])


class TransactionPage(Page[TransactionShown]):
    """Bookings, newest first, part of a list."""


class FlowShown(Shown):
    """What came in and went out in one month."""

    month: Day = Field(examples=["2026-03-01"])
    money_in: Amount
    money_out: Amount


class Flows(Shown):
    """Oldest first, months without bookings included."""

    items: list[FlowShown]


class LargeWanted(Taken):
    """From which amount on, in which stretch of time (at most 400 days, both ends belong to it)."""

    least: Bound = Field(description="In the account's own currency")
    first: dt.date | None = Field(default=None, description="90 days before `last`, if left out")
    last: dt.date | None = Field(default=None, description="Today, if left out")
    limit: int = Field(default=50, ge=1, le=200, description="Lines at most", examples=[50])

    def days(self) -> tuple[dt.date, dt.date]:
        """First and last day. Raises InvalidRequest for a stretch that would read half the ledger."""
        last = self.last or business_date()
        first = self.first or max(last, dt.date(1900, 4, 1)) - dt.timedelta(days=90)
        if first.year < 1900 or last.year > 2200 or not 0 <= (last - first).days <= LONGEST:
            raise InvalidRequest(fields={"first": _("This value is not understood.")})
        return first, last


class LargeTransaction(TransactionShown):
    """A booking, its account and currency."""

    account_id: Id
    currency: str = Field(examples=["CNY"])


class LargeTransactions(Shown):
    """Newest first."""

    items: list[LargeTransaction]


class TransactionExport(Narrowing):
    """What leaves, in which format, and what for."""

    format: Format = "csv"
    purpose: Reason


@router.read("/accounts/{account_id}/transactions", "holdings.view_transactions")
def list_transactions(request: ApiRequest, account_id: Id, wanted: Query[TransactionsWanted]) -> TransactionPage:
    """The bookings of an account, narrowed, newest first."""
    rows = transactions(request.actor, account_id, wanted.wanted())
    lines, following = page_of(request, rows, wanted, [("booked_on", "desc"), ("id", "desc")], _booking)
    return TransactionPage(items=lines, next=following)


@router.read(
    "/customers/{customer_id}/large-transactions",
    "holdings.view_transactions",
    _("See the large transactions of a customer"),
)
def list_large_transactions(request: ApiRequest, customer_id: Id, wanted: Query[LargeWanted]) -> LargeTransactions:
    """Bookings from an amount on, on all accounts of a customer, newest first."""
    first, last = wanted.days()
    rows = large_transactions(request.actor, customer_id, wanted.least, first, last, wanted.limit)
    return LargeTransactions(
        items=[
            LargeTransaction(**_booking(row).model_dump(), account_id=row.account_id, currency=row.account.currency)
            for row in rows
        ]
    )


@router.read("/accounts/{account_id}/flows", "holdings.view_transactions", _("See what came in and went out by month"))
def list_flows(request: ApiRequest, account_id: Id, wanted: Query[Months]) -> Flows:
    """In and out by calendar month."""
    account: Account = open_account(request.actor, account_id).account
    lines = flows(request.actor, account, wanted.months)
    return Flows(items=[FlowShown(month=m.month, money_in=m.money_in, money_out=m.money_out) for m in lines])


@router.write(
    "POST",
    "/accounts/{account_id}/transactions/export",
    "holdings.export_transactions",
    once=False,
    content=TABLE,
)
def export_bookings(request: ApiRequest, account_id: Id, data: TransactionExport) -> HttpResponse:
    """The bookings of one account as a file, for a purpose; watermarked and recorded."""
    rows = export_transactions(account_id, actor=request.actor, wanted=data.wanted(), purpose=data.purpose)
    return sent(data.format, as_file(account_id, rows), request.actor)  # type: ignore[return-value]


def _booking(row: Transaction) -> TransactionShown:
    return TransactionShown(
        id=row.id,
        booked_on=row.booked_on,
        booked_at=row.booked_at,
        direction=row.direction,
        amount=row.amount,
        balance_after=row.balance_after,
        kind=row.kind,
        channel=row.channel,
        counterparty=row.counterparty,
        counterparty_bank=row.counterparty_bank,
        counterparty_account=mask_account(row.counterparty_account),
        description=row.description,
        source_no=row.source_no,
    )
