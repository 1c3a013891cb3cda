"""What analyses of needs say the money is for, as matching asks for it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from kexin.core.models.lookups import Keys
from kexin.core.policy import in_force
from kexin.sales.advice.choices import Goal
from kexin.sales.advice.policies import AdvicePolicy
from kexin.sales.models import NeedsAnalysis
from kexin.suitability.matching.sources import Stated
from kexin.suitability.questionnaires.choices import Objective
from kexin.suitability.questionnaires.spoken import boldness

# Goals of a life (old age, a home, …) do not say how the money is to grow. The form knows no bolder word than growth.
AIMS: Mapping[str, str] = {
    Goal.RESERVE: Objective.PRESERVE,
    Goal.PRESERVE: Objective.PRESERVE,
    Goal.INCOME: Objective.INCOME,
    Goal.GROWTH: Objective.HIGH_GROWTH,
}


def objective_of(goals: Iterable[str]) -> str:
    """The boldest objective among the goals, for each of them is for a part of the money; empty where none says."""
    found = [str(AIMS[each]) for each in goals if each in AIMS]
    return max(found, key=boldness, default="")


def stated(files: Mapping[int, int], on: dt.date) -> Mapping[int, Stated]:
    """The last analysis of each of these customers, of merged files too, while needs count as known; one read."""
    since = on - dt.timedelta(days=in_force(AdvicePolicy).needs_days)
    rows = NeedsAnalysis.objects.filter(customer__any_of=Keys(files), written_on__gte=since, written_on__lte=on)
    last = rows.order_by("customer", "-number").distinct("customer").values_list("customer_id", "written_on", "goals")
    found: dict[int, Stated] = {}
    for customer_id, day, goals in sorted(last, key=lambda row: (row[1], row[0])):
        if objective := objective_of(goals):
            found[files[customer_id]] = Stated(objective, day)
        else:
            found.pop(files[customer_id], None)  # asked anew, and no longer said
    return found
