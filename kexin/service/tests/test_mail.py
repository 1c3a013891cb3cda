"""Mail of customers from the mailbox to the answer that goes out: threads, strangers, machines, faults of a server."""

from __future__ import annotations

import datetime as dt
import socket
from collections.abc import Iterator
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from django.utils import timezone

from kexin.core.actor import system
from kexin.core.errors import NotFound, NotPermitted, RuleViolation
from kexin.core.models import Event, WorkItem
from kexin.engagement.messages.sending import due_messages, send
from kexin.engagement.models import OutboundMessage
from kexin.engagement.tests.conftest import files, store  # noqa: F401  fixtures
from kexin.party.data import ContactData
from kexin.party.operations import record_contact
from kexin.service.conversations import answering, joining
from kexin.service.conversations.files import download_conversation_file
from kexin.service.conversations.mail import fetching
from kexin.service.conversations.mail.parsing import read_mail
from kexin.service.conversations.mail.taking import take_in_mail
from kexin.service.conversations.queries import conversation_thread
from kexin.service.models import Conversation, ConversationFile, ConversationMessage, Mailbox
from kexin.service.tests.imap_server import Server

pytestmark = pytest.mark.django_db
CLOCK = system("clock.mail")
HER = "chen@mail.example"


@pytest.fixture
def her(bank: Any, chen: Any) -> Any:
    record_contact(chen, actor=bank.actor("lin"), data=ContactData(kind="email", value=HER))
    return chen


@pytest.fixture
def imap() -> Iterator[Server]:
    with Server() as server:
        yield server


class Box:
    """What the mail server took."""

    def __init__(self) -> None:
        self.taken: list[Any] = []
        self.refusing = ""

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.refusing:
            return self.refusing
        self.taken.append(envelope)
        return "250 OK"


@pytest.fixture
def smtp(settings: Any) -> Iterator[Box]:
    box = Box()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    settings.KEXIN_MAIL, settings.KEXIN_SMTP_URL = "smtp", f"smtp://127.0.0.1:{port}"
    settings.KEXIN_MAIL_FROM = "银行客服 <desk@bank.example>"
    yield box
    controller.stop()


def mail(
    text: str, *, sender: str = HER, no: int = 1, with_files: tuple[tuple[str, bytes], ...] = (), **heads: str
) -> bytes:
    made = EmailMessage()
    made["From"], made["Message-ID"] = f"Chen <{sender}>", f"<{no}@mail.example>"
    for name, value in heads.items():
        made[name.replace("_", "-")] = value
    made.set_content(text)
    for name, content in with_files:
        made.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return made.as_bytes()


def take(raw: bytes) -> ConversationMessage | None:
    return take_in_mail(read_mail(raw), actor=CLOCK, raw=raw)


def send_all() -> None:
    for pk in due_messages():
        send(pk)


def test_a_mail_goes_to_her_manager_and_the_answer_stays_in_the_thread(
    bank: Any, her: Any, imap: Server, smtp: Box
) -> None:
    imap.mails[4] = mail("存单到期了怎么办？", Subject="存单", References="<0@mail.example>")
    assert fetching.fetch_mail(imap.url) == 1
    assert fetching.fetch_mail(imap.url) == 0
    row, lin = Conversation.objects.get(), bank.actor("lin")
    assert (row.customer_id, row.owner_post, row.state, row.subject) == (her.pk, bank.posts["lin"], "open", "存单")
    assert WorkItem.objects.open().filter(kind="service.answer", subject_id=row.pk).count() == 1
    answering.answer_conversation(row, actor=lin, text="可以自动转存。")
    send_all()
    (envelope,) = smtp.taken
    sent = read_mail(envelope.content)
    assert (envelope.rcpt_tos, sent.text, sent.kind) == ([HER], "可以自动转存。", "")
    assert sent.subject == f"Re: 存单 [{row.conversation_no}-{row.token[:8]}]"
    assert sent.ids == ["<0@mail.example>", "<1@mail.example>"]
    back = mail(
        "好的\n\nOn Mon, 2 Mar 2026, Bank <desk@bank.example> wrote:\n> 可以自动转存。",
        no=2, Subject="回复：别的题目", References=sent.message_id,
    )  # fmt: skip
    imap.mails[5] = back
    assert fetching.fetch_mail(imap.url) == 1
    thread = conversation_thread(lin, row.pk)
    assert [(each.row.side, each.row.text) for each in thread.said][1:] == [("out", "可以自动转存。"), ("in", "好的")]
    assert "可以自动转存" in str(thread.said[-1].row.quoted)
    assert thread.row.state == "open"


def test_the_line_breaks_in_the_middle_nothing_is_lost_and_nothing_twice(her: Any, bank: Any, imap: Server) -> None:
    imap.mails = {n: mail(f"第 {n} 封", no=n, sender=f"p{n}@mail.example") for n in (1, 2, 3)}
    imap.breaks_at = 2
    with pytest.raises(fetching.MailboxAway):
        fetching.fetch_mail(imap.url)
    assert (Conversation.objects.count(), Mailbox.objects.get().last_uid) == (1, 1)
    assert Mailbox.objects.get().problem
    imap.breaks_at = None
    assert fetching.fetch_mail(imap.url) == 2
    assert imap.fetched == [1, 2, 3]
    imap.validity = 8  # the server was moved: it counts anew
    imap.mails = {n + 10: content for n, content in imap.mails.items()}
    assert fetching.fetch_mail(imap.url) == 0
    assert (Conversation.objects.count(), Mailbox.objects.get().last_uid) == (3, 13)
    assert "pass" not in Mailbox.objects.get().name
    imap.refuses = True
    with pytest.raises(fetching.MailboxAway):
        fetching.fetch_mail(imap.url)


def test_a_crash_between_fetching_and_keeping_takes_the_mark_back(
    her: Any, bank: Any, imap: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kexin.service.conversations.mail import taking

    imap.mails[1] = mail("你好")
    real = taking.hear

    def dies(*args: Any, **kwargs: Any) -> Any:
        real(*args, **kwargs)
        raise MemoryError

    monkeypatch.setattr(taking, "hear", dies)
    with pytest.raises(MemoryError):
        fetching.fetch_mail(imap.url)
    assert (Conversation.objects.count(), Mailbox.objects.get().last_uid) == (0, 0)
    monkeypatch.setattr(taking, "hear", real)
    assert fetching.fetch_mail(imap.url) == 1


def test_a_stranger_keeps_a_conversation_of_nobody_until_somebody_says_whose(bank: Any, chen: Any, smtp: Box) -> None:
    take(mail("我是陈秀兰，换了邮箱", sender="new@mail.example", Subject="换邮箱"))
    row = Conversation.objects.get()
    assert (row.customer_id, row.key_id == chen.party.key_id, row.address) == (None, False, "new@mail.example")
    head = bank.actor("wu")  # reads all
    assert conversation_thread(head, row.pk).said[0].row.text == "我是陈秀兰，换了邮箱"
    with pytest.raises(NotFound):
        conversation_thread(bank.actor("mei"), row.pk)
    owner = next(name for name in bank.posts if bank.posts[name] == row.owner_post)
    answering.answer_conversation(row, actor=bank.actor(owner), text="请告诉我们证件后四位")
    send_all()
    assert (smtp.taken[0].rcpt_tos, OutboundMessage.objects.get().customer_id) == (["new@mail.example"], None)
    with pytest.raises(RuleViolation) as refusal:
        joining.identify_sender(row, actor=bank.actor(owner), customer_id=999_999)
    assert set(refusal.value.fields) == {"customer"}
    joining.identify_sender(row, actor=bank.actor(owner), customer_id=chen.pk)
    assert conversation_thread(bank.actor("lin"), row.pk).row.customer == chen
    assert Event.objects.get(name="service.SenderIdentified").customer_id == chen.pk
    take(mail("后四位 9964", sender="new@mail.example", no=2, References="<1@mail.example>"))
    assert Conversation.objects.count() == 1


def test_whoever_knows_a_mark_does_not_get_into_somebody_elses_conversation(bank: Any, her: Any) -> None:
    take(mail("存单", Subject="存单"))
    row = Conversation.objects.get()
    mark = f"Re: 存单 [{row.conversation_no}-{row.token[:8]}]"
    take(mail("请把钱转给我", sender="thief@mail.example", no=2, Subject=mark, References="<1@mail.example>"))
    assert row.messages.count() == 1
    assert Conversation.objects.get(customer=None).address == "thief@mail.example"
    take(mail("还是我", no=3, Subject=mark))
    assert row.messages.count() == 2


def test_machines_ask_for_no_answer_but_a_bounce_does(bank: Any, her: Any, smtp: Box) -> None:
    take(mail("存单"))
    row, lin = Conversation.objects.get(), bank.actor("lin")
    answering.answer_conversation(row, actor=lin, text="您好")
    send_all()
    reference = OutboundMessage.objects.get().reference
    take(mail("我在休假", no=2, References=f"<{reference}@bank.example>", Auto_Submitted="auto-replied"))
    row.refresh_from_db()
    assert (row.state, row.messages.last().automatic) == ("waiting", True)
    bounce = (
        "From: MAILER-DAEMON@mx.example\nMessage-ID: <b@mx>\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=B\n\n"
        "--B\nContent-Type: text/plain\n\nuser unknown\n--B\nContent-Type: message/delivery-status\n\nStatus: 5.1.1\n"
        f"--B\nContent-Type: text/rfc822-headers\n\nMessage-ID: <{reference}@bank.example>\n--B--\n"
    )
    take(bounce.encode())
    row.refresh_from_db()
    assert (row.state, row.messages.count()) == ("open", 4)
    assert take(mail("x", no=9, sender="desk@bank.example")) is None  # our own mail came back
    news = take(mail("打折", no=10, sender="news@shop.example", Precedence="bulk"))
    assert news is not None
    assert news.conversation.state == "waiting"


def test_two_machines_that_answer_each_other_are_noticed(bank: Any, her: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from kexin.service.conversations.mail import taking

    monkeypatch.setattr(taking, "too_many", lambda *args: False)
    take(mail("1", no=1))
    monkeypatch.undo()
    for no in range(2, 33):
        take(mail(str(no), no=no, References="<1@mail.example>"))
    row = Conversation.objects.get()
    assert row.messages.filter(automatic=False).count() == 30
    assert row.messages.filter(automatic=True).count() == 2


def test_programs_and_macros_are_held_back_and_large_ones_not_kept(bank: Any, her: Any) -> None:
    large = b"%PDF" + b"x" * 20_000_001
    take(
        mail(
            "见附件",
            with_files=(
                ("单.pdf", b"%PDF-1.7"),
                ("看.pdf.exe", b"MZ\x90"),
                ("表.docm", b"PK\x03\x04"),
                ("大.pdf", large),
            ),
        )
    )
    found = {str(each.file_name): each for each in ConversationFile.objects.all()}
    assert {name: each.held_back for name, each in found.items()} == {
        "单.pdf": "", "看.pdf.exe": "program", "表.docm": "macros", "大.pdf": "large",
    }  # fmt: skip
    assert found["大.pdf"].stored_as == ""
    assert b"".join(download_conversation_file(found["单.pdf"].pk, actor=bank.actor("lin"))[1]) == b"%PDF-1.7"
    for name in ("看.pdf.exe", "表.docm", "大.pdf"):
        with pytest.raises(RuleViolation):
            download_conversation_file(found[name].pk, actor=bank.actor("lin"))


def test_a_closed_one_opens_again_for_some_days_then_a_new_one_begins(bank: Any, her: Any, time_machine: Any) -> None:
    take(mail("存单"))
    row = Conversation.objects.get()
    answering.close_conversation(row, actor=bank.actor("lin"), purpose="question", result="已答")
    take(mail("还有问题", no=2, References="<1@mail.example>"))
    row.refresh_from_db()
    assert (row.state, Conversation.objects.count()) == ("open", 1)
    answering.close_conversation(row, actor=bank.actor("lin"), purpose="question", result="已答")
    time_machine.move_to(timezone.now() + dt.timedelta(days=15))
    take(mail("又来了", no=3, References="<1@mail.example>"))
    assert Conversation.objects.count() == 2


def test_the_mail_server_away_for_a_day_loses_nothing_and_sends_once(
    bank: Any, her: Any, smtp: Box, time_machine: Any
) -> None:
    row = answering.start_conversation(her, actor=bank.actor("lin"), channel="email", text="您的卡到了", subject="新卡")
    smtp.refusing = "451 later"
    time_machine.move_to(timezone.now(), tick=False)
    for _each in range(4):
        send_all()
        time_machine.shift(1800)
    assert not smtp.taken
    assert row.messages.get().outbound.status == "waiting"
    smtp.refusing = ""
    time_machine.shift(3600)
    send_all()
    send_all()
    assert [read_mail(each.content).text for each in smtp.taken] == ["您的卡到了"]
    with pytest.raises(NotPermitted):
        take_in_mail(read_mail(mail("x", no=7)), actor=bank.actor("lin"), raw=mail("x", no=7))
