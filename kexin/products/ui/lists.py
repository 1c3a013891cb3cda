"""The list of products (the shelf), and its export."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kexin.core.errors import RuleViolation
from kexin.core.ui import icons, numbers
from kexin.core.ui.form_page import need
from kexin.core.ui.request import actor_of
from kexin.core.ui.saved_views import saved_views
from kexin.core.ui.sending import sent
from kexin.core.ui.table import Column, Table, View
from kexin.products.choices import (
    Offering,
    ProductClass,
    ProductLabel,
    ProductState,
    Regime,
    ReturnForm,
    RiskBand,
    RiskGrade,
    Structure,
)
from kexin.products.models import Product
from kexin.products.models.product import SEE_DRAFTS
from kexin.products.operations.export import export_products, products_file
from kexin.products.queries import ProductFilter, narrowed, products, schemes

STATE_LEVEL = {
    ProductState.DRAFT: "",
    ProductState.IN_REVIEW: "calm",
    ProductState.ADMITTED: "good",
    ProductState.SUSPENDED: "warn",
    ProductState.WITHDRAWN: "",
}
GRADE_LEVEL = {1: "good", 2: "good", 3: "warn", 4: "bad", 5: "bad"}


def _choices(vocabulary: Any) -> list[tuple[Any, Any]]:
    return [("", "—"), *vocabulary.choices]


class ProductFilterForm(forms.Form):
    """The filters of the list; all of them live in the address."""

    q = forms.CharField(label=_("Name, code, registration, issuer"), required=False, max_length=80)
    product_class = forms.ChoiceField(label=_("Class"), required=False, choices=_choices(ProductClass))
    state = forms.ChoiceField(label=_("State"), required=False, choices=_choices(ProductState))
    grade = forms.TypedChoiceField(
        label=_("Risk grade"), required=False, choices=_choices(RiskGrade), coerce=int, empty_value=None
    )
    band = forms.ChoiceField(label=_("Risk and return"), required=False, choices=_choices(RiskBand))
    regime = forms.ChoiceField(label=_("Rules of sale"), required=False, choices=_choices(Regime))
    offering = forms.ChoiceField(label=_("Offering"), required=False, choices=_choices(Offering))
    return_form = forms.ChoiceField(label=_("Return form"), required=False, choices=_choices(ReturnForm))
    structure = forms.ChoiceField(label=_("Structure"), required=False, choices=_choices(Structure))
    label = forms.ChoiceField(label=_("Label"), required=False, choices=_choices(ProductLabel))
    currency = forms.CharField(label=_("Currency"), required=False, max_length=3)
    issuer = forms.CharField(label=_("Issuer"), required=False, max_length=80)
    term_most = forms.IntegerField(label=_("Term up to (days)"), required=False, min_value=1, max_value=36_500)
    minimum_most = forms.IntegerField(label=_("Minimum amount up to"), required=False, min_value=0, max_value=10**15)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for scheme in schemes():
            self.fields[f"in_{scheme.code}"] = forms.ChoiceField(
                label=scheme.shown,
                required=False,
                choices=[("", "—"), *((each.code, each.shown) for each in scheme.categories)],
            )


class ProductFilterSet:
    """The bound form and the rows it leaves."""

    def __init__(self, data: QueryDict | None, queryset: QuerySet[Product], request: HttpRequest | None = None) -> None:
        self.base = queryset
        self.form = ProductFilterForm(data)

    @cached_property
    def wanted(self) -> ProductFilter:
        if not self.form.is_valid():
            return ProductFilter()
        data = dict(self.form.cleaned_data)
        placed = {name.removeprefix("in_"): data.pop(name) for name in list(data) if name.startswith("in_")}
        data["currency"] = data["currency"].strip().upper()
        return ProductFilter(text=data.pop("q"), categories={k: v for k, v in placed.items() if v}, **data)

    @cached_property
    def qs(self) -> QuerySet[Product]:
        return narrowed(self.base, self.wanted)


def state_chip(product: Product) -> str:
    """The state in its colour."""
    level = STATE_LEVEL[ProductState(product.state)]
    return format_html('<span class="chip {}">{}</span>', level, product.get_state_display())


def grade_chip(grade: int | None) -> str:
    """R1 to R5 in the colour of its risk; nothing where there is none."""
    return format_html('<span class="chip {}">R{}</span>', GRADE_LEVEL[grade], grade) if grade else ""


def term_words(product: Product) -> str:
    """The term in days, or that there is none."""
    if product.term_days is None:
        return _t("no fixed term")
    return _t("%(n)s days") % {"n": product.term_days}


class ProductTable(Table):
    """产品列表."""

    name = "products.products"
    caption = _("Products")
    default_sort = "code"
    search = "q"
    search_hint = _("Name, code, registration, issuer")
    empty_title = _("No products here")
    empty_text = _("No product answers to these filters.")
    empty_icon = "package"
    views = (
        View("all", _("All")),
        View("shelf", _("On sale"), "state=admitted"),
        View("suspended", _("Sale suspended"), "state=suspended"),
        View("high", _("High risk"), "band=high"),
        View("private", _("Private offering"), "offering=private"),
    )
    columns = (
        Column("name", _("Product name"), value="shown_name", sort="name", phone="title", always=True),
        Column("code", _("Code"), sort="code", phone="sub"),
        Column("class", _("Class"), value=lambda row: row.get_product_class_display(), sort="product_class"),
        Column("state", _("State"), value=state_chip, sort="state"),
        Column("grade", _("Risk grade"), value=lambda row: grade_chip(row.risk_grade), align="center"),
        Column("term", _("Term"), value=term_words, sort="term_days", align="end"),
        Column(
            "minimum",
            _("Minimum amount"),
            value=lambda row: "" if row.minimum_amount is None else numbers.exact(row.minimum_amount),
            sort="minimum_amount",
            align="end",
        ),
        Column("currency", _("Currency"), hidden=True),
        Column("issuer", _("Issuer"), sort="issuer"),
        Column("manager", _("Managed by"), hidden=True),
        Column("registration", _("Registration code"), value="registration_code", hidden=True),
        Column("regime", _("Rules of sale"), value=lambda row: row.get_regime_display(), hidden=True),
        Column("offering", _("Offering"), value=lambda row: row.get_offering_display(), hidden=True),
        Column("return_form", _("Return form"), value=lambda row: row.get_return_form_display(), hidden=True),
    )

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        if actor_of(request).may(SEE_DRAFTS):
            self.all_views = [
                *self.all_views,
                View("drafts", _("Drafts"), "state=draft"),
                View("review", _("In review"), "state=in_review"),
            ]

    def row_url(self, row: Product) -> str:
        return reverse("products:product", args=[row.pk])

    def row_class(self, row: Product) -> str:
        return "quiet" if row.state == ProductState.WITHDRAWN else ""


def product_list(request: HttpRequest) -> HttpResponse:
    """GET /products/: filtered, sorted, by pages."""
    actor = actor_of(request)
    filters = ProductFilterSet(request.GET, Product.objects.none(), request)
    rows = products(actor, filters.wanted)
    filters.base = rows
    filters.__dict__["qs"] = rows
    table = ProductTable(
        request,
        rows,
        filters=filters,
        views=saved_views(actor, ProductTable.name),
        save_view_url=reverse("core:save_view", args=[ProductTable.name]),
        tools=_export_link(request) if actor.may("products.export_products") else "",
    )
    if request.headers.get("HX-Request") and request.headers.get("HX-Target") == "table":
        return HttpResponse(table.render())
    context = {"title": _t("Products"), "table": table, "may_draft": actor.may("products.draft_product")}
    return render(request, "products/product_list.html", context)


def _export_link(request: HttpRequest) -> str:
    query = request.GET.urlencode()
    address = reverse("products:export") + (f"?{query}" if query else "")
    return format_html('<a class="btn-quiet" href="{}">{}{}</a>', address, icons.draw("download", 16), _t("Export"))


class ExportForm(forms.Form):
    """Purpose and format."""

    purpose = forms.CharField(label=_("What is it for?"), max_length=200)
    format = forms.ChoiceField(
        label=_("Format"),
        choices=[("xlsx", "XLSX"), ("csv", "CSV"), ("parquet", "Parquet")],
        initial="xlsx",
        widget=forms.RadioSelect,
    )


def export(request: HttpRequest) -> HttpResponse | FileResponse | StreamingHttpResponse:
    """GET with the list's filters asks; POST sends the file."""
    actor = need(request, "products.export_products")
    form = ExportForm(request.POST if request.method == "POST" else None)
    filters = ProductFilterSet(request.GET, Product.objects.none(), request)
    if request.method == "POST" and form.is_valid():
        try:
            rows = export_products(actor=actor, wanted=filters.wanted, purpose=form.cleaned_data["purpose"])
        except RuleViolation as refusal:
            form.add_error("purpose", " ".join(str(each) for each in refusal.fields.values()))
        else:
            return sent(form.cleaned_data["format"], products_file(rows), actor)
    context = {
        "title": _t("Export products"),
        "form": form,
        "back_url": f"{reverse('products:products')}?{request.GET.urlencode()}",
        "submit_label": _t("Export"),
    }
    return render(request, "core/form.html", context, status=422 if form.errors else 200)
