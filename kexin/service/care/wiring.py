"""What care plans enter into the floors below when the floor starts."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from kexin.core.models import WorkItem
from kexin.engagement.timeline import Payload, register_timeline
from kexin.service.care.choices import TouchState


def _line(item: WorkItem) -> str:
    said, english = item.details, (get_language() or "").startswith("en")
    name, text = (said["plan_en"], said["text_en"]) if english else (said["plan"], said["text"])
    return f"{name} · {said['day']} · {text}"


def _given(payload: Payload) -> str:
    code = payload.get("state")
    return f"{payload.get('subject', '')} · {TouchState(code).label if code in TouchState.values else ''}"


def _paused(payload: Payload) -> str:
    until = payload.get("until")
    return str(until) if until else str(_("goes on"))


def register() -> None:
    """Doors, work, sentences, menu, the customer's panel."""
    from kexin.core.ui.menu import register_menu
    from kexin.core.ui.panels import register_panel
    from kexin.core.workflow import WorkKind, register_work_kind
    from kexin.service.care import events, planning, policies, queries, running  # noqa: F401
    from kexin.service.care.queries import VIEW
    from kexin.service.ui import care_pages

    register_work_kind(
        WorkKind(
            running.WORK,
            pgettext_lazy("work", "Care"),
            _line,
            lambda item: reverse("party:customer", args=[item.customer_id]) + "?tab=service",
            icon="gift",
            outcomes={
                "done": pgettext_lazy("care", "Done"),
                "unreached": pgettext_lazy("care", "Not reached"),
                "unwanted": pgettext_lazy("care", "Not wanted by the customer"),
            },
        )
    )
    register_timeline(
        "service.CareGiven", pgettext_lazy("work", "Care"), "gift", _given, group="contacts", operation=VIEW
    )
    register_timeline("service.CarePaused", _("Care paused"), "player-pause", _paused, group="contacts", operation=VIEW)
    register_menu("service", _("Care plans"), "service:care_plans", "gift", VIEW, 43)
    register_panel("customer", "service", "side", 50, "care", pgettext_lazy("work", "Care"), VIEW, care_pages.panel)
