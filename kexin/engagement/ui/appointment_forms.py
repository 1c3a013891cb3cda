"""Forms of appointments and reminders. What is allowed is decided by the rules, not here."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kexin.core.ui.fields import DayInput, MomentInput, SearchSelect, SearchSelectMultiple
from kexin.engagement.choices import AppointmentPurpose, AppointmentState
from kexin.engagement.rules import CLOSED_STATES, LONGEST_NOTE, LONGEST_TEXT

MOMENT = "%Y-%m-%dT%H:%M"
LENGTHS = [(str(n), _("%(n)s minutes") % {"n": n}) for n in (15, 30, 45, 60, 90, 120, 180, 240)]
BEFORE = [("", _("No reminder"))] + [(str(n), _("%(n)s minutes before") % {"n": n}) for n in (5, 15, 30, 60, 120, 1440)]


class TimesForm(forms.Form):
    """From when and for how long; ``anyway`` appears once something spoke against the time."""

    starts_at = forms.DateTimeField(label=_("From"), widget=MomentInput(), input_formats=[MOMENT])
    minutes = forms.TypedChoiceField(label=_("Length"), coerce=int, choices=LENGTHS)
    anyway = forms.BooleanField(label=_("Make it all the same"), required=False)

    def __init__(self, *args: Any, length: int = 0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if length and str(length) not in dict(LENGTHS):
            own = (str(length), _("%(n)s minutes") % {"n": length})
            self.fields["minutes"].choices = [*LENGTHS, own]  # type: ignore[attr-defined]
        if not self.is_bound:
            del self.fields["anyway"]


class WordsForm(forms.Form):
    """What it is for, where, with whom of the bank, and when to be reminded."""

    purpose = forms.ChoiceField(label=pgettext_lazy("appointment", "Purpose"), choices=AppointmentPurpose.choices)
    place = forms.CharField(label=_("Place"), required=False, max_length=LONGEST_TEXT["place"])
    about = forms.CharField(
        label=pgettext_lazy("appointment", "Subject"),
        required=False,
        max_length=LONGEST_TEXT["about"],
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    others = forms.TypedMultipleChoiceField(
        label=_("Also attending"), coerce=int, required=False, widget=SearchSelectMultiple()
    )
    remind_minutes = forms.TypedChoiceField(
        label=_("Remind"), coerce=int, required=False, empty_value=None, choices=BEFORE
    )

    def __init__(self, *args: Any, colleagues: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["others"].choices = colleagues  # type: ignore[attr-defined]


class AppointmentForm(WordsForm, TimesForm):
    """A new appointment."""

    customer = forms.CharField(label=_("Customer"), required=False, widget=SearchSelect())
    post_id = forms.TypedChoiceField(label=_("Held by"), coerce=int, required=False, empty_value=None)
    field_order = ("customer", "purpose", "starts_at", "minutes", "anyway", "place", "about", "remind_minutes")

    def __init__(self, *args: Any, holders: list[tuple[int, str]], chosen: Any, pick_url: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["customer"].widget = SearchSelect(choices=[("", "—"), *chosen], url=pick_url)
        self.fields["post_id"].choices = holders  # type: ignore[attr-defined]
        if len(holders) < 2:
            del self.fields["post_id"]


class CloseForm(forms.Form):
    """What became of it."""

    state = forms.ChoiceField(
        label=_("What became of it"),
        choices=[(each, AppointmentState(each).label) for each in CLOSED_STATES],
        widget=forms.RadioSelect(),
        initial=AppointmentState.KEPT,
    )
    outcome = forms.CharField(
        label=_("Outcome"),
        required=False,
        max_length=LONGEST_TEXT["outcome"],
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    next_step = forms.CharField(label=_("Next step"), required=False, max_length=LONGEST_TEXT["next_step"])
    next_on = forms.DateField(
        label=_("Next step by"),
        required=False,
        widget=DayInput(),
        help_text=_("You are reminded at nine on that day."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput())


class AboutForm(forms.Form):
    """Something short about a customer, who is looked for by name, number or telephone."""

    def __init__(self, *args: Any, chosen: Iterable[tuple[str, str]], pick_url: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        widget = SearchSelect(choices=[("", "—"), *chosen], url=pick_url)
        self.fields["customer"].widget = widget


class ReminderForm(AboutForm):
    """What to be reminded of; when is said in the same line, or chosen."""

    text = forms.CharField(
        label=_("Remind me of"),
        max_length=LONGEST_TEXT["text"],
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    due_at = forms.DateTimeField(label=_("Another time"), widget=MomentInput(), input_formats=[MOMENT], required=False)
    customer = forms.CharField(label=_("About the customer"), required=False)


class NoteForm(AboutForm):
    """A remark on a customer."""

    text = forms.CharField(
        label=_("Note"), max_length=LONGEST_NOTE, widget=forms.Textarea(attrs={"rows": 3, "data-enter-sends": ""})
    )
    customer = forms.CharField(label=_("About the customer"), required=False)
