"""What files can bring about accounts, what hangs on them, and the ledger."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext_lazy as _

from kexin.core.imports.findings import register_finding
from kexin.core.imports.importable import Field, Importable, register
from kexin.core.masking import mask_account
from kexin.holdings.choices import (
    AccountKind,
    AccountRole,
    AccountStatus,
    CardStatus,
    Direction,
    LoanStatus,
    TransactionKind,
)
from kexin.holdings.importing import figures  # noqa: F401  rates and targets register themselves
from kexin.holdings.importing.accounts import (
    complete_owners,
    load_accounts,
    load_cards,
    load_loans,
    load_orders,
    load_parties,
)
from kexin.holdings.importing.balances import begin_ledger, close_ledger
from kexin.holdings.importing.ledger import load_transactions

_NO = Field(name="source_no", label=_("number in the source"), required=True, max_length=40)
_ACCOUNT = Field(
    name="account",
    label=_("account"),
    kind="reference",
    required=True,
    max_length=40,
    refers_to="holdings.account",
    mask=mask_account,
    aliases=("account_id", "account_no", "账号", "账户"),
)
_CUSTOMER = Field(
    name="customer",
    label=_("customer"),
    kind="reference",
    required=True,
    max_length=40,
    refers_to="party.customer",
    aliases=("client_id", "customer_no", "客户号"),
)


def _gaps(found: dict[str, object]) -> object:
    """Stated balances are never repaired; how many do not follow from the bookings is told."""
    return (
        _("%(with_gap)s of %(accounts)s accounts have a gap between balance and bookings, at most %(largest)s.") % found
    )


register_finding("balance_gaps", _gaps)  # type: ignore[arg-type]


def _amount(name: str, label: object, **more: object) -> Field:
    return Field(name=name, label=label, kind="decimal", **more)  # type: ignore[arg-type]


register(
    Importable(
        code="holdings.account",
        label=_("Accounts"),
        key=("source_no",),
        load=load_accounts,
        on_finish=complete_owners,
        fields=(
            _NO,
            _CUSTOMER,
            Field(
                name="unit",
                label=_("branch"),
                kind="reference",
                required=True,
                max_length=20,
                refers_to="people.unit",
                aliases=("开户机构", "机构号"),
            ),
            Field(
                name="number",
                label=_("account number"),
                max_length=34,
                mask=mask_account,
                aliases=("账号", "account_no", "iban"),
            ),
            Field(
                name="kind", label=_("kind"), kind="choice", choices=tuple(AccountKind.values), aliases=("账户类型",)
            ),
            Field(name="product", label=_("product"), kind="reference", max_length=30, aliases=("产品代码",)),
            Field(name="currency", label=_("currency"), max_length=3, aliases=("币种",)),
            Field(
                name="status",
                label=_("state"),
                kind="choice",
                choices=tuple(AccountStatus.values),
                aliases=("账户状态",),
            ),
            Field(name="opened_on", label=_("opened on"), kind="date", aliases=("开户日期",)),
            Field(name="closed_on", label=_("closed on"), kind="date", aliases=("销户日期",)),
            Field(name="matures_on", label=_("matures on"), kind="date", aliases=("到期日",)),
            Field(name="rate", label=_("rate in % a year"), kind="decimal", decimals=4, aliases=("利率",)),
            _amount("balance", _("balance"), aliases=("余额",)),
            Field(name="balance_on", label=_("balance of"), kind="date"),
        ),
    ),
    Importable(
        code="holdings.account_party",
        label=_("Parties to accounts"),
        key=("account", "customer"),
        load=load_parties,
        fields=(
            Field(name="source_no", label=_("number in the source"), max_length=40),
            _ACCOUNT,
            _CUSTOMER,
            Field(name="role", label=_("role"), kind="choice", required=True, choices=tuple(AccountRole.values)),
        ),
    ),
    Importable(
        code="holdings.loan",
        label=_("Loans"),
        key=("source_no",),
        load=load_loans,
        fields=(
            _NO,
            _ACCOUNT,
            Field(name="granted_on", label=_("granted on"), kind="date", required=True, aliases=("放款日期",)),
            _amount("principal", _("principal"), required=True, minimum=0, aliases=("贷款金额",)),
            Field(
                name="term_months", label=_("term in months"), kind="integer", required=True, minimum=1, maximum=1200
            ),
            _amount("payment", _("monthly payment"), required=True, minimum=0),
            Field(name="rate", label=_("rate in % a year"), kind="decimal", decimals=4),
            Field(name="status", label=_("state"), kind="choice", required=True, choices=tuple(LoanStatus.values)),
        ),
    ),
    Importable(
        code="holdings.card",
        label=_("Cards"),
        key=("source_no",),
        load=load_cards,
        fields=(
            _NO,
            _ACCOUNT,
            _CUSTOMER,
            Field(name="number", label=_("card number"), max_length=34, mask=mask_account, aliases=("卡号",)),
            Field(name="kind", label=_("kind"), required=True, max_length=40),
            Field(name="issued_on", label=_("issued on"), kind="date", required=True),
            Field(name="expires_on", label=_("valid until"), kind="date"),
            Field(name="status", label=_("state"), kind="choice", choices=tuple(CardStatus.values)),
        ),
    ),
    Importable(
        code="holdings.standing_order",
        label=_("Standing orders"),
        key=("source_no",),
        load=load_orders,
        fields=(
            _NO,
            _ACCOUNT,
            Field(name="to_bank", label=_("to bank"), max_length=80),
            Field(name="to_account", label=_("to account"), max_length=40, mask=mask_account),
            _amount("amount", _("amount"), required=True, minimum=0),
            Field(name="purpose", label=_("purpose"), max_length=60),
            Field(name="day_of_month", label=_("day of the month"), kind="integer", minimum=1, maximum=31),
        ),
    ),
    Importable(
        code="holdings.transaction",
        label=_("Transactions"),
        key=("account", "booked_on", "source_no"),
        load=load_transactions,
        before_file=begin_ledger,
        after_file=close_ledger,
        batch_rows=200_000,
        one_row_per_key=False,
        fields=(
            _NO,
            _ACCOUNT,
            Field(
                name="booked_on",
                label=_("booked on"),
                kind="date",
                required=True,
                minimum=dt.date(1950, 1, 1),
                maximum=dt.date(2100, 12, 31),
                aliases=("date", "交易日期", "记账日期"),
            ),
            Field(
                name="direction",
                label=_("direction"),
                kind="choice",
                required=True,
                choices=tuple(Direction.values),
                aliases=("借贷标志",),
            ),
            _amount("amount", _("amount"), required=True, minimum=0, aliases=("交易金额", "金额")),
            _amount("balance_after", _("balance after"), aliases=("balance", "余额", "交易后余额")),
            Field(
                name="kind",
                label=_("kind"),
                kind="choice",
                required=True,
                choices=tuple(TransactionKind.values),
                aliases=("交易类型",),
            ),
            Field(name="channel", label=_("channel"), max_length=20, aliases=("渠道",)),
            Field(name="counterparty", label=_("counterparty"), max_length=120, aliases=("对手户名", "对方户名")),
            Field(
                name="counterparty_bank", label=_("bank of the counterparty"), max_length=80, aliases=("对手行", "bank")
            ),
            Field(
                name="counterparty_account",
                label=_("account of the counterparty"),
                max_length=40,
                mask=mask_account,
                aliases=("对手账号", "对方账号"),
            ),
            Field(name="description", label=_("description"), max_length=200, aliases=("摘要", "附言")),
        ),
    ),
)
