"""Closed vocabularies of visits, needs and plans."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class VisitPurpose(TextChoices):
    KNOW = "know", pgettext_lazy("visit", "Get to know the customer")
    NEEDS = "needs", pgettext_lazy("visit", "Ask for needs")
    PLAN = "plan", pgettext_lazy("visit", "Talk about a plan")
    AFTER = "after", pgettext_lazy("visit", "Care after a sale")
    OTHER = "other", _("Other")


class Goal(TextChoices):
    RESERVE = "reserve", pgettext_lazy("goal", "Money at hand")
    PRESERVE = "preserve", pgettext_lazy("goal", "Keep the value")
    INCOME = "income", pgettext_lazy("goal", "Regular income")
    GROWTH = "growth", pgettext_lazy("goal", "Growth")
    RETIREMENT = "retirement", pgettext_lazy("goal", "Old age")
    EDUCATION = "education", pgettext_lazy("goal", "Children's education")
    HOME = "home", pgettext_lazy("goal", "A home")
    PROTECTION = "protection", pgettext_lazy("goal", "Protection of the family")
    LEGACY = "legacy", pgettext_lazy("goal", "Handing on wealth")
    BUSINESS = "business", pgettext_lazy("goal", "The own business")


class Horizon(TextChoices):
    """For how long the money can be spared."""

    MONTHS = "months", pgettext_lazy("horizon", "Up to six months")
    YEAR = "year", pgettext_lazy("horizon", "Up to one year")
    THREE = "three", pgettext_lazy("horizon", "One to three years")
    FIVE = "five", pgettext_lazy("horizon", "Three to five years")
    LONG = "long", pgettext_lazy("horizon", "More than five years")


class Liquidity(TextChoices):
    """How soon a part of the money has to be at hand."""

    DAY = "day", pgettext_lazy("liquidity", "At any time")
    MONTH = "month", pgettext_lazy("liquidity", "Within a month")
    YEAR = "year", pgettext_lazy("liquidity", "Within a year")
    NONE = "none", pgettext_lazy("liquidity", "Not before the end")


class YearlyRange(TextChoices):
    """Income or outgoings of a household in a year, in yuan; ranges, for no more is needed."""

    UNTOLD = "untold", pgettext_lazy("range", "Not told")
    TO_50K = "to_50k", pgettext_lazy("range", "Up to 50,000")
    TO_200K = "to_200k", pgettext_lazy("range", "50,000 to 200,000")
    TO_500K = "to_500k", pgettext_lazy("range", "200,000 to 500,000")
    TO_1M = "to_1m", pgettext_lazy("range", "500,000 to 1 million")
    TO_5M = "to_5m", pgettext_lazy("range", "1 to 5 million")
    MORE = "more", pgettext_lazy("range", "More than 5 million")


class Cover(TextChoices):
    """What protects the customer already."""

    PENSION = "pension", pgettext_lazy("cover", "Social pension")
    MEDICAL = "medical", pgettext_lazy("cover", "Social medical insurance")
    LIFE = "life", pgettext_lazy("cover", "Life insurance")
    ILLNESS = "illness", pgettext_lazy("cover", "Critical illness insurance")
    ACCIDENT = "accident", pgettext_lazy("cover", "Accident insurance")
    ANNUITY = "annuity", pgettext_lazy("cover", "Annuity")
    PROPERTY = "property", pgettext_lazy("cover", "Property insurance")


class PlanState(TextChoices):
    """Where a version of a plan stands. ``replaced``: a newer version was sent to the customer."""

    DRAFT = "draft", pgettext_lazy("plan", "Draft")
    SENT = "sent", pgettext_lazy("plan", "With the customer")
    ACCEPTED = "accepted", pgettext_lazy("plan", "Accepted")
    DECLINED = "declined", pgettext_lazy("plan", "Declined")
    WITHDRAWN = "withdrawn", pgettext_lazy("plan", "Withdrawn")
    REPLACED = "replaced", pgettext_lazy("plan", "Replaced")
