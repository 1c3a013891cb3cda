"""How review packs read on a customer's timeline."""

from __future__ import annotations

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kexin.engagement.timeline import register_timeline
from kexin.sales.reviews.queries import VIEW


def register() -> None:
    """Called once, when the floor is ready."""
    register_timeline(
        "sales.ReviewPackMade",
        _("Review pack made"),
        "report",
        lambda payload: _t("no. %(number)s") % {"number": payload.get("number", "")},
        "good",
        group="documents",
        operation=VIEW,
    )
