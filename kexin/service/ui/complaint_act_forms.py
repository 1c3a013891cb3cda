"""Small forms of the acts on a complaint."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kexin.core.policy import in_force
from kexin.core.ui.fields import SearchSelectMultiple
from kexin.service.complaints.choices import Grade, RegulatoryMajor
from kexin.service.complaints.policies import ComplaintPolicy
from kexin.service.complaints.receiving import SPOKEN
from kexin.service.models import Complaint
from kexin.service.rules import LONGEST_TEXT
from kexin.service.ui.complaint_forms import staff_choices


def words(label: Any, rows: int = 4, required: bool = True, most: int = LONGEST_TEXT) -> forms.CharField:
    """A field for several sentences."""
    return forms.CharField(label=label, max_length=most, required=required, widget=forms.Textarea(attrs={"rows": rows}))


class GradeForm(forms.Form):
    """The grade within the institution, and the regulator's."""

    grade = forms.ChoiceField(label=_("Grade"), choices=Grade.choices, widget=forms.RadioSelect)
    regulatory_major = forms.ChoiceField(
        label=_("Major consumer complaint (to be reported)"), choices=RegulatoryMajor.choices, required=False
    )
    reason = words(_("Reason (needed where it differs from the suggestion)"), 2, required=False, most=1000)


class ClassifyForm(forms.Form):
    """Facets A, B and C."""

    place = forms.ChoiceField(label=_("A · Where it happened"))
    business = forms.ChoiceField(label=_("B · Business"))
    causes = forms.MultipleChoiceField(label=_("C · Causes (several are possible)"), widget=SearchSelectMultiple())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rules = in_force(ComplaintPolicy)
        for name, facet in (("place", "places"), ("business", "businesses"), ("causes", "causes")):
            known = [(each.code, each.label) for each in rules.facet(facet).values()]
            self.fields[name].choices = known  # type: ignore[attr-defined]


class ShieldForm(forms.Form):
    """About whom, and from whom it is kept."""

    accused = forms.MultipleChoiceField(
        label=_("Staff complained about"), required=False, widget=SearchSelectMultiple(),
        help_text=_("They see nothing of the case. Who sold a sale is added by itself."),
    )  # fmt: skip
    hidden_from_unit = forms.BooleanField(label=_("Hide it from its branch"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["accused"].choices = staff_choices()  # type: ignore[attr-defined]


class MandateForm(forms.Form):
    """What was seen."""

    seen = forms.CharField(label=_("What you have seen (mandate, identity document)"), max_length=200)


class TextForm(forms.Form):
    """Words alone."""

    text = words(_("Text"))


class SpokenForm(forms.Form):
    """Words and how they were exchanged."""

    channel = forms.ChoiceField(label=_("By which way"), choices=SPOKEN)
    text = words(_("What was said"))


class JoinCaseForm(forms.Form):
    """With which other case."""

    into_no = forms.CharField(label=_("Number of the other complaint"), max_length=20)


def first_values(row: Complaint, *names: str) -> dict[str, Any]:
    """What stands in the case now."""
    return {name: getattr(row, name) for name in names}
