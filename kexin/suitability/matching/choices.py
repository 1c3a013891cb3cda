"""Closed vocabularies of matching."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Purpose(TextChoices):
    """What the decision is asked for: the gate covers recommending, too, not only the order (J-06)."""

    SALE = "sale", _("Sale")
    RECOMMENDATION = "recommendation", _("Recommendation")
    CALL_TASK = "call_task", _("Call task")
    MESSAGE = "message", _("Message")
    SCRIPT = "script", _("Sales script")
    HOLDING = "holding", _("Holding kept")


class MatchOutcome(TextChoices):
    ALLOW = "allow", _("Suitable")
    CONDITIONS = "conditions", _("Suitable under conditions")
    REFUSE = "refuse", _("Not suitable")


class SaleChannel(TextChoices):
    BRANCH = "branch", _("In the branch")
    PHONE = "phone", _("By telephone")
    ONLINE = "online", _("The institution's own app or portal")
    THIRD_PARTY = "third_party", _("Platform of a third party")


class Check(TextChoices):
    """The three checks 三查 (D-13)."""

    IDENTITY = "identity", _("Who the customer is")
    TOLERANCE = "tolerance", _("What the customer can bear")
    PRODUCT = "product", _("Whether the product fits")
    SELLER = "seller", _("Whether the seller may sell it")


class QualifiedBasis(TextChoices):
    """Asset-management rules of 2018: two years' experience and one of these; entities by net assets."""

    NET_ASSETS = "net_assets", _("Household net financial assets of 3 million")
    ASSETS = "assets", _("Household financial assets of 5 million")
    INCOME = "income", _("Own income of 400,000 a year for three years")
    ENTITY = "entity", _("Entity with net assets of 10 million")
    FINANCIAL = "financial", _("Financial institution or its product")
