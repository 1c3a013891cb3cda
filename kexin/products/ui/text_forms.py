"""Writing, reviewing and withdrawing a text on pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_POST

from kexin.core.calendar import business_date
from kexin.core.policy import in_force
from kexin.core.ui.form_page import form_page, need, post_only
from kexin.core.ui.request import actor_of
from kexin.products.choices import ProductClass
from kexin.products.models import Product, TextVersion
from kexin.products.models.text import LONGEST
from kexin.products.texts.choices import TextKind, TextLanguage, TextState
from kexin.products.texts.operations import (
    change_text,
    draft_text,
    draft_version,
    review_text,
    submit_text,
    withdraw_text,
)
from kexin.products.texts.policies import Point, TextReviewPolicy
from kexin.products.texts.printing import print_sheet
from kexin.products.texts.queries import findings_of, text_file, version_in_reach
from kexin.products.ui.text_shape import loose, marked
from kexin.products.ui.texts import context_of

BODY_HELP = _("Plain paragraphs with an empty line between them")


class BodyForm(forms.Form):
    """The words and what is new in them."""

    body = forms.CharField(
        label=_("Text"), max_length=LONGEST, help_text=BODY_HELP, widget=forms.Textarea(attrs={"rows": 18})
    )
    change = forms.CharField(label=_("What is new"), max_length=300, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput(), required=False)


class DraftForm(forms.Form):
    """A new text: of what, in which language."""

    kind = forms.ChoiceField(label=_("Kind"), choices=TextKind.choices)
    language = forms.ChoiceField(label=_("Language"), choices=TextLanguage.choices)
    product_class = forms.ChoiceField(
        label=_("Class"), required=False, choices=[("", "—"), *ProductClass.choices],
        help_text=_("For every product of the class"),
    )  # fmt: skip
    code = forms.CharField(
        label=_("Product code"),
        required=False,
        max_length=30,
        help_text=_("Instead of a class: for this product alone"),
    )
    title = forms.CharField(label=pgettext_lazy("text", "Title"), max_length=120)
    body = forms.CharField(
        label=_("Text"), max_length=LONGEST, help_text=BODY_HELP, widget=forms.Textarea(attrs={"rows": 18})
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        code = given.pop("code", "").strip()
        given["product_id"] = None
        if code:
            product = Product.objects.filter(code=code).first()
            if product is None:
                self.add_error("code", _("There is no such product."))
            else:
                given["product_id"] = product.pk
        elif not given.get("product_class"):
            self.add_error("product_class", _("Choose a class or a product."))
        return given


def _page(version: TextVersion) -> str:
    return reverse("product_texts:version", args=[version.text_id, version.number])


def text_new(request: HttpRequest) -> HttpResponse:
    """A form: the first version of a text."""
    actor = need(request, "products.draft_text")
    asked = {name: request.GET.get(name, "") for name in ("kind", "language", "product_class", "code")}
    return form_page(
        request,
        DraftForm(request.POST if request.method == "POST" else None, initial=asked),
        lambda data: draft_text(actor=actor, **data),
        title=_("Draft a product text"),
        back_url=reverse("product_texts:list"),
        go=_page,
        done=_("The draft is kept. Give it to review when it is ready."),
        submit_label=_("Keep the draft"),
    )


def text_next(request: HttpRequest, pk: int) -> HttpResponse:
    """A form: a new version, with the words of the latest to begin with."""
    actor = need(request, "products.draft_version")
    file = text_file(actor, pk)
    form = BodyForm(request.POST if request.method == "POST" else None, initial={"body": file.versions[0].body})
    return form_page(
        request,
        form,
        lambda data: draft_version(pk, actor=actor, body=data["body"], change=data["change"]),
        title=_("New version"),
        sub=file.text.title,
        back_url=reverse("product_texts:text", args=[pk]),
        go=_page,
        done=_("The draft is kept. Give it to review when it is ready."),
        submit_label=_("Keep the draft"),
    )


def text_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """A form: the words of a draft."""
    actor = need(request, "products.change_text")
    row = version_in_reach(actor, pk)
    standing = {"body": row.body, "change": row.change, "version": row.version}
    return form_page(
        request,
        BodyForm(request.POST if request.method == "POST" else None, initial=standing),
        lambda data: change_text(pk, actor=actor, **data),
        title=_t("Version %(number)s") % {"number": row.number},
        sub=row.text.title,
        back_url=_page(row),
        done=_("The draft is kept. Give it to review when it is ready."),
        submit_label=_("Keep the draft"),
    )


@require_POST
def text_submit(request: HttpRequest, pk: int) -> HttpResponse:
    """POST: somebody else owes the review from now on."""
    actor = actor_of(request)
    row = version_in_reach(actor, pk)
    return post_only(
        request,
        lambda: submit_text(pk, actor=actor),
        back_url=_page(row),
        done=_("Given to review; somebody else has it among their work."),
    )


class ReviewForm(forms.Form):
    """The checklist, then the decision."""

    def __init__(self, points: tuple[Point, ...], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for point in points:
            self.fields[f"check_{point.code}"] = forms.BooleanField(label=point.shown, required=False)
        self.fields["decision"] = forms.ChoiceField(
            label=_("Decision"),
            choices=[("return", _("Return it to the writer")), ("approve", _("Approve it"))],
        )
        self.fields["in_use_from"] = forms.DateField(
            label=_("In use from"), required=False, initial=business_date, help_text=_("Only where it is approved")
        )
        self.fields["note"] = forms.CharField(
            label=_("Note"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 3}),
            help_text=_("What has to change, where it is returned"),
        )  # fmt: skip
        self.fields["version"] = forms.IntegerField(widget=forms.HiddenInput())


def text_review(request: HttpRequest, pk: int) -> HttpResponse:
    """A form: the words with what the check says, the checklist, the decision."""
    actor = need(request, "products.review_text")
    row = version_in_reach(actor, pk)
    if row.state != TextState.IN_REVIEW and request.method != "POST":
        raise Http404
    file = text_file(actor, row.text_id)
    points = in_force(TextReviewPolicy).points(row.text.kind)
    found = findings_of(actor, row)
    form = ReviewForm(points, request.POST if request.method == "POST" else None, initial={"version": row.version})

    def act(data: dict[str, Any]) -> TextVersion:
        return review_text(
            pk,
            actor=actor,
            approve=data["decision"] == "approve",
            answers={point.code: data[f"check_{point.code}"] for point in points},
            note=data["note"],
            in_use_from=data["in_use_from"],
            version=data["version"],
        )

    return form_page(
        request,
        form,
        act,
        title=_("Review"),
        sub=f"{row.text.title} · {_t('Version %(number)s') % {'number': row.number}}",
        back_url=_page(row),
        done=lambda done: (
            _t("Approved; in use from %(day)s.") % {"day": done.in_use_from}
            if done.state == TextState.APPROVED
            else _t("Returned to the writer.")
        ),
        submit_label=_("Decide"),
        template="products/text_review.html",
        context=context_of(file, file.version(row.number))
        | {"title": _("Review"), "findings": found, "paragraphs": marked(row.body, found), "loose": loose(found)},
    )


class WithdrawForm(forms.Form):
    """Why."""

    reason = forms.CharField(label=_("Reason"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))


def text_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """A form: the reason why a version may not be given any more."""
    actor = need(request, "products.withdraw_text")
    row = version_in_reach(actor, pk)
    return form_page(
        request,
        WithdrawForm(request.POST if request.method == "POST" else None),
        lambda data: withdraw_text(pk, actor=actor, **data),
        title=_("Withdraw a product text"),
        sub=row.text.title,
        back_url=_page(row),
        done=_("Withdrawn; it is given to nobody any more."),
        submit_label=_("Withdraw"),
    )


@require_POST
def sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """The sheet of a product as PDF. A post, because printing is written down."""
    made = print_sheet(pk, actor=actor_of(request), language=request.POST.get("language", TextLanguage.ZH))
    response = HttpResponse(made.content, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{made.name}"'
    return response
