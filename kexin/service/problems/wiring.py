"""What known problems enter into the floors below when the floor starts."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kexin.core.models import WorkItem


def _page(item: WorkItem) -> str:
    return reverse("service:problem", args=[item.subject_id])


def register() -> None:
    """Doors, work, menu."""
    from kexin.core.ui.menu import register_menu
    from kexin.core.workflow import WorkKind, register_work_kind
    from kexin.service.problems import events, exporting, linking, policies, queries, recording  # noqa: F401

    register_work_kind(
        WorkKind(
            recording.FIX,
            _("Known problem to be fixed"),
            lambda item: _t("Remove the cause of the known problem %(problem_no)s: %(title)s") % item.details,
            _page,
            icon="bug",
            outcomes={
                "fixed": pgettext_lazy("problem", "Fixed"),
                "accepted": pgettext_lazy("problem", "Lived with"),
                "moved": pgettext_lazy("problem", "Another owner or day"),
            },
            closable=False,
        )
    )
    register_work_kind(
        WorkKind(
            recording.WATCH,
            _("Did a known problem come back?"),
            lambda item: _t("Look whether the known problem %(problem_no)s came back: %(title)s") % item.details,
            _page,
            icon="bug",
            outcomes={
                "closed": pgettext_lazy("problem", "Closed, did not come back"),
                "returned": pgettext_lazy("problem", "Came back"),
            },
            closable=False,
        )
    )
    register_menu("service", _("Known problems"), "service:problems", "bug", queries.VIEW, 62)
