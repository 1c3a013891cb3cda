"""The work that a matter after a sale gives."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kexin.core.models import WorkItem
from kexin.core.workflow import WorkKind, register_work_kind
from kexin.people.models import by_language
from kexin.sales.aftercare.choices import CareOutcome
from kexin.sales.aftercare.owing import WORK
from kexin.sales.aftercare.words import matter_label, told


def _sentence(item: WorkItem) -> str:
    kept = item.details
    values = {
        "product": by_language(kept.get("product", ""), kept.get("product_en", "")),
        "matter": matter_label(kept.get("matter")),
        "facts": told(kept.get("matter", ""), kept.get("facts") or {}),
    }
    return (_t("%(product)s: %(matter)s. %(facts)s") % values).strip()


def register() -> None:
    """Declare the kind, when the floor starts."""
    register_work_kind(
        WorkKind(
            WORK,
            _("Care after a sale"),
            _sentence,
            lambda item: reverse("aftercare:item", args=[item.subject_id]),
            icon="heart-handshake",
            outcomes=dict(CareOutcome.choices),
            closable=False,
        )
    )
