"""Forms that may bring a file of evidence: it is encrypted under a key of its own while it arrives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.csrf import csrf_protect

from kexin.core.errors import RuleViolation
from kexin.core.keystore import customer_keys
from kexin.core.media import endings
from kexin.core.policy import in_force
from kexin.core.ui.receiving import EncryptingUploadHandler
from kexin.core.vault import StoredFile
from kexin.people.evidence_policies import EvidencePolicy
from kexin.people.operations.evidence import drop

Inner = Callable[[HttpRequest, "Receiving"], HttpResponse]


class Receiving:
    """What came with a form: the file in the vault, or why it was refused."""

    def __init__(self, request: HttpRequest) -> None:
        self.handler = EncryptingUploadHandler(request, new_key, in_force(EvidencePolicy))

    def taken(self) -> StoredFile | None:
        """The file, if there is one. RuleViolation at ``file``."""
        if self.handler.refusal is not None:
            self.handler.refusal.enforce()
        return self.handler.stored

    def needed(self) -> StoredFile:
        """The file. RuleViolation where there is none."""
        found = self.taken()
        if found is None:
            raise RuleViolation(fields={"file": _("Choose a file.")})
        return found

    def forget(self) -> None:
        """Nothing of what came stays."""
        if self.handler.stored is not None:
            drop(self.handler.stored)


def new_key() -> UUID:
    """A key for one file alone."""
    (key,) = customer_keys().create()
    return key


def receive(request: HttpRequest, act: Inner) -> HttpResponse:
    """Run ``act`` with what the form brings; a file that it does not keep leaves nothing behind.

    The view around it is exempt from the check of the form's token, because the handler is set before the body is
    read; ``act`` is checked here. An answer that leads on has kept the file.
    """
    receiving = Receiving(request)
    if request.method == "POST":
        request.upload_handlers = [receiving.handler]
    try:
        answer: HttpResponse = csrf_protect(act)(request, receiving)
    except BaseException:
        receiving.forget()
        raise
    if answer.status_code != 302:
        receiving.forget()
    return answer


class FileFields(forms.Form):
    """The file itself; what it is called is said by the browser, what it is by its first bytes."""

    file = forms.FileField(label=pgettext_lazy("upload", "File"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rules = in_force(EvidencePolicy)
        ends = endings(rules.media_types)
        self.fields["file"].widget.attrs["accept"] = ",".join(ends)
        told = _("Scan, photo or PDF, at most %(most)s MB; encrypted while it arrives.")
        self.fields["file"].help_text = told % {"most": rules.largest_mb}
