"""Pages of a draft: its data, fees, risks."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kexin.core.errors import RuleViolation
from kexin.core.ui.form_page import form_page, need
from kexin.products.choices import RISK_GROUPS, YEARLY_FEES, FeeKind, LifeStage, ProductClass, RiskKind
from kexin.products.data import FeeData, RiskData
from kexin.products.models import Product
from kexin.products.operations import change_product, draft_product, set_fees, set_risks
from kexin.products.queries import product_file, product_of
from kexin.products.ui.draft_forms import ProductForm


def new(request: HttpRequest) -> HttpResponse:
    """GET asks for the class first (its fields depend on it), then for the data. POST drafts."""
    actor = need(request, "products.draft_product")
    chosen = request.GET.get("class", "")
    if chosen not in ProductClass.values:
        context = {
            "title": _t("New product"),
            "classes": ProductClass.choices,
            "back_url": reverse("products:products"),
        }
        return render(request, "products/choose_class.html", context)
    form = ProductForm(request.POST or None, product_class=chosen)
    return form_page(
        request,
        form,
        lambda _data: draft_product(actor=actor, data=form.said()),
        title=_("New product"),
        sub=ProductClass(chosen).label,
        back_url=reverse("products:products"),
        done=_("The draft is stored. Add fees, risks and trading terms, then submit it."),
        go=lambda product: reverse("products:product", args=[product.pk]),
        submit_label=_("Store draft"),
        context={"sections": form.sections()},
    )


def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change the data of a draft."""
    actor = need(request, "products.change_product")
    product = product_of(actor, pk)
    form = ProductForm(request.POST or None, product_class=product.product_class, product=product)
    version = _version(request, product)
    return form_page(
        request,
        form,
        lambda _data: change_product(pk, actor=actor, data=form.said(), version=version),
        title=_("Edit the draft"),
        sub=product.shown_name,
        back_url=reverse("products:product", args=[pk]),
        done=_("The draft is stored."),
        submit_label=_("Store draft"),
        context={"sections": form.sections()},
    )


def _version(request: HttpRequest, product: Product) -> int:
    """The version the form was drawn from."""
    stated = request.POST.get("version", "")
    return int(stated) if stated.isdigit() else product.version


class FeesForm(forms.Form):
    """One rate and one text per kind of fee."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind in FeeKind:
            per = _("% a year") if kind in YEARLY_FEES else _("% of the amount")
            self.fields[kind.value] = forms.DecimalField(
                label=kind.label, required=False, min_value=0, max_value=100, max_digits=7, decimal_places=4,
                help_text=per,
            )  # fmt: skip
            self.fields[f"{kind.value}_note"] = forms.CharField(label=_("Conditions"), required=False, max_length=200)

    def said(self) -> list[FeeData]:
        """The fees that have a rate. Raises RuleViolation for a condition without one."""
        found = []
        for kind in FeeKind:
            rate, note = self.cleaned_data[kind.value], self.cleaned_data[f"{kind.value}_note"]
            if rate is None and note:
                raise RuleViolation(fields={kind.value: _("A fee with conditions needs a rate.")})
            if rate is not None:
                found.append(FeeData(kind.value, rate, note))
        return found


def fees(request: HttpRequest, pk: int) -> HttpResponse:
    """The fees of a draft."""
    actor = need(request, "products.set_fees")
    file = product_file(actor, pk)
    initial: dict[str, Any] = {}
    for fee in file.fees:
        initial |= {fee.kind: fee.rate.normalize(), f"{fee.kind}_note": fee.note}
    form = FeesForm(request.POST or None, initial=initial)
    sections = [(kind.label, [form[kind.value], form[f"{kind.value}_note"]]) for kind in FeeKind]
    return form_page(
        request,
        form,
        lambda _data: set_fees(pk, actor=actor, fees=form.said()),
        title=_("Fees"),
        sub=file.product.shown_name,
        back_url=reverse("products:product", args=[pk]),
        done=_("The fees are stored."),
        context={"sections": sections},
    )


class RisksForm(forms.Form):
    """Weight, text and control per risk; a text per stage."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lines = forms.Textarea(attrs={"rows": 2})
        for kind in RiskKind:
            self.fields[f"{kind.value}_weight"] = forms.TypedChoiceField(
                label=_("Weight"),
                required=False,
                coerce=int,
                empty_value=None,
                choices=[("", "—"), *((n, str(n)) for n in range(1, 6))],
                help_text=_("1 the least, 5 the most"),
            )
            self.fields[kind.value] = forms.CharField(
                label=_("What may happen"), required=False, max_length=400, widget=lines
            )
            self.fields[f"{kind.value}_control"] = forms.CharField(
                label=_("Control"), required=False, max_length=400, widget=lines
            )
        for stage in LifeStage:
            self.fields[f"stage_{stage.value}"] = forms.CharField(
                label=stage.label, required=False, max_length=400, widget=lines
            )

    def sections(self) -> list[tuple[Any, list[Any]]]:
        """A group per risk, and one for the stages."""
        found: list[tuple[Any, list[Any]]] = [
            (
                f"{RISK_GROUPS[kind].label} · {kind.label}",
                [self[f"{kind.value}_weight"], self[kind.value], self[f"{kind.value}_control"]],
            )
            for kind in RiskKind
        ]
        return [*found, (_("How risk changes at each stage"), [self[f"stage_{each.value}"] for each in LifeStage])]

    def said(self) -> tuple[list[RiskData], dict[str, str]]:
        """The risks that were begun, and the texts of the stages. Raises RuleViolation for a missing weight."""
        data, risks = self.cleaned_data, []
        for kind in RiskKind:
            weight, text, control = (data[f"{kind.value}{part}"] for part in ("_weight", "", "_control"))
            if weight is None and not text and not control:
                continue
            if weight is None:
                raise RuleViolation(fields={f"{kind.value}_weight": _("Weigh it from 1 to 5.")})
            risks.append(RiskData(kind.value, weight, text, control))
        return risks, {each.value: data[f"stage_{each.value}"] for each in LifeStage}


def risks(request: HttpRequest, pk: int) -> HttpResponse:
    """The risks of a draft and their controls."""
    actor = need(request, "products.set_risks")
    file = product_file(actor, pk)
    initial: dict[str, Any] = {f"stage_{each.stage}": each.text for each in file.stages}
    for risk in file.risks:
        initial |= {f"{risk.kind}_weight": risk.weight, risk.kind: risk.text, f"{risk.kind}_control": risk.control}
    form = RisksForm(request.POST or None, initial=initial)

    def act(_data: dict[str, Any]) -> Product:
        said, stages = form.said()
        return set_risks(pk, actor=actor, risks=said, stages=stages)

    return form_page(
        request,
        form,
        act,
        title=_("Risks and controls"),
        sub=file.product.shown_name,
        back_url=f"{reverse('products:product', args=[pk])}?tab=risk",
        done=_("The risks are stored."),
        context={"sections": form.sections()},
    )
