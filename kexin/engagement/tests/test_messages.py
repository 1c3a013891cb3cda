"""Messages out: what may be written, one attempt after another, a real mail server and a gateway that misbehaves."""

from __future__ import annotations

import datetime as dt
import json
import logging
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from django.utils import timezone

from kexin.core.actor import system
from kexin.core.errors import RuleViolation
from kexin.core.models import Event
from kexin.engagement.messages.adapters import Letter, NotNow, Refused, http_sms
from kexin.engagement.messages.queries import messages
from kexin.engagement.messages.rules import has_link, may_send, pause_after
from kexin.engagement.messages.sending import begin_sending, due_messages, send, write_message
from kexin.engagement.models import OutboundMessage
from kexin.party.data import ContactData
from kexin.party.operations import record_contact
from tests.setup.running import free_port

ROBOT = system("test")


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("您的验证码是 482913，5 分钟内有效。", False),
        ("金额 1.5 万元，详见手机银行。", False),
        ("Open the app. Thank you.", False),
        ("打开 https://bank.example/x", True),
        ("请点 www.bank.cn", True),
        ("bank.com/abc", True),
    ],
)
def test_links_are_recognised(text: str, link: bool) -> None:
    assert has_link(text) is link
    assert bool(may_send("sms", text, link_in_sms=False).reasons) is link
    assert not may_send("sms", text, link_in_sms=True).reasons
    assert not may_send("email", text, link_in_sms=False).reasons


def test_pauses_double_up_to_an_hour() -> None:
    assert [pause_after(n, 15) for n in (1, 2, 3, 4)] == [15, 30, 60, 120]
    assert pause_after(30, 15) == 3600


@pytest.fixture
def reachable(bank: Any, chen: Any) -> Any:
    """Mrs Chen with an e-mail address beside her mobile number."""
    record_contact(chen, actor=bank.actor("lin"), data=ContactData(kind="email", value="chen@example.com"))
    return chen


def written(customer: Any, **more: Any) -> OutboundMessage:
    given = {"channel": "sms", "purpose": "test", "body": "您的验证码是 482913。"} | more
    return write_message(customer, actor=ROBOT, **given)


@pytest.mark.django_db
def test_the_house_keeps_what_has_no_carrier(reachable: Any, bank: Any) -> None:
    row = written(reachable, secret=True)
    send(row.pk)
    send(row.pk)  # the job ran twice
    row.refresh_from_db()
    assert (row.status, row.carrier, row.attempts) == ("sent", "outbox", 1)
    assert row.body is None, "a code is forgotten when its sending ends"
    assert Event.objects.filter(name="engagement.MessageSent", customer_id=reachable.pk).count() == 1
    (line,) = messages(bank.actor("lin"))
    assert line.address.startswith("1")
    assert "*" in line.address
    assert line.body == ""
    assert messages(bank.actor("mei")) == []


@pytest.mark.django_db
def test_a_message_may_not_go_without_number_or_with_a_link(bank: Any, chen: Any) -> None:
    with pytest.raises(RuleViolation):
        written(chen, channel="email")
    with pytest.raises(RuleViolation):
        written(chen, body="打开 https://bank.example/x")
    assert not OutboundMessage.objects.exists()


@pytest.mark.django_db
def test_what_comes_too_late_is_not_sent(reachable: Any) -> None:
    row = written(reachable, expires_at=timezone.now() - dt.timedelta(seconds=1))
    assert begin_sending(actor=ROBOT, message_id=row.pk) is None
    row.refresh_from_db()
    assert row.status == "expired"
    assert Event.objects.filter(name="engagement.MessageFailed").exists()


class _Mailbox:
    """What a real mail server took; ``refusing`` is its answer to recipients."""

    def __init__(self) -> None:
        self.mails: list[Any] = []
        self.refusing = ""

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if self.refusing:
            return self.refusing
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.mails.append(envelope)
        return "250 taken"


@pytest.fixture
def mailbox(settings: Any) -> Iterator[_Mailbox]:
    box = _Mailbox()
    port = free_port()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    settings.KEXIN_MAIL = "smtp"
    settings.KEXIN_SMTP_URL = f"smtp://127.0.0.1:{port}"
    settings.KEXIN_MAIL_FROM = "service@bank.example"
    yield box
    controller.stop()


@pytest.mark.django_db
def test_a_real_mail_server_takes_it(reachable: Any, mailbox: _Mailbox) -> None:
    row = written(reachable, channel="email", subject_line="风险测评", body="请打开链接：https://bank.example/x")
    mailbox.refusing = "451 later"
    send(row.pk)
    row.refresh_from_db()
    assert (row.status, row.problem, row.attempts) == ("waiting", "smtp-451", 1)
    assert row.next_at > timezone.now()
    assert due_messages() == []

    mailbox.refusing = ""
    OutboundMessage.objects.update(next_at=timezone.now())
    assert due_messages() == [row.pk]
    send(row.pk)
    row.refresh_from_db()
    assert (row.status, row.problem, row.carrier) == ("sent", "", "smtp")
    (mail,) = mailbox.mails
    assert mail.rcpt_tos == ["chen@example.com"]
    assert f"<{row.reference}@bank.example>".encode() in mail.content

    mailbox.refusing = "550 nobody here"
    lost = written(reachable, channel="email", subject_line="x", body="y")
    send(lost.pk)
    lost.refresh_from_db()
    assert (lost.status, lost.problem) == ("failed", "smtp-550")


class Gateway:
    """A stand-in for a gateway of short messages; ``answers`` are given one after another, then 200 for ever."""

    def __init__(self) -> None:
        self.answers: list[int] = []
        self.asked: list[dict[str, Any]] = []
        self.taken: dict[str, str] = {}
        self.let_go = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                content = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                content["token"] = self.headers.get("Authorization", "")
                outer.asked.append(content)
                key = self.headers["Idempotency-Key"]
                status = outer.answers.pop(0) if outer.answers else 200
                if status == 0:  # takes it, and answers too late
                    outer.taken.setdefault(key, content["text"])
                    outer.let_go.wait(5)
                    return
                if status == 200:
                    status = 409 if key in outer.taken else 200
                    outer.taken.setdefault(key, content["text"])
                said = json.dumps({"id": f"no-{len(outer.taken)}"}).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

            def log_message(self, format: str, *args: Any) -> None:
                """Requests are not news."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/sms?site=1"


@pytest.fixture
def gateway(settings: Any) -> Iterator[Gateway]:
    made = Gateway()
    settings.KEXIN_SMS, settings.KEXIN_SMS_URL, settings.KEXIN_SMS_TOKEN = "http", made.url, "secret-token"
    yield made
    made.let_go.set()
    made.server.shutdown()
    made.server.server_close()


@pytest.mark.django_db
def test_a_gateway_that_fails_delays_and_is_asked_twice(
    reachable: Any, gateway: Gateway, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(http_sms, "SECONDS", 0.3)
    gateway.answers = [503, 0]
    row = written(reachable)
    with caplog.at_level(logging.DEBUG):
        for _attempt in range(3):
            OutboundMessage.objects.update(next_at=timezone.now())
            send(row.pk)
    row.refresh_from_db()
    assert (row.status, row.attempts, row.carrier_no) == ("sent", 3, "no-1")
    assert len(gateway.asked) == 3
    assert len(gateway.taken) == 1, "the third attempt was known by its reference"
    assert {each["reference"] for each in gateway.asked} == {str(row.reference)}
    assert gateway.asked[0]["token"] == "Bearer secret-token"
    assert "482913" not in caplog.text
    assert gateway.asked[0]["to"] not in caplog.text


@pytest.mark.django_db
def test_a_gateway_that_refuses_ends_it_and_one_that_never_answers_too(reachable: Any, gateway: Gateway) -> None:
    gateway.answers = [400]
    refused = written(reachable)
    send(refused.pk)
    refused.refresh_from_db()
    assert (refused.status, refused.problem, refused.attempts) == ("failed", "http-400", 1)

    gateway.answers = [500] * 9
    row = written(reachable)
    for _attempt in range(7):
        OutboundMessage.objects.filter(status="waiting").update(next_at=timezone.now())
        send(row.pk)
    row.refresh_from_db()
    assert (row.status, row.problem, row.attempts) == ("failed", "http-500", 5)


def test_a_gateway_that_is_not_there_is_tried_again() -> None:
    letter = Letter("r", "13800000000", "", "x")
    with pytest.raises(NotNow):
        http_sms.HttpSms("http://127.0.0.1:9/", "").send(letter)
    with pytest.raises(ValueError, match="KEXIN_SMS_URL"):
        http_sms.HttpSms("ftp://x", "")
    assert "13800000000" not in repr(letter)
    assert issubclass(Refused, Exception)


@pytest.mark.django_db
def test_the_page_lists_within_reach(reachable: Any, client_of: Any) -> None:
    written(reachable)
    page = client_of("lin").get("/messages/").content.decode()
    assert reachable.customer_no in page
    assert "482913" not in page
    assert reachable.customer_no not in client_of("mei").get("/messages/?status=waiting").content.decode()
    assert client_of("tang").get("/messages/").status_code == 403
