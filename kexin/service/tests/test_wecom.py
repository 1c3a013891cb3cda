"""WeCom with a stand-in archive: agreement, each once whatever breaks, forbidden words, answers, hand-overs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

from kexin.core.actor import system
from kexin.core.calendar import zone
from kexin.core.errors import NotFound, NotPermitted, RuleViolation
from kexin.core.models import AuditEntry, Event, WorkItem
from kexin.engagement.messages.sending import due_messages, send
from kexin.engagement.models import OutboundMessage
from kexin.party.data import ContactData
from kexin.party.operations import record_contact
from kexin.service.conversations import answering
from kexin.service.models import Conversation, ConversationMessage, FlaggedWords, Mailbox
from kexin.service.tests.wecom_sidecar import Archive
from kexin.service.wecom import fetching, settling
from kexin.service.wecom.handing import hand_over_contacts
from kexin.service.wecom.sidecar import ArchiveAway, Sidecar

pytestmark = pytest.mark.django_db
MONDAY = dt.datetime(2026, 3, 9, 10, tzinfo=zone())
HER, LIN, SUN = "wmChen", "LinXiaowen", "SunYue"


@pytest.fixture
def archive(bank: Any, chen: Any, settings: Any, time_machine: Any) -> Iterator[Archive]:
    """Lin and Sun have accounts; Mrs Chen's id is on file."""
    record_contact(chen, actor=bank.actor("lin"), data=ContactData(kind="wecom", value=HER))
    for member, name in ((LIN, "lin"), (SUN, "sun")):
        settling.assign_wecom_account(actor=bank.actor("gao"), member=member, post_id=bank.posts[name].pk)
    time_machine.move_to(MONDAY, tick=False)
    with Archive() as made:
        settings.KEXIN_WECOM_URL, settings.KEXIN_WECOM_TOKEN = made.url, made.token
        yield made


def fetch(archive: Archive) -> int:
    return fetching.fetch_archive(archive.url, archive.token)


def send_all() -> None:
    for pk in due_messages():
        send(pk)


def test_nothing_is_kept_without_agreement(bank: Any, chen: Any, archive: Archive) -> None:
    archive.write(HER, LIN, "在吗？")
    assert fetch(archive) == 0
    assert not Conversation.objects.exists()
    assert AuditEntry.objects.get(operation="service.take_in_wecom").arguments["passed"] == "not-agreed"
    archive.write(HER, LIN, kind="agree", at="2026-03-09T09:10:00+08:00")
    archive.write(HER, LIN, "存单到期了", at="2026-03-09T09:11:00+08:00")
    archive.write(LIN, SUN, "她的卡呢", at="2026-03-09T09:12:00+08:00")  # between colleagues
    archive.write(HER, LIN, kind="image", at="2026-03-09T09:13:00+08:00")
    archive.write(HER, LIN, kind="disagree", at="2026-03-09T09:20:00+08:00")
    archive.write(HER, LIN, "别存了", at="2026-03-09T09:21:00+08:00")
    assert fetch(archive) == 1
    row = Conversation.objects.get()
    assert (row.customer, row.channel, row.state, row.owner_post) == (chen, "wecom", "open", bank.posts["lin"])
    assert [str(each.text) for each in ConversationMessage.objects.all()] == ["存单到期了"]
    assert [each.payload["agreed"] for each in Event.objects.filter(name="service.ArchiveAgreed").order_by("pk")] == [
        True, False,
    ]  # fmt: skip
    with pytest.raises(RuleViolation):  # what is answered could not be kept
        answering.answer_conversation(row, actor=bank.actor("lin"), text="好的")


def test_faults_lose_nothing_and_repeat_nothing(bank: Any, chen: Any, archive: Archive) -> None:
    archive.write(HER, LIN, kind="agree")
    for number in range(450):
        archive.write(HER, LIN, f"第 {number} 条") if number % 90 == 0 else archive.write(LIN, SUN, "内部")
    for fault in (500, "cut", "rubbish", 401):
        archive.faults = [fault]
        with pytest.raises(ArchiveAway):
            fetch(archive)
    archive.faults = []
    assert fetch(archive) == 5
    assert fetch(archive) == 0
    assert (Mailbox.objects.get().last_uid, Mailbox.objects.get().problem) == (451, "")
    Mailbox.objects.update(last_uid=0)  # the mark is lost: what stands there is known
    assert fetch(archive) == 0
    assert ConversationMessage.objects.count() == 5


def test_whoever_may_answer_is_missing_then_it_waits(bank: Any, chen: Any, archive: Archive, monkeypatch: Any) -> None:
    from kexin.service.wecom import taking

    def nobody(*_args: Any, **_more: Any) -> Any:
        raise RuleViolation("nobody")

    archive.write(HER, LIN, kind="agree")
    archive.write(HER, LIN, "在吗")
    monkeypatch.setattr(taking, "held", lambda _pk: None)
    monkeypatch.setattr(taking, "asked_first", nobody)
    with pytest.raises(RuleViolation):
        fetch(archive)
    assert Mailbox.objects.get().last_uid == 1
    monkeypatch.undo()
    assert fetch(archive) == 1


def test_forbidden_words_are_looked_into_by_somebody_else(bank: Any, chen: Any, archive: Archive) -> None:
    archive.write(HER, LIN, kind="agree")
    archive.write(HER, LIN, "这个产品安全吗")
    archive.write(LIN, HER, "放心，稳 赚不赔，保本保收益")
    assert fetch(archive) == 2
    row, flag, wu = Conversation.objects.get(), FlaggedWords.objects.get(), bank.actor("wu")
    assert (row.state, flag.phrases, flag.post) == ("waiting", ["保本保收益", "稳赚不赔"], bank.posts["lin"])
    item = WorkItem.objects.open().get(kind="service.flagged_words")
    assert (item.owner_post_id, item.kept_from) == (bank.posts["wu"].pk, ["1001"])
    assert "稳赚" not in str(item.details)
    with pytest.raises(NotPermitted):
        settling.flagged(bank.actor("lin"), flag.pk)
    assert settling.flagged(wu, flag.pk).text.startswith("放心")
    for wrong in ({"outcome": "x"}, {"note": " "}):
        with pytest.raises(RuleViolation):
            settling.settle_flagged_words(flag, actor=wu, **({"outcome": "warned", "note": "已约谈"} | wrong))
    settling.settle_flagged_words(flag, actor=wu, outcome="warned", note="已约谈，已向客户更正")
    assert not WorkItem.objects.open().filter(kind="service.flagged_words").exists()
    assert list(settling.flagged_words(wu)) == []
    with pytest.raises(RuleViolation):
        settling.settle_flagged_words(flag, actor=wu, outcome="warned", note="又")


def test_an_answer_goes_out_once_and_comes_back_as_known(
    bank: Any, chen: Any, archive: Archive, time_machine: Any
) -> None:
    archive.write(HER, LIN, kind="agree")
    archive.write(HER, LIN, "在吗")
    fetch(archive)
    row = Conversation.objects.get()
    archive.faults = [503, "cut"]
    answering.answer_conversation(row, actor=bank.actor("lin"), text="在的，请讲")
    for _attempt in range(4):
        OutboundMessage.objects.filter(status="waiting").update(next_at=MONDAY)
        send_all()
    (sent,) = archive.sent
    assert (sent["to"], sent["as"], sent["text"]) == (HER, LIN, "在的，请讲")
    out = OutboundMessage.objects.get()
    assert (out.status, out.carrier, out.carrier_no) == ("sent", "wecom", "out-1")
    archive.write(LIN, HER, "在的，请讲", id="out-1")
    assert fetch(archive) == 0
    assert row.messages.count() == 2
    time_machine.move_to(MONDAY.replace(hour=22), tick=False)
    answering.answer_conversation(row, actor=bank.actor("lin"), text="晚安")
    assert OutboundMessage.objects.latest("pk").next_at == (MONDAY + dt.timedelta(days=1)).replace(hour=8)
    with pytest.raises(RuleViolation):
        answering.answer_conversation(row, actor=bank.actor("lin"), text="稳赚不赔")


def test_who_gets_the_customer_gets_the_contact_and_the_customer_is_told(
    bank: Any, chen: Any, archive: Archive
) -> None:
    archive.write(HER, LIN, kind="agree")
    archive.write(HER, LIN, "在吗")
    fetch(archive)
    lin, sun, clock = bank.posts["lin"].pk, bank.posts["sun"].pk, system("clock.wecom")
    with pytest.raises(NotPermitted):
        hand_over_contacts((chen.pk,), actor=bank.actor("zhou"), before=lin, after=sun)
    archive.faults = [500]
    assert hand_over_contacts((chen.pk,), actor=clock, before=lin, after=sun) == 1
    assert hand_over_contacts((chen.pk,), actor=clock, before=lin, after=sun) == 0
    send_all()
    OutboundMessage.objects.filter(status="waiting").update(next_at=MONDAY)
    send_all()
    (handed,) = archive.handed
    assert (handed["customer"], handed["from"], handed["to"]) == (HER, LIN, SUN)
    assert "孙悦" in handed["text"]
    row = Conversation.objects.get()
    assert (row.owner_post_id, WorkItem.objects.open().get(kind="service.answer").owner_post_id) == (sun, sun)
    archive.write(HER, SUN, "您好")
    assert fetch(archive) == 1
    assert Conversation.objects.count() == 1


def test_the_pages_and_the_address(bank: Any, chen: Any, archive: Archive, client_of: Any) -> None:
    for wrong in ("ftp://x", "", "http://other.example/"):
        with pytest.raises(ValueError, match="KEXIN_WECOM_URL"):
            Sidecar(wrong, "")
    archive.write(HER, LIN, kind="agree")
    archive.write(LIN, HER, "零风险")
    fetch(archive)
    flag, desk = FlaggedWords.objects.get(), client_of("wu")
    assert "零风险" in desk.get("/forbidden-words/").content.decode()
    page = f"/forbidden-words/{flag.pk}/"
    assert "零风险" in desk.get(page).content.decode()
    assert desk.post(page, {"outcome": "warned", "note": ""}).status_code == 422
    assert desk.post(page, {"outcome": "warned", "note": "已约谈"}).status_code == 302
    assert "已约谈" in desk.get(page).content.decode()
    assert client_of("lin").get("/forbidden-words/").status_code == 403
    gao = client_of("gao")
    assert LIN in gao.get("/wecom-accounts/").content.decode()
    assert gao.post("/wecom-accounts/new/", {"member": "a b", "post": bank.posts["lin"].pk}).status_code == 422
    assert gao.post("/wecom-accounts/new/", {"member": "Zhou", "post": bank.posts["zhou"].pk}).status_code == 302
    with pytest.raises(NotFound):
        settling.flagged(bank.actor("wu"), 999_999)
