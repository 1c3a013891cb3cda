"""Return calls after the sales of the past: answered ones with the sheet's questions, the others planned and owed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Final

from kexin.core.policy import in_force
from kexin.project.demo.sale_story import SaleStory
from kexin.sales.choices import Gate
from kexin.sales.followup.choices import CallOutcome, CallState
from kexin.sales.followup.planning import plan_return_call
from kexin.sales.followup.policies import ReturnCallPolicy
from kexin.sales.followup.rules import Sheet, contradicted
from kexin.sales.models import ReturnCall, Sale
from kexin.sales.oversight.choices import ItemSource
from kexin.sales.oversight.raising import raise_item
from kexin.sales.sale_policies import SalePolicy

TOLD_DEPOSIT: Final = "deposit"  # the answer of the general sheet


def bring_return_calls(numbered: Mapping[int, SaleStory]) -> dict[int, ReturnCall]:
    """The calls that were answered, by sale; before the last gates are written."""
    numbers = in_force(ReturnCallPolicy)
    calls = {}
    for pk, story in numbered.items():
        if Gate.FOLLOWED_UP not in story.passed():
            continue
        sheet = numbers.sheet_of(story.product.product_class)
        answers = _answers(sheet, against=story.result == CallOutcome.CONTRADICTED)
        at = story.at(Gate.FOLLOWED_UP)
        calls[pk] = ReturnCall(
            sale_id=pk,
            customer=story.customer,
            key_id=story.customer.party.key_id,
            unit_id=story.selling.unit,
            state=CallState.DONE,
            sheet=sheet.code,
            policy_id=numbers.policy_version,
            due_at=story.at(Gate.EXECUTED) + dt.timedelta(days=10),
            next_at=at,
            attempts=1,
            outcome=story.result,
            answers=answers,
            contradicted=list(contradicted(sheet, answers)),
            note=story.said,
            finished_at=at,
            finished_by=story.selling.head,
        )
    ReturnCall.objects.bulk_create(calls.values())
    return calls


def _answers(sheet: Sheet, *, against: bool) -> dict[str, str]:
    """What an ordinary customer answers; one who was told something else says that it was called a deposit."""
    answers = {}
    for question in sheet.questions:
        right = [option.code for option in question.options if not option.contradicts]
        told = [option.code for option in question.options if option.contradicts and option.code == TOLD_DEPOSIT]
        answers[question.code] = told[0] if against and told else right[0]
    return answers


def follow_sales(numbered: Mapping[int, SaleStory], calls: Mapping[int, ReturnCall], rules: SalePolicy) -> None:
    """What is owed since: a call where none was made, an inspection where an answer contradicts the sale."""
    rows = Sale.objects.select_related("product", "customer__party", "seller").in_bulk(list(numbered))
    for pk, story in numbered.items():
        if pk in calls and calls[pk].contradicted:
            facts = {"questions": calls[pk].contradicted}
            raise_item(ItemSource.CONTRADICTION, f"call:{calls[pk].pk}", sale=rows[pk], facts=facts)
        elif story.last == Gate.EXECUTED and Gate.FOLLOWED_UP in story.needed:
            plan_return_call(rows[pk], rules)
