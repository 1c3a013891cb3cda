"""What support desks enter into the floors below when the floor starts."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kexin.core.models import WorkItem


def _line(item: WorkItem) -> str:
    english = (get_language() or "").startswith("en")
    desk = item.details["desk_en"] if english else item.details["desk"]
    return _t("Answer the question %(number)s to the support desk %(desk)s.") % {
        "number": item.details["question_no"],
        "desk": desk,
    }


def register() -> None:
    """Doors, work, menu, and where staff ask from."""
    from kexin.core.ui.menu import register_menu
    from kexin.core.ui.palette import register_command
    from kexin.core.ui.panels import register_head_action, register_panel
    from kexin.core.workflow import WorkKind, register_work_kind
    from kexin.service.support import asking, events, policies, queries  # noqa: F401
    from kexin.service.ui import support_pages

    register_work_kind(
        WorkKind(
            asking.WORK,
            _("Question to a support desk"),
            _line,
            lambda item: reverse("service:support_question", args=[item.subject_id]),
            icon="lifebuoy",
            outcomes={
                "answered": pgettext_lazy("support", "Answered"),
                "taken": pgettext_lazy("support", "Taken over by a colleague"),
            },
            closable=False,
        )
    )
    register_menu("service", _("Support desks"), "service:support", "lifebuoy", queries.VIEW, 64)
    ask = _("Ask a support desk")
    register_command("ask-support", ask, "service:ask_support", asking.ASKS, "lifebuoy", "支持 zhichi support")
    register_panel(
        "customer", "service", "main", 30, "support", _("Support desks"), queries.VIEW, support_pages.support_panel
    )
    register_head_action("customer", "support", 46, ask, asking.ASKS, "service:ask_support_customer", "lifebuoy")
    register_head_action("sale", "support", 80, ask, asking.ASKS, "service:ask_support_sale", "lifebuoy")
