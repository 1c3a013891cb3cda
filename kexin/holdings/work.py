"""The work that tiers give: what its lines say and where they lead."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kexin.core.models import WorkItem
from kexin.core.policy import in_force
from kexin.core.workflow import WorkKind, register_work_kind
from kexin.holdings.aum.queries import tier_name
from kexin.holdings.operations.tiers import DROPPED
from kexin.holdings.policies import TierPolicy


def _sentence(item: WorkItem) -> str:
    rungs = in_force(TierPolicy).rungs()
    values = {
        "before": tier_name(rungs, item.details["before"]),
        "tier": tier_name(rungs, item.details["tier"]),
        "since": item.details["since"],
    }
    return (
        _t("From %(before)s to %(tier)s on %(since)s: ask the customer why, and what would bring money back.") % values
    )


def _url(item: WorkItem) -> str:
    return f"{reverse('party:customer', args=[item.customer_id])}?tab=assets"


def register() -> None:
    """Called once, when the floor is ready."""
    outcomes = {
        "contacted": _("Spoken with the customer"),
        "returning": _("Money comes back"),
        "lost": _("Money is gone"),
    }
    register_work_kind(
        WorkKind(DROPPED, _("Fell to a lower tier"), _sentence, _url, icon="trending-down", outcomes=outcomes)
    )
