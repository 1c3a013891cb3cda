"""Forms of documents and notes. What is allowed is decided by the rules, not here."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kexin.core.media import endings
from kexin.core.ui.fields import DayInput
from kexin.core.ui.receiving import Keepable
from kexin.engagement.choices import DocumentCategory


class DocumentForm(forms.Form):
    """A file with its title, category and validity."""

    file = forms.FileField(label=pgettext_lazy("upload", "File"), required=False)
    title = forms.CharField(label=pgettext_lazy("document", "Title"), max_length=200)
    category = forms.ChoiceField(label=_("Category"), choices=DocumentCategory.choices)
    expires_on = forms.DateField(label=_("Valid until"), required=False, widget=DayInput())

    def __init__(self, *args: Any, rules: Keepable, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        allowed = endings(rules.media_types)
        self.fields["file"].widget.attrs["accept"] = ",".join(allowed)
        self.fields["file"].help_text = _("%(endings)s, at most %(most)s MB; kept encrypted.") % {
            "endings": " ".join(allowed),
            "most": rules.largest_mb,
        }


class ReasonForm(forms.Form):
    """Why something is withdrawn."""

    reason = forms.CharField(label=_("Reason"), max_length=200)
