"""Customers of the small bank who were assessed and hold a product: what a re-rating looks at."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.utils import timezone

from kexin.core.calendar import business_date
from kexin.core.policy import in_force
from kexin.holdings.models import Account, Holding
from kexin.party.data import DocumentData, PartyData
from kexin.party.models import Customer
from kexin.party.operations import create_customer
from kexin.products.models import Product
from kexin.suitability.models import QuestionnaireVersion, RiskAssessment, RiskStanding
from kexin.suitability.policies import AssessmentPolicy
from tests.personas import Bank

PEOPLE = (  # name, identity number, manager, grade, held
    ("张建国", "310101197001019972", "lin", 2, 60_000),
    ("李秀英", "310101198003039969", "lin", 3, 80_000),
    ("王桂兰", "310101197505059977", "mei", 2, 45_500),
)


def checked(body: str) -> str:
    """An identity number with its check digit."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body[:17] + "10X98765432"[sum(int(a) * b for a, b in zip(body[:17], weights, strict=True)) % 11]


def holders(bank: Bank, product: Product) -> list[Customer]:
    """Two of Lin's and one of Mei's customers, assessed C2, C3 and C2, each with a position."""
    made = []
    for name, number, manager, grade, amount in PEOPLE:
        number = checked(number)
        born = dt.date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
        customer = create_customer(
            actor=bank.actor(manager),
            data=PartyData(
                kind="individual", name=name, born_on=born, nationality="CN",
                documents=(DocumentData(type="CN-RIC", number=number, long_term=True),),
            ),
            unit=bank.units["west" if manager == "mei" else "east"],
            lead_post=bank.posts[manager],
        )  # fmt: skip
        Customer.objects.filter(pk=customer.pk).update(status="active", assets=Decimal(600_000))
        assessed(customer, grade)
        account = Account(customer=customer, kind="wealth", unit_id=customer.unit_id, key_id=customer.party.key_id)
        account.number = f"6222{customer.pk:012d}"
        account.save()
        Holding.objects.create(
            account=account, customer=customer, product=product, units=amount, cost=amount, market_value=amount,
            as_of=business_date(), bought_on=business_date() - dt.timedelta(days=40),
        )  # fmt: skip
        made.append(customer)
    return made


def assessed(customer: Customer, grade: int) -> RiskAssessment:
    """A result of that grade, as the customer's own answers would have left it."""
    today, rules = business_date(), in_force(AssessmentPolicy)
    sheet = QuestionnaireVersion.objects.in_force("risk_person", today)
    assert sheet is not None
    row = RiskAssessment.objects.create(
        customer=customer, actor_kind="customer", acted_by=customer.pk, kind="risk_person", questionnaire=sheet,
        policy_id=rules.policy_version, answers={"horizon": "d"}, points=40, band=grade, grade=grade, told_grade=grade,
        submitted_at=timezone.now(), submitted_on=today, of_day=1, valid_until=today + dt.timedelta(days=300),
        channel="app",
    )  # fmt: skip
    RiskStanding.objects.create(
        customer=customer, assessment=row, grade=grade, assessed_on=today, valid_until=row.valid_until
    )
    return row
