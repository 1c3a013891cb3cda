"""Telephone calls as a telephone system tells them: whose they are, out of order, twice, missed, written down."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

import pytest
from django.urls import reverse

from kexin.core.calendar import zone
from kexin.core.errors import NotFound, NotPermitted, RuleViolation
from kexin.core.models import AuditEntry, Event, WorkItem
from kexin.party.data import ContactData, PartyData
from kexin.party.operations import create_customer, record_contact
from kexin.service.coaching.reviewing import answer_coaching, review_contact
from kexin.service.models import CoachingReview, Conversation, PhoneCall, PhoneExtension
from kexin.service.requests.opening import open_request
from kexin.service.telephony import extensions, noting, queries, taking
from kexin.service.telephony.policies import TelephonyPolicy
from kexin.service.telephony.rules import dialled
from kexin.service.telephony.wiring import sweep
from kexin.service.tests.pbx import Exchange
from tests.api.conftest import browser_of, caller, token_for  # noqa: F401  fixtures

pytestmark = pytest.mark.django_db
MONDAY = dt.datetime(2026, 3, 9, 10, tzinfo=zone())
SECOND, MINUTE, HOUR = dt.timedelta(seconds=1), dt.timedelta(minutes=1), dt.timedelta(hours=1)
HERS, TAPES = "13800005678", "https://tapes.bank.example/"


@pytest.fixture
def exchange(bank: Any, caller: Any, time_machine: Any, monkeypatch: pytest.MonkeyPatch) -> Exchange:  # noqa: F811
    """Lin has extension 8001, Sun 8002; recordings come from one server."""
    send = caller(["service.take_in_call"])
    for name, extension in (("lin", "8001"), ("sun", "8002")):
        extensions.assign_extension(actor=bank.actor("zhou"), extension=extension, post_id=bank.posts[name].pk)
    monkeypatch.setattr(TelephonyPolicy, "keeps", lambda self, link: link.startswith(TAPES))
    time_machine.move_to(MONDAY + 10 * MINUTE, tick=False)
    return Exchange(send)


def open_file(bank: Any, lead: str, name: str) -> Any:
    """Another customer of one of the two managers."""
    return create_customer(
        actor=bank.actor(lead),
        data=PartyData(kind="individual", name=name, nationality="CN"),
        unit=bank.posts[lead].unit,
        lead_post=bank.posts[lead],
    )


def owed(kind: str) -> list[tuple[int | None, int]]:
    rows = WorkItem.objects.open().filter(kind=kind).order_by("pk")
    return list(rows.values_list("subject_id", "owner_post_id"))


def test_it_rings_is_taken_and_written_down(bank: Any, chen: Any, exchange: Exchange) -> None:
    lin, began = bank.actor("lin"), MONDAY + 7 * MINUTE
    told = exchange.tell("a", "ringing", began, number="+86 138 0000 5678", extension="8001")
    assert (told["state"], told["customer_id"], told["post_id"]) == ("ringing", chen.pk, bank.posts["lin"].pk)
    assert HERS not in str(told)
    (pop,) = queries.calls_now(lin)
    assert pop.known is not None
    assert (pop.known.customer, queries.calls_now(bank.actor("sun"))) == (chen, [])
    exchange.tell("a", "answered", began + 8 * SECOND, extension="8001")
    asked = open_request(chen, actor=lin, kind="consultation", category="card", channel="phone", subject="卡不能用",
                         received_at=began)  # fmt: skip
    assert noting.opened_during(PhoneCall.objects.get(), lin) == asked
    exchange.tell("a", "ended", began + 3 * MINUTE, recording=f"{TAPES}a")
    row = PhoneCall.objects.get()
    assert (row.state, row.answered_at, row.ended_at) == ("ended", began + 8 * SECOND, began + 3 * MINUTE)
    assert owed("service.note_call") == [(row.pk, bank.posts["lin"].pk)]
    talk = noting.note_call(row, actor=lin, purpose="question", text="卡在外地不能取款", result="已开工单",
                            reaction="neutral", request_no=asked.request_no)  # fmt: skip
    assert (talk.channel, talk.state, talk.customer, talk.request) == ("phone", "closed", chen, asked)
    assert (talk.opened_at, talk.purpose, talk.reaction) == (began, "question", "neutral")
    assert [(each.side, each.text) for each in talk.messages.all()] == [("in", "卡在外地不能取款")]
    assert (owed("service.note_call"), queries.calls_now(lin)) == ([], [])
    names = list(Event.objects.filter(name__contains="Call").values_list("name", flat=True))
    assert names == ["service.PhoneCallNoted"]
    assert not Event.objects.filter(name="service.ConversationOpened").exists()  # one line on the timeline
    entry = AuditEntry.objects.get(operation="service.note_call")
    assert "取款" not in str(entry.arguments)
    with pytest.raises(RuleViolation):
        noting.note_call(row, actor=lin, purpose="question", text="又", result="又")


def test_facts_in_any_order_and_twice_make_the_same_call(bank: Any, chen: Any, exchange: Exchange) -> None:
    said = [
        ("ringing", MONDAY, {"number": HERS, "extension": "8001"}),
        ("answered", MONDAY + 9 * SECOND, {"number": HERS, "extension": "8001"}),
        ("ended", MONDAY + 2 * MINUTE, {"number": HERS, "recording": f"{TAPES}1"}),
    ]
    for number, order in enumerate(itertools.permutations(said)):
        for fact, at, more in order:
            for _twice in range(2):
                exchange.tell(f"call-{number}", fact, at, **more)
    rows = list(PhoneCall.objects.all())
    assert len(rows) == 6
    seen = {(each.state, each.began_at, each.answered_at, each.ended_at, each.post_id, each.customer_id,
             str(each.recording)) for each in rows}  # fmt: skip
    assert seen == {("ended", MONDAY, MONDAY + 9 * SECOND, MONDAY + 2 * MINUTE, bank.posts["lin"].pk, chen.pk,
                     f"{TAPES}1")}  # fmt: skip
    assert (len(owed("service.note_call")), owed("service.call_back")) == (6, [])
    versions = list(PhoneCall.objects.order_by("pk").values_list("version", flat=True))
    exchange.tell("call-0", "answered", MONDAY + 9 * SECOND)
    assert list(PhoneCall.objects.order_by("pk").values_list("version", flat=True)) == versions


def test_a_line_that_was_down_catches_up(bank: Any, chen: Any, exchange: Exchange) -> None:
    exchange.cut = True
    exchange.call("a", MONDAY - HOUR, talks=60, number=HERS, extension="8001")
    exchange.call("b", MONDAY - 30 * MINUTE, number=HERS, extension="8002")
    assert not PhoneCall.objects.exists()
    exchange.restore(backwards=True, times=2)
    assert set(PhoneCall.objects.values_list("state", "began_at")) == {
        ("ended", MONDAY - HOUR), ("missed", MONDAY - 30 * MINUTE),
    }  # fmt: skip
    missed = PhoneCall.objects.get(state="missed")
    assert owed("service.call_back") == [(missed.pk, bank.posts["sun"].pk)]
    assert missed.back == ""  # the conversation before it returns nothing


def test_a_missed_call_is_owed_and_returned_by_speaking(bank: Any, chen: Any, exchange: Exchange) -> None:
    exchange.call("a", MONDAY, number=HERS, extension="8001")
    row, lin = PhoneCall.objects.get(), bank.actor("lin")
    (item,) = WorkItem.objects.open().filter(kind="service.call_back")
    assert (item.owner_post_id, item.customer_id) == (bank.posts["lin"].pk, chen.pk)
    assert item.due_at == MONDAY + 10 * SECOND + 5 * HOUR  # four working hours, over noon
    assert noting.show_caller_number(row, actor=lin) == HERS
    assert AuditEntry.objects.filter(operation="service.show_caller_number", outcome="done").exists()
    with pytest.raises(RuleViolation):
        noting.note_call(row, actor=lin, purpose="question", text="x", result="x")
    exchange.call("b", MONDAY + 2 * MINUTE, talks=30, number=HERS, extension="8001", direction="out")
    row.refresh_from_db()
    assert (row.back, owed("service.call_back")) == ("reached", [])
    assert Event.objects.filter(name="service.PhoneCallReturned", subject=row.call_no).count() == 1
    exchange.call("c", MONDAY + 3 * MINUTE, number=HERS, extension="8001")
    third = PhoneCall.objects.latest("pk")
    exchange.call("d", MONDAY + 4 * MINUTE, number=HERS, extension="8001", direction="out")  # tried in vain
    assert PhoneCall.objects.latest("pk").state == "ended"
    assert owed("service.call_back") == [(third.pk, bank.posts["lin"].pk)]
    noting.settle_missed_call(third, actor=lin, outcome="unreached")
    assert owed("service.call_back") == []
    with pytest.raises(RuleViolation):
        noting.settle_missed_call(third, actor=lin, outcome="reached")


def test_taken_after_all_a_call_is_no_longer_missed(bank: Any, chen: Any, exchange: Exchange) -> None:
    exchange.tell("a", "ringing", MONDAY, number=HERS, extension="8001")
    exchange.tell("a", "ended", MONDAY + MINUTE)
    assert PhoneCall.objects.get().state == "missed"
    exchange.tell("a", "answered", MONDAY + 5 * SECOND, extension="8002")
    row = PhoneCall.objects.get()
    assert (row.state, row.post, owed("service.call_back")) == ("ended", bank.posts["sun"], [])
    assert WorkItem.objects.get(kind="service.call_back").status == "cancelled"
    assert owed("service.note_call") == [(row.pk, bank.posts["sun"].pk)]


def test_it_rings_at_several_and_stands_where_it_is_taken(bank: Any, chen: Any, exchange: Exchange) -> None:
    lin, sun = bank.actor("lin"), bank.actor("sun")
    exchange.tell("a", "ringing", MONDAY + 9 * MINUTE, number=HERS, extension="8001")
    exchange.tell("a", "ringing", MONDAY + 9 * MINUTE, number=HERS, extension="8002")
    assert [len(queries.calls_now(each)) for each in (lin, sun)] == [1, 1]
    exchange.tell("a", "answered", MONDAY + 9 * MINUTE + SECOND, extension="8001")
    exchange.tell("a", "ringing", MONDAY + 9 * MINUTE, extension="8002")  # late
    assert [len(queries.calls_now(each)) for each in (lin, sun)] == [1, 0]
    assert PhoneCall.objects.get().post == bank.posts["lin"]


def test_an_extension_nobody_has_loses_nothing(bank: Any, chen: Any, exchange: Exchange) -> None:
    told = exchange.tell("a", "ringing", MONDAY, number=HERS, extension="8099")
    assert (told["post_id"], told["customer_id"]) == (None, chen.pk)
    exchange.tell("a", "ended", MONDAY + MINUTE)
    assert owed("service.call_back") == [(PhoneCall.objects.get().pk, bank.posts["lin"].pk)]  # her lead manager
    exchange.tell("b", "ringing", MONDAY, number="02188887777", extension="8099")
    exchange.tell("b", "ended", MONDAY + MINUTE)
    assert len(owed("service.call_back")) == 2  # who answers for strangers
    exchange.call("c", MONDAY, talks=20, number=HERS, extension="8099")
    assert owed("service.note_call") == []  # who spoke is not known
    (unknown,) = extensions.unassigned_extensions(bank.actor("zhou"))
    assert (unknown.extension, unknown.calls) == ("8099", 3)


def test_who_calls_is_told_within_reach_only(bank: Any, chen: Any, exchange: Exchange) -> None:
    lin = bank.actor("lin")
    exchange.tell("w", "ringing", MONDAY + 9 * MINUTE, number="", extension="8001")
    (withheld,) = queries.calls_now(lin)
    assert (withheld.candidates, withheld.call.number) == ([], None)
    exchange.tell("w", "ended", MONDAY + 9 * MINUTE)
    son = open_file(bank, "lin", "陈小军")
    record_contact(son, actor=lin, data=ContactData(kind="mobile", value=HERS))
    exchange.tell("s", "ringing", MONDAY + 9 * MINUTE, number=HERS, extension="8001")
    exchange.tell("s", "answered", MONDAY + 9 * MINUTE)
    (several,) = queries.calls_now(lin)
    assert {each.customer for each in several.candidates} == {chen, son}
    row = several.call
    assert row.customer is None
    with pytest.raises(RuleViolation):
        noting.identify_phone_caller(row, actor=lin, customer_id=999_999)
    assert noting.identify_phone_caller(row, actor=lin, customer_id=son.pk).customer == son
    far = open_file(bank, "mei", "赵远")
    record_contact(far, actor=bank.actor("mei"), data=ContactData(kind="mobile", value="13900001234"))
    exchange.tell("f", "ringing", MONDAY + 9 * MINUTE, number="13900001234", extension="8001")
    pop = next(each for each in queries.calls_now(lin) if each.call.state == "ringing")
    assert (pop.candidates, pop.elsewhere) == ([], ["城西支行"])
    with pytest.raises(NotFound):
        queries.phone_call(bank.actor("mei"), row.pk)


def test_a_recording_is_for_those_with_the_right(bank: Any, chen: Any, exchange: Exchange) -> None:
    exchange.call("a", MONDAY, talks=60, number=HERS, extension="8001", recording="http://elsewhere.example/x")
    row = PhoneCall.objects.get()
    assert not row.recording  # another server, and not encrypted on the way
    exchange.tell("a", "ended", MONDAY + 70 * SECOND, recording=f"{TAPES}a")
    row.refresh_from_db()
    with pytest.raises(NotPermitted):
        noting.open_call_recording(row, actor=bank.actor("lin"))
    assert noting.open_call_recording(row, actor=bank.actor("zhou")) == f"{TAPES}a"
    assert Event.objects.filter(name="service.CallRecordingOpened", customer_id=chen.pk).exists()
    assert AuditEntry.objects.filter(operation="service.open_call_recording").count() == 2


def test_a_call_of_which_nothing_more_is_heard_ends_in_order(bank: Any, chen: Any, exchange: Exchange) -> None:
    exchange.tell("a", "ringing", MONDAY - HOUR, number=HERS, extension="8001")
    exchange.tell("b", "ringing", MONDAY - 5 * HOUR, number=HERS, extension="8001")
    exchange.tell("b", "answered", MONDAY - 5 * HOUR + SECOND)
    exchange.tell("c", "ringing", MONDAY + 9 * MINUTE, number=HERS, extension="8001")
    assert (sweep(), sweep()) == (2, 0)
    assert list(PhoneCall.objects.order_by("pk").values_list("state", flat=True)) == ["missed", "ended", "ringing"]
    assert (len(owed("service.call_back")), len(owed("service.note_call"))) == (1, 1)


def test_only_the_telephone_system_tells_of_calls(bank: Any, chen: Any, exchange: Exchange) -> None:
    told = {"reference": "x", "fact": "ringing", "number": HERS}
    with pytest.raises(NotPermitted):
        taking.take_in_call(actor=bank.actor("lin"), **told)
    for wrong in ({"fact": "hold"}, {"direction": "up"}, {"reference": ""}):
        assert exchange.send("POST", "/phone-calls/facts", told | wrong).status_code == 422
    late = {**told, "at": (MONDAY + HOUR).isoformat()}
    assert (
        exchange.send("POST", "/phone-calls/facts", late).json()["began_at"].startswith("2026-03-09T02:10")
    )  # not yet
    assert exchange.send("POST", "/phone-calls/facts", {**told, "number": "'; DROP TABLE"}).status_code == 201


def test_an_extension_stands_at_one_post(bank: Any, exchange: Exchange) -> None:
    zhou = bank.actor("zhou")
    again = extensions.assign_extension(actor=zhou, extension=" 80 01 ", post_id=bank.posts["lin"].pk)
    assert PhoneExtension.objects.filter(ended_at=None).count() == 2
    moved = extensions.assign_extension(actor=zhou, extension="8001", post_id=bank.posts["sun"].pk)
    again.refresh_from_db()
    assert (again.ended_by, moved.post) == ("1004", bank.posts["sun"])
    for wrong in ({"extension": ""}, {"post_id": bank.posts["mei"].pk}, {"extension": "8" * 30}):
        with pytest.raises(RuleViolation):
            extensions.assign_extension(actor=zhou, **({"extension": "8003", "post_id": bank.posts["lin"].pk} | wrong))
    with pytest.raises(NotPermitted):
        extensions.assign_extension(actor=bank.actor("lin"), extension="1", post_id=bank.posts["lin"].pk)
    extensions.free_extension(moved, actor=bank.actor("gao"))
    assert [each.extension for each in extensions.extensions(zhou)] == ["8002"]


def test_links_lead_only_to_servers_of_the_policy() -> None:
    rules = TelephonyPolicy.__new__(TelephonyPolicy)
    object.__setattr__(rules, "recording_hosts", ["tapes.bank.example", "other.example:8443"])
    assert all(rules.keeps(each) for each in (f"{TAPES}a?b=1", "https://OTHER.example:8443/x"))
    for wrong in ("http://tapes.bank.example/a", "https://tapes.bank.example.evil.example/", "https://evil.example/",
                  "https://tapes.bank.example@evil.example/", "javascript:alert(1)", "https://[", f"{TAPES}{'a' * 600}",
                  "https://tapes.bank.example:8443/", f"{TAPES}\n"):  # fmt: skip
        assert not rules.keeps(wrong), wrong


@pytest.mark.parametrize(
    ("told", "number"),
    [
        ("+8613800005678", HERS),
        ("0086 138 0000 5678", HERS),
        ("013800005678", HERS),
        ("021-8888 7777", "02188887777"),
        ("anonymous", ""),
        ("", ""),
        ("8001", "8001"),
    ],
)
def test_one_number_however_it_is_written(told: str, number: str) -> None:
    assert dialled(told) == number


def test_the_pages(bank: Any, chen: Any, exchange: Exchange, client_of: Any) -> None:
    desk = client_of("lin")
    assert desk.get("/phone-calls/now/").status_code == 200
    assert client_of("mei").get("/phone-calls/now/").headers["X-Telephone"] == "none"
    exchange.tell("a", "ringing", MONDAY + 9 * MINUTE, number=HERS, extension="8001")
    now = desk.get("/phone-calls/now/")
    row = PhoneCall.objects.get()
    assert "陈秀兰" in now.content.decode()
    assert HERS not in now.content.decode()
    assert desk.get(f"/phone-calls/now/?version={now.headers['X-Version']}").status_code == 204
    form = desk.get(f"/customers/{chen.pk}/requests/new/?channel=phone&call={row.pk}").content.decode()
    assert "2026-03-09T10:09" in form
    exchange.tell("a", "answered", MONDAY + 9 * MINUTE, extension="8001")
    page = f"/phone-calls/{row.pk}/"
    assert desk.get(page).status_code == 200
    assert desk.post(page, {"purpose": "question", "text": "", "result": ""}).status_code == 422
    said = {"purpose": "question", "text": "问利率", "result": "已答复", "reaction": "content"}
    assert desk.post(page, said).headers["Location"] == f"/conversations/{Conversation.objects.get().pk}/"
    assert "问利率" not in desk.get(page).content.decode()
    assert desk.post(page, said).status_code == 302
    assert Conversation.objects.count() == 1
    assert client_of("mei").get(page).status_code == 404
    exchange.tell("u", "ringing", MONDAY + 9 * MINUTE, number="02199998888", extension="8001")
    stranger = PhoneCall.objects.latest("pk")
    assert f"/requests/new/?channel=phone&amp;call={stranger.pk}" in desk.get("/phone-calls/now/").content.decode()
    assert "2026-03-09T10:09" in desk.get(f"/requests/new/?channel=phone&call={stranger.pk}").content.decode()
    exchange.call("b", MONDAY + 9 * MINUTE, number="02188887777", extension="8001")
    missed = PhoneCall.objects.latest("pk")
    assert "02188887777" not in desk.get(f"/phone-calls/{missed.pk}/").content.decode()
    assert "02188887777" in desk.post(f"/phone-calls/{missed.pk}/number/").content.decode()
    assert desk.post(f"/phone-calls/{missed.pk}/returned/", {"outcome": "reached"}).status_code == 302
    assert desk.get("/phone-calls/?view=missed").status_code == 200
    head = client_of("zhou")
    assert "8001" in head.get("/phone-extensions/").content.decode()
    assert head.post("/phone-extensions/new/", {"extension": "8005", "post": bank.posts["lin"].pk}).status_code == 302
    assert PhoneExtension.objects.filter(extension="8005").exists()


def test_a_recorded_call_is_looked_at_with_whoever_took_it(
    bank: Any,
    chen: Any,
    exchange: Exchange,
    client_of: Any,
) -> None:
    lin, zhou, began = bank.actor("lin"), bank.actor("zhou"), MONDAY + 7 * MINUTE
    for reference, recorded in (("a", True), ("b", False)):
        exchange.tell(reference, "ringing", began, number=HERS, extension="8001")
        exchange.tell(reference, "answered", began + 8 * SECOND, extension="8001")
        tape = {"recording": f"{TAPES}{reference}"} if recorded else {}
        exchange.tell(reference, "ended", began + 3 * MINUTE, **tape)
    row, silent = PhoneCall.objects.order_by("pk")
    said = {"person": "1001", "marks": {"listening": 4}}
    for call in (silent.pk, row.pk + 1000):
        with pytest.raises(NotFound):
            review_contact(actor=zhou, call_id=call, **said)
    with pytest.raises(NotPermitted):
        review_contact(actor=bank.actor("sun"), call_id=row.pk, **said)
    with pytest.raises(RuleViolation):
        review_contact(actor=zhou, call_id=row.pk, **{**said, "person": "1003"})
    head, hers = client_of("zhou"), client_of("lin")
    page = reverse("service:phone_call", args=[row.pk])
    sheet = reverse("service:coach_call", args=[row.pk])
    assert (sheet in head.get(page).content.decode(), sheet in hers.get(page).content.decode()) == (True, False)
    assert head.get(reverse("service:coach_call", args=[silent.pk])).status_code == 404
    assert head.post(sheet, {"person": "1001", "mark_listening": "4", "good": "先听完"}).status_code == 302
    review = CoachingReview.objects.get()
    assert (review.call, review.customer_id, review.key_id) == (row, chen.pk, row.key_id)
    assert owed("service.coaching") == [(review.pk, bank.posts["lin"].pk)]
    shown = hers.get(reverse("service:coaching_review", args=[review.pk])).content.decode()
    assert ("先听完" in shown, page in shown) == (True, True)
    assert row.call_no in head.get(reverse("service:coaching")).content.decode()
    answer_coaching(review, actor=lin, word="下次先复述")
    assert owed("service.coaching") == []
    assert {"service.ContactReviewed", "service.CoachingAnswered"} <= set(Event.objects.values_list("name", flat=True))
    doors = AuditEntry.objects.filter(outcome="done").values_list("operation", flat=True)
    assert {"service.review_contact", "service.answer_coaching"} <= set(doors)
