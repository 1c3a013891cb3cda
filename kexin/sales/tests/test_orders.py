"""Orders through their doors: files, a core server that misbehaves, the demonstration, the nightly comparison."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import threading
from collections.abc import Iterator
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from kexin.core.actor import system
from kexin.core.errors import NotFound, NotPermitted, RuleViolation
from kexin.core.models import AuditEntry, Event, WorkItem
from kexin.core.operation import doors, operation
from kexin.holdings.models import Account, Holding
from kexin.products.models import Product
from kexin.sales.choices import Gate
from kexin.sales.models import Order, OrderAnswer, OrderDifference, Sale, SaleGate
from kexin.sales.orders import answering
from kexin.sales.orders.adapters import http_core
from kexin.sales.orders.adapters.files import Files
from kexin.sales.orders.answering import collect_answers, note_core_answer
from kexin.sales.orders.choices import AnswerKind
from kexin.sales.orders.handing import due_orders, hand_over, send_order
from kexin.sales.orders.queries import order_differences, order_file, orders
from kexin.sales.orders.reconciling import compare_orders, compare_recent
from kexin.sales.orders.rules import Answer
from kexin.sales.orders.settling import settle_order_difference
from kexin.sales.rules import ALWAYS

pytestmark = pytest.mark.django_db
ROBOT = system("test")
DAY = dt.date(2026, 11, 20)


@pytest.fixture
def sale(bank: Any, chen: Any) -> Sale:
    """A sale of 50,000 whose gates are passed up to the handing over."""
    product = Product.objects.create(code="FIX-90", name="稳盈九十天", product_class="wealth", term_days=90)
    sale = Sale.objects.create(
        sale_no="S20261120001",
        customer=chen,
        product=product,
        unit=bank.units["east"],
        seller_post=bank.posts["lin"],
        seller=bank.employees["lin"],
        amount=50_000,
        channel="premises",
        staff_took_part=True,
        needed=sorted(ALWAYS),
        opened_at=timezone.now(),
        opened_on=DAY,
        lapses_on=dt.date(2099, 1, 1),
    )
    for gate in sorted(ALWAYS - {Gate.EXECUTED}):
        SaleGate.objects.create(sale=sale, round=1, gate=gate, at=timezone.now(), by="x", party="staff")
    return sale


def made(sale: Sale) -> Order:
    """The order, made inside an operation as the gate does it."""

    @operation("test.send_order", label="Send an order")
    def send(*, actor: Any) -> Order:
        return send_order(sale, actor=actor)

    doors.pop("test.send_order")  # not a door of the house
    return send(actor=ROBOT)


def again(order: Order) -> None:
    """Let the pause before the next attempt be over."""
    Order.objects.filter(pk=order.pk).update(next_at=timezone.now())


def said(order: Order, kind: str = "confirmed", amount: str = "50000.00", core_no: str = "C1", **more: Any) -> Answer:
    figure = Decimal(amount) if kind == "confirmed" else None
    return Answer(order.order_no, AnswerKind(kind), core_no, figure, **more)


class Core:
    """A stand-in for a core system. ``moods`` are its next behaviours, then it takes every order."""

    def __init__(self) -> None:
        self.moods: list[str] = []
        self.known: dict[str, dict[str, Any]] = {}
        self.asked: list[str] = []
        self.let_go = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                ticket = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                key = self.headers["Idempotency-Key"]
                assert key == ticket["order_no"]
                outer.asked.append(key)
                mood = outer.moods.pop(0) if outer.moods else ""
                if mood == "fail":
                    return self.say(503, {"reason": "maintenance"})
                if mood == "refuse":
                    return self.say(422, {"reason": "余额不足"})
                repeated = key in outer.known
                outer.known.setdefault(key, {"order_no": key, "kind": "taken", "core_no": f"C{len(outer.known) + 1}"})
                if mood == "late":
                    outer.let_go.wait(5)
                    return None
                if mood == "gibberish":
                    return self.say(200, ["?"])
                return self.say(409 if repeated else 201, outer.known[key])

            def do_GET(self) -> None:
                path, _mark, day = self.path.partition("?day=")
                if day:
                    return self.say(200, list(outer.known.values()))
                number = path.rsplit("/", 1)[-1]
                return self.say(200, outer.known[number]) if number in outer.known else self.say(404, {})

            def say(self, status: int, content: Any) -> None:
                said = json.dumps(content).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

            def log_message(self, format: str, *args: Any) -> None:
                """Requests are not news."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/core"

    def confirm(self, order: Order, amount: str = "50000.00", core_no: str = "C1") -> None:
        self.known[order.order_no] = {
            "order_no": order.order_no, "kind": "confirmed", "core_no": core_no, "amount": amount,
            "units": "48543.69", "price": "1.03", "account_no": "WA77", "value_on": "2026-11-23",
        }  # fmt: skip


@pytest.fixture
def core(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Core]:
    stand_in = Core()
    settings.KEXIN_CORE, settings.KEXIN_CORE_URL = "http", stand_in.url
    monkeypatch.setattr(http_core.HttpCore.__init__, "__defaults__", ("", 0.3))
    yield stand_in
    stand_in.let_go.set()
    stand_in.server.shutdown()
    stand_in.server.server_close()


def test_a_core_system_that_fails_and_answers_too_late_gets_the_order_once(sale: Sale, core: Core, chen: Any) -> None:
    core.moods = ["fail", "late", "gibberish"]
    order = made(sale)
    assert made(sale).pk == order.pk, "the same round is ordered once"
    for problem in ("http-503", "TimeoutError", "unreadable"):
        hand_over(order.pk)
        order.refresh_from_db()
        assert (order.state, order.problem) == ("waiting", problem)
        assert due_orders() == [], "a pause first"
        again(order)
    hand_over(order.pk)
    hand_over(order.pk)  # the job ran twice
    order.refresh_from_db()
    assert (order.state, order.attempts, order.core, order.problem) == ("taken", 4, "http", "")
    assert core.asked == [order.order_no] * 4
    assert len(core.known) == 1

    assert collect_answers() == 0, "no last word yet"
    core.confirm(order)
    assert collect_answers() == 1
    assert collect_answers() == 0
    order.refresh_from_db()
    assert (order.state, order.core_no, order.confirmed_units) == ("confirmed", "C1", Decimal("48543.69"))
    held = Holding.objects.get(customer=chen)
    assert (held.cost, held.units, held.source_no) == (Decimal(50_000), Decimal("48543.69"), order.order_no)
    assert held.account.source_no == "WA77"
    assert held.matures_on == dt.date(2027, 2, 21)
    told = Event.objects.filter(customer_id=chen.pk).values_list("name", flat=True)
    assert {"sales.OrderSent", "sales.OrderConfirmed", "holdings.PurchaseBooked"} <= set(told)
    assert AuditEntry.objects.filter(operation="sales.note_core_answer", outcome="done").exists()


def test_a_refusal_ends_the_order_and_tells_the_sale(sale: Sale, core: Core, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[str] = []
    monkeypatch.setattr(answering, "_after_refusal", [lambda order, actor: heard.append(order.order_no)])
    core.moods = ["refuse"]
    order = made(sale)
    hand_over(order.pk)
    order.refresh_from_db()
    assert (order.state, order.problem) == ("refused", "余额不足")
    assert heard == [order.order_no]
    assert not Holding.objects.exists()
    with pytest.raises(IntegrityError, match="stays so"), transaction.atomic():
        Order.objects.filter(pk=order.pk).update(state="waiting", ended_at=None)


def test_an_order_that_nobody_answered_becomes_work_for_somebody_else_than_the_seller(
    sale: Sale, core: Core, bank: Any
) -> None:
    order = made(sale)
    Order.objects.update(attempts=7)
    core.moods = ["fail", "fail"]
    hand_over(order.pk)
    order.refresh_from_db()
    assert order.state == "unclear"
    work = WorkItem.objects.get(kind="sales.order_difference")
    assert (work.owner_post_id, work.customer_id) == (bank.posts["zhou"].pk, order.customer_id)
    row = OrderDifference.objects.get()

    with pytest.raises(NotPermitted):
        settle_order_difference(row, actor=bank.actor("lin"), way="again", note="x")
    with pytest.raises(RuleViolation):
        settle_order_difference(row, actor=bank.actor("zhou"), way="accept", note="x")
    settle_order_difference(row, actor=bank.actor("zhou"), way="again", note="核心已恢复")
    core.moods = []
    hand_over(order.pk)
    order.refresh_from_db()
    work.refresh_from_db()
    assert (order.state, work.status, work.outcome) == ("taken", "done", "again")
    with pytest.raises(RuleViolation):
        settle_order_difference(row, actor=bank.actor("zhou"), way="again", note="once more")


def test_other_amounts_and_second_words_are_never_taken_by_a_machine(sale: Sale, bank: Any, settings: Any) -> None:
    settings.KEXIN_CORE = "demonstration"
    order = made(sale)
    hand_over(order.pk)
    note_core_answer(actor=ROBOT, answer=said(order, amount="49999.99"), source="t")
    order.refresh_from_db()
    assert order.state == "taken"
    row = OrderDifference.objects.get()
    assert (row.kind, row.ours, row.theirs) == ("amount", Decimal(50_000), Decimal("49999.99"))
    settle_order_difference(row, actor=bank.actor("zhou"), way="accept", note="部分确认，已电话核实")
    order.refresh_from_db()
    assert (order.state, order.confirmed_amount) == ("confirmed", Decimal("49999.99"))
    assert Holding.objects.get().cost == Decimal("49999.99")

    note_core_answer(actor=ROBOT, answer=said(order, amount="49999.99"), source="t")  # the same word
    assert not order_differences(bank.actor("zhou")).exists()
    note_core_answer(actor=ROBOT, answer=said(order, core_no="C2"), source="t")
    note_core_answer(actor=ROBOT, answer=said(order, core_no="C2"), source="t")
    (twice,) = order_differences(bank.actor("zhou"))
    assert (twice.kind, Holding.objects.count()) == ("twice", 1)
    assert [row.effect for row in order_file(bank.actor("zhou"), order.pk).answers] == [
        "take", "amount", "confirm", "twice",
    ]  # fmt: skip
    with pytest.raises(IntegrityError, match="append"), transaction.atomic():
        OrderAnswer.objects.update(effect="x")


def test_the_demonstration_confirms_on_the_day_of_the_product(sale: Sale, settings: Any, bank: Any) -> None:
    settings.KEXIN_CORE, settings.KEXIN_BUSINESS_DATE = "demonstration", "2026-11-20"  # a Friday
    order = made(sale)
    hand_over(order.pk)
    assert order.expected_on == dt.date(2026, 11, 23)
    assert collect_answers() == 0
    settings.KEXIN_BUSINESS_DATE = "2026-11-23"
    assert collect_answers() == 1
    (row,) = orders(bank.actor("lin"))
    assert row.state == "confirmed"
    assert list(orders(bank.actor("mei"))) == []
    with pytest.raises(NotFound):
        order_file(bank.actor("mei"), order.pk)
    assert [each.differences for each in compare_recent()] == [0, 0, 0, 0, 0]


def put(folder: Path, name: str, content: bytes, *, rows: int, sha256: str = "") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)
    told = {"sha256": sha256 or hashlib.sha256(content).hexdigest(), "rows": rows}
    (folder / f"{name}.manifest").write_text(json.dumps(told))


def test_orders_leave_as_files_and_answers_come_as_files(sale: Sale, settings: Any, tmp_path: Path) -> None:
    settings.KEXIN_CORE, settings.KEXIN_CORE_DIR = "file", str(tmp_path)
    order = made(sale)
    hand_over(order.pk)
    left = tmp_path / "out" / f"{order.order_no}.json"
    ticket = json.loads(left.read_text())
    assert (ticket["amount"], ticket["product_code"], ticket["currency"]) == ("50000.00", "FIX-90", "CNY")
    manifest = json.loads(left.with_name(left.name + ".manifest").read_text())
    assert manifest["sha256"] == hashlib.sha256(left.read_bytes()).hexdigest()
    written = left.stat().st_mtime_ns
    Order.objects.update(state="waiting", next_at=timezone.now())
    hand_over(order.pk)
    assert left.stat().st_mtime_ns == written, "handed over again: nothing is written twice"

    head = "order_no,kind,core_no,amount,units,price,account_no,value_on,reason\n"
    good = f"{head}{order.order_no},confirmed,C9,50000.00,50000,1,WA1,2026-11-23,\n".encode()
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "half.csv").write_bytes(good)  # no manifest: not finished
    put(tmp_path / "in", "wrong.csv", good, rows=1, sha256="0" * 64)
    put(tmp_path / "in", "mixed.csv", good + b"S9-1,confirmed,C,,,,,,\n", rows=2)
    put(tmp_path / "in", "strange.json", json.dumps([{"order_no": "S8-1", "kind": "taken"}]).encode(), rows=1)
    assert collect_answers() == 4
    order.refresh_from_db()
    assert (order.state, order.core_no) == ("confirmed", "C9")
    found = {(row.kind, row.order_no) for row in OrderDifference.objects.all()}
    assert found == {("unreadable", "wrong.csv"), ("unreadable", "mixed.csv:2"), ("unknown_here", "S8-1")}
    assert {path.name for path in (tmp_path / "bad").iterdir()} == {"wrong.csv", "wrong.csv.manifest"}
    assert (tmp_path / "in" / "half.csv").exists()
    assert collect_answers() == 0

    put(tmp_path / "in", "statement-2026-11-20.csv", head.encode(), rows=0)
    assert list(Files(tmp_path).statement(DAY) or ()) == []
    assert Files(tmp_path).statement(DAY + dt.timedelta(days=1)) is None


def test_the_nightly_comparison_opens_each_difference_once(sale: Sale, bank: Any, settings: Any) -> None:
    settings.KEXIN_CORE, settings.KEXIN_BUSINESS_DATE = "demonstration", "2026-11-20"
    order = made(sale)
    hand_over(order.pk)
    for _night in (1, 2):
        found = compare_orders(actor=ROBOT, day=DAY, statement=[], source="s")
        assert found.differences == 1
    (row,) = OrderDifference.objects.all()
    assert (row.kind, row.ours) == ("unknown_there", Decimal(50_000))
    late = [said(order), Answer("X1", AnswerKind.CONFIRMED, "C7", Decimal(1))]
    assert compare_orders(actor=ROBOT, day=DAY, statement=late, source="s").taken == 1
    order.refresh_from_db()
    row.refresh_from_db()
    assert (order.state, row.way) == ("confirmed", "explained"), "the core's word settles what waited for it"
    strange = OrderDifference.objects.get(order_no="X1")
    assert (strange.kind, strange.unit) == ("unknown_here", bank.units["head"])
    assert not WorkItem.objects.open().filter(subject_id=row.pk, kind="sales.order_difference").exists()


def test_no_order_is_made_before_its_sale_is_ready(sale: Sale) -> None:
    Sale.objects.filter(pk=sale.pk).update(round=2)
    sale.refresh_from_db()
    made(sale)
    with pytest.raises(IntegrityError, match="ready to be handed over"), transaction.atomic():
        connection.check_constraints()  # what the end of a transaction does
    for gate in sorted(ALWAYS - {Gate.EXECUTED}):
        SaleGate.objects.create(sale=sale, round=2, gate=gate, at=timezone.now(), by="x", party="staff")
    connection.check_constraints()


def test_a_deposit_is_an_account_of_its_own(sale: Sale, settings: Any, chen: Any) -> None:
    settings.KEXIN_CORE = "demonstration"
    Product.objects.update(product_class="time_deposit", rate=Decimal("1.5"))
    order = made(sale)
    hand_over(order.pk)
    note_core_answer(actor=ROBOT, answer=said(order, value_on=DAY), source="t")
    account = Account.objects.get(customer=chen, source="core")
    assert (account.kind, account.balance, account.matures_on) == ("time_deposit", 50_000, DAY + dt.timedelta(days=90))
    assert not Holding.objects.exists()


def test_pages_show_orders_and_settle_differences(sale: Sale, core: Core, client_of: Any, bank: Any) -> None:
    order = made(sale)
    Order.objects.update(attempts=7)
    core.moods = ["fail"]
    hand_over(order.pk)
    row = OrderDifference.objects.get()
    zhou = client_of("zhou")
    assert order.order_no in zhou.get("/orders/").content.decode()
    assert "http-503" in zhou.get(f"/orders/{order.pk}/").content.decode()
    assert order.order_no in zhou.get("/orders/differences/").content.decode()
    page = f"/orders/differences/{row.pk}/"
    assert zhou.get(page).status_code == 200
    assert zhou.post(page, {"way": "give_up"}).status_code == 422
    assert zhou.post(page, {"way": "give_up", "note": "核心查无此单"}).status_code == 302
    order.refresh_from_db()
    assert (order.state, order.problem) == ("failed", "核心查无此单")
    assert "核心查无此单" in zhou.get(page).content.decode()
    assert order.order_no in zhou.get("/orders/differences/?settled=1").content.decode()
    lin = client_of("lin")
    shown = lin.get(f"/orders/{order.pk}/").content.decode()
    assert "已放弃" in shown
    assert page not in shown
    assert lin.get(page).status_code == 404
    assert client_of("mei").get(f"/orders/{order.pk}/").status_code == 404
