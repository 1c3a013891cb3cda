"""The work that a re-rating gives to managers."""

from __future__ import annotations

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from kexin.core.models import WorkItem
from kexin.core.workflow import WorkKind, register_work_kind
from kexin.suitability.matching.rematching import WORK_KIND


def _sentence(item: WorkItem) -> str | Promise:
    number = int(item.details.get("customers", 0))
    words = ngettext(
        "%(product)s went from R%(before)s to R%(after)s: the opinion changed for %(customers)s customer.",
        "%(product)s went from R%(before)s to R%(after)s: the opinion changed for %(customers)s customers.",
        number,
    )
    return words % item.details


def register() -> None:
    """Called once, when the floor is ready."""
    register_work_kind(
        WorkKind(
            WORK_KIND,
            _("Holders of a re-rated product"),
            _sentence,
            lambda item: reverse("suitability:rematch", args=[item.subject_id]),
            icon="scale",
            outcomes={"done": _("Customers told")},
        )
    )
