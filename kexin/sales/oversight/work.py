"""The work that an inspection item gives."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kexin.core.models import WorkItem
from kexin.core.workflow import WorkKind, register_work_kind
from kexin.sales.oversight.choices import ItemState
from kexin.sales.oversight.raising import WORK
from kexin.sales.oversight.sentences import source_label


def _sentence(item: WorkItem) -> str:
    values = {"sale": item.details.get("sale_no", ""), "what": source_label(item.details.get("source"))}
    return _t("Look at sale %(sale)s: %(what)s.") % values


def register() -> None:
    """Declare the kind, when the floor starts."""
    register_work_kind(
        WorkKind(
            WORK,
            _("Inspection item"),
            _sentence,
            lambda item: reverse("oversight:item", args=[item.subject_id]),
            icon="eye-exclamation",
            outcomes=dict(ItemState.choices),
            closable=False,
        )
    )
