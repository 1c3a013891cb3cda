"""The work that a difference with the core system gives."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kexin.core.models import WorkItem
from kexin.core.workflow import WorkKind, register_work_kind
from kexin.sales.orders.choices import DifferenceKind, Settlement
from kexin.sales.orders.differences import WORK


def _sentence(item: WorkItem) -> str:
    values = {"order": item.details["order_no"], "kind": DifferenceKind(item.details["kind"]).label}
    return _t("Order %(order)s: %(kind)s. Ask the core system and settle it.") % values


def register() -> None:
    """Declare the kind, when the floor starts."""
    register_work_kind(
        WorkKind(
            WORK,
            _("Difference with the core system"),
            _sentence,
            lambda item: reverse("orders:difference", args=[item.subject_id]),
            icon="arrows-diff",
            outcomes=dict(Settlement.choices),
            closable=False,
        )
    )
