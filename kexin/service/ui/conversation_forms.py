"""Forms of conversations."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kexin.core.policy import in_force
from kexin.service.choices import Reaction, Urgency
from kexin.service.conversations.choices import BEGUN_HERE, ConversationChannel
from kexin.service.conversations.policies import ConversationPolicy
from kexin.service.conversations.rules import LONGEST_RESULT, LONGEST_SUBJECT, LONGEST_WORDS
from kexin.service.policies import RequestPolicy, parse_kinds, parse_named
from kexin.service.rules import LONGEST_SUBJECT as LONGEST_ABOUT


class StartForm(forms.Form):
    """By which way, about what, the first words."""

    channel = forms.ChoiceField(
        label=_("By which way"),
        choices=[each for each in ConversationChannel.choices if each[0] in BEGUN_HERE],
    )
    subject = forms.CharField(label=_("Subject line (needed for e-mail)"), max_length=LONGEST_SUBJECT, required=False)
    text = forms.CharField(label=_("Message"), max_length=LONGEST_WORDS, widget=forms.Textarea(attrs={"rows": 6}))


class ReviewsForm(forms.Form):
    """A file of reviews, and whence it comes."""

    file = forms.FileField(
        label=pgettext_lazy("upload", "File"),
        help_text=_("CSV or XLSX with a heading: text, and as far as known author, time, rating, source, number."),
    )
    source = forms.CharField(
        label=_("Platform"), max_length=60, required=False, help_text=_("Where the file does not say it.")
    )


class CloseForm(forms.Form):
    """What it was about, what came of it, how the customer took it."""

    purpose = forms.ChoiceField(label=_("What it was about"))
    result = forms.CharField(
        label=_("What came of it"), max_length=LONGEST_RESULT, widget=forms.Textarea(attrs={"rows": 3})
    )
    reaction = forms.ChoiceField(
        label=_("How the customer took it"), choices=[("", "–"), *Reaction.choices], required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = parse_named(in_force(ConversationPolicy).purposes)
        self.fields["purpose"].choices = [(each.code, each.label) for each in rows]  # type: ignore[attr-defined]


class PutOffForm(forms.Form):
    """Until when."""

    until = forms.DateTimeField(
        label=_("Until"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=_("It comes back earlier where the customer writes. The limit of the answer stays."),
    )


class LinkForm(forms.Form):
    """The number of the request."""

    request_no = forms.CharField(label=_("Request number"), max_length=20)


class IntoRequestForm(forms.Form):
    """What kind of request it is."""

    kind = forms.ChoiceField(label=_("Kind"))
    category = forms.ChoiceField(label=_("Category"))
    urgency = forms.ChoiceField(label=_("Urgency"), choices=Urgency.choices, initial=Urgency.GENERAL)
    subject = forms.CharField(label=_("Subject of the request"), max_length=LONGEST_ABOUT)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = parse_kinds(in_force(RequestPolicy).kinds)
        self.fields["kind"].choices = [(each.code, each.label) for each in kinds]  # type: ignore[attr-defined]
        known = {category.code: category.label for kind in kinds for category in kind.categories}
        self.fields["category"].choices = list(known.items())  # type: ignore[attr-defined]


class WhoseForm(forms.Form):
    """Whose conversation it is."""

    customer = forms.IntegerField(label=_("Customer"), widget=forms.Select())

    def __init__(self, *args: Any, pick: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["customer"].widget = pick
