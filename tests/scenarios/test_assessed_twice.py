"""Mrs Chen was assessed twice, in two files: merged, one assessment counts; parted again, each has its own.

The later one counts; where the two lie so close together that it is in doubt, the more cautious one. A note of limited
capacity, a consent and evidence of a qualified investor are not lost with the file they were written for.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.db.utils import DatabaseError
from django.urls import reverse
from django.utils import timezone

from kexin.core.approval import decide_approval
from kexin.core.calendar import zone
from kexin.core.models import AuditEntry, Event
from kexin.party.consents.operations import record_consent
from kexin.party.consents.queries import agreed_channels
from kexin.party.events import CustomersMerged, MergeUndone
from kexin.party.models import Customer, DuplicateCandidate, MergeRecord
from kexin.party.operations import propose_merge, undo_merge
from kexin.party.tests.test_merge import twin  # noqa: F401  the same Mrs Chen at the West, led by Mei
from kexin.products.models import Product
from kexin.sales.models import Sale, SaleGate
from kexin.sales.queries import sales_of
from kexin.suitability.assessments.merged import Result, follow_merge, follow_parting, which_counts
from kexin.suitability.assessments.operations import answer_question, open_session, submit_assessment
from kexin.suitability.assessments.standing import current_assessment
from kexin.suitability.matching.gather import is_qualified
from kexin.suitability.models import CapacityNote, MergedStanding, QualifiedInvestor, RiskAssessment
from kexin.suitability.tests.conftest import as_customer

REQUIREMENTS = {
    "D-12": "of two files that become one the later confirmed assessment counts, in doubt the more cautious",
}
SCREENS = {"D-12": "客户·风险承受能力"}
TODAY, DAY = dt.date(2026, 11, 20), dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def before(time_machine: Any) -> None:
    """Both files were opened before anything of this happened."""
    time_machine.move_to(dt.datetime.combine(TODAY - 101 * DAY, dt.time(9), zone()), tick=False)


@pytest.mark.parametrize(
    ("one", "other", "counts", "doubtful"),
    [
        (None, None, None, False),
        ((1, 3, False, 0), None, 1, False),
        ((1, 3, False, 200), (2, 4, False, 10), 2, False),  # long ago: the later one
        ((1, 2, False, 20), (2, 4, False, 10), 1, True),  # close together: the more cautious one
        ((1, 4, False, 20), (2, 2, False, 10), 2, True),
        ((1, 1, False, 12), (2, 1, True, 10), 2, True),  # R1 only is more cautious than C1
        ((1, 3, False, 12), (2, 3, False, 10), 2, False),  # equal: the later one, no doubt
        ((2, 4, False, 10), (1, 3, False, 10), 1, True),  # on one day
    ],
)
def test_which_of_two_results_counts(one: Any, other: Any, counts: int | None, doubtful: bool) -> None:
    def result(values: Any) -> Result | None:
        return None if values is None else Result(values[0], values[1], values[2], TODAY - values[3] * DAY)

    for pair in ((one, other), (other, one)):
        found, doubt = which_counts(result(pair[0]), result(pair[1]), 30)
        assert (found.number if found else None, doubt) == (counts, doubtful)


def answer(customer: Customer, letter: str) -> RiskAssessment:
    actor = as_customer(customer, session=f"phone-{customer.pk}")
    begun = open_session(actor=actor, channel="link", device="phone")
    assert begun.questionnaire is not None
    for each in begun.questionnaire.parsed.questions():
        answer_question(begun, actor=actor, question=each.code, value=letter)
    made = submit_assessment(begun, actor=actor)
    assert isinstance(made, RiskAssessment)
    return made


def merge(bank: Any, keep: Customer) -> MergeRecord:
    candidate = DuplicateCandidate.objects.get()
    approval = propose_merge(candidate, actor=bank.actor("he"), keep=keep, choices={}, reason="同一人")
    decide_approval(approval, actor=bank.actor("wu"), approve=True)
    record = MergeRecord.objects.select_related("kept", "absorbed").get()
    for _twice in range(2):  # delivered at least once
        follow_merge(CustomersMerged(record.kept_id, record.kept.customer_no, record.absorbed.customer_no))
    return record


def part(bank: Any, record: MergeRecord) -> None:
    undo_merge(record, actor=bank.actor("he"), reason="姐妹二人")
    for customer in (record.kept, record.absorbed):
        for _twice in range(2):
            follow_parting(MergeUndone(customer.pk, customer.customer_no, record.absorbed.customer_no))


@pytest.mark.django_db
def test_one_counts_after_the_merge_and_each_its_own_after_the_parting(
    bank: Any,
    chen: Any,
    twin: Any,  # noqa: F811
    time_machine: Any,
    client_of: Any,
) -> None:
    Customer.objects.filter(pk__in=(chen.pk, twin.pk)).update(born_year=1981, birthday=301, status="active")
    time_machine.move_to(dt.datetime.combine(TODAY - 100 * DAY, dt.time(9), zone()), tick=False)
    early = answer(Customer.objects.get(pk=chen.pk), "d")
    time_machine.move_to(dt.datetime.combine(TODAY - 90 * DAY, dt.time(9), zone()), tick=False)
    near = answer(Customer.objects.get(pk=twin.pk), "b")
    assert near.grade < early.grade
    time_machine.move_to(dt.datetime.combine(TODAY, dt.time(9), zone()), tick=False)
    twin = Customer.objects.get(pk=twin.pk)
    record_consent(twin, actor=bank.actor("mei"), channel="phone", granted=True, source="counter", evidence="签名")
    CapacityNote.objects.create(
        customer=twin, capacity="limited", guardian_id=_guardian(bank), evidence="判决书", noted_by="t",
        noted_at=timezone.now(),
    )  # fmt: skip
    QualifiedInvestor.objects.create(
        customer=twin, basis="income", evidence="税单", valid_until=TODAY + 99 * DAY, verified_on=TODAY,
        proposed_by="a", verified_by="b",
    )  # fmt: skip
    sale = _sold(bank, twin)
    assert not is_qualified(chen.pk)

    record = merge(bank, chen)
    kept = Customer.objects.get(pk=chen.pk)
    now = current_assessment(kept)
    assert now.assessment_id == near.pk  # ten days apart: the more cautious
    assert (now.capacity, now.lowest, now.grade) == ("limited", True, 1)  # the stricter note binds
    made = MergedStanding.objects.get()
    assert (made.assessment_id, made.set_aside, made.doubtful) == (near.pk, [early.pk], True)
    told = Event.objects.get(name="suitability.StandingSettled")
    assert (told.customer_id, told.payload["grade"], told.payload["doubtful"]) == (chen.pk, near.grade, True)
    assert AuditEntry.objects.filter(operation="suitability.settle_standing", outcome="done").count() == 2
    assert agreed_channels([chen.pk]) == {chen.pk: ("phone",)}
    assert is_qualified(chen.pk)
    assert [row.pk for row in sales_of(bank.actor("wu"), kept)] == [sale.pk]  # it stays with the file it was made for
    page = client_of("lin").get(reverse("core:panel", args=["customer", chen.pk, "risk"])).content.decode()
    assert "存疑从严" in page

    part(bank, record)
    assert current_assessment(Customer.objects.get(pk=chen.pk)).assessment_id == early.pk
    assert current_assessment(Customer.objects.get(pk=twin.pk)).assessment_id == near.pk
    assert current_assessment(Customer.objects.get(pk=chen.pk)).capacity == "full"
    assert MergedStanding.objects.filter(undone=True).count() == 2
    assert agreed_channels([chen.pk, twin.pk]) == {twin.pk: ("phone",)}
    assert not is_qualified(chen.pk)
    assert not sales_of(bank.actor("wu"), kept)
    with pytest.raises(DatabaseError), transaction.atomic():
        MergedStanding.objects.filter(pk=made.pk).update(doubtful=False)


def _guardian(bank: Any) -> int:
    from kexin.party.data import ContactData, PartyData
    from kexin.party.operations import create_customer

    data = PartyData(kind="individual", name="李国强", contacts=(ContactData(kind="mobile", value="13700001234"),))
    return create_customer(actor=bank.actor("mei"), data=data, unit=bank.units["west"], lead_post=bank.posts["mei"]).pk


def _sold(bank: Any, customer: Customer) -> Sale:
    product = Product.objects.create(
        code="W2", name="江岚稳健", product_class="wealth", regime="investment", state="admitted", own_grade=1
    )
    now, unit, post = timezone.now(), bank.units["west"], bank.posts["mei"]
    sale = Sale.objects.create(
        sale_no="S1", customer=customer, product=product, unit=unit, seller_post=post, seller=bank.employees["mei"],
        amount=Decimal(10_000), channel="branch", staff_took_part=True, needed=[10, 20, 30, 40, 50, 80, 90],
        opened_at=now, opened_on=TODAY, lapses_on=TODAY + 5 * DAY,
    )  # fmt: skip
    SaleGate.objects.create(sale=sale, round=1, gate=10, at=timezone.now(), by="mei", party="system")
    return sale
