"""What the room of assessments knows, as matching reads it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from kexin.core.models.lookups import Keys
from kexin.party.choices import ConsentChannel
from kexin.party.consents.queries import agreed_channels
from kexin.party.models import Customer
from kexin.suitability.assessments.standing import current_assessments
from kexin.suitability.matching.choices import Purpose
from kexin.suitability.matching.sources import Assessed, Needs
from kexin.suitability.models import InsuranceNeeds, RiskAssessment
from kexin.suitability.questionnaires.spoken import Spoken, spoken, tags_by_version

HORIZON = "horizon"  # the question of when the money is needed, in every shipped questionnaire
_NOTHING = ("", Spoken())


def assessed(customers: list[Customer], on: dt.date) -> Mapping[int, Assessed]:
    """What counts of these customers' assessments on a day, with horizon, experience and objective as answered: five
    reads however many, one more where a version is met for the first time."""
    known = current_assessments(customers, on)
    wanted = [each.assessment_id for each in known.values() if each.assessment_id]
    rows = RiskAssessment.objects.filter(pk__any_of=Keys(wanted))
    answers = list(rows.values_list("pk", "questionnaire_id", "answers"))
    tags = tags_by_version({version for _pk, version, _said in answers})
    told = {pk: (str(said.get(HORIZON) or ""), spoken(tags[version], said)) for pk, version, said in answers}
    return {
        pk: Assessed(
            standing=each.standing,
            tolerance=each.grade,
            lowest=each.lowest,
            exempt=each.exempt,
            elder=each.elder,
            capacity=each.capacity,
            assessment_id=each.assessment_id,
            valid_until=each.valid_until,
            horizon=horizon,
            experience=aims.experience,
            objective=aims.objective,
            assessed_on=each.assessed_on,
        )
        for pk, each in known.items()
        for horizon, aims in [told.get(each.assessment_id or 0, _NOTHING)]
    }


def needs(files: Mapping[int, int], on: dt.date) -> Mapping[int, Needs]:
    """The last stated insurance needs, of merged files too, where they are still valid; one read."""
    rows = InsuranceNeeds.objects.filter(customer__any_of=Keys(files)).order_by("customer", "-id")
    last: dict[int, InsuranceNeeds] = {}
    for row in sorted(rows.distinct("customer"), key=lambda each: each.pk):
        last[files[row.customer_id]] = row
    return {pk: Needs(row.household_income, row.annual_budget) for pk, row in last.items() if row.valid_until >= on}


def agreed(ids: list[int], on: dt.date) -> Mapping[int, tuple[str, ...]]:
    """Purposes that need consent and have it: messages by any channel of writing, call tasks by telephone."""
    found = {}
    for pk, channels in agreed_channels(ids).items():
        purposes = [Purpose.CALL_TASK.value] if ConsentChannel.PHONE in channels else []
        if set(channels) - {ConsentChannel.PHONE}:
            purposes.append(Purpose.MESSAGE.value)
        found[pk] = tuple(purposes)
    return found
