"""The work item of a review."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kexin.core.models import WorkItem
from kexin.core.workflow import WorkKind, register_work_kind
from kexin.products.texts.choices import TextState
from kexin.products.texts.operations import WORK


def _sentence(item: WorkItem) -> str:
    return _t("Review %(title)s, version %(number)s") % {
        "title": item.details.get("title", ""),
        "number": item.details.get("number", ""),
    }


def register() -> None:
    """Called when the floor starts."""
    register_work_kind(
        WorkKind(
            WORK,
            _("Review of a product text"),
            _sentence,
            lambda item: reverse(
                "product_texts:version", args=[item.details.get("text_id", 0), item.details.get("number", 0)]
            ),
            icon="file-text",
            outcomes={state.value: state.label for state in (TextState.APPROVED, TextState.RETURNED)},
            closable=False,
        )
    )
