"""Forms of telephone calls and extensions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kexin.core.policy import in_force
from kexin.core.ui.fields import SearchSelect
from kexin.service.choices import Reaction
from kexin.service.conversations.policies import ConversationPolicy
from kexin.service.conversations.rules import LONGEST_RESULT, LONGEST_WORDS
from kexin.service.policies import parse_named
from kexin.service.telephony.choices import CallBack
from kexin.service.telephony.rules import LONGEST_EXTENSION


class CallNoteForm(forms.Form):
    """Who called, what it was about, what was said, what came of it, how the customer took it."""

    customer_id = forms.TypedChoiceField(label=_("Customer"), required=False, coerce=int, empty_value=None)
    purpose = forms.ChoiceField(label=_("What it was about"))
    text = forms.CharField(label=_("What was said"), max_length=LONGEST_WORDS, widget=forms.Textarea(attrs={"rows": 5}))
    result = forms.CharField(
        label=pgettext_lazy("phone call", "What came of it"),
        max_length=LONGEST_RESULT,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    reaction = forms.ChoiceField(
        label=_("How the customer took it"), choices=[("", "–"), *Reaction.choices], required=False
    )
    request_no = forms.ChoiceField(label=_("Belongs to the request"), required=False)

    def __init__(
        self, *args: Any, people: list[tuple[int, str]] | None, requests: list[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        rows = parse_named(in_force(ConversationPolicy).purposes)
        self.fields["purpose"].choices = [(each.code, each.label) for each in rows]  # type: ignore[attr-defined]
        self.fields["request_no"].choices = [("", "–"), *requests]  # type: ignore[attr-defined]
        if people is None:
            del self.fields["customer_id"]
        else:
            choices = [("", _("Nobody on file")), *people]
            self.fields["customer_id"].choices = choices  # type: ignore[attr-defined]


class CallBackForm(forms.Form):
    """What came of calling back."""

    outcome = forms.ChoiceField(label=pgettext_lazy("call back", "What came of it"), choices=CallBack.choices)


class ExtensionForm(forms.Form):
    """Which extension, at which post."""

    extension = forms.CharField(label=pgettext_lazy("telephone", "Extension"), max_length=LONGEST_EXTENSION)
    post = forms.TypedChoiceField(label=_("Post"), coerce=int, widget=SearchSelect())

    def __init__(self, *args: Any, posts: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["post"].choices = posts  # type: ignore[attr-defined]
