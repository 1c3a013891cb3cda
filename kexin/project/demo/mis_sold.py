"""Two kinds of mis-selling that an inspector can find in the evidence; every gate was passed, so the database let it.

*One device for three customers*: a manager let three customers "buy by themselves" on the manager's own terminal, which
needs no recording. *Assessed twice in a day*: a pensioner refused an R3 product by the first assessment got another
result half an hour later, read the risks in sixteen seconds, and said afterwards that it had been called a deposit.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Final

from kexin.core.policy import in_force
from kexin.holdings.models import Holding
from kexin.project.demo.assessed import profiles
from kexin.project.demo.sale_counter import Counter, at, executed
from kexin.project.demo.sale_rows import Opinions
from kexin.project.demo.sale_story import SaleStory
from kexin.sales.choices import Gate, SaleChannel
from kexin.suitability.assessments.rules import valid_until
from kexin.suitability.matching.assessed import HORIZON
from kexin.suitability.matching.facts import MatchFacts
from kexin.suitability.matching.gather import age_of
from kexin.suitability.matching.rules import decide
from kexin.suitability.models import QuestionnaireVersion, ResultConfirmation, RiskAssessment, RiskStanding
from kexin.suitability.policies import AssessmentPolicy
from kexin.suitability.questionnaires.choices import QuestionnaireKind

TERMINAL: Final = {
    "platform": "Windows",
    "browser": "Edge 131",
    "screen": "1920x1080",
    "language": "zh-CN",
    "time_zone": "Asia/Shanghai",
    "touch": "no",
    "device": "terminal-b2-07",
}
ADDRESS: Final = "10.32.7.18"  # of the terminal where the pensioner was assessed
TERMINAL_ADDRESS: Final = "10.32.7.41"
TOGETHER, LOOKED_AT = 3, 8
CONTRADICTED: Final = "客户说销售时告诉他“跟定期差不多”，以为保本，不知道是 R3。"  # said when asked afterwards


def mis_sell(
    counter: Counter, bought: Sequence[Holding], opinions: Opinions
) -> tuple[list[SaleStory], list[dict[str, Any]]]:
    """The mis-sold sales, and the truth about them."""
    twice = _assessed_twice(counter, bought, opinions)
    together = _one_device(counter, [row for row in bought if twice is None or row.customer_id != twice.customer.pk])
    told = [("assessed_twice", each) for each in (twice,) if each is not None]
    told += [("one_device", each) for each in together]
    truth = [
        {
            "party_id": each.customer.pk,
            "customer_no": each.customer.customer_no,
            "kind": "mis_sold",
            "detail": detail,
            "since": each.day,
            "note": "演示数据",
        }
        for detail, each in told
    ]
    return [each for _detail, each in told], truth


def _one_device(counter: Counter, bought: Sequence[Holding]) -> list[SaleStory]:
    """Three customers of one manager, at the manager's terminal, as near together in time as the ledger has them."""
    best: list[SaleStory] = []
    span = dt.timedelta.max
    managers = list(counter.selling)
    for post in managers[1:] or managers:
        rows = sorted((row for row in bought if row.customer.lead_post_id == post), key=_day)[-LOOKED_AT:]
        stories: list[SaleStory] = []
        for row in rows:
            if row.customer_id in {each.customer.pk for each in stories}:
                continue
            story = executed(
                counter, row, place=len(stories), channel=(SaleChannel.SELF, False), device=TERMINAL,
                address=TERMINAL_ADDRESS, seconds=19,
            )  # fmt: skip
            if story is not None:
                stories.append(story)
        for start in range(len(stories) - TOGETHER + 1):
            found = stories[start : start + TOGETHER]
            if (apart := found[-1].began - found[0].began) < span:
                best, span = found, apart
    return best


def _oldest(row: Holding) -> tuple[int, int, int, dt.date]:
    return row.customer.born_year or 9999, row.customer_id, row.product_id, _day(row)


def _day(row: Holding) -> dt.date:
    assert row.bought_on is not None
    return row.bought_on


def _assessed_twice(counter: Counter, bought: Sequence[Holding], opinions: Opinions) -> SaleStory | None:
    """The oldest holder of an R3 product bought after what counted of the assessments before."""
    sheet = QuestionnaireVersion.objects.in_force(QuestionnaireKind.RISK_PERSON, counter.today)
    assert sheet is not None
    answers = {each["grade"]: each for each in profiles(sheet.parsed, in_force(AssessmentPolicy))}
    rows = [row for row in bought if row.product.risk_grade == 3 and _free(row)]
    for row in sorted(rows, key=_oldest):
        selling, day = counter.selling[row.customer.lead_post_id or 0], _day(row)
        facts, _verdict = counter.ask(row.customer, row.product, selling, row.cost, day, SaleChannel.REMOTE)
        cautious, bolder = (_as_assessed(facts, answers[grade], grade) for grade in (2, 3))
        if not decide(cautious, counter.matching).refusals or decide(bolder, counter.matching).refusals:
            continue  # it may have been graded lower on that day
        first = _assess(counter, row, sheet, answers[2], at(day, 9, 42), selling.employee.staff_no)
        refused = counter.ask(row.customer, row.product, selling, row.cost, day, SaleChannel.REMOTE)
        opinions.give(*refused, row.product.name, at(day, 9, 51), selling.employee.staff_no)
        _assess(counter, row, sheet, answers[3], at(day, 10, 14), selling.employee.staff_no, before=first)
        return executed(
            counter, row, place=1, channel=(SaleChannel.REMOTE, True), seconds=16, began=at(day, 10, 20),
            said=CONTRADICTED, last=Gate.FOLLOWED_UP, result="contradicted",
        )  # fmt: skip
    return None


def _as_assessed(facts: MatchFacts, said: Mapping[str, Any], grade: int) -> MatchFacts:
    """The same question, had the customer been assessed with that grade."""
    horizon = str(said["answers"].get(HORIZON, ""))
    customer = dataclasses.replace(facts.customer, standing="valid", tolerance=grade, lowest=False, horizon=horizon)
    return dataclasses.replace(facts, customer=customer)


def _assess(
    counter: Counter,
    row: Holding,
    sheet: QuestionnaireVersion,
    said: Mapping[str, Any],
    moment: dt.datetime,
    by: str,
    *,
    before: RiskAssessment | None = None,
) -> RiskAssessment:
    """One assessment of that day, and what counts since."""
    rules, day = in_force(AssessmentPolicy), _day(row)
    age = age_of(row.customer, day)
    told = min(said["grade"], rules.elder_cap or 5) if age is not None and age >= rules.elder_age else said["grade"]
    signed = {"actor_kind": "customer", "acted_by": row.customer_id, "device": "Windows Edge 131", "address": ADDRESS}
    made = RiskAssessment.objects.create(
        customer=row.customer,
        kind=QuestionnaireKind.RISK_PERSON,
        questionnaire=sheet,
        policy_id=rules.policy_version,
        **{name: said[name] for name in ("answers", "points", "band", "ceilings", "grade", "lowest")},
        told_grade=told,
        age=age,
        previous_grade=before.told_grade if before else None,
        needs_confirmation=before is not None,
        submitted_at=moment,
        submitted_on=day,
        of_day=2 if before else 1,
        valid_until=valid_until(day, rules.valid_months),
        channel="branch",
        invited_by=by,
        **signed,
    )
    if before is not None:
        ResultConfirmation.objects.create(
            customer=row.customer, assessment=made, confirmed_at=moment + dt.timedelta(minutes=1), **signed
        )
    RiskStanding.objects.update_or_create(
        customer=row.customer,
        defaults={
            "assessment": made,
            "grade": made.grade,
            "lowest": made.lowest,
            "lifted": False,
            "assessed_on": day,
            "valid_until": made.valid_until,
            "pending": None,
        },
    )
    counter.forget(row.customer, day)
    return made


def _free(row: Holding) -> bool:
    """No assessment on that day or later, so that the two of the day are the last ones."""
    standing = getattr(row.customer, "risk_standing", None)
    return standing is None or standing.assessed_on is None or standing.assessed_on < _day(row)
