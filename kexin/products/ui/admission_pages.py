"""Pages of admission: submit, the form of the present step, return."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kexin.core.errors import NotFound, NotPermitted
from kexin.core.policy import in_force
from kexin.core.ui.form_page import form_page, need
from kexin.core.ui.request import actor_of
from kexin.products.choices import AdmissionState, AdmissionStep
from kexin.products.models import Admission, Product
from kexin.products.operations import (
    approve_admission,
    assess_risk,
    return_product,
    review_compliance,
    review_protection,
    submit_product,
)
from kexin.products.operations.admission import OPERATIONS, readiness_of
from kexin.products.policies import AdmissionPolicy
from kexin.products.queries import admissions_of, product_of
from kexin.products.rules import may_submit
from kexin.products.ui.scores import ScoreForm

PLAIN_STEPS = {
    AdmissionStep.COMPLIANCE: review_compliance,
    AdmissionStep.PROTECTION: review_protection,
    AdmissionStep.APPROVAL: approve_admission,
}


class NoteForm(forms.Form):
    note = forms.CharField(
        label=_("For the reviewers"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Why?"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))


def _opinion() -> forms.CharField:
    return forms.CharField(label=_("Opinion"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))


def _checks(step: str) -> forms.MultipleChoiceField:
    lines = [(each.code, each.shown) for each in in_force(AdmissionPolicy).checks_of(step)]
    return forms.MultipleChoiceField(
        label=_("Reviewed and in order"), choices=lines, required=False, widget=forms.CheckboxSelectMultiple
    )


class OpinionForm(forms.Form):
    """The reviewer's list and opinion."""

    def __init__(self, *args: Any, step: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["checks"], self.fields["opinion"] = _checks(step), _opinion()


class RiskForm(ScoreForm):
    """Scores, the list, the opinion."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["checks"], self.fields["opinion"] = _checks(AdmissionStep.RISK), _opinion()


def _back(pk: int) -> str:
    return f"{reverse('products:product', args=[pk])}?tab=admission"


def submit(request: HttpRequest, pk: int) -> HttpResponse:
    """What is still missing, or the form that hands the draft to its reviewers."""
    actor = need(request, "products.submit_product")
    product = product_of(actor, pk)
    return form_page(
        request,
        NoteForm(request.POST or None) if request.method == "POST" else NoteForm(),
        lambda data: submit_product(pk, actor=actor, note=data["note"]),
        title=_("Submit for admission"),
        sub=product.shown_name,
        back_url=reverse("products:product", args=[pk]),
        done=_("Submitted: the compliance review comes first."),
        go=_back(pk),
        submit_label=_("Submit"),
        template="products/submit.html",
        context={"missing": [each.text for each in may_submit(readiness_of(product)).reasons]},
    )


def _current(request: HttpRequest, pk: int) -> tuple[Product, Admission]:
    """The product and its round under way. Raises NotFound where none is, NotPermitted for another's step."""
    actor = actor_of(request)
    current = next((each for each in admissions_of(actor, pk) if each.state == AdmissionState.OPEN), None)
    if current is None:
        raise NotFound
    if not actor.may(OPERATIONS[AdmissionStep(current.step)]):
        raise NotPermitted
    return product_of(actor, pk), current


def review(request: HttpRequest, pk: int) -> HttpResponse:
    """The form of the present step. A form that somebody else's step has overtaken says so."""
    actor = need(request, "products.view_admissions")
    product, current = _current(request, pk)
    step = AdmissionStep(request.POST.get("step") or current.step)
    if step == AdmissionStep.RISK:
        initial = {"issuer_grade": product.issuer_grade}
        form: forms.Form = RiskForm(request.POST or None, initial=initial)
    else:
        form = OpinionForm(request.POST or None, step=step)

    def act(data: dict[str, Any]) -> Admission:
        common = {"actor": actor, "opinion": data["opinion"], "checks": data["checks"]}
        if isinstance(form, RiskForm):
            return assess_risk(pk, scores=form.scores(), issuer_grade=data["issuer_grade"], **common)
        return PLAIN_STEPS[step](pk, **common)

    return form_page(
        request,
        form,
        act,
        title=step.label,
        sub=product.shown_name + " · " + _t("round %(n)s") % {"n": current.number},
        back_url=_back(pk),
        done=_("Your opinion is stored; the next step is owed."),
        submit_label=_("Pass"),
        template="products/review.html",
        context={"product": product, "step": step.value},
    )


def send_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Return the product to its drafter, with the reason."""
    actor = need(request, "products.return_product")
    product, _current_round = _current(request, pk)
    return form_page(
        request,
        ReasonForm(request.POST or None),
        lambda data: return_product(pk, actor=actor, reason=data["reason"]),
        title=_("Return to the drafter"),
        sub=product.shown_name,
        back_url=_back(pk),
        done=_("Returned with your reason."),
        submit_label=_("Return to the drafter"),
    )
