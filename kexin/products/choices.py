"""Closed vocabularies of products."""

from __future__ import annotations

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _


class ProductClass(TextChoices):
    CURRENT = "current", _("Current deposit")
    TIME_DEPOSIT = "time_deposit", _("Time deposit")
    CERTIFICATE = "certificate", _("Large-denomination CD")
    STRUCTURED = "structured", _("Structured deposit")
    WEALTH = "wealth", _("Bank wealth product")
    FUND = "fund", _("Fund")
    INSURANCE = "insurance", _("Insurance")
    GOLD = "gold", _("Gold accumulation")
    BOND = "bond", _("Savings bond")
    TRUST = "trust", _("Trust product")
    CARD = "card", _("Credit card")
    LOAN = "loan", _("Loan")


class Regime(TextChoices):
    """Which rules a sale follows (NFRA Order 2025-7 Art. 3: chosen per product and issuer)."""

    NONE = "none", _("No suitability rules")
    INVESTMENT = "investment", _("Investment product of a bank or wealth company")
    SECURITIES = "securities", _("Securities or fund product")
    INSURANCE = "insurance", _("Insurance with needs analysis")


class Offering(TextChoices):
    PUBLIC = "public", _("Public offering")
    PRIVATE = "private", _("Private offering")


class RiskGrade(IntegerChoices):
    """Grade of a product, one (lowest risk) to five (NFRA Order 2025-7 Art. 22; R1 to R5 is the trade's usage)."""

    R1 = 1, _("R1 low risk")
    R2 = 2, _("R2 medium-low risk")
    R3 = 3, _("R3 medium risk")
    R4 = 4, _("R4 medium-high risk")
    R5 = 5, _("R5 high risk")


class ProductState(TextChoices):
    """Where a product stands in its admission and life. Only an admitted product can be opened in a sale."""

    DRAFT = "draft", _("Draft")
    IN_REVIEW = "in_review", _("In review")
    ADMITTED = "admitted", _("Admitted")
    SUSPENDED = "suspended", _("Sale suspended")
    WITHDRAWN = "withdrawn", _("Withdrawn from sale")


class ReturnForm(TextChoices):
    """What the return comes from (the supervisor's four natures of wealth products, D-03)."""

    FIXED_INCOME = "fixed_income", _("Fixed income")
    EQUITY = "equity", _("Equity")
    MIXED = "mixed", _("Mixed")
    DERIVATIVE = "derivative", _("Commodities and derivatives")


class Structure(TextChoices):
    """How the value of a product is made and shown."""

    FIXED_RATE = "fixed_rate", _("Fixed rate")
    NET_VALUE = "net_value", _("Net-value type")
    STRUCTURED = "structured", _("Structured return")
    PROTECTION = "protection", _("Insurance protection")
    CREDIT = "credit", _("Credit granted to the customer")


class ProductLabel(TextChoices):
    """Labels that several products may bear at once (D-05)."""

    GREEN = "green", _("Green")
    INCLUSIVE = "inclusive", _("Inclusive finance")
    PENSION = "pension", _("Old-age provision")


class RiskBand(TextChoices):
    """The coarse axis of risk and return (D-03), derived from the grade that rules."""

    LOW = "low", _("Low risk and return")
    MEDIUM = "medium", _("Medium risk and return")
    HIGH = "high", _("High risk and return")


class FeeKind(TextChoices):
    """What a customer pays for holding or trading a product."""

    SUBSCRIPTION = "subscription", _("Subscription fee in the offering")
    PURCHASE = "purchase", _("Subscription fee in open periods")
    REDEMPTION = "redemption", _("Redemption fee")
    MANAGEMENT = "management", _("Management fee")
    CUSTODY = "custody", _("Custody fee")
    SALES_SERVICE = "sales_service", _("Sales service fee")
    PERFORMANCE = "performance", _("Performance fee")


YEARLY_FEES = (FeeKind.MANAGEMENT, FeeKind.CUSTODY, FeeKind.SALES_SERVICE)


class RiskKind(TextChoices):
    """Risks of a product: three basic, two additional, one of policy (D-08)."""

    MARKET = "market", _("Market risk")
    CREDIT = "credit", _("Credit risk")
    LIQUIDITY = "liquidity", _("Liquidity risk")
    OPERATIONAL = "operational", _("Operational risk")
    LEGAL = "legal", _("Legal risk")
    POLICY = "policy", _("Policy risk")


class RiskGroup(TextChoices):
    BASIC = "basic", _("Basic risk")
    ADDITIONAL = "additional", _("Additional risk")
    POLICY = "policy", _("Policy risk")


RISK_GROUPS = {
    RiskKind.MARKET: RiskGroup.BASIC,
    RiskKind.CREDIT: RiskGroup.BASIC,
    RiskKind.LIQUIDITY: RiskGroup.BASIC,
    RiskKind.OPERATIONAL: RiskGroup.ADDITIONAL,
    RiskKind.LEGAL: RiskGroup.ADDITIONAL,
    RiskKind.POLICY: RiskGroup.POLICY,
}


class LifeStage(TextChoices):
    """Where a product stands in its life (D-06)."""

    ISSUE = "issue", _("Issue")
    EXISTENCE = "existence", _("Existence")
    MATURITY = "maturity", _("Maturity")
    REDEMPTION = "redemption", _("Redemption")


class RatingFactor(TextChoices):
    """What the grade of a product is made of (NFRA Order 2025-7 Art. 23)."""

    INVESTMENTS = "investments", _("Investments: kind, scope, share and liquidity")
    TERM = "term", _("Term, open periods and redemption")
    LEVERAGE = "leverage", _("Leverage")
    STRUCTURE = "structure", _("Complexity of the structure")
    OFFERING = "offering", _("Way of offering")
    ISSUER = "issuer", _("Credit and standing of the issuer")
    HISTORY = "history", _("History and volatility of like products")
    OTHER = "other", _("Other matters of risk")


class RatingState(TextChoices):
    PROPOSED = "proposed", _("Awaiting approval")
    IN_FORCE = "in_force", _("In force")
    REPLACED = "replaced", _("Replaced")
    DROPPED = "dropped", _("Not adopted")


class AdmissionStep(TextChoices):
    """The four looks at a product before it may be sold, in this order."""

    COMPLIANCE = "compliance", _("Compliance review")
    RISK = "risk", _("Assessment of risk")
    PROTECTION = "protection", _("Consumer-protection review")
    APPROVAL = "approval", _("Approval of admission")


class AdmissionState(TextChoices):
    OPEN = "open", _("Under way")
    RETURNED = "returned", _("Returned")
    APPROVED = "approved", _("Approved")


class ProductAct(TextChoices):
    """What was done with a product: the lines of its own record."""

    DRAFTED = "drafted", _("Drafted")
    CHANGED = "changed", _("Draft changed")
    SUBMITTED = "submitted", _("Submitted for admission")
    PASSED = "passed", _("Step passed")
    RETURNED = "returned", _("Returned to the drafter")
    ADMITTED = "admitted", _("Admitted for sale")
    SUSPENDED = "suspended", _("Sale suspended")
    RESUMED = "resumed", _("Sale resumed")
    WITHDRAWN = "withdrawn", _("Withdrawn from sale")
    REDRAFTED = "redrafted", _("Taken back to draft")
    RERATED = "rerated", _("Re-rated")
    BENCHMARK = "benchmark", _("Benchmark changed")
    TERMS = "terms", _("Trading terms changed")
    FAILED = "failed", _("Offering failed")


class TradeKind(TextChoices):
    """What a customer can do with a product."""

    OFFER = "offer", _("Subscribe in the offering")
    PURCHASE = "purchase", _("Subscribe in open periods")
    REDEEM = "redeem", _("Redeem")
    CANCEL = "cancel", _("Cancel an order")
    CONVERT = "convert", _("Convert into another product")
    REGULAR = "regular", _("Regular investment")


class DividendChoice(TextChoices):
    NONE = "", _("No dividends")
    CASH = "cash", _("In cash")
    REINVEST = "reinvest", _("Reinvested")
    CHOICE = "choice", _("In cash or reinvested, as the customer chooses")


class DayCalendar(TextChoices):
    """Which days count for T+N. The exchanges stay closed on make-up weekends, banks do not."""

    TRADING = "trading", _("Trading days of the exchanges")
    WORKING = "working", _("Working days of banks")
