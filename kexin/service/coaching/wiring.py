"""What phrases and coaching enter into the floors below when the floor starts."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


def register() -> None:
    """Doors, work, menu."""
    from kexin.core.ui.menu import register_menu
    from kexin.core.ui.palette import register_command
    from kexin.core.workflow import WorkKind, register_work_kind
    from kexin.service.coaching import events, phrases, policies, queries, reviewing  # noqa: F401

    register_work_kind(
        WorkKind(
            reviewing.WORK,
            _("Coaching review to talk over"),
            lambda item: _t("Your head looked at a contact of yours: read it, and say what you make of it."),
            lambda item: reverse("service:coaching_review", args=[item.subject_id]),
            icon="school",
            outcomes={"answered": pgettext_lazy("coaching", "Talked over")},
            closable=False,
        )
    )
    register_menu("service", _("Coaching"), "service:coaching", "school", queries.VIEW, 66)
    words = _("Phrases for difficult talks")
    register_command("phrases", words, "service:phrases", phrases.VIEW, "quote", "话术 huashu phrases")
