"""Forms of requests."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kexin.core.policy import in_force
from kexin.core.ui.fields import SearchSelect
from kexin.service.choices import Channel, Urgency
from kexin.service.policies import RequestPolicy, parse_kinds, parse_named
from kexin.service.rules import LONGEST_SUBJECT, LONGEST_TEXT

SPOKEN = [each for each in Channel.choices if each[0] not in (Channel.PORTAL.value,)]


class RequestForm(forms.Form):
    """What the customer asks, by which way, since when."""

    kind = forms.ChoiceField(label=_("Kind"))
    category = forms.ChoiceField(label=_("Category"))
    channel = forms.ChoiceField(label=_("By which way"), choices=SPOKEN)
    urgency = forms.ChoiceField(label=_("Urgency"), choices=Urgency.choices, initial=Urgency.GENERAL)
    subject = forms.CharField(label=_("Subject of the request"), max_length=LONGEST_SUBJECT)
    text = forms.CharField(
        label=_("What the customer said"),
        max_length=LONGEST_TEXT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    received_at = forms.DateTimeField(
        label=_("Received (empty: now)"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=_("The clocks run from this moment."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = parse_kinds(in_force(RequestPolicy).kinds)
        self.fields["kind"].choices = [(each.code, each.label) for each in kinds]  # type: ignore[attr-defined]
        known = {category.code: category.label for kind in kinds for category in kind.categories}
        self.fields["category"].choices = list(known.items())  # type: ignore[attr-defined]


class HandForm(forms.Form):
    """To whom, and why."""

    post_id = forms.TypedChoiceField(label=pgettext_lazy("request", "Colleague"), coerce=int, widget=SearchSelect())
    reason = forms.CharField(label=_("Reason"), max_length=200)

    def __init__(self, *args: Any, posts: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["post_id"].choices = posts  # type: ignore[attr-defined]


class PauseForm(forms.Form):
    """Why a clock stands still."""

    reason = forms.ChoiceField(label=_("Reason"))
    note = forms.CharField(label=_("Note"), max_length=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = in_force(RequestPolicy).pause_reasons
        self.fields["reason"].choices = [(each.code, each.label) for each in parse_named(rows)]  # type: ignore[attr-defined]


class ResultForm(forms.Form):
    """What the customer was told."""

    result = forms.CharField(
        label=_("What the customer was told"), max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 5})
    )
    solved = forms.TypedChoiceField(
        label=_("Solved"),
        choices=[("1", _("Yes, solved")), ("0", _("No, not possible"))],
        coerce=lambda value: value == "1",
    )
    channel = forms.ChoiceField(label=_("Told by"), choices=SPOKEN)


class JoinForm(forms.Form):
    """With which other request."""

    into_no = forms.CharField(label=_("Number of the other request"), max_length=20)


class WithdrawForm(forms.Form):
    """How the customer said so."""

    channel = forms.ChoiceField(label=_("By which way"), choices=SPOKEN)
    note = forms.CharField(
        label=_("What the customer said"), max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 3})
    )


class ReopenForm(forms.Form):
    """Why it goes on."""

    reason = forms.CharField(label=_("Reason"), max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 3}))
