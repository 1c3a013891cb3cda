"""How often customers are visited again, by tier."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext_lazy as _

from kexin.core.policy import Policy, policy, setting
from kexin.engagement.policies import parse_time


def parse_intervals(rows: list[dict[str, Any]]) -> dict[str, int]:
    """Months between visits by code of the tier. Raises ValueError for tiers given twice and for odd months."""
    found = {str(row["tier"]): int(row["months"]) for row in rows}
    if len(found) < len(rows) or any(not 1 <= months <= 60 for months in found.values()):
        raise ValueError("each tier stands once, with 1 to 60 months")
    return found


@policy("engagement.return_visits", _("Regular return visits"))
class ReturnVisitPolicy(Policy):
    """Months between visits per tier; tiers that are not named are visited only by their wish."""

    intervals: list = setting(_("Months between visits, by tier"), check=parse_intervals)  # type: ignore[type-arg]
    ahead_days: int = setting(_("Proposed before the day"), unit=_("days"), minimum=0, maximum=90)
    at: str = setting(_("Proposed at"), check=parse_time)
    most_open: int = setting(_("Proposals open at a time, per manager, at most"), minimum=1, maximum=500)

    def months(self, tier: str, wish: int | None, asked: int | None = None) -> int:
        """Months between visits of one customer; 0: none. The customer's wish comes first; otherwise the shorter of
        what the tier says and what is ``asked`` for by the strategy for the customer."""
        if wish is not None:
            return wish
        by_tier = parse_intervals(self.intervals).get(tier, 0)
        return min((each for each in (by_tier, asked or 0) if each), default=0)

    def time(self) -> dt.time:
        """The time of day that is proposed, local."""
        return parse_time(self.at)
