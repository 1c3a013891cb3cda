"""Pages that take a product off the shelf and put it back, and re-rate it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from kexin.core.ui.form_page import form_page, need
from kexin.products.operations import (
    propose_failure,
    propose_rerating,
    propose_resumption,
    redraft_product,
    suspend_product,
    withdraw_product,
)
from kexin.products.queries import product_file, product_of
from kexin.products.ui.admission_pages import ReasonForm
from kexin.products.ui.scores import ScoreForm

PROPOSED = _("Proposed: it holds once somebody else has approved it.")


def _reasoned(
    request: HttpRequest, pk: int, operation: str, act: Callable[..., Any], title: Any, done: Any, hint: Any = ""
) -> HttpResponse:
    actor = need(request, operation)
    product = product_of(actor, pk)
    return form_page(
        request,
        ReasonForm(request.POST or None),
        lambda data: act(pk, actor=actor, reason=data["reason"]),
        title=title,
        sub=product.shown_name,
        back_url=reverse("products:product", args=[pk]),
        done=done,
        submit_label=title,
        template="products/reason.html",
        context={"hint": hint},
    )


def suspend(request: HttpRequest, pk: int) -> HttpResponse:
    """Suspend the sale at once."""
    return _reasoned(
        request, pk, "products.suspend_product", suspend_product, _("Suspend sale"),
        _("The sale is suspended from this moment on."), _("No new sale can be opened; holdings stay as they are."),
    )  # fmt: skip


def resume(request: HttpRequest, pk: int) -> HttpResponse:
    """Propose to put it on sale again."""
    return _reasoned(
        request, pk, "products.propose_resumption", propose_resumption, _("Resume sale"), PROPOSED,
        _("Somebody else approves it before the product is on sale again."),
    )  # fmt: skip


def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """End the sale."""
    return _reasoned(
        request, pk, "products.withdraw_product", withdraw_product, _("Withdraw from sale"),
        _("The product is withdrawn from sale."), _("What customers hold stays and is followed to its end."),
    )  # fmt: skip


def failed(request: HttpRequest, pk: int) -> HttpResponse:
    """Propose to declare the offering failed."""
    return _reasoned(
        request, pk, "products.propose_failure", propose_failure, _("Offering failed"), PROPOSED,
        _("By the issuer's notice the product is not established: every order of it fails, the money goes back."),
    )  # fmt: skip


def redraft(request: HttpRequest, pk: int) -> HttpResponse:
    """Open the product for change."""
    return _reasoned(
        request, pk, "products.redraft_product", redraft_product, _("Take back to draft"),
        _("The product is a draft again."), _("It passes all four steps of admission again before it is sold."),
    )  # fmt: skip


class RerateForm(ScoreForm):
    """Scores and the reason."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"] = forms.CharField(
            label=_("Why?"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
        )


def rerate(request: HttpRequest, pk: int) -> HttpResponse:
    """Score the product anew; the scores in force stand in the form."""
    actor = need(request, "products.propose_rerating")
    file = product_file(actor, pk)
    initial: dict[str, Any] = {"issuer_grade": file.product.issuer_grade}
    if file.rating is not None:
        initial |= file.rating.scores
    form = RerateForm(request.POST or None, initial=initial)
    return form_page(
        request,
        form,
        lambda data: propose_rerating(
            pk, actor=actor, scores=form.scores(), issuer_grade=data["issuer_grade"], reason=data["reason"]
        ),
        title=_("Re-rate"),
        sub=file.product.shown_name,
        back_url=f"{reverse('products:product', args=[pk])}?tab=risk",
        done=PROPOSED,
        submit_label=_("Propose"),
        template="products/reason.html",
        context={"hint": _("Holders are matched anew when the grade changes; nobody is made to sell.")},
    )
