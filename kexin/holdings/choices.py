"""Closed vocabularies of holdings."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class AccountKind(TextChoices):
    CURRENT = "current", _("Current account")
    TIME_DEPOSIT = "time_deposit", _("Time deposit")
    CERTIFICATE = "certificate", _("Large-denomination CD")
    STRUCTURED = "structured", _("Structured deposit")
    WEALTH = "wealth", _("Wealth account")
    FUND = "fund", _("Fund account")
    INSURANCE = "insurance", _("Insurance policy")
    GOLD = "gold", _("Gold accumulation")
    CARD = "card", _("Credit card account")
    LOAN = "loan", _("Loan account")


class AccountStatus(TextChoices):
    OPEN = "open", pgettext_lazy("account", "Open")
    DORMANT = "dormant", pgettext_lazy("account", "Dormant")
    FROZEN = "frozen", pgettext_lazy("account", "Frozen")
    CLOSED = "closed", pgettext_lazy("account", "Closed")


class AccountRole(TextChoices):
    OWNER = "owner", pgettext_lazy("account", "Owner")
    JOINT_OWNER = "joint_owner", _("Joint owner")
    DISPONENT = "disponent", _("Authorised to dispose")


class Direction(TextChoices):
    IN = "in", _("In")
    OUT = "out", _("Out")


class TransactionKind(TextChoices):
    CASH_IN = "cash_in", _("Cash in")
    CASH_OUT = "cash_out", _("Cash out")
    TRANSFER_IN = "transfer_in", _("Transfer in")
    TRANSFER_OUT = "transfer_out", _("Transfer out")
    CARD = "card", _("Card payment")
    SALARY = "salary", _("Payroll")
    PENSION = "pension", _("Pension")
    INTEREST = "interest", _("Interest")
    PENALTY = "penalty", _("Penalty interest")
    FEE = "fee", _("Fee")
    LOAN_PAYMENT = "loan_payment", _("Loan payment")
    LOAN_DRAWN = "loan_drawn", _("Loan drawn")
    INSURANCE = "insurance", _("Insurance premium")
    HOUSEHOLD = "household", _("Household bill")
    INVEST = "invest", _("Investment bought")
    REDEEM = "redeem", _("Investment redeemed")
    TAX = "tax", _("Tax")
    OTHER = "other", _("Other")


class LoanStatus(TextChoices):
    RUNNING = "running", _("Running, in order")
    RUNNING_LATE = "running_late", _("Running, overdue")
    FINISHED = "finished", _("Finished, paid")
    FINISHED_BAD = "finished_bad", _("Finished, not paid")


class CardStatus(TextChoices):
    ACTIVE = "active", pgettext_lazy("card", "In use")
    BLOCKED = "blocked", pgettext_lazy("card", "Blocked")
    EXPIRED = "expired", pgettext_lazy("card", "Expired")


class TargetMeasure(TextChoices):
    AUM_AVERAGE = "aum_average", _("AUM, monthly daily average")
    DEPOSITS_AVERAGE = "deposits_average", _("Deposits, monthly daily average")


class RunState(TextChoices):
    RUNNING = "running", pgettext_lazy("rebuild", "Running")
    DONE = "done", pgettext_lazy("rebuild", "Done")
    FAILED = "failed", pgettext_lazy("rebuild", "Broken off")


class MaturityKind(TextChoices):
    TIME_DEPOSIT = "time_deposit", _("Time deposit")
    CERTIFICATE = "certificate", _("Large-denomination CD")
    STRUCTURED = "structured", _("Structured deposit")
    WEALTH = "wealth", _("Bank wealth product")
    FUND = "fund", _("Fund")
    INSURANCE = "insurance", _("Insurance policy")
    GOLD = "gold", _("Gold accumulation")
    PREMIUM = "premium", _("Premium due")
    LOAN = "loan", _("Loan maturing")
    INSTALMENT = "instalment", _("Loan instalment")


OWED = frozenset({MaturityKind.PREMIUM, MaturityKind.LOAN, MaturityKind.INSTALMENT})
