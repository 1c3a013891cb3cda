"""Forms of visits, needs and plans. What is allowed is decided by the rules, not here."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kexin.core.ui.fields import DayInput, MoneyInput, SearchSelect
from kexin.engagement.choices import Channel
from kexin.sales.advice.choices import Cover, Goal, Horizon, Liquidity, VisitPurpose, YearlyRange
from kexin.sales.advice.rules import LONGEST, MOST_LINES, Line
from kexin.sales.choices import SaleChannel

FEWEST_ROWS = 3


def _area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class VisitForm(forms.Form):
    """Why, where, with whom; what was learned; what comes next."""

    purpose = forms.ChoiceField(label=pgettext_lazy("visit", "Purpose"), choices=VisitPurpose.choices)
    way = forms.ChoiceField(label=_("How you met"), choices=Channel.choices)
    visited_on = forms.DateField(label=_("Visited on"), widget=DayInput())
    place = forms.CharField(label=_("Place"), required=False, max_length=LONGEST["place"])
    people = forms.CharField(label=_("Who was there"), required=False, max_length=LONGEST["people"])
    facts = forms.CharField(label=_("What you learned"), max_length=LONGEST["facts"], widget=_area(5))
    next_step = forms.CharField(label=_("Next step"), required=False, max_length=LONGEST["next_step"], widget=_area(2))
    next_on = forms.DateField(
        label=_("Next step by"), required=False, widget=DayInput(), help_text=_("You are reminded that morning.")
    )


class NeedsForm(forms.Form):
    """What the customer wants and has."""

    goals = forms.MultipleChoiceField(
        label=_("Goals"), choices=Goal.choices, widget=forms.CheckboxSelectMultiple(), required=False
    )
    horizon = forms.ChoiceField(label=_("The money can be spared for"), choices=Horizon.choices)
    liquidity = forms.ChoiceField(label=_("A part has to be at hand"), choices=Liquidity.choices)
    income = forms.ChoiceField(label=_("Household income a year (yuan)"), choices=YearlyRange.choices)
    outgoings = forms.ChoiceField(label=_("Household outgoings a year (yuan)"), choices=YearlyRange.choices)
    cover = forms.MultipleChoiceField(
        label=_("Cover the customer has"),
        choices=Cover.choices,
        widget=forms.CheckboxSelectMultiple(),
        required=False,
    )
    product_needs = forms.CharField(
        label=_("Needs: products"), required=False, max_length=LONGEST["text"], widget=_area(3)
    )
    service_needs = forms.CharField(
        label=_("Needs: services"), required=False, max_length=LONGEST["text"], widget=_area(3)
    )
    risk_needs = forms.CharField(
        label=_("Needs: risk management"), required=False, max_length=LONGEST["text"], widget=_area(3)
    )
    wealth_needs = forms.CharField(
        label=_("Needs: wealth management"), required=False, max_length=LONGEST["text"], widget=_area(3)
    )


class PlanForm(forms.Form):
    """Content, term, fees and risk, and up to eight products of those that fit the customer."""

    title = forms.CharField(label=_("Name of the plan"), max_length=LONGEST["title"])
    starts_on = forms.DateField(label=_("Runs from"), required=False, widget=DayInput())
    ends_on = forms.DateField(label=_("Runs until"), required=False, widget=DayInput())
    content = forms.CharField(
        label=_("Content of the services"), required=False, max_length=LONGEST["text"], widget=_area(5)
    )
    term = forms.CharField(label=_("Term"), required=False, max_length=LONGEST["text"], widget=_area(2))
    fees = forms.CharField(label=_("Fees"), required=False, max_length=LONGEST["text"], widget=_area(2))
    risk = forms.CharField(label=_("Risk"), required=False, max_length=LONGEST["text"], widget=_area(3))

    def __init__(self, *args: Any, products: list[tuple[int, str]], rows: int = 0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = min(max(rows + 1, FEWEST_ROWS), MOST_LINES)
        for n in range(1, self.rows + 1):
            product = forms.TypedChoiceField(
                label=_("Product"), required=False, coerce=int, empty_value=None, widget=SearchSelect()
            )
            product.choices = [("", ""), *products]
            self.fields[f"product_{n}"] = product
            self.fields[f"amount_{n}"] = forms.DecimalField(
                label=_("Amount"), required=False, max_digits=20, decimal_places=2, widget=MoneyInput()
            )
            self.fields[f"why_{n}"] = forms.CharField(
                label=_("Why it is proposed"), required=False, max_length=LONGEST["why"], widget=_area(1)
            )

    def lines(self) -> list[Line]:
        """The rows that name a product."""
        data = self.cleaned_data
        return [
            Line(data[f"product_{n}"], data[f"amount_{n}"] or Decimal(0), data[f"why_{n}"].strip())
            for n in range(1, self.rows + 1)
            if data.get(f"product_{n}")
        ]

    def sections(self) -> list[tuple[Any, list[Any]]]:
        """The fields under their headings."""
        words = [self[name] for name in ("title", "starts_on", "ends_on", "content", "term", "fees", "risk")]
        products = [
            (_("Product %(n)s") % {"n": n}, [self[f"{name}_{n}"] for name in ("product", "amount", "why")])
            for n in range(1, self.rows + 1)
        ]
        return [(_("What is agreed"), words), *products]


class PlannedSaleForm(forms.Form):
    """How the sale happens; the rest is the plan's."""

    channel = forms.ChoiceField(label=_("Channel"), choices=SaleChannel.choices)
    staff_took_part = forms.BooleanField(
        label=_("Staff took part"),
        required=False,
        initial=True,
        help_text=_("Decides on the premises whether the sale is recorded, whichever device is used."),
    )
