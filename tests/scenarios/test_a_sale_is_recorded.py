"""Lin sells in the branch and records it node by node; the order waits for it, and somebody else inspects it."""

from __future__ import annotations

import hashlib
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from kexin.core import vault
from kexin.core.actor import system
from kexin.core.calendar import business_date
from kexin.core.errors import NotFound, NotPermitted, RuleViolation
from kexin.core.models import AuditEntry, Event, PolicyVersion, WorkItem
from kexin.core.policy import forget_cache
from kexin.party.models import Customer
from kexin.products.models import Product
from kexin.sales.choices import Gate
from kexin.sales.models import Order, RecordingMark, RecordingPiece, Sale, SaleGate, SalesRecording
from kexin.sales.operations.confirming import confirm_sale, tell_opinion
from kexin.sales.operations.opening import change_sale, open_sale
from kexin.sales.operations.ordering import hand_over_sale
from kexin.sales.operations.passing import passed_gates
from kexin.sales.operations.signing import sign_sale
from kexin.sales.orders.answering import note_core_answer
from kexin.sales.orders.choices import AnswerKind
from kexin.sales.orders.rules import Answer
from kexin.sales.recordings.begun import begin_recording, mark_node, refuse_recording
from kexin.sales.recordings.completing import add_piece, complete_recording
from kexin.sales.recordings.inspecting import inspect_recording
from kexin.sales.recordings.playing import playable_recording
from kexin.sales.recordings.rules import whole_digest
from kexin.sales.signatures.choices import ProofMethod
from kexin.sales.signatures.signing import Proof
from kexin.suitability.matching.operations import match
from tests.personas import Bank
from tests.scenarios.test_a_sale_through_its_gates import (
    AMOUNT,
    DRAWING,
    STATEMENTS,
    herself,
    product,
    read,
    tolerance,
)

__all__ = ["product", "tolerance"]
REQUIREMENTS = {
    "D-26": (
        "the recording of a sale with its nodes, checksum and inspection",
        "analysis and backup are shown elsewhere",
    ),
}
SCREENS = {"D-26": "/sales/<id>/recording/"}
pytestmark = pytest.mark.django_db
FILM = b"\x1a\x45\xdf\xa3" + bytes(range(256)) * 300  # begins as WebM begins; 76,804 bytes
PIECES = [FILM[at : at + 30_000] for at in range(0, len(FILM), 30_000)]
DIGESTS = [hashlib.sha256(each).hexdigest() for each in PIECES]
NODES = ["consent", "seller", "identity", "product", "not_deposit", "disclosure", "understood", "signing"]


@pytest.fixture(autouse=True)
def everything_is_inspected(bank: Bank) -> None:
    """Chance is not asked: every recording is chosen."""
    row = PolicyVersion.objects.get(code="sales.recording")
    PolicyVersion.objects.filter(pk=row.pk).update(values={**row.values, "sample_percent": 100})
    forget_cache()


def on_premises(bank: Bank, row: Customer, product: Product) -> Sale:
    """A sale in the branch, staff taking part."""
    lin = bank.actor("lin")
    opinion = match(row, product, actor=lin, channel="branch", amount=AMOUNT)
    return open_sale(
        row, product, actor=lin, amount=AMOUNT, channel="premises", staff_took_part=True, decision_no=opinion.pk
    )


def sign(sale: Sale, row: Customer, bank: Bank) -> None:
    """Everything the customer does, up to the signature."""
    tell_opinion(sale, actor=bank.actor("lin"), mode="spoken")
    read(sale, row)
    confirm_sale(sale, actor=herself(row), confirmed=STATEMENTS, turn=sale.round)
    sign_sale(sale, actor=herself(row), drawing=DRAWING, proof=Proof(ProofMethod.APP, "app-1", session="portal.1"))


def mark(recording: SalesRecording, bank: Bank, codes: list[str], *, begin: int = 0) -> None:
    for number, code in enumerate(codes, begin):
        mark_node(
            recording, actor=bank.actor("lin"), code=code, began=Decimal(number * 10),
            ended=Decimal(number * 10 + 9), result="yes",
        )  # fmt: skip


def send(recording: SalesRecording, bank: Bank, pieces: list[bytes] | None = None) -> None:
    for number, each in enumerate(pieces or PIECES):
        digest = hashlib.sha256(each).hexdigest()
        add_piece(recording, actor=bank.actor("lin"), number=number, content=each, sha256=digest)


def finish(recording: SalesRecording, bank: Bank, **changes: Any) -> SalesRecording:
    told: dict[str, Any] = {"seconds": Decimal(90), "whole": whole_digest(DIGESTS), "media_type": "video/webm"}
    return complete_recording(recording, actor=bank.actor("lin"), **{**told, **changes})


def recorded(bank: Bank, row: Customer, product: Product) -> tuple[Sale, SalesRecording]:
    """A sale recorded in full."""
    sale = on_premises(bank, row, product)
    recording = begin_recording(sale, actor=bank.actor("lin"), consented=True)
    sign(sale, row, bank)
    mark(recording, bank, NODES)
    send(recording, bank)
    return sale, finish(recording, bank)


def test_from_consent_to_execution_with_a_recording(bank: Bank, chen: Customer, product: Product) -> None:
    lin, sale = bank.actor("lin"), on_premises(bank, chen, product)
    assert Gate.RECORDED in sale.needed
    with pytest.raises(RuleViolation) as refusal:
        begin_recording(sale, actor=lin, consented=False)
    assert list(refusal.value.fields) == ["consented"]
    recording = begin_recording(sale, actor=lin, consented=True)
    assert [each["code"] for each in recording.script] == NODES

    sign(sale, chen, bank)
    with pytest.raises(RuleViolation) as early:
        hand_over_sale(sale, actor=lin)
    assert "双录" in str(early.value.message)
    mark(recording, bank, NODES)
    send(recording, bank)
    row = finish(recording, bank)

    assert (row.state, row.size, row.sha256) == ("done", len(FILM), hashlib.sha256(FILM).hexdigest())
    assert b"".join(vault.read(row.stored_as, row.key_id)) == FILM
    assert FILM[4:40] not in (vault.root() / row.stored_as).read_bytes(), "encrypted"
    assert not RecordingPiece.objects.exists()
    assert row.kept_until.year == business_date().year + 5  # type: ignore[union-attr]
    gate = sale.gates.get(gate=Gate.RECORDED)
    assert (gate.party, gate.evidence["sha256"], gate.evidence["nodes"]) == ("staff", row.sha256, len(NODES))

    hand_over_sale(sale, actor=lin)
    order = Order.objects.get(sale=sale)
    Order.objects.filter(pk=order.pk).update(state="taken", attempts=1)
    answer = Answer(order.order_no, AnswerKind.CONFIRMED, "C-1", AMOUNT, value_on=business_date(), account_no="6222-9")
    note_core_answer(actor=system("core"), answer=answer, source="test")
    sale.refresh_from_db()
    assert sale.state == "executed"
    told = set(Event.objects.filter(name__startswith="sales.Recording").values_list("name", flat=True))
    assert told == {"sales.RecordingBegun", "sales.RecordingCompleted"}
    done = AuditEntry.objects.filter(operation__contains="record", outcome="done").values_list("operation", flat=True)
    assert set(done) == {"sales.begin_recording", "sales.add_recording_piece", "sales.complete_recording"}


def test_no_consent_ends_the_sale(bank: Bank, chen: Customer, product: Product) -> None:
    lin, sale = bank.actor("lin"), on_premises(bank, chen, product)
    recording = begin_recording(sale, actor=lin, consented=True)
    send(recording, bank, PIECES[:1])
    refuse_recording(sale, actor=lin)
    sale.refresh_from_db()
    recording.refresh_from_db()
    assert (sale.state, sale.reason, recording.state) == ("refused", "客户不同意录音录像。", "void")
    assert Event.objects.filter(name="sales.RecordingRefused", customer_id=chen.pk).count() == 1
    with pytest.raises(RuleViolation):
        begin_recording(sale, actor=lin, consented=True)


def test_nothing_is_skipped_damaged_or_taken_for_what_it_is_not(
    bank: Bank,
    chen: Customer,
    product: Product,
) -> None:
    lin, sale = bank.actor("lin"), on_premises(bank, chen, product)
    recording = begin_recording(sale, actor=lin, consented=True)
    with pytest.raises(RuleViolation):
        mark(recording, bank, ["identity"])
    mark_node(recording, actor=lin, code="consent", began=Decimal(0), ended=Decimal(3), result="unclear")
    mark_node(recording, actor=lin, code="consent", began=Decimal(3), ended=Decimal(8), result="yes")
    mark(recording, bank, NODES[1:], begin=1)
    assert RecordingMark.objects.count() == len(NODES) + 1, "the unclear answer stays to be heard"

    with pytest.raises(RuleViolation) as damaged:
        add_piece(recording, actor=lin, number=0, content=PIECES[0][:-1], sha256=DIGESTS[0])
    assert list(damaged.value.fields) == ["sha256"]
    with pytest.raises(RuleViolation):
        add_piece(recording, actor=lin, number=1, content=PIECES[1], sha256=DIGESTS[1])
    assert add_piece(recording, actor=lin, number=0, content=PIECES[0], sha256=DIGESTS[0]) == 1
    assert add_piece(recording, actor=lin, number=0, content=PIECES[0], sha256=DIGESTS[0]) == 1, "sent twice"
    with pytest.raises(RuleViolation):
        add_piece(recording, actor=lin, number=0, content=PIECES[1], sha256=DIGESTS[1])
    send(recording, bank)
    with pytest.raises(RuleViolation) as unsigned:
        finish(recording, bank)
    assert "签署" in str(unsigned.value.message)
    sign(sale, chen, bank)
    for wrong, field in (
        ({"whole": whole_digest(DIGESTS[:-1])}, "whole"),
        ({"seconds": Decimal(60)}, "seconds"),
        ({"seconds": Decimal(4000)}, "whole"),  # a small file that claims more than an hour
        ({"media_type": "video/mp4"}, "media_type"),
    ):
        with pytest.raises(RuleViolation) as refusal:
            finish(recording, bank, **wrong)
        assert list(refusal.value.fields) == [field]
    recording.refresh_from_db()
    assert (recording.state, passed_gates(sale)[-1]) == ("open", Gate.SIGNED)
    finish(recording, bank)
    with pytest.raises(RuleViolation):
        mark(recording, bank, ["consent"])
    with pytest.raises(RuleViolation):
        begin_recording(sale, actor=lin, consented=True)


def test_another_amount_is_recorded_anew(bank: Bank, chen: Customer, product: Product) -> None:
    lin = bank.actor("lin")
    sale, _recording = recorded(bank, chen, product)
    sale.refresh_from_db()
    opinion = match(chen, product, actor=lin, channel="branch", amount=Decimal(60_000))
    changed = change_sale(sale, actor=lin, amount=Decimal(60_000), decision_no=opinion.pk, version=sale.version)
    assert Gate.RECORDED in changed.needed
    again = begin_recording(changed, actor=lin, consented=True)
    assert (again.round, SalesRecording.objects.filter(sale=sale).count()) == (2, 2)


def test_the_database_holds_it_against_whoever_writes_past_the_doors(
    bank: Bank,
    chen: Customer,
    product: Product,
) -> None:
    sale = on_premises(bank, chen, product)
    sign(sale, chen, bank)
    recording = begin_recording(sale, actor=bank.actor("lin"), consented=True)
    rows = SalesRecording.objects.filter(pk=recording.pk)
    whole = {"seconds": 90, "size": 9, "sha256": "a" * 64, "stored_as": "x", "ended_at": timezone.now()}

    def refused(constraint: str, act: Any) -> None:
        with pytest.raises(IntegrityError) as caught, transaction.atomic():
            act()
        assert caught.value.__cause__.diag.constraint_name == constraint  # type: ignore[union-attr]

    def gate() -> None:
        SaleGate.objects.create(sale=sale, round=1, gate=60, at=timezone.now(), by="x", party="staff")

    def node(code: str, position: int) -> None:
        RecordingMark.objects.create(
            recording=recording, position=position, code=code, kind="prompt", began=0, ended=1, result="yes", by="x"
        )

    refused("sales_gate_recorded", gate)
    refused("sales_mark_in_turn", lambda: node("identity", 0))
    refused("sales_recording_nodes", lambda: rows.update(state="done", **whole))
    refused("sales_recording_stays", lambda: rows.update(script=[]))
    mark(recording, bank, NODES)
    refused("sales_recording_done", lambda: rows.update(state="done"))
    rows.update(state="done", kept_until=business_date(), **whole)
    refused("sales_recording_stays", lambda: rows.update(sha256="b" * 64))
    refused("sales_recording_stays", lambda: rows.update(state="open"))
    refused("sales_mark_in_turn", lambda: node("signing", len(NODES)))
    with pytest.raises(IntegrityError, match="append"), transaction.atomic():
        RecordingMark.objects.update(ended=99)
    gate()


def test_somebody_else_inspects_and_a_fault_becomes_work(
    bank: Bank,
    chen: Customer,
    product: Product,
) -> None:
    wu, (_sale, recording) = bank.actor("wu"), recorded(bank, chen, product)
    item = WorkItem.objects.get(kind="sales.inspect_recording")
    assert (item.owner_post_id, item.status) == (bank.posts["wu"].pk, "open")
    for name in ("lin", "mei", "zhou"):
        with pytest.raises(NotPermitted):
            inspect_recording(recording, actor=bank.actor(name), result="passed")
    with pytest.raises(NotPermitted):
        playable_recording(bank.actor("lin"), recording.pk)
    _row, content = playable_recording(wu, recording.pk, first=70_000)
    assert b"".join(content) == FILM[70_000:]
    read_by = AuditEntry.objects.get(operation="sales.play_recording", outcome="read")
    assert (read_by.actor_name, read_by.customer_id) == (wu.name, chen.pk)

    for second, reason, field in (
        (None, "未出示证件", "second"),
        (Decimal(91), "未出示证件", "second"),
        (Decimal(5), " ", "reason"),
    ):
        with pytest.raises(RuleViolation) as refusal:
            inspect_recording(recording, actor=wu, result="faulty", second=second, reason=reason)
        assert field in refusal.value.fields
    inspect_recording(recording, actor=wu, result="faulty", second=Decimal("21.5"), reason="证件没有对准镜头")
    item.refresh_from_db()
    assert (item.status, item.outcome) == ("done", "faulty")
    owed = WorkItem.objects.get(kind="sales.correct_recording")
    assert (owed.owner_post_id, owed.details["second"]) == (bank.posts["lin"].pk, "21.5")
    assert Event.objects.get(name="sales.RecordingInspected").payload["result"] == "faulty"
    with pytest.raises(RuleViolation):
        inspect_recording(recording, actor=wu, result="passed")
    with pytest.raises(NotFound):
        inspect_recording(recording.pk + 1, actor=wu, result="passed")
