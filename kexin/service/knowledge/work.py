"""The work that articles give: a review, and looking again whether one is still right."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kexin.core.models import WorkItem
from kexin.core.workflow import WorkKind, register_work_kind
from kexin.service.knowledge.choices import ArticleState
from kexin.service.knowledge.writing import LOOK, REVIEW


def _page(item: WorkItem) -> str:
    page = reverse("knowledge:article", args=[item.details.get("article_id", 0)])
    return f"{page}?lang={item.details.get('language', 'zh')}"


def register() -> None:
    """Called when the floor starts."""
    register_work_kind(
        WorkKind(
            REVIEW,
            _("Review of an article"),
            lambda item: _t("Review the article %(title)s, version %(number)s") % item.details,
            _page,
            icon="book-2",
            outcomes={each.value: each.label for each in (ArticleState.APPROVED, ArticleState.RETURNED)},
            closable=False,
        )
    )
    register_work_kind(
        WorkKind(
            LOOK,
            _("Is an article still right?"),
            lambda item: _t("Look whether the article %(title)s is still right") % item.details,
            _page,
            icon="book-2",
            outcomes={
                "confirmed": pgettext_lazy("article", "Still right"),
                "replaced": pgettext_lazy("article", "Replaced"),
                "withdrawn": pgettext_lazy("article", "Withdrawn"),
            },
            closable=False,
        )
    )
