"""The work that a notice without reviewed words gives."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kexin.core.models import WorkItem
from kexin.core.workflow import WorkKind, register_work_kind
from kexin.people.models import by_language
from kexin.sales.notices.making import WORK
from kexin.sales.notices.sentences import matter_label


def _sentence(item: WorkItem) -> str:
    kept = item.details
    values = {
        "product": by_language(kept.get("product", ""), kept.get("product_en", "")),
        "matter": matter_label(kept.get("matter")),
    }
    return _t("Holders of %(product)s wait for a reviewed notice in both languages: %(matter)s.") % values


def register() -> None:
    """Declare the kind, when the floor starts."""
    register_work_kind(
        WorkKind(
            WORK,
            _("Words of a notice"),
            _sentence,
            lambda item: reverse("notices:one", args=[item.subject_id]),
            icon="mail-exclamation",
            outcomes={"written": _("Words reviewed")},
            closable=False,
        )
    )
