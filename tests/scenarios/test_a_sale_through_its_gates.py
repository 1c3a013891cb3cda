"""Lin sells Mrs Chen a product that fits: every gate by the right hands, the hard moments told in calm words."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from kexin.core.actor import Actor, customer, system
from kexin.core.calendar import business_date
from kexin.core.errors import NotFound, NotPermitted, RuleViolation
from kexin.core.models import AuditEntry, Event, WorkItem
from kexin.holdings.models import Holding
from kexin.party.models import Customer, IdentityDocument
from kexin.people.models import ProductAuthorisation, Qualification
from kexin.products.models import Product, ProductText, TextVersion
from kexin.products.texts.rules import fingerprint
from kexin.sales.choices import Gate
from kexin.sales.followup.calling import answer_return_call
from kexin.sales.models import Order, ReturnCall, Sale
from kexin.sales.operations.approving import approve_sale
from kexin.sales.operations.confirming import acknowledge_disclosure, confirm_sale, tell_opinion
from kexin.sales.operations.opening import cancel_sale, change_sale, open_sale
from kexin.sales.operations.ordering import hand_over_sale
from kexin.sales.operations.passing import passed_gates
from kexin.sales.operations.signing import sign_sale
from kexin.sales.orders.answering import note_core_answer
from kexin.sales.orders.choices import AnswerKind
from kexin.sales.orders.rules import Answer
from kexin.sales.signatures.choices import ProofMethod
from kexin.sales.signatures.signing import Proof
from kexin.sales.why import why_ended
from kexin.suitability.matching import sources
from kexin.suitability.matching.operations import match
from kexin.suitability.models import SuitabilityDecision
from tests.personas import Bank

REQUIREMENTS = {
    "D-14": "know, recommend, disclose, confirm, follow up: stages of a policy around fixed gates",
    "D-15": ("assessment, presentation, confirmation and signing, execution", "admission is shown by the products"),
    "D-22": "risk, returns and suitability confirmed one by one and signed by the customer alone",
    "D-26": (
        "every gate with evidence, history and audit",
        "analysis and backup are shown elsewhere",
    ),
}
SCREENS = {"D-14": "/sales/<id>/", "D-22": "portal: /purchases/<id>/"}
pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
OWN = (
    "party.view_customer",
    "sales.view_own_sales",
    "sales.acknowledge_disclosure",
    "sales.confirm_sale",
    "sales.sign_sale",
    "sales.cancel_sale",
)
STATEMENTS = ("risk", "returns", "suitable", "own_will")
FINE = {"own_will": "yes", "what_bought": "product", "risk": "explained", "promise": "none", "texts": "seen"}
RIGHT = {"deposit": "no", "loss": "maybe", "benchmark": "none"}
AMOUNT = Decimal("50000.00")
DRAWING = json.dumps(
    {
        "width": 640,
        "height": 300,
        "strokes": [[[40 + 12 * n, 150 + (40 if n % 2 else -40), 20 * n] for n in range(40)]],
    }
)


@pytest.fixture
def tolerance(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What counts of Mrs Chen's assessment; a test may change it in mid-sale."""
    told = {
        "now": sources.Assessed(
            "valid",
            3,
            assessment_id=1,
            valid_until=business_date() + 90 * DAY,
            horizon="d",
            experience=3,
            objective="growth",
        )
    }
    monkeypatch.setattr(sources, "_assessed", [lambda rows, on: {row.pk: told["now"] for row in rows}])
    return told


@pytest.fixture
def product(bank: Bank, chen: Customer, tolerance: dict[str, Any]) -> Product:
    """A wealth product of R2 with reviewed texts; Lin may sell it, Mrs Chen may buy it."""
    today = business_date()
    Customer.objects.filter(pk=chen.pk).update(assets=Decimal(800_000), status="active", born_year=1985, birthday=301)
    IdentityDocument.objects.filter(party=chen.pk).update(long_term=True, expires_on=None)
    Qualification.objects.create(
        employee=bank.employees["lin"], kind="bank_wealth", number="W-1", issuer="协会", issued_on=today,
        evidence="官网", recorded_by="1004",
    )  # fmt: skip
    ProductAuthorisation.objects.create(
        employee=bank.employees["lin"], classes=["wealth"], highest_grade=5, private=True, starts_on=today,
        ends_on=today + 90 * DAY, proposed_by="1004", granted_by="1005",
    )  # fmt: skip
    row = Product.objects.create(
        code="WY-90", name="稳盈九十天", product_class="wealth", regime="investment", state="admitted", own_grade=2,
        issuer_grade=2, term_days=90, minimum_amount=Decimal(10_000),
    )  # fmt: skip
    disclosure("理财产品不是存款，可能亏损。")
    return row


def disclosure(body: str, number: int = 1) -> TextVersion:
    """A reviewed risk disclosure in use today."""
    text, _new = ProductText.objects.get_or_create(
        kind="risk_disclosure", product_class="wealth", product=None, language="zh",
        defaults={"title": "风险揭示书", "created_at": dt.datetime.now(dt.UTC)},
    )  # fmt: skip
    return TextVersion.objects.create(
        text=text, number=number, body=body, state="approved", drafted_by="1005", reviewed_by="1007",
        drafted_at=dt.datetime.now(dt.UTC), in_use_from=business_date() - (5 - number) * DAY,
        sha256=fingerprint(body),
    )  # fmt: skip


def herself(row: Customer, session: str = "portal.1") -> Actor:
    """Mrs Chen at the portal, come to buy."""
    return customer(row.pk, row.customer_no, OWN, session=session, address="10.0.0.7")


def opened(bank: Bank, row: Customer, product: Product, amount: Decimal = AMOUNT) -> Sale:
    lin = bank.actor("lin")
    opinion = match(row, product, actor=lin, channel="phone", amount=amount)
    return open_sale(
        row, product, actor=lin, amount=amount, channel="remote", staff_took_part=True, decision_no=opinion.pk
    )


def read(sale: Sale, row: Customer, *, seconds: int = 60, answers: dict[str, str] | None = None) -> Sale:
    texts = [TextVersion.objects.order_by("-number").first().pk]  # type: ignore[union-attr]
    return acknowledge_disclosure(
        sale, actor=herself(row), texts=texts, language="zh", seconds=seconds, answers=answers or RIGHT
    )


def signed(bank: Bank, row: Customer, product: Product) -> Sale:
    """A sale up to the signature."""
    sale = opened(bank, row, product)
    tell_opinion(sale, actor=bank.actor("lin"), mode="spoken")
    read(sale, row)
    confirm_sale(sale, actor=herself(row), confirmed=STATEMENTS, turn=1)
    return sign_sale(
        sale, actor=herself(row), drawing=DRAWING, proof=Proof(ProofMethod.APP, "app-1", session="portal.1")
    )


def test_from_opinion_to_follow_up_every_gate_by_the_right_hands(
    bank: Bank, chen: Customer, product: Product, client_of: Any
) -> None:
    lin = bank.actor("lin")
    sale = signed(bank, chen, product)
    hand_over_sale(sale, actor=lin)
    sale.refresh_from_db()
    assert sale.state == "sent"
    order = Order.objects.get(sale=sale)
    answer = Answer(order.order_no, AnswerKind.CONFIRMED, "C-1", AMOUNT, value_on=business_date(), account_no="6222-9")
    Order.objects.filter(pk=order.pk).update(state="taken", attempts=1)
    note_core_answer(actor=system("core"), answer=answer, source="test")
    sale.refresh_from_db()
    assert sale.state == "executed"
    assert Holding.objects.filter(account__customer=chen).exists()
    call = ReturnCall.objects.get(sale=sale)
    answer_return_call(call, actor=bank.actor("sun"), answers=FINE)
    assert passed_gates(sale) == sorted(sale.needed)
    by = dict(sale.gates.values_list("gate", "party"))
    assert {by[Gate.DISCLOSED], by[Gate.CONFIRMED], by[Gate.SIGNED]} == {"customer"}
    assert WorkItem.objects.get(kind="sales.follow_up").outcome == "understood"
    events = Event.objects.filter(name="sales.GatePassed", customer_id=chen.pk).count()
    assert events == len(sale.needed)
    done = AuditEntry.objects.filter(outcome="done", operation__startswith="sales.").values_list("operation", flat=True)
    assert {"sales.open_sale", "sales.sign_sale", "sales.hand_over_sale", "sales.note_core_answer"} <= set(done)
    page = client_of("lin").get(reverse("sales:sale", args=[sale.pk])).content.decode()
    assert sale.sale_no in page
    assert "已成交" in page
    assert client_of("mei").get(reverse("sales:sale", args=[sale.pk])).status_code == 404


def test_staff_do_nothing_for_the_customer_and_the_customer_nothing_before_the_turn(
    bank: Bank, chen: Customer, product: Product
) -> None:
    lin, sale = bank.actor("lin"), opened(bank, chen, product)
    with pytest.raises(RuleViolation) as early:
        read(sale, chen)
    assert "告知" in str(early.value.message)
    tell_opinion(sale, actor=lin, mode="screen")
    for act in (
        lambda: acknowledge_disclosure(sale, actor=lin, texts=[], language="zh", seconds=99, answers={}),
        lambda: confirm_sale(sale, actor=lin, confirmed=STATEMENTS, turn=1),
        lambda: sign_sale(sale, actor=lin, drawing=DRAWING, proof=Proof(ProofMethod.CODE)),
    ):
        with pytest.raises(NotPermitted):
            act()
    with pytest.raises(RuleViolation):
        hand_over_sale(sale, actor=lin)
    assert passed_gates(sale) == [Gate.ASSESSED, Gate.TOLD]


def test_read_too_fast_answered_wrong_or_a_text_replaced_meanwhile(
    bank: Bank, chen: Customer, product: Product
) -> None:
    sale = opened(bank, chen, product)
    tell_opinion(sale, actor=bank.actor("lin"), mode="spoken")
    with pytest.raises(RuleViolation) as fast:
        read(sale, chen, seconds=3)
    assert "15" in str(fast.value.message)
    with pytest.raises(RuleViolation) as wrong:
        read(sale, chen, answers={**RIGHT, "deposit": "yes"})
    assert list(wrong.value.fields) == ["deposit"]
    old = TextVersion.objects.get().pk
    disclosure("新的风险揭示书。", number=2)
    with pytest.raises(RuleViolation) as replaced:
        acknowledge_disclosure(sale, actor=herself(chen), texts=[old], language="zh", seconds=60, answers=RIGHT)
    assert "更新" in str(replaced.value.message)
    read(sale, chen)
    gate = sale.gates.get(gate=Gate.DISCLOSED)
    assert [each["version"] for each in gate.evidence["texts"]] == [2]


def test_what_changed_between_signature_and_order_ends_the_sale_with_its_reason(
    bank: Bank, chen: Customer, product: Product, tolerance: dict[str, Any]
) -> None:
    sale = signed(bank, chen, product)
    tolerance["now"] = sources.Assessed("expired", None, valid_until=business_date() - DAY)
    hand_over_sale(sale, actor=bank.actor("lin"))
    sale.refresh_from_db()
    assert (sale.state, Order.objects.count()) == ("refused", 0)
    assert "风险测评" in why_ended(sale)
    assert SuitabilityDecision.objects.order_by("-pk").first().outcome == "refuse"  # type: ignore[union-attr]


def test_another_amount_begins_anew(bank: Bank, chen: Customer, product: Product) -> None:
    lin, sale = bank.actor("lin"), signed(bank, chen, product)
    opinion = match(chen, product, actor=lin, channel="phone", amount=Decimal(60_000))
    with pytest.raises(RuleViolation):  # the opinion was given for another amount
        change_sale(sale, actor=lin, amount=Decimal(70_000), decision_no=opinion.pk, version=sale.version)
    changed = change_sale(sale, actor=lin, amount=Decimal(60_000), decision_no=opinion.pk, version=sale.version)
    assert (changed.round, passed_gates(changed)) == (2, [Gate.ASSESSED])
    tell_opinion(changed, actor=lin, mode="spoken")
    read(changed, chen)
    with pytest.raises(RuleViolation):  # what she read was the first amount
        confirm_sale(changed, actor=herself(chen), confirmed=STATEMENTS, turn=1)


@pytest.mark.parametrize(
    ("amount", "field"), [("0.001", "amount"), ("9999.99", "amount"), ("1e15", "amount"), ("-1", "amount")]
)
def test_amounts_that_cannot_be_sold(bank: Bank, chen: Customer, product: Product, amount: str, field: str) -> None:
    with pytest.raises(RuleViolation) as refusal:
        open_sale(
            chen, product, actor=bank.actor("lin"), amount=Decimal(amount), channel="remote", staff_took_part=True,
            decision_no=match(chen, product, actor=bank.actor("lin"), channel="phone", amount=AMOUNT).pk,
        )  # fmt: skip
    assert list(refusal.value.fields) == [field]
    assert not Sale.objects.exists()


def test_a_suspended_product_and_a_refusing_opinion_open_nothing(bank: Bank, chen: Customer, product: Product) -> None:
    lin = bank.actor("lin")
    Product.objects.filter(pk=product.pk).update(own_grade=4)
    opinion = match(chen, product, actor=lin, channel="phone", amount=AMOUNT)
    assert opinion.outcome == "refuse"
    with pytest.raises(RuleViolation):
        open_sale(
            chen, product, actor=lin, amount=AMOUNT, channel="remote", staff_took_part=True, decision_no=opinion.pk
        )
    Product.objects.filter(pk=product.pk).update(own_grade=2, state="suspended")
    with pytest.raises(RuleViolation) as refusal:
        open_sale(
            chen, product, actor=lin, amount=AMOUNT, channel="remote", staff_took_part=True, decision_no=opinion.pk
        )
    assert "暂停" in str(refusal.value.fields["product"])
    assert not Sale.objects.exists()


def test_an_elderly_customer_needs_a_second_pair_of_eyes(
    bank: Bank, chen: Customer, product: Product, tolerance: dict[str, Any]
) -> None:
    tolerance["now"] = sources.Assessed(
        "valid",
        3,
        elder=True,
        assessment_id=1,
        valid_until=business_date() + 90 * DAY,
        horizon="d",
        experience=3,
        objective="growth",
    )
    Product.objects.filter(pk=product.pk).update(own_grade=3, issuer_grade=3)
    sale, zhou = signed(bank, chen, product), bank.actor("zhou")
    assert Gate.APPROVED in sale.needed
    item = WorkItem.objects.get(kind="sales.approval", status="open")
    assert item.owner_post_id == bank.posts["zhou"].pk
    with pytest.raises(NotPermitted):
        approve_sale(sale, actor=bank.actor("lin"), approve=True)
    with pytest.raises(RuleViolation):
        hand_over_sale(sale, actor=bank.actor("lin"))
    approve_sale(sale, actor=zhou, approve=True, note="已致电核实")
    item.refresh_from_db()
    assert (item.status, item.outcome) == ("done", "approved")
    hand_over_sale(sale, actor=bank.actor("lin"))
    assert Order.objects.filter(sale=sale).count() == 1


def test_the_customer_changes_her_mind_and_nobody_elses_sale_is_there(
    bank: Bank, chen: Customer, product: Product
) -> None:
    sale = opened(bank, chen, product)
    with pytest.raises(NotFound):
        cancel_sale(
            sale, actor=customer(chen.pk + 1, "C-other", OWN, session="portal.2", address="10.0.0.8"), reason="x"
        )
    cancel_sale(sale, actor=herself(chen), reason="不想买了")
    sale.refresh_from_db()
    assert (sale.state, sale.closed_at is not None) == ("cancelled", True)
    with pytest.raises(RuleViolation):
        tell_opinion(sale, actor=bank.actor("lin"), mode="spoken")


def test_who_took_part_decides_whether_the_sale_is_recorded(bank: Bank, chen: Customer, product: Product) -> None:
    lin = bank.actor("lin")
    opinion = match(chen, product, actor=lin, channel="branch", amount=AMOUNT)
    sales = [
        open_sale(
            chen, product, actor=lin, amount=AMOUNT, channel="premises", staff_took_part=took_part,
            decision_no=opinion.pk,
        )
        for took_part in (True, False)
    ]  # fmt: skip
    assert [Gate.RECORDED in sale.needed for sale in sales] == [True, False]
