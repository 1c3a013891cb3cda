"""What quotas register with the floors below, when the floor starts."""

from __future__ import annotations

import functools
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from kexin.core.ui.panels import register_panel
from kexin.core.ui.request import actor_of
from kexin.engagement.timeline import Payload, register_timeline
from kexin.sales.queries import VIEW
from kexin.sales.quota import events, policies, queries, reserving  # noqa: F401  doors
from kexin.sales.sentences import told_amount
from kexin.suitability.matching.sources import register_reserved


def quota_panel(request: HttpRequest, pk: int) -> tuple[str, dict[str, Any]]:
    """Panel on the product's page: the quota, what is placed and kept aside of it, what is left."""
    return "sales/panel_quota.html", {"found": queries.quota_of(actor_of(request), pk)}


def _amount(payload: Payload) -> str:
    return f"{payload.get('subject', '')} · {told_amount(payload)}"


def wire() -> None:
    """Panel, sentences, and the word to the matching of what is kept aside."""
    register_reserved(reserving.reserved_of)
    register_panel("product", "terms", "main", 20, "quota", _("Quota"), VIEW, quota_panel)
    told = functools.partial(register_timeline, operation=VIEW)
    told("sales.QuotaReserved", _("Quota kept aside"), "lock", _amount, "calm")
    told("sales.QuotaExpired", _("Quota given back: not used in time"), "lock-open", _amount, "warn")
