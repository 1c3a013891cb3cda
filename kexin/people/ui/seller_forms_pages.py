"""Recording what an employee has learned, and proposing or withdrawing what may be sold."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt

from kexin.core.calendar import business_date
from kexin.core.policy import in_force
from kexin.core.ui.fields import SearchSelectMultiple
from kexin.core.ui.form_page import form_page, found_or_refuse, need
from kexin.people import operations as ops
from kexin.people.models import Employee, ProductAuthorisation, Qualification
from kexin.people.qualification_policies import QualificationPolicy
from kexin.people.ui.evidence_upload import FileFields, Receiving, receive
from kexin.people.ui.forms import ReasonForm
from kexin.people.vocabulary import class_choices, regime_choices

_EVIDENCE = _("Where it was checked, or where the copy is kept.")


def _kinds() -> list[tuple[str, str]]:
    return [(each.code, each.label) for each in in_force(QualificationPolicy).by_code.values()]


def _classes() -> list[tuple[str, Any]]:
    free = in_force(QualificationPolicy).free
    return [(code, label) for code, label in class_choices() if code not in free]


class QualificationForm(FileFields):
    kind = forms.ChoiceField(label=_("Kind of certificate"), choices=_kinds)
    number = forms.CharField(label=_("Certificate number"), max_length=60)
    issuer = forms.CharField(label=_("Issued by"), max_length=80)
    issued_on = forms.DateField(label=_("Issued on"))
    valid_until = forms.DateField(label=_("Valid until"), required=False, help_text=_("Left empty: no end."))
    evidence = forms.CharField(label=_("Evidence"), max_length=200, help_text=_EVIDENCE)


class TrainingForm(FileFields):
    held_on = forms.DateField(label=_("Day of the training"))
    subject = forms.CharField(label=_("Training subject"), max_length=120)
    kinds = forms.MultipleChoiceField(label=_("Counts for"), choices=_kinds, widget=SearchSelectMultiple())
    hours = forms.DecimalField(label=_("Hours"), min_value=0, max_digits=5, decimal_places=1)
    ethics_hours = forms.DecimalField(
        label=_("Of which ethics"), min_value=0, max_digits=5, decimal_places=1, required=False, initial=0
    )
    evidence = forms.CharField(label=_("Evidence"), max_length=200, help_text=_EVIDENCE)


class AuthorisationForm(forms.Form):
    """What may be sold; decided by a second person."""

    classes = forms.MultipleChoiceField(label=_("Product classes"), choices=_classes, widget=SearchSelectMultiple())
    regimes = forms.MultipleChoiceField(
        label=_("Rules of sale"),
        choices=regime_choices,
        required=False,
        widget=SearchSelectMultiple(),
        help_text=_("Left empty: all of them."),
    )
    highest_grade = forms.TypedChoiceField(
        label=_("Up to the risk grade"), coerce=int, choices=[(n, f"R{n}") for n in range(1, 6)]
    )
    own_grade = forms.TypedChoiceField(
        label=_("The seller's own grade"),
        coerce=int,
        required=False,
        empty_value=None,
        choices=[("", "—"), *((n, n) for n in range(1, 6))],
        help_text=_("For insurance: sellers are graded, too."),
    )
    private = forms.BooleanField(label=_("Private offerings too"), required=False)
    starts_on = forms.DateField(label=_("From"))
    ends_on = forms.DateField(label=_("Until"))
    reason = forms.CharField(label=_("Reason"), widget=forms.Textarea(attrs={"rows": 3}))


def _person(request: HttpRequest, pk: int, operation: str) -> tuple[Any, Employee, str]:
    actor = need(request, operation)
    rows = Employee.objects.visible_to(actor, operation).select_related("unit")
    return actor, found_or_refuse(rows, pk), f"{reverse('people_employee', args=[pk])}#selling"


def _sub(employee: Employee) -> str:
    return f"{employee.shown_name} {employee.staff_no}"


@csrf_exempt  # only this outer part; see receive()
def new_qualification(request: HttpRequest, pk: int) -> HttpResponse:
    actor, employee, back = _person(request, pk, "people.record_qualification")
    return receive(
        request,
        lambda request, came: form_page(
            request,
            QualificationForm(request.POST or None),
            lambda data: ops.record_qualification(employee, actor=actor, **data | {"file": came.taken()}),
            title=_("Record a certificate"),
            sub=_sub(employee),
            back_url=back,
            done=_("The certificate is recorded."),
        ),
    )


@csrf_exempt  # only this outer part; see receive()
def new_training(request: HttpRequest, pk: int) -> HttpResponse:
    actor, employee, back = _person(request, pk, "people.record_training")

    def inner(request: HttpRequest, came: Receiving) -> HttpResponse:
        def act(data: dict[str, Any]) -> Any:
            given = data | {"ethics_hours": data["ethics_hours"] or 0, "file": came.taken()}
            return ops.record_training(employee, actor=actor, **given)

        return form_page(
            request,
            TrainingForm(request.POST or None),
            act,
            title=_("Record training"),
            sub=_sub(employee),
            back_url=back,
            done=_("The training is recorded."),
        )

    return receive(request, inner)


def new_authorisation(request: HttpRequest, pk: int) -> HttpResponse:
    actor, employee, back = _person(request, pk, "people.propose_authorisation")
    today = business_date()
    start = {"starts_on": today, "ends_on": today + dt.timedelta(days=364), "highest_grade": 3}
    return form_page(
        request,
        AuthorisationForm(request.POST or None, initial=start),
        lambda data: ops.propose_authorisation(employee, actor=actor, **data),
        title=_("Propose a product authorisation"),
        sub=_sub(employee),
        back_url=back,
        submit_label=_("Propose"),
        done=_("Proposed. It counts once somebody else has approved it."),
    )


def end_qualification(request: HttpRequest, pk: int) -> HttpResponse:
    actor = need(request, "people.end_qualification")
    rows = Qualification.objects.visible_to(actor, "people.end_qualification").select_related("employee")
    row = found_or_refuse(rows, pk)
    return form_page(
        request,
        ReasonForm(request.POST or None),
        lambda data: ops.end_qualification(row, actor=actor, **data),
        title=_("End a certificate"),
        sub=f"{_sub(row.employee)} · {in_force(QualificationPolicy).kind_label(row.kind)} {row.number}",
        back_url=f"{reverse('people_employee', args=[row.employee_id])}#selling",
        done=_("The certificate no longer counts."),
    )


def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    actor = need(request, "people.withdraw_authorisation")
    rows = ProductAuthorisation.objects.visible_to(actor, "people.withdraw_authorisation").select_related("employee")
    row = found_or_refuse(rows, pk)
    return form_page(
        request,
        ReasonForm(request.POST or None),
        lambda data: ops.withdraw_authorisation(row, actor=actor, **data),
        title=_("Withdraw a product authorisation"),
        sub=_sub(row.employee),
        back_url=f"{reverse('people_employee', args=[row.employee_id])}#selling",
        done=_("The authorisation no longer counts."),
    )
