"""The page of one product: head, facts, tabs; its panels; floors above hang theirs beside them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kexin.core import names
from kexin.core.calendar import business_date, business_now, zone
from kexin.core.listing import listed
from kexin.core.templatetags.kexin import day
from kexin.core.ui import numbers
from kexin.core.ui.panels import Fact, record_context
from kexin.core.ui.request import actor_of
from kexin.products.choices import (
    RISK_GROUPS,
    AdmissionState,
    DayCalendar,
    LifeStage,
    ProductAct,
    ProductLabel,
    ProductState,
    RatingFactor,
    Regime,
    RiskGrade,
    RiskKind,
    TradeKind,
)
from kexin.products.class_fields import shown as shown_details
from kexin.products.models import Product
from kexin.products.models.product import shown_list
from kexin.products.operations.admission import OPERATIONS
from kexin.products.queries import (
    ProductFile,
    admissions_of,
    places_of,
    preview_of,
    product_file,
    product_of,
    record_of,
)
from kexin.products.rules import GRADED, STEPS, TRANSITIONS, band_of
from kexin.products.trading import may_fail
from kexin.products.ui.lists import GRADE_LEVEL, STATE_LEVEL, grade_chip, term_words
from kexin.products.values.queries import benchmark_words

LANGUAGE_NAMES = {"zh-hans": _("Chinese"), "en": _("English")}


def product_page(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /products/1/."""
    actor = actor_of(request)
    product = product_of(actor, pk)
    context = record_context(request, "product", product) | {
        "product": product,
        "title": product.shown_name,
        "state_level": STATE_LEVEL[ProductState(product.state)],
        "grade": grade_chip(_settled_grade(product)),
        "labels": shown_list(product.labels, ProductLabel),
        "doings": _doings(request, product),
        "back_url": reverse("products:products"),
        "back_label": _("Products"),
    }
    context["facts"] = _facts(product) + context["facts"]
    return render(request, "products/product.html", context)


def _doings(request: HttpRequest, product: Product) -> list[dict[str, Any]]:
    """What this actor may do with the product in its state: a few links, the weightiest last."""
    actor, draft = actor_of(request), product.state == ProductState.DRAFT
    possible = TRANSITIONS.acts(product.state)
    offered = [
        ("withdraw", "products.withdraw_product", "withdraw", _("Withdraw from sale"), "archive", False),
        ("redraft", "products.redraft_product", "redraft", _("Take back to draft"), "arrow-back-up", False),
        ("suspend", "products.suspend_product", "suspend", _("Suspend sale"), "player-pause", False),
        ("resume", "products.propose_resumption", "resume", _("Resume sale"), "player-play", True),
    ]
    found = [
        {"url": reverse(f"products:{name}", args=[product.pk]), "label": label, "icon": icon, "main": main}
        for act, operation, name, label, icon, main in offered
        if act in possible and actor.may(operation)
    ]
    if not draft and product.state != ProductState.IN_REVIEW and actor.may("products.propose_rerating"):
        address = reverse("products:rerate", args=[product.pk])
        found.insert(0, {"url": address, "label": _("Re-rate"), "icon": "scale", "main": False})
    terms = getattr(product, "terms", None)
    in_offering = terms is not None and may_fail(terms.trades, terms.offer_until, terms.value_on, business_date())
    if in_offering and not draft and actor.may("products.propose_failure"):
        address = reverse("products:failed", args=[product.pk])
        found.insert(0, {"url": address, "label": _("Offering failed"), "icon": "file-x", "main": False})
    if draft and actor.may("products.change_product"):
        address = reverse("products:edit", args=[product.pk])
        found.append({"url": address, "label": _("Edit"), "icon": "edit", "main": False})
    if draft and actor.may("products.submit_product"):
        address = reverse("products:submit", args=[product.pk])
        found.append({"url": address, "label": _("Submit for admission"), "icon": "send", "main": True})
    return found


def _settled_grade(product: Product) -> int | None:
    """The ruling grade; none while a product under rules of suitability waits for the institution's own."""
    return product.risk_grade if product.own_grade or product.regime not in GRADED else None


def _facts(product: Product) -> list[Fact]:
    """What decides about a product."""
    grade = _settled_grade(product)
    facts = []
    if product.regime != Regime.NONE:
        both = _t("own %(own)s · issuer's %(issuer)s") % {
            "own": f"R{product.own_grade}" if product.own_grade else "–",
            "issuer": f"R{product.issuer_grade}" if product.issuer_grade else "–",
        }
        level = GRADE_LEVEL[grade] if grade else "warn"
        facts.append(Fact(_("Risk grade"), RiskGrade(grade).label if grade else _("not graded yet"), both, level))  # type: ignore[arg-type]
    facts.append(Fact(_("Term"), term_words(product), str(product.get_structure_display())))
    least = "–" if product.minimum_amount is None else f"{numbers.exact(product.minimum_amount)} {product.currency}"
    facts.append(Fact(_("Minimum amount"), least))
    facts.append(Fact(_("Rules of sale"), product.get_regime_display(), product.get_offering_display()))
    return facts


def about_panel(request: HttpRequest, pk: int) -> tuple[str, dict[str, Any]]:
    """Panel: what the product is, by every axis, and who stands behind it."""
    actor = actor_of(request)
    file = product_file(actor, pk)
    product = file.product
    band = band_of(product.risk_grade)
    lines = [
        (_("Class"), product.get_product_class_display()),
        *((scheme, f"{place}{f'（{buyers}）' if buyers else ''}") for scheme, place, buyers in places_of(product)),
        (_("Return form"), product.get_return_form_display()),
        (_("Structure"), product.get_structure_display()),
        (_("Risk and return"), band.label if band else ""),
        (_("Labels"), listed(shown_list(product.labels, ProductLabel))),
        (_("Currency"), product.currency),
        (_("Languages of its texts"), listed(str(LANGUAGE_NAMES.get(each, each)) for each in product.languages)),
        *shown_details(product.product_class, product.details),
        (_("How the return is made"), product.return_method),
        (_("Liquidity"), product.liquidity),
        (_("Suitable customers"), product.suitable_customers),
        (_("Risk features"), product.risk_features),
    ]
    may_edit = product.state == ProductState.DRAFT and actor.may("products.change_product")
    return "products/panel_about.html", {"product": product, "lines": _filled(lines), "may_edit": may_edit}


def parties_panel(request: HttpRequest, pk: int) -> tuple[str, dict[str, Any]]:
    """Panel: issuer, manager, distributor, registration and where to verify it."""
    product = product_of(actor_of(request), pk)
    lines = [
        (_("Issuer"), product.issuer),
        (_("Managed by"), product.manager),
        (_("Distributor"), product.distributor),
        (_("Registration code"), product.registration_code),
        (_("Where to verify it"), product.registration_place),
    ]
    return "products/panel_parties.html", {"product": product, "lines": _filled(lines)}


def benchmark_panel(request: HttpRequest, pk: int) -> tuple[str, dict[str, Any]]:
    """Panel: the benchmark with its basis, its history, and the words that it promises nothing."""
    actor = actor_of(request)
    file = product_file(actor, pk)
    return "products/panel_benchmark.html", {
        "product": file.product,
        "benchmark": file.benchmark,
        "history": file.benchmarks,
        "words": benchmark_words(),
        "may_change": actor.may("products.change_benchmark") and file.product.state != ProductState.IN_REVIEW,
    }


def fees_panel(request: HttpRequest, pk: int) -> tuple[str, dict[str, Any]]:
    """Panel: fees."""
    actor = actor_of(request)
    file = product_file(actor, pk)
    may_edit = file.product.state == ProductState.DRAFT and actor.may("products.set_fees")
    return "products/panel_fees.html", {"product": file.product, "fees": file.fees, "may_edit": may_edit}


def terms_panel(request: HttpRequest, pk: int) -> tuple[str, dict[str, Any]]:
    """Panel: trading terms, and what becomes of an order given now and of one given after the cut-off."""
    actor = actor_of(request)
    file = product_file(actor, pk)
    terms, product = file.terms, file.product
    may_set = actor.may("products.set_terms") and product.state != ProductState.IN_REVIEW
    context: dict[str, Any] = {"product": product, "terms": terms, "may_set": may_set, "file": file}
    if terms is None:
        return "products/panel_terms.html", context
    moments = [business_now()]
    cut = dt.datetime.combine(business_date(), terms.cut_off, zone())
    moments += [cut - dt.timedelta(minutes=1), cut]
    context["previews"] = [found for each in moments if (found := preview_of(terms, each)) is not None]
    context["lines"] = _filled(_terms_lines(file))
    return "products/panel_terms.html", context


def _terms_lines(file: ProductFile) -> list[tuple[Any, Any]]:
    terms, currency = file.terms, file.product.currency
    assert terms is not None

    def money(value: Any) -> str:
        return f"{numbers.exact(value)} {currency}" if value is not None else ""

    def span(first: Any, last: Any) -> str:
        return f"{day(first) if first else ''} – {day(last) if last else ''}" if first or last else ""

    opens = ""
    if terms.open_every_days:
        opens = _t("every %(every)s days for %(length)s days") % {
            "every": terms.open_every_days,
            "length": terms.open_length_days,
        }
    return [
        (_("What customers can do"), listed(shown_list(terms.trades, TradeKind))),
        (_("Offering period"), span(terms.offer_from, terms.offer_until)),
        (_("Established on"), day(terms.established_on) if terms.established_on else ""),
        (_("Return counts from"), day(terms.value_on) if terms.value_on else ""),
        (_("Matures on"), day(terms.matures_on) if terms.matures_on else ""),
        (_("Paid out on"), day(terms.paid_on) if terms.paid_on else ""),
        (_("Opens"), opens),
        (_("Days counted"), DayCalendar(terms.calendar).label),
        (_("End of the dealing day"), f"{terms.cut_off:%H:%M}"),
        (_("Confirmation"), f"T+{terms.confirm_days}"),
        (_("Payout after redemption"), f"T+{terms.payout_days}"),
        (_("Least holding in days"), terms.least_hold_days or ""),
        (_("Dividends"), terms.get_dividends_display() if terms.dividends else ""),
        (_("Least further amount"), money(terms.add_least)),
        (_("Amounts in steps of"), money(terms.add_step)),
        (_("Fast redemption a day and customer"), money(terms.fast_limit)),
        (_("Quota of the institution"), money(terms.quota)),
        (_("Quota of a customer"), money(terms.quota_per_customer)),
        (_("Least amount for the product to be established"), money(terms.raise_least)),
        (_("Large redemption from % of all shares"), f"{terms.large_share}%" if terms.large_share else ""),
    ]


def rating_panel(request: HttpRequest, pk: int) -> tuple[str, dict[str, Any]]:
    """Panel: both grades and which rules, the factors behind the institution's own, and earlier grades."""
    file = product_file(actor_of(request), pk)
    rating = file.rating
    factors = []
    if rating is not None:
        factors = [(each.label, rating.scores.get(str(each))) for each in RatingFactor]
    by = names.people([each.assessed_by for each in file.ratings])
    return "products/panel_rating.html", {
        "product": file.product,
        "rating": rating,
        "factors": factors,
        "floors": [(RatingFactor(each["factor"]).label, each) for each in (rating.raised_by if rating else ())],
        "earlier": [(each, by.get(each.assessed_by, each.assessed_by)) for each in file.ratings if each is not rating],
        "graded": file.product.regime != Regime.NONE,
    }


def risks_panel(request: HttpRequest, pk: int) -> tuple[str, dict[str, Any]]:
    """Panel: each risk with its control, and how risk changes from stage to stage."""
    actor = actor_of(request)
    file = product_file(actor, pk)
    return "products/panel_risks.html", {
        "product": file.product,
        "risks": [(RISK_GROUPS[RiskKind(each.kind)].label, each) for each in file.risks],
        "stages": file.stages,
        "stage": LifeStage(file.stage).label,
        "may_edit": file.product.state == ProductState.DRAFT and actor.may("products.set_risks"),
    }


def admission_panel(request: HttpRequest, pk: int) -> tuple[str, dict[str, Any]]:
    """Panel: the steps of the round under way, what was said, and whose turn it is."""
    actor = actor_of(request)
    product = product_of(actor, pk)
    rounds = admissions_of(actor, pk)
    known = names.people([step.done_by for each in rounds for step in each.steps.all()])
    current = rounds[0] if rounds and rounds[0].state == AdmissionState.OPEN else None
    steps = []
    if current is not None:
        at = [str(each) for each in STEPS].index(current.step)
        steps = [(each.label, "done" if n < at else "on" if n == at else "") for n, each in enumerate(STEPS)]
    return "products/panel_admission.html", {
        "product": product,
        "rounds": [
            (each, [(step, known.get(step.done_by, step.done_by), act_words(step)) for step in each.steps.all()])
            for each in rounds
        ],
        "steps": steps,
        "current": current,
        "may_review": current is not None and actor.may(OPERATIONS[current.step]),  # type: ignore[index]
    }


def record_panel(request: HttpRequest, pk: int) -> tuple[str, dict[str, Any]]:
    """Panel: what was done with the product."""
    lines = record_of(actor_of(request), pk)
    known = names.people([each.done_by for each in lines])
    return "products/panel_record.html", {
        "lines": [(each, known.get(each.done_by, each.done_by), act_words(each)) for each in lines[:60]],
    }


def act_words(step: Any) -> str:
    """What qualifies an act: grades, benchmarks, parts that changed."""
    details = step.details
    if step.act == ProductAct.RERATED:
        return f"R{details.get('before')} → R{details.get('after')}"
    if step.act == ProductAct.BENCHMARK:
        return " → ".join(each for each in (details.get("before"), details.get("after")) if each)
    if step.act == ProductAct.PASSED and "grade" in details:
        issuer = f"R{details['issuer']}" if details.get("issuer") else "–"
        return _t("own %(own)s · issuer's %(issuer)s") % {"own": f"R{details['own']}", "issuer": issuer}
    return ""


def _filled(lines: list[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    return [(label, value) for label, value in lines if str(value).strip()]
