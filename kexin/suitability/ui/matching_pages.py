"""What fits a customer, whom a product fits, comparison, and the matching opinion itself."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from kexin.core import names
from kexin.core.calendar import business_date
from kexin.core.errors import RuleViolation
from kexin.core.fields import decrypt_rows
from kexin.core.ui import numbers
from kexin.core.ui.fields import MoneyInput, SearchSelect
from kexin.core.ui.form_page import form_page, need
from kexin.core.ui.request import actor_of
from kexin.party.models import Customer, Party
from kexin.party.naming import shown_name
from kexin.party.queries import customer_in_reach
from kexin.people.models import by_language
from kexin.products.choices import ProductState
from kexin.products.models import Product
from kexin.products.values.comparing import percent, period_label, side_by_side
from kexin.suitability.matching.choices import Check, MatchOutcome, Purpose, QualifiedBasis, SaleChannel
from kexin.suitability.matching.on_shelf import NOT_ON_SHELF
from kexin.suitability.matching.operations import match, propose_qualified
from kexin.suitability.matching.shelf import (
    VIEW_DECISIONS,
    VIEW_FACTS,
    ShelfLine,
    compared,
    customers_fitting,
    decision_file,
    decisions_of,
    facts_shown,
    rematches_of,
    shelf_of,
)
from kexin.suitability.ui.fact_words import facts_told

SHOWN = 12
LEVELS = {MatchOutcome.ALLOW: "good", MatchOutcome.CONDITIONS: "warn", MatchOutcome.REFUSE: "bad"}
Shown = tuple[str, dict[str, Any]]


def product_name(product: Product) -> str:
    return by_language(product.name, product.name_en)


def _lines(lines: list[ShelfLine]) -> list[dict[str, Any]]:
    return [
        {
            "product": line.product,
            "name": product_name(line.product),
            "grade": line.grade,
            "fit": line.fit,
            "conditions": [each.text for each in line.verdict.conditions],
            "refusals": [each.text for each in line.verdict.refusals],
        }
        for line in lines
    ]


def _shelf(request: HttpRequest, pk: int) -> Any:
    """The panels of one page ask one after the other; each reads the shelf for itself."""
    return shelf_of(actor_of(request), pk)


def _whole(request: HttpRequest) -> bool:
    return request.GET.get("all") == "1" or "all=1" in request.headers.get("HX-Current-URL", "")


def fits_panel(request: HttpRequest, pk: int) -> Shown:
    """Suitable products, the best first."""
    actor, found = actor_of(request), _shelf(request, pk)
    shown = len(found.fitting) if _whole(request) else SHOWN
    return "suitability/panel_fits.html", {
        "shelf": {"common": found.common, "fitting": _lines(found.fitting[:shown])},
        "shown": shown,
        "more": max(len(found.fitting) - shown, 0),
        "customer_id": pk,
        "may_match": actor.may("suitability.match"),
    }


def unfit_panel(request: HttpRequest, pk: int) -> Shown:
    """Everything else, each with every reason."""
    found = _shelf(request, pk)
    shown = len(found.others) if _whole(request) else SHOWN
    return "suitability/panel_unfit.html", {
        "others": _lines(found.others[:shown]),
        "more": max(len(found.others) - shown, 0),
    }


def decisions_panel(request: HttpRequest, pk: int) -> Shown:
    """The last opinions."""
    actor = actor_of(request)
    rows = [
        {
            "pk": row.pk,
            "product_name": product_name(row.product),
            "purpose": row.get_purpose_display(),
            "at": row.decided_at,
            "outcome": row.get_outcome_display(),
            "level": LEVELS[MatchOutcome(row.outcome)],
        }
        for row in decisions_of(actor, pk)[:SHOWN]
    ]
    changes = [
        {"line": each, "product_name": product_name(each.rematch.product), "level": LEVELS[MatchOutcome(each.after)]}
        for each in rematches_of(actor, pk)[:SHOWN]
    ]
    may = actor.may("suitability.propose_qualified")
    context = {"rows": rows, "changes": changes, "customer_id": pk, "may_propose": may}
    return "suitability/panel_decisions.html", context


def customers_panel(request: HttpRequest, pk: int) -> Shown:
    """On the page of a product: who among my customers it fits."""
    actor = actor_of(request)
    found, looked = customers_fitting(actor, pk)
    first = found[: 2 * SHOWN]
    keys = [each.customer.pk for each in first]
    parties = {row.pk: row for row in Party.objects.filter(pk__in=keys)}
    decrypt_rows(Party, list(parties.values()), ("name",))
    rows = [
        {
            "pk": each.customer.pk,
            "name": shown_name(actor, each.customer, parties[each.customer.pk]),
            "number": each.customer.customer_no,
            "tolerance": each.tolerance,
            "assets": each.customer.assets,
            "fit": each.fit,
            "conditions": [one.text for one in each.verdict.conditions],
        }
        for each in first
    ]
    return "suitability/panel_customers.html", {"rows": rows, "looked": looked}


@require_GET
def compare(request: HttpRequest, pk: int) -> HttpResponse:
    """GET ?product=1&product=2: two to four suitable products on equal lines."""
    actor = need(request, "suitability.view_shelf")
    customer_in_reach(actor, pk)
    wanted = [int(each) for each in request.GET.getlist("product") if each.isdigit()][:10]
    context: dict[str, Any] = {"customer_id": pk}
    try:
        found = compared(actor, pk, wanted)
    except RuleViolation as refusal:
        return render(request, "suitability/compare.html", {**context, "refusal": refusal.message}, status=422)
    products = [line.product for line in found]
    context["names"] = [product_name(each) for each in products]
    context["lines"] = [
        (_t("Class"), [each.get_product_class_display() for each in products]),
        (_t("Issuer"), [each.issuer for each in products]),
        (_t("Risk grade"), [f"R{each.risk_grade}" if each.risk_grade else "" for each in products]),
        (_t("Offering"), [each.get_offering_display() for each in products]),
        (_t("Currency"), [each.currency for each in products]),
        (_t("Term in days"), [each.term_days for each in products]),
        (_t("Minimum amount"), [numbers.exact(each.minimum_amount) for each in products]),
        (_t("Rate or benchmark in % a year"), ["" if e.rate is None else f"{e.rate:.2f}" for e in products]),
        (_t("Fees"), [_fees(each) for each in products]),
        (_t("Fit"), [line.fit for line in found]),
        *_past(products, context),
        (_t("What has to be observed"), [" ".join(one.text for one in line.verdict.conditions) for line in found]),
    ]
    return render(request, "suitability/compare.html", context)


def _past(products: list[Product], context: dict[str, Any]) -> list[tuple[str, list[str]]]:
    """Returns over equal periods; why nothing may be said of a product goes below the table, with the words needed."""
    found = side_by_side(products)
    named = zip(products, found.against, strict=True)
    context["silent"] = [(product_name(row), words) for row, words in named if words]
    context["words"] = [found.benchmark_words, *([found.past_words] if found.periods else [])]
    return [
        (period_label(period), [percent(each) if each is not None else "" for each in period.gained])
        for period in found.periods
    ]


def _fees(product: Product) -> str:
    """All fees in per cent, in the words of the products floor; empty where it keeps none."""
    rows = getattr(product, "fees", None)
    if rows is None:
        return ""
    return " · ".join(f"{fee.get_kind_display()} {fee.rate.normalize():f}%" for fee in rows.order_by("pk"))


class MatchForm(forms.Form):
    product = forms.TypedChoiceField(label=_("Product"), coerce=int, widget=SearchSelect())
    purpose = forms.ChoiceField(
        label=_("Purpose"), choices=[each for each in Purpose.choices if each[0] != Purpose.HOLDING]
    )
    channel = forms.ChoiceField(label=_("Channel"), choices=SaleChannel.choices)
    amount = forms.DecimalField(
        label=_("Amount"), required=False, max_digits=18, decimal_places=2, min_value=0, widget=MoneyInput()
    )
    payment_years = forms.IntegerField(
        label=_("Years of paying"), required=False, min_value=1, max_value=100, help_text=_("For insurance only.")
    )
    insists = forms.BooleanField(label=_("The customer wants it of the own accord although warned"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Product.objects.filter(state__in=(ProductState.ADMITTED, ProductState.SUSPENDED))
        shown = rows.exclude(product_class__in=NOT_ON_SHELF).order_by("code")[:2000]
        self.fields["product"].choices = [  # type: ignore[attr-defined]
            ("", ""),
            *((each.pk, f"{product_name(each)} {each.code}") for each in shown),
        ]


def match_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for an opinion: whatever the answer, it is kept."""
    actor = need(request, "suitability.match")
    customer = Customer.objects.visible_to(actor, "suitability.match").fetch(pk, actor, "suitability.match")
    start = {"product": request.GET.get("product", ""), "purpose": Purpose.SALE, "channel": SaleChannel.BRANCH}
    return form_page(
        request,
        MatchForm(request.POST or None, initial=start),
        lambda data: match(customer, Product(pk=data.pop("product")), actor=actor, **data),
        title=_("Matching opinion"),
        sub=_("The opinion is kept with everything it stands on; a refusal, too."),
        back_url=f"{reverse('party:customer', args=[pk])}?tab=fits",
        submit_label=_("Give the opinion"),
        done=_("The opinion was given."),
        go=lambda made: reverse("suitability:decision", args=[made.pk]),
    )


class QualifiedForm(forms.Form):
    basis = forms.ChoiceField(label=_("Ground"), choices=QualifiedBasis.choices)
    evidence = forms.CharField(label=_("Evidence"), max_length=200)
    valid_until = forms.DateField(label=_("Valid until"))
    reason = forms.CharField(label=_("Reason"), widget=forms.Textarea(attrs={"rows": 3}))


def qualified_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Propose a customer as a qualified investor."""
    actor = need(request, "suitability.propose_qualified")
    rows = Customer.objects.visible_to(actor, "suitability.propose_qualified")
    customer = rows.fetch(pk, actor, "suitability.propose_qualified")
    return form_page(
        request,
        QualifiedForm(request.POST or None, initial={"valid_until": business_date() + dt.timedelta(days=364)}),
        lambda data: propose_qualified(customer, actor=actor, **data),
        title=_("Verify as a qualified investor"),
        sub=customer.customer_no,
        back_url=f"{reverse('party:customer', args=[pk])}?tab=fits",
        submit_label=_("Propose"),
        done=_("Proposed. It counts once somebody else has approved it."),
    )


@require_GET
def decision_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One opinion as it was given."""
    actor = need(request, VIEW_DECISIONS)
    row = decision_file(actor, pk)
    facts = facts_shown(actor, pk) if actor.may(VIEW_FACTS) else {}
    context = {
        "row": row,
        "product_name": product_name(row.product),
        "level": LEVELS[MatchOutcome(row.outcome)],
        "refusals": [_told(each) for each in row.refusals],
        "conditions": [_told(each) for each in row.conditions],
        "checks": [(check.label, row.checks.get(check.value, False)) for check in Check],
        "facts": facts_told(facts),
        "decided_by": names.people([row.decided_by]).get(row.decided_by, row.decided_by),
    }
    return render(request, "suitability/decision.html", context)


def _told(stored: dict[str, Any]) -> dict[str, str]:
    """A stored reason in the language of the screen."""
    language = "en" if (get_language() or "").startswith("en") else "zh"
    check = stored.get("check", "")
    return {
        "words": stored["words"][language],
        "basis": stored["basis"],
        "check": str(Check(check).label) if check in Check.values else "",
    }
