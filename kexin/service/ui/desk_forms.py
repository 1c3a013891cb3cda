"""Forms of the work at the desk: putting aside, linking, return visits, macros, many requests at once."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kexin.core.policy import in_force
from kexin.core.ui.fields import DayInput, MomentInput
from kexin.service.choices import FollowUpState
from kexin.service.deskwork.following import SAID
from kexin.service.deskwork.macros import FIELDS, LONGEST
from kexin.service.policies import RequestPolicy, parse_kinds, parse_named
from kexin.service.rules import LONGEST_TEXT
from kexin.service.ui.request_forms import SPOKEN

MOMENT = "%Y-%m-%dT%H:%M"


class SnoozeForm(forms.Form):
    """Until when."""

    until = forms.DateTimeField(
        label=_("Put aside until"),
        widget=MomentInput(),
        input_formats=[MOMENT],
        help_text=_("No clock stands still. It comes back earlier before its limit, or when the customer speaks."),
    )


class LinkForm(forms.Form):
    """With which request, and why."""

    other_no = forms.CharField(label=_("Number of the other request"), max_length=20)
    why = forms.CharField(label=_("What they have to do with each other"), max_length=120)


class FollowUpForm(forms.Form):
    """The day of the return visit."""

    due_on = forms.DateField(
        label=_("Return visit on"), widget=DayInput(), help_text=_("Who is responsible owes it until that evening.")
    )


class VisitedForm(forms.Form):
    """What came of it."""

    outcome = forms.ChoiceField(
        label=_("Outcome"), choices=[(each.value, each.label) for each in SAID], initial=FollowUpState.SOLVED
    )
    channel = forms.ChoiceField(label=_("By which way"), choices=SPOKEN)
    note = forms.CharField(
        label=_("What the customer said"),
        max_length=LONGEST_TEXT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    next_on = forms.DateField(label=_("Next attempt on (where nobody was reached)"), required=False, widget=DayInput())


class UseMacroForm(forms.Form):
    """The words as they will be kept."""

    channel = forms.ChoiceField(label=_("Told by"), choices=SPOKEN)
    words = forms.CharField(
        label=_("What the customer is told"), max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 5})
    )

    def __init__(self, *args: Any, spoken: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not spoken:
            del self.fields["words"]
            del self.fields["channel"]


class MacroForm(forms.Form):
    """What it does, for whom."""

    unit = forms.TypedChoiceField(label=_("For the unit and those below"), coerce=int)
    name = forms.CharField(label=pgettext_lazy("macro", "Name"), max_length=LONGEST["name"])
    kind = forms.ChoiceField(label=_("Kind"), required=False)
    words = forms.CharField(
        label=_("Words to the customer"),
        max_length=LONGEST["words"],
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Filled when used: %(fields)s") % {"fields": " ".join(f"{{{each}}}" for each in FIELDS)},
    )
    note = forms.CharField(
        label=_("Internal note"),
        max_length=LONGEST["note"],
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    stage = forms.ChoiceField(label=_("Move to the stage"), required=False)
    pause_reason = forms.ChoiceField(label=_("Pause the clocks that may pause"), required=False)

    def __init__(self, *args: Any, units: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rules = in_force(RequestPolicy)
        kinds = parse_kinds(rules.kinds)
        stages: dict[str, list[str]] = {}
        for kind in kinds:
            for each in kind.stages:
                stages.setdefault(each.code, [])
                if each.label not in stages[each.code]:
                    stages[each.code].append(each.label)
        self._offer("unit", units)
        self._offer("kind", [("", _("Every kind")), *((each.code, each.label) for each in kinds)])
        self._offer("stage", [("", "–"), *((code, " / ".join(labels)) for code, labels in stages.items())])
        reasons = parse_named(rules.pause_reasons)
        self._offer("pause_reason", [("", "–"), *((each.code, each.label) for each in reasons)])

    def _offer(self, name: str, choices: list[Any]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]


class ManyNoteForm(forms.Form):
    """One note on each."""

    text = forms.CharField(
        label=_("Note (no customer sees it)"), max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 3})
    )
