"""Work that engagement makes: a kept document whose validity ends."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kexin.core.models import WorkItem
from kexin.core.workflow import WorkKind, register_work_kind
from kexin.engagement.choices import DocumentCategory

EXPIRING = "engagement.document_expiring"


def _sentence(item: WorkItem) -> str:
    category = DocumentCategory(item.details["category"]).label
    values = {"category": category, "day": item.details["expires_on"]}
    return _t("%(category)s is valid until %(day)s: ask for a new one or withdraw it.") % values


def _url(item: WorkItem) -> str:
    return f"{reverse('party:customer', args=[item.customer_id])}?tab=documents"


def register() -> None:
    """Declare the kind, when the floor starts."""
    register_work_kind(
        WorkKind(
            EXPIRING,
            _("Document expiring"),
            _sentence,
            _url,
            icon="file-time",
            outcomes={"done": _("Dealt with"), "withdrawn": _("Withdrawn"), "renewed": _("A new one was kept")},
        )
    )
