"""Texts about products on pages: the list, a version with what the check says of it, two versions side by side."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET

from kexin.core import names
from kexin.core.policy import in_force
from kexin.core.templatetags.kexin import day
from kexin.core.ui.request import actor_of
from kexin.core.ui.table import Column, Table
from kexin.people.models import by_language
from kexin.products.choices import ProductClass
from kexin.products.models import ProductText, TextVersion
from kexin.products.texts.choices import Standing, TextKind, TextLanguage, TextState
from kexin.products.texts.policies import TextReviewPolicy
from kexin.products.texts.queries import TextFile, findings_of, text_file, texts, works_on_texts
from kexin.products.ui.text_shape import compared, loose, marked

LEVELS = {
    Standing.DRAFT: "", Standing.IN_REVIEW: "calm", Standing.RETURNED: "bad", Standing.COMING: "calm",
    Standing.IN_USE: "good", Standing.REPLACED: "", Standing.WITHDRAWN: "bad",
}  # fmt: skip


class TextFilterForm(forms.Form):
    """What the list is narrowed by."""

    q = forms.CharField(label=_("Title or product"), required=False, max_length=80)
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[("", "—"), *TextKind.choices])
    product_class = forms.ChoiceField(label=_("Class"), required=False, choices=[("", "—"), *ProductClass.choices])
    language = forms.ChoiceField(label=_("Language"), required=False, choices=[("", "—"), *TextLanguage.choices])
    waiting = forms.ChoiceField(
        label=_("Being worked on"),
        required=False,
        choices=[
            ("", "—"),
            *((each.value, each.label) for each in (TextState.DRAFT, TextState.IN_REVIEW, TextState.RETURNED)),
        ],
    )


class TextFilter:
    """The bound form and the rows it leaves."""

    def __init__(
        self, data: QueryDict | None, queryset: QuerySet[ProductText], request: HttpRequest | None = None
    ) -> None:
        self.base, self.form = queryset, TextFilterForm(data)

    @cached_property
    def qs(self) -> QuerySet[ProductText]:
        if not self.form.is_valid():
            return self.base
        asked = self.form.cleaned_data
        rows = self.base
        for name in ("kind", "product_class", "language", "waiting"):
            if asked[name]:
                rows = rows.filter(**{name: asked[name]})
        if asked["q"]:
            words = asked["q"].strip()
            rows = rows.filter(
                Q(title__icontains=words) | Q(product__name__icontains=words) | Q(product__code__iexact=words)
            )
        return rows


class TextTable(Table):
    """产品文本."""

    name = "products.texts"
    caption = _("Product texts")
    default_sort = "kind"
    search = "q"
    search_hint = _("Title or product")
    empty_title = _("No texts")
    empty_text = _("Disclosures, sheets, contracts, scripts and promotions stand here once they are drafted.")
    empty_icon = "file-text"
    columns = (
        Column("title", pgettext_lazy("text", "Title"), sort=("title", "pk"), phone="title", always=True),
        Column("kind", _("Kind"), value=lambda row: row.get_kind_display(), sort=("kind", "product_class", "pk")),
        Column("of", _("Class or product"), value=lambda row: of_what(row), phone="sub"),
        Column("language", _("Language"), value=lambda row: row.get_language_display()),
        Column("used", _("In use"), value=lambda row: _used(row)),
        Column("waiting", _("Being worked on"), value=lambda row: _waiting(row)),
    )

    def row_url(self, row: ProductText) -> str:
        return reverse("product_texts:text", args=[row.pk])


def of_what(text: ProductText) -> str:
    """The product, else the class."""
    if text.product is not None:
        return by_language(text.product.name, text.product.name_en)
    return str(text.get_product_class_display())


def _used(row: Any) -> str:
    if row.used_no is None:
        return format_html('<span class="chip warn">{}</span>', _("nothing in use"))
    return format_html('{} <span class="quiet">{}</span>', f"v{row.used_no}", day(row.used_from))


def _waiting(row: Any) -> str:
    if not row.waiting:
        return ""
    standing = Standing(row.waiting)
    return format_html('<span class="chip {}">{}</span>', LEVELS[standing], standing.label)


@require_GET
def text_list(request: HttpRequest) -> HttpResponse:
    """GET /products/texts/: by kind and class."""
    actor = actor_of(request)
    rows = texts(actor)
    table = TextTable(request, rows, filters=TextFilter(request.GET, rows))
    if request.headers.get("HX-Request") and request.headers.get("HX-Target") == "table":
        return HttpResponse(table.render())
    context = {"title": _("Product texts"), "table": table, "may_draft": actor.may("products.draft_text")}
    return render(request, "products/texts.html", context)


@require_GET
def text_page(request: HttpRequest, pk: int, number: int | None = None) -> HttpResponse:
    """GET /products/texts/1/ and …/v/2/: a version (the open one, else the one in use) and all the others."""
    actor = actor_of(request)
    file = text_file(actor, pk)
    chosen = file.version(number) if number is not None else file.open or file.used or file.versions[0]
    works = works_on_texts(actor)
    found = findings_of(actor, chosen) if works else ()
    return render(request, "products/text.html", context_of(file, chosen) | {
        "findings": found,
        "paragraphs": marked(chosen.body, found),
        "loose": loose(found),
        "works": works,
        "may_write": actor.may("products.change_text") and chosen.state in (TextState.DRAFT, TextState.RETURNED),
        "may_submit": actor.may("products.submit_text") and chosen.state in (TextState.DRAFT, TextState.RETURNED),
        "may_review": actor.may("products.review_text")
        and chosen.state == TextState.IN_REVIEW
        and actor.user_id not in chosen.writers,
        "may_begin": actor.may("products.draft_version") and file.open is None,
        "may_withdraw": actor.may("products.withdraw_text") and chosen.state == TextState.APPROVED,
    })  # fmt: skip


def context_of(file: TextFile, chosen: TextVersion) -> dict[str, Any]:
    """What every page about a version shows."""
    people = names.people([name for each in file.versions for name in (each.drafted_by, each.reviewed_by) if name])
    points = in_force(TextReviewPolicy).points(file.text.kind)
    return {
        "title": file.text.title,
        "file": file,
        "text": file.text,
        "of": of_what(file.text),
        "chosen": chosen,
        "standing": file.standing(chosen),
        "level": LEVELS[file.standing(chosen)],
        "lines": [
            {
                "version": each,
                "standing": file.standing(each),
                "level": LEVELS[file.standing(each)],
                "drafted": people.get(each.drafted_by, each.drafted_by),
                "reviewed": people.get(each.reviewed_by, each.reviewed_by),
            }
            for each in file.versions
        ],
        "answers": [(point.shown, chosen.checklist[point.code]) for point in points if point.code in chosen.checklist],
        "reviewer": people.get(chosen.reviewed_by, chosen.reviewed_by),
    }


@require_GET
def text_compare(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /products/texts/1/compare/?a=1&b=2: two versions; without numbers the two latest."""
    file = text_file(actor_of(request), pk)
    after = _asked(request, file, "b") or file.versions[0]
    before = _asked(request, file, "a") or next((v for v in file.versions if v.number < after.number), after)
    context = {
        "title": file.text.title,
        "file": file,
        "before": before,
        "after": after,
        "pairs": compared(before.body, after.body),
    }
    return render(request, "products/text_compare.html", context)


def _asked(request: HttpRequest, file: TextFile, name: str) -> TextVersion | None:
    value = request.GET.get(name, "")
    return next((each for each in file.versions if str(each.number) == value), None)
