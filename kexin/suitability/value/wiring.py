"""What the value of customers enters into the floors below when the floor starts."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kexin.core.policy import in_force
from kexin.core.ui.menu import register_menu
from kexin.core.ui.panels import register_panel
from kexin.engagement.returns.rhythms import register_rhythm
from kexin.engagement.timeline import Payload, register_timeline
from kexin.suitability.ui import values
from kexin.suitability.value import deciding, events  # noqa: F401  doors
from kexin.suitability.value.policies import ValuePolicy
from kexin.suitability.value.queries import VIEW, class_label, to_visit, visit_months


def _moved(payload: Payload) -> str:
    policy = in_force(ValuePolicy)
    before, after = str(payload.get("before", "")), str(payload.get("after", ""))
    return f"{class_label(policy, before)} → {class_label(policy, after)}"


def register() -> None:
    """Called once, when the floor is ready."""
    register_panel("customer", "overview", "side", 45, "value", _("Value of the customer"), VIEW, values.value_panel)
    register_menu("insight", _("Value of customers"), "suitability:values", "diamond", VIEW, 21)
    register_timeline(
        "suitability.ValueClassChanged", _("Value class changed"), "diamond", _moved, "calm", operation=VIEW
    )
    register_rhythm(visit_months, to_visit)
