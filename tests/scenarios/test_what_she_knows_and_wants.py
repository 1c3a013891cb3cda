"""What Mrs Chen knows and what her money is for count with each product, beside what she can bear (D-12).

She bears C3, has invested up to R2 and wants steady growth. An R3 product is explained once more and she confirms it
herself; after a year with such products it is not needed any more. Once she says that the principal must be kept, the
same product is not recommended to her: she may only want it of her own accord.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from kexin.core.actor import system
from kexin.core.calendar import business_date, zone
from kexin.core.errors import RuleViolation
from kexin.core.models import AuditEntry, PolicyVersion
from kexin.core.policy import forget_cache
from kexin.holdings.models import Account, Holding
from kexin.party.models import Customer, IdentityDocument
from kexin.people.models import ProductAuthorisation, Qualification
from kexin.products.models import Product
from kexin.sales.advice.objectives import objective_of
from kexin.sales.advice.planning import draft_plan
from kexin.sales.advice.recording import analyse_needs
from kexin.sales.advice.rules import Line
from kexin.sales.choices import Gate
from kexin.sales.operations.confirming import confirm_sale, tell_opinion
from kexin.sales.operations.opening import open_sale
from kexin.sales.operations.passing import passed_gates
from kexin.suitability.assessments.operations import answer_question, open_session, submit_assessment
from kexin.suitability.matching.gather import customer_facts
from kexin.suitability.matching.operations import match
from kexin.suitability.matching.rematching import rematch_holders
from kexin.suitability.matching.shelf import customers_fitting, facts_shown, shelf_of
from kexin.suitability.models import RematchLine
from kexin.suitability.tests.conftest import as_customer
from tests.personas import Bank
from tests.scenarios.test_a_sale_through_its_gates import STATEMENTS, disclosure, herself, read

REQUIREMENTS = {
    "D-12": "experience by answers and what was held, objectives by answers and needs analysis: explained, approved, "
    "refused or not recommended, by policy",
    "D-13": "the opinion keeps experience and objective with all else it stands on",
}
SCREENS = {"D-12": "适配产品、/matching/<id>/", "D-13": "适配产品"}
pytestmark = pytest.mark.django_db
TODAY, DAY = dt.date(2026, 11, 20), dt.timedelta(days=1)
AMOUNT = Decimal(50_000)
KNOWS_LITTLE = {"products": "b", "horizon": "d"}


def answered(row: Customer, said: dict[str, str], usual: str = "c") -> None:
    """Mrs Chen answers the questionnaire by herself."""
    actor = as_customer(row)
    begun = open_session(actor=actor, channel="link", device="phone")
    assert begun.questionnaire is not None
    for each in begun.questionnaire.parsed.questions():
        answer_question(begun, actor=actor, question=each.code, value=said.get(each.code, usual))
    submit_assessment(begun, actor=actor)


def certified(bank: Bank) -> None:
    """Lin may sell wealth products of any grade."""
    today = business_date()
    Qualification.objects.create(
        employee=bank.employees["lin"], kind="bank_wealth", number="W-1", issuer="协会", issued_on=today,
        evidence="官网", recorded_by="1004",
    )  # fmt: skip
    ProductAuthorisation.objects.create(
        employee=bank.employees["lin"], classes=["wealth"], highest_grade=5, starts_on=today, ends_on=today + 90 * DAY,
        proposed_by="1004", granted_by="1005",
    )  # fmt: skip


@pytest.fixture
def she(bank: Bank, chen: Customer, time_machine: Any) -> Customer:
    """C3 with experience up to R2; Lin may sell."""
    time_machine.move_to(dt.datetime.combine(TODAY, dt.time(9), zone()), tick=False)
    Customer.objects.filter(pk=chen.pk).update(assets=800_000, status="active", born_year=1985, birthday=301)
    IdentityDocument.objects.filter(party=chen.pk).update(long_term=True, expires_on=None)
    certified(bank)
    chen = Customer.objects.get(pk=chen.pk)
    answered(chen, KNOWS_LITTLE)
    return chen


def product(grade: int, **other: Any) -> Product:
    return Product.objects.create(
        code=f"X{grade}", name=f"江岚{grade}号", product_class="wealth", regime="investment", state="admitted",
        own_grade=grade, issuer_grade=grade, minimum_amount=Decimal(10_000), term_days=180, **other,
    )  # fmt: skip


def wants_principal_kept(bank: Bank, row: Customer, goals: list[str]) -> None:
    analyse_needs(
        row, actor=bank.actor("lin"), goals=goals, horizon="three", liquidity="year", income="to_500k",
        outgoings="to_200k", cover=[], product_needs="本金要保住",
    )  # fmt: skip


def held(row: Customer, of: Product, since: dt.date) -> None:
    account = Account(customer=row, kind="wealth", unit_id=row.unit_id, key_id=row.party.key_id)
    account.number = "6222000000000077"
    account.save()
    Holding.objects.create(
        account=account, customer=row, product=of, units=100, cost=Decimal(20_000), market_value=Decimal(20_000),
        as_of=business_date(), bought_on=since,
    )  # fmt: skip


def codes(stored: list[dict[str, Any]]) -> list[str]:
    return [each["code"] for each in stored]


def test_little_experience_is_explained_again_and_confirmed_by_herself(
    bank: Bank, she: Customer, client_of: Any
) -> None:
    lin, riskier = bank.actor("lin"), product(3)
    facts = customer_facts([she], TODAY)[she.pk]
    assert (facts.tolerance, facts.experience, facts.objective) == (3, 2, "growth")
    (line,) = shelf_of(lin, she.pk).fitting
    assert [each.code for each in line.verdict.conditions] == ["little_experience"]
    panel = client_of("lin").get(reverse("core:panel", args=["customer", she.pk, "fits"])).content.decode()
    assert "客户对 R3 风险的产品经验不足" in panel
    opinion = match(she, riskier, actor=lin, channel="phone", amount=AMOUNT)
    assert (opinion.outcome, codes(opinion.conditions)) == ("conditions", ["little_experience"])
    assert "第二十五条" in opinion.conditions[0]["basis"]
    stored = facts_shown(bank.actor("wu"), opinion.pk)["customer"]
    assert (stored["experience"], stored["objective"], stored["held_since"]) == (2, "growth", {})
    disclosure("理财产品不是存款，可能亏损。")
    sale = open_sale(
        she, riskier, actor=lin, amount=AMOUNT, channel="remote", staff_took_part=True, decision_no=opinion.pk
    )
    assert Gate.APPROVED not in sale.needed
    tell_opinion(sale, actor=lin, mode="spoken")
    read(sale, she)
    with pytest.raises(RuleViolation) as missing:
        confirm_sale(sale, actor=herself(she), confirmed=STATEMENTS, turn=1)
    assert set(missing.value.fields) == {"little_experience"}
    confirm_sale(sale, actor=herself(she), confirmed=(*STATEMENTS, "little_experience"), turn=1)
    assert Gate.CONFIRMED in passed_gates(sale)
    evidence = sale.gates.get(gate=Gate.CONFIRMED).evidence
    assert "little_experience" in evidence["confirmed"]
    assert AuditEntry.objects.filter(operation="sales.confirm_sale", outcome="done").exists()


def test_a_year_with_such_products_is_experience(bank: Bank, she: Customer) -> None:
    riskier = product(3)
    held(she, riskier, TODAY - 200 * DAY)
    lin = bank.actor("lin")
    assert codes(match(she, riskier, actor=lin, amount=AMOUNT).conditions) == ["little_experience"]
    Holding.objects.filter(customer=she).update(bought_on=TODAY - 365 * DAY)
    opinion = match(she, riskier, actor=lin, amount=AMOUNT)
    assert (opinion.outcome, opinion.facts["customer"]["held_since"]) == ("allow", {"wealth": {"3": "2025-11-20"}})


def test_contrary_to_what_she_wants_it_is_not_recommended_but_may_be_wanted(
    bank: Bank, she: Customer, client_of: Any
) -> None:
    lin, safe, riskier = bank.actor("lin"), product(2), product(3)
    wants_principal_kept(bank, she, ["preserve", "education"])
    shelf = shelf_of(lin, she.pk)
    assert [line.product.code for line in shelf.fitting] == ["X2"]
    assert [each.code for line in shelf.others for each in line.verdict.refusals] == ["objective_contrary"]
    panel = client_of("lin").get(reverse("core:panel", args=["customer", she.pk, "unfit"])).content.decode()
    assert "与客户的投资目标（保住本金）不符" in panel
    assert customers_fitting(lin, riskier.pk)[0] == []
    with pytest.raises(RuleViolation):
        draft_plan(she, actor=lin, title="增值", lines=[Line(riskier.pk, AMOUNT, "收益")])
    assert match(she, safe, actor=lin, purpose="recommendation").outcome == "allow"
    assert codes(match(she, riskier, actor=lin, purpose="recommendation", insists=True).refusals) == [
        "objective_contrary"
    ]
    assert codes(match(she, riskier, actor=lin, amount=AMOUNT).refusals) == ["objective_contrary"]
    own = match(she, riskier, actor=lin, amount=AMOUNT, insists=True)
    assert (own.outcome, codes(own.conditions)) == ("conditions", ["little_experience", "objective_own_wish"])
    page = client_of("lin").get(reverse("suitability:decision", args=[own.pk])).content.decode()
    assert "须由客户确认" in page


def test_an_analysis_makes_her_answer_more_cautious_never_bolder_and_only_if_later(
    bank: Bank, she: Customer, time_machine: Any
) -> None:
    def counts() -> str:
        return customer_facts([she], business_date())[she.pk].objective

    assert counts() == "growth"
    wants_principal_kept(bank, she, ["growth"])
    assert counts() == "growth"  # staff write it: never bolder than her own answer
    wants_principal_kept(bank, she, ["preserve", "income"])
    assert counts() == "income"  # each goal for a part of the money
    wants_principal_kept(bank, she, ["home"])
    assert counts() == "growth"  # asked anew, and nothing said of it
    wants_principal_kept(bank, she, ["reserve"])
    assert counts() == "preserve"
    time_machine.move_to(dt.datetime.combine(TODAY + DAY, dt.time(9), zone()), tick=False)
    answered(she, KNOWS_LITTLE)
    assert counts() == "growth"  # her own later word
    assert (objective_of(["legacy", "reserve"]), objective_of(["home"])) == ("preserve", "")


def test_the_institution_may_turn_both_off(bank: Bank, she: Customer) -> None:
    riskier = product(3)
    wants_principal_kept(bank, she, ["preserve"])
    version = PolicyVersion.objects.filter(code="suitability.matching").latest("number")
    PolicyVersion.objects.create(
        code=version.code, number=version.number + 1, values={**version.values, "experience": [], "objectives": {}},
        in_force_from=TODAY, legal_basis=version.legal_basis, verified=False, status="approved", drafted_by="1004",
        approved_by="1005",
    )  # fmt: skip
    forget_cache()
    assert match(she, riskier, actor=bank.actor("lin"), amount=AMOUNT).outcome == "allow"


def test_who_holds_it_after_a_re_rating_is_judged_by_the_grade_alone(bank: Bank, she: Customer) -> None:
    rated = product(3)
    held(she, rated, TODAY - 30 * DAY)
    wants_principal_kept(bank, she, ["preserve"])
    run = rematch_holders(rated, actor=system("clock.rerating"), before=2, after=3)
    assert run is not None
    assert (run.holders, run.changed, RematchLine.objects.count()) == (1, 0, 0)
