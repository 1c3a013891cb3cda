"""Forms of complaints: acceptance."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kexin.core.policy import in_force
from kexin.core.ui.fields import DayInput, MomentInput, MoneyInput, SearchSelect, SearchSelectMultiple
from kexin.people.choices import EmployeeStatus
from kexin.people.models import Employee
from kexin.people.queries import unit_choices
from kexin.service.complaints.choices import Source, SubjectKind, Triage
from kexin.service.complaints.policies import ComplaintPolicy, parse_facet
from kexin.service.complaints.receiving import SPOKEN, ComplaintData
from kexin.service.complaints.rules import LONGEST_DEMAND
from kexin.service.rules import LONGEST_SUBJECT, LONGEST_TEXT

MOST_STAFF = 2000


def staff_choices() -> list[tuple[str, str]]:
    """Employees in service by number, for pickers; at most 2,000."""
    rows = (
        Employee.objects.filter(status=EmployeeStatus.ACTIVE).select_related("unit").order_by("unit__path", "staff_no")
    )
    return [(row.staff_no, f"{row.shown_name} · {row.unit.shown_name}") for row in rows[:MOST_STAFF]]


class ReceiveForm(forms.Form):
    """What is brought forward, by whom, about what, from where."""

    triage = forms.ChoiceField(
        label=_("What is it?"),
        choices=[(each.value, each.label) for each in (
            Triage.COMPLAINT, Triage.CONSULTATION, Triage.SUGGESTION, Triage.REPORT, Triage.PETITION,
        )],
        widget=forms.RadioSelect,
        initial=Triage.COMPLAINT,
        help_text=_("A complaint claims a right. Asking is a consultation; wrongdoing by staff is a report."),
    )  # fmt: skip
    source = forms.ChoiceField(label=_("Source"), choices=Source.choices, initial=Source.HOTLINE)
    channel = forms.ChoiceField(label=_("By which way"), choices=SPOKEN)
    received_at = forms.DateTimeField(
        label=_("Received (empty: now)"),
        help_text=_("The clocks run from this moment."),
        widget=MomentInput(),
        required=False,
    )
    complainant_name = forms.CharField(label=_("Complainant"), max_length=80, required=False)
    complainant_phone = forms.CharField(label=_("Telephone"), max_length=30, required=False)
    complainant_email = forms.EmailField(label=_("E-mail"), max_length=254, required=False)
    representative_name = forms.CharField(
        label=_("Representative"), max_length=80, required=False,
        help_text=_("Who speaks for the complainant; until the mandate is verified the complainant is answered."),
    )  # fmt: skip
    representative_phone = forms.CharField(label=_("Representative's telephone"), max_length=30, required=False)
    persons = forms.IntegerField(
        label=_("Persons complaining together"), min_value=1, max_value=100_000, required=False, initial=1
    )
    face_to_face = forms.BooleanField(label=_("They came in person together"), required=False)
    subject = forms.CharField(label=_("What it is about"), max_length=LONGEST_SUBJECT)
    text = forms.CharField(label=_("What was said"), max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 6}))
    demand = forms.CharField(
        label=_("What is claimed"), max_length=LONGEST_DEMAND, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    amount = forms.DecimalField(
        label=_("Amount claimed"), max_digits=18, decimal_places=2, min_value=0, required=False, widget=MoneyInput()
    )
    business = forms.ChoiceField(label=_("Business"), required=False)
    subject_kind = forms.ChoiceField(
        label=_("Complained about"), choices=SubjectKind.choices, initial=SubjectKind.OTHER
    )
    subject_no = forms.CharField(
        label=_("Its number"), max_length=60, required=False,
        help_text=_("Number of the sale, code of the product, last four digits of the account."),
    )  # fmt: skip
    concerned_unit_id = forms.TypedChoiceField(
        label=_("Unit complained about"), required=False, coerce=int, empty_value=None, widget=SearchSelect()
    )
    accused = forms.MultipleChoiceField(
        label=_("Staff complained about"), required=False, widget=SearchSelectMultiple(),
        help_text=_("They see nothing of the case. Who sold a sale is added by itself."),
    )  # fmt: skip
    hidden_from_unit = forms.BooleanField(label=_("Hide it from its branch"), required=False)
    regulator_no = forms.CharField(label=_("Regulator's number"), max_length=60, required=False)
    forwarded_on = forms.DateField(label=_("Forwarded on"), required=False, widget=DayInput())
    regulator_due_at = forms.DateTimeField(label=_("Answer wanted by"), widget=MomentInput(), required=False)

    def __init__(self, *args: Any, on_file: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        businesses = parse_facet(in_force(ComplaintPolicy).businesses)
        choices: dict[str, list[tuple[Any, Any]]] = {
            "business": [("", "–"), *((each.code, each.label) for each in businesses)],
            "concerned_unit_id": [("", "–"), *unit_choices()],
            "accused": list(staff_choices()),
        }
        for name, values in choices.items():
            self.fields[name].choices = values  # type: ignore[attr-defined]
        if on_file:
            for name in ("complainant_name", "complainant_phone", "complainant_email"):
                del self.fields[name]
        else:
            self.fields["triage"].choices = [  # type: ignore[attr-defined]
                (each.value, each.label) for each in (Triage.COMPLAINT, Triage.REPORT, Triage.PETITION)
            ]

    def sections(self) -> list[tuple[str, list[Any]]]:
        """The fields under headings, in the order in which people speak."""
        parts = [
            (_t("What was brought forward"), ("triage", "source", "channel", "received_at", "subject", "text",
                                              "demand", "amount")),
            (_t("Who complains"), ("complainant_name", "complainant_phone", "complainant_email",
                                   "representative_name", "representative_phone", "persons", "face_to_face")),
            (_t("About what"), ("subject_kind", "subject_no", "business", "concerned_unit_id", "accused",
                                "hidden_from_unit")),
            (_t("Forwarded by a regulator, a court or a mediator"), ("regulator_no", "forwarded_on",
                                                                     "regulator_due_at")),
        ]  # fmt: skip
        return [(str(title), [self[name] for name in names if name in self.fields]) for title, names in parts]

    def told(self, said: dict[str, Any]) -> ComplaintData:
        """What was typed, as the operation takes it."""
        values = {**said, "accused": tuple(said["accused"]), "persons": said["persons"] or 1}
        return ComplaintData(**values)
