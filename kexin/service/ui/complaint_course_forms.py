"""Forms of the steps of a complaint, from the investigation to the archive."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kexin.core.fields import decrypt_rows
from kexin.core.policy import in_force
from kexin.core.ui.fields import DayInput, MoneyInput, SearchSelect
from kexin.people.queries import post_labels
from kexin.service.complaints.agreement import settled_of
from kexin.service.complaints.choices import (
    Addressee,
    ComplaintOutcome,
    Course,
    DeliveryWay,
    LetterLanguage,
    Mandate,
    PaperReason,
    Remedy,
    ReviewResult,
)
from kexin.service.complaints.investigating import investigators
from kexin.service.complaints.paper import copies_of
from kexin.service.complaints.policies import ComplaintPolicy
from kexin.service.complaints.remedying import owners
from kexin.service.models import Complaint, ComplaintEvidence
from kexin.service.ui.complaint_act_forms import SpokenForm, words


def posts(pks: list[int], without: set[int | None]) -> list[tuple[int, str]]:
    """Posts with their holders, for pickers."""
    labels = post_labels([pk for pk in pks if pk not in without])
    return sorted(labels.items(), key=lambda each: each[1])


class AssignForm(forms.Form):
    """Who investigates."""

    post_id = forms.TypedChoiceField(
        label=_("Investigator"),
        coerce=int,
        widget=SearchSelect(),
        help_text=_("Whoever has an interest in the case is refused, and why."),
    )
    reason = forms.CharField(label=_("Reason (needed for a change)"), max_length=200, required=False)

    def __init__(self, *args: Any, case: Complaint, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["post_id"].choices = posts(investigators(), {case.investigator_post_id})  # type: ignore[attr-defined]


class FindingsForm(forms.Form):
    findings = words(_("Findings: what happened, what proves it"), 8)


class ReplyForm(forms.Form):
    """What the rule demands of a reply; it can be kept unfinished."""

    outcome = forms.ChoiceField(
        label=pgettext_lazy("complaint", "Conclusion"), choices=[("", "–"), *ComplaintOutcome.choices], required=False
    )
    addressee = forms.ChoiceField(label=_("Addressed to"), choices=Addressee.choices)
    language = forms.ChoiceField(label=_("Language of the letter"), choices=LetterLanguage.choices, required=False)
    facts = words(_("Verified facts"), 6, required=False)
    basis = words(_("Basis (rule, contract, policy)"), 3, required=False, most=2000)
    reasons = words(_("Reasons"), 5, required=False)
    decision = words(_("What was decided"), 4, required=False)
    remedies = forms.MultipleChoiceField(
        label=_("Remedies named in the letter (all are demanded)"), choices=Remedy.choices, required=False,
        widget=forms.CheckboxSelectMultiple(), initial=Remedy.values,
    )  # fmt: skip

    def __init__(self, *args: Any, case: Complaint, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if case.mandate != Mandate.VERIFIED:
            self.fields["addressee"].choices = Addressee.choices[:1]  # type: ignore[attr-defined]


class DecideForm(forms.Form):
    """Yes or no, and why not."""

    approve = forms.TypedChoiceField(
        label=_("Decision"), choices=[("1", _("Approve")), ("0", _("Refuse"))], coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
    )  # fmt: skip
    note = words(_("Note (needed for a refusal)"), 3, required=False, most=500)


class CopyForm(DecideForm):
    """What a second person saw in the signed copy."""

    approve = forms.TypedChoiceField(
        label=_("What the copy shows"), coerce=lambda value: value == "1", widget=forms.RadioSelect,
        choices=[("1", _("This agreement, word for word, signed")), ("0", _("Something else: to be signed anew"))],
        help_text=_("Open the copy among the files of the case and compare it with the agreement."),
    )  # fmt: skip
    field_order = ("approve", "note")


class DeliverForm(forms.Form):
    way = forms.ChoiceField(label=_("Delivered by"), choices=DeliveryWay.choices)
    proof = forms.CharField(
        label=_("Proof of delivery"), max_length=200,
        help_text=_("Number of the letter, signed receipt, number of the recording, message number."),
    )  # fmt: skip


class WordForm(SpokenForm):
    agreed = forms.TypedChoiceField(
        label=_("The complainant's word"), coerce=lambda value: value == "1", widget=forms.RadioSelect,
        choices=[("1", _("Accepts the reply")), ("0", _("Does not agree: remedies stay open"))],
    )  # fmt: skip
    field_order = ("agreed", "channel", "text")


class ReasonForm(forms.Form):
    reason = words(_("Why it takes longer"), 3, most=500)


class CourseForm(forms.Form):
    course = forms.ChoiceField(label=_("What"), choices=[each for each in Course.choices if each[0]])
    note = words(_("Who has the matter, under which number"), 2, most=500)


class EndCourseForm(forms.Form):
    note = words(_("How it ended"), 2, most=500)


class ReviewDecisionForm(forms.Form):
    result = forms.ChoiceField(label=_("Result"), choices=ReviewResult.choices, widget=forms.RadioSelect)
    findings = words(pgettext_lazy("complaint", "Findings"), 6)


class SettlementForm(forms.Form):
    amount = forms.DecimalField(label=_("Amount"), max_digits=18, decimal_places=2, widget=MoneyInput())
    language = forms.ChoiceField(
        label=_("Language of the agreement"), choices=LetterLanguage.choices, required=False,
        help_text=_("Write what was agreed in this language."),
    )  # fmt: skip
    terms = words(_("What was agreed"), 5, most=2000)


class SignedForm(forms.Form):
    """On paper: the customer's own way is the portal."""

    reason = forms.ChoiceField(label=_("Why on paper"), choices=PaperReason.choices, widget=forms.RadioSelect)
    agreement_no = forms.CharField(label=_("Number of the agreement"), max_length=60)
    signed_on = forms.DateField(label=_("Signed on"), widget=DayInput())
    file_id = forms.TypedChoiceField(
        label=_("Copy of the signed agreement"),
        coerce=int,
        help_text=_("One of the files of the case, added after the approval."),
    )

    def __init__(self, *args: Any, case: Complaint, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        made = settled_of(case)
        files = list(copies_of(case, made).order_by("-pk")) if made is not None else []
        decrypt_rows(ComplaintEvidence, files, ("file_name",))
        named = [(each.pk, str(each.file_name or each.title or each.pk)) for each in files]
        self.fields["file_id"].choices = named  # type: ignore[attr-defined]


class PaymentForm(forms.Form):
    paid_on = forms.DateField(label=_("Paid on"), widget=DayInput())
    tax = forms.DecimalField(
        label=_("Tax withheld (0 where none)"), max_digits=18, decimal_places=2, widget=MoneyInput()
    )
    reference = forms.CharField(label=_("Payment reference"), max_length=200)


class RemedyForm(forms.Form):
    """The cause, its owner, until when."""

    cause = forms.ChoiceField(label=_("Cause"))
    problem = words(_("What is wrong (without naming the complainant)"), 3, most=500)
    post_id = forms.TypedChoiceField(label=_("Owner of the cause"), coerce=int, widget=SearchSelect())
    due_on = forms.DateField(label=_("Measure by"), widget=DayInput())

    def __init__(self, *args: Any, case: Complaint, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        causes = in_force(ComplaintPolicy).facet("causes")
        first = [code for code in case.causes if code in causes]
        ordered = [*first, *(code for code in causes if code not in first)]
        self.fields["cause"].choices = [(code, causes[code].label) for code in ordered]  # type: ignore[attr-defined]
        team = {case.officer_post_id, case.investigator_post_id}
        self.fields["post_id"].choices = posts(owners(), team)  # type: ignore[attr-defined]


class FinishForm(forms.Form):
    measure = words(_("Measure"), 3, most=1000)
    done = words(_("What was done, and its result"), 3, most=1000)


class EffectForm(forms.Form):
    effective = forms.TypedChoiceField(
        label=_("Does it work?"), coerce=lambda value: value == "1", widget=forms.RadioSelect,
        choices=[("1", _("Yes, the effect is seen")), ("0", _("No, it goes on"))],
    )  # fmt: skip
    effect = words(_("What you have seen"), 3, most=1000)
    due_on = forms.DateField(label=_("New day (where it goes on)"), required=False, widget=DayInput())
