"""Calls: taking, dialling, logging, coming back by rule, taking back, and who may."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from kexin.core.calendar import business_now, zone
from kexin.core.errors import Conflict, NotFound, NotPermitted, RuleViolation
from kexin.core.models import AuditEntry, Event, History
from kexin.engagement.calls.choices import EntryState
from kexin.engagement.calls.lists import Wish, close_call_list, make_call_list
from kexin.engagement.calls.loading import load_call_list
from kexin.engagement.calls.moving import follow_portfolio
from kexin.engagement.calls.queries import call_brief, call_lists, contacts_today, last_logged, progress, queue
from kexin.engagement.calls.sources import make_list_by_rule, sources_for
from kexin.engagement.calls.working import dial_call, drop_call, log_call, take_call, undo_call
from kexin.engagement.models import CallEntry, CallList, Contact
from kexin.party.data import ContactData, PartyData
from kexin.party.events import PortfolioAssigned
from kexin.party.models import ContactPoint, Party
from kexin.party.operations import create_customer, record_contact

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 11, 19)  # a Thursday


@pytest.fixture(autouse=True)
def morning(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Any:
    """Ten in the morning of a working day; the function moves the hand."""
    settings.KEXIN_BUSINESS_DATE = DAY.isoformat()

    def at(hour: int, minute: int = 0, day: dt.date = DAY) -> None:
        moment = dt.datetime.combine(day, dt.time(hour, minute), zone())
        settings.KEXIN_BUSINESS_DATE = day.isoformat()
        for module in ("working", "lists", "queries"):
            monkeypatch.setattr(f"kexin.engagement.calls.{module}.business_now", lambda: moment)

    at(10)
    return at


def somebody(bank: Any, name: str, mobile: str, lead: str = "lin", unit: str = "east") -> Any:
    data = PartyData(kind="individual", name=name, contacts=(ContactData(kind="mobile", value=mobile, preferred=True),))
    return create_customer(actor=bank.actor(lead), data=data, unit=bank.units[unit], lead_post=bank.posts[lead])


def a_list(bank: Any, *customers: Any, by: str = "lin", why: str = "存款到期") -> CallList:
    return make_call_list(
        actor=bank.actor(by),
        title="本周到期",
        why=why,
        wishes=[Wish(each.pk) for each in customers],
        ends_on=DAY + dt.timedelta(days=30),
    ).call_list


# -- lists --------------------------------------------------------------------------------------------------------


def test_a_list_is_made_and_told(bank: Any, chen: Any) -> None:
    lin = bank.actor("lin")
    made = make_call_list(
        actor=lin, title="到期", why="三年期到期", wishes=[Wish(chen.pk, "12 月 3 日到期 30 万"), Wish(999_999)],
        ends_on=DAY,
    )  # fmt: skip
    assert made.count == 1
    assert [pk for pk, _text in made.left_out] == [999_999]
    entry = CallEntry.objects.get()
    assert (entry.reason, entry.post_id, entry.state) == ("12 月 3 日到期 30 万", bank.posts["lin"].pk, "open")
    assert Event.objects.filter(name="engagement.CallListMade").exists()
    assert AuditEntry.objects.filter(operation="engagement.make_call_list", outcome="done").exists()
    assert "到期 30" not in str(History.objects.filter(table_name="engagement_callentry").first().after)  # type: ignore[union-attr]


def test_nobody_is_put_on_a_list_who_wants_no_calls(bank: Any, chen: Any) -> None:
    ContactPoint.objects.filter(party=chen.party).update(do_not_use=True, preferred=False)
    with pytest.raises(RuleViolation) as told:
        a_list(bank, chen)
    assert "不希望被致电" in str(told.value.message)
    assert not CallList.objects.exists()


def test_a_list_needs_title_reason_and_period(bank: Any, chen: Any) -> None:
    with pytest.raises(RuleViolation) as told:
        make_call_list(
            actor=bank.actor("lin"), title="", why=" ", wishes=[Wish(chen.pk)], ends_on=DAY - dt.timedelta(days=1)
        )
    assert set(told.value.fields) == {"title", "why", "ends_on"}


def test_another_branch_neither_lists_nor_sees(bank: Any, chen: Any) -> None:
    with pytest.raises(RuleViolation):
        a_list(bank, chen, by="mei")
    made = a_list(bank, chen)
    with pytest.raises(NotFound):
        progress(bank.actor("mei"), made.pk)
    with pytest.raises(NotFound):
        call_brief(bank.actor("mei"), CallEntry.objects.get().pk)
    with pytest.raises(NotFound):
        log_call(CallEntry.objects.get(), actor=bank.actor("mei"), result="interested")
    with pytest.raises(NotPermitted):
        a_list(bank, chen, by="sun")
    with pytest.raises(NotPermitted):
        log_call(CallEntry.objects.get(), actor=bank.actor("qian"), result="interested")


def test_a_closed_list_calls_nobody(bank: Any, chen: Any) -> None:
    made = a_list(bank, chen)
    close_call_list(made, actor=bank.actor("lin"))
    assert CallEntry.objects.get().state == EntryState.DROPPED
    assert take_call(actor=bank.actor("lin")) is None
    with pytest.raises(RuleViolation):
        close_call_list(made, actor=bank.actor("lin"))


# -- working ------------------------------------------------------------------------------------------------------


def test_a_result_is_a_contact_an_event_and_an_audit_entry(bank: Any, chen: Any) -> None:
    lin = bank.actor("lin")
    a_list(bank, chen)
    entry = take_call(actor=lin)
    assert entry is not None
    contact = log_call(entry, actor=lin, result="interested", note="想了解大额存单")
    entry.refresh_from_db()
    assert (entry.state, entry.result, entry.attempts, entry.held_by) == ("done", "interested", 1, "")
    assert (contact.reached, contact.note, contact.on) == (True, "想了解大额存单", DAY)
    told = Event.objects.get(name="engagement.CallLogged")
    assert (told.customer_id, told.payload["result"]) == (chen.pk, "interested")
    assert "大额" not in str(told.payload)
    audit = AuditEntry.objects.get(operation="engagement.log_call", outcome="done")
    assert audit.arguments["result"] == "interested"
    assert "大额" not in str(audit.arguments)
    today = contacts_today(lin)
    assert (today.logged, today.reached) == (1, 1)
    assert contacts_today(bank.actor("mei")).logged == 0


def test_the_unreached_come_back_by_rule(bank: Any, chen: Any, morning: Any) -> None:
    lin = bank.actor("lin")
    a_list(bank, chen)
    entry = CallEntry.objects.get()

    def local(moment: dt.datetime) -> str:
        return moment.astimezone(zone()).strftime("%m-%d %H:%M")

    log_call(entry, actor=lin, result="no_answer")
    entry.refresh_from_db()
    assert local(entry.due_at) == "11-19 15:00"  # four working hours, the noon rest not counted
    assert not queue(lin).lines
    assert queue(lin).later == 1
    morning(15, 1)
    assert len(queue(lin).lines) == 1
    log_call(entry, actor=lin, result="busy")
    entry.refresh_from_db()
    assert local(entry.due_at) == "11-20 09:30"  # the next working day, the other half of the day
    morning(9, 31, dt.date(2026, 11, 20))
    log_call(entry, actor=lin, result="off")
    entry.refresh_from_db()
    assert local(entry.due_at) == "11-23 14:30"  # Monday
    log_call(entry, actor=lin, result="no_answer")
    entry.refresh_from_db()
    assert (entry.state, entry.attempts) == (EntryState.GIVEN_UP, 4)
    with pytest.raises(RuleViolation):
        log_call(entry, actor=lin, result="no_answer")


def test_an_agreed_day_comes_first_and_never_in_the_quiet_hours(bank: Any, chen: Any) -> None:
    lin = bank.actor("lin")
    other = somebody(bank, "王建国", "13900001111")
    a_list(bank, other, chen)
    entry = CallEntry.objects.get(customer=chen)
    late = dt.datetime.combine(DAY + dt.timedelta(days=3), dt.time(21), zone())
    log_call(entry, actor=lin, result="not_now", next_at=late)
    entry.refresh_from_db()
    assert entry.due_at.astimezone(zone()).strftime("%m-%d %H:%M") == "11-23 09:00"
    assert (entry.state, entry.rank) == ("open", 0)
    with pytest.raises(RuleViolation):
        log_call(entry, actor=lin, result="not_now", next_at=late - dt.timedelta(days=30))


def test_not_now_comes_back_after_the_days_of_the_policy(bank: Any, chen: Any) -> None:
    a_list(bank, chen)
    entry = CallEntry.objects.get()
    log_call(entry, actor=bank.actor("lin"), result="not_now")
    entry.refresh_from_db()
    assert entry.due_at.astimezone(zone()).date() == DAY + dt.timedelta(days=14)


def test_who_wants_no_calls_is_called_on_no_list(bank: Any, chen: Any) -> None:
    lin = bank.actor("lin")
    first, second = a_list(bank, chen), a_list(bank, chen, why="生日")
    entry = CallEntry.objects.get(call_list=first)
    contact = log_call(entry, actor=lin, result="do_not_call")
    point = ContactPoint.objects.get(party=chen.party, kind="mobile")
    assert (point.do_not_use, point.preferred) == (True, False)
    assert set(CallEntry.objects.values_list("state", flat=True)) == {EntryState.STOPPED}
    undo_call(contact, actor=lin)
    point.refresh_from_db()
    assert (point.do_not_use, point.preferred) == (False, True)
    assert set(CallEntry.objects.values_list("state", flat=True)) == {EntryState.OPEN}
    assert contacts_today(lin).logged == 0
    assert second.entries.count() == 1
    assert Event.objects.filter(name="engagement.CallUndone").count() == 1


def test_a_wrong_number_leaves_the_other_number(bank: Any, chen: Any) -> None:
    lin = bank.actor("lin")
    record_contact(chen, actor=lin, data=ContactData(kind="phone", value="02166668888"))
    a_list(bank, chen)
    entry = CallEntry.objects.get()
    log_call(entry, actor=lin, result="wrong_number")
    entry.refresh_from_db()
    assert entry.state == EntryState.OPEN
    assert ContactPoint.objects.get(party=chen.party, kind="mobile").do_not_use
    log_call(entry, actor=lin, result="wrong_number")
    entry.refresh_from_db()
    assert entry.state == EntryState.DONE


def test_only_ones_own_last_result_is_taken_back_and_soon(bank: Any, chen: Any) -> None:
    lin = bank.actor("lin")
    a_list(bank, chen)
    contact = log_call(CallEntry.objects.get(), actor=lin, result="refused")
    assert last_logged(lin) == contact
    with pytest.raises(RuleViolation):
        undo_call(contact, actor=bank.actor("zhou"))
    Contact.objects.filter(pk=contact.pk).update(at=timezone.now() - dt.timedelta(minutes=16))
    assert last_logged(lin) is None
    with pytest.raises(RuleViolation):
        undo_call(contact, actor=lin)
    assert CallEntry.objects.get().state == EntryState.DONE


def test_two_on_one_list_never_call_the_same(bank: Any, chen: Any) -> None:
    """Lines without a manager of their own: whoever is free takes the next."""
    other = somebody(bank, "王建国", "13900001111")
    a_list(bank, chen, other)
    CallEntry.objects.update(post=None)
    sun, zhou = bank.actor("sun"), bank.actor("zhou")
    first, second = take_call(actor=sun), take_call(actor=zhou)
    assert first is not None
    assert second is not None
    assert {first.customer_id, second.customer_id} == {chen.pk, other.pk}
    with pytest.raises(Conflict):
        take_call(actor=zhou, entry=first.pk)
    with pytest.raises(Conflict):
        log_call(first, actor=zhou, result="interested")
    assert take_call(actor=sun) == first  # the same again, not a third
    CallEntry.objects.filter(pk=first.pk).update(held_until=timezone.now() - dt.timedelta(seconds=1))
    assert take_call(actor=zhou, entry=first.pk) == first


def test_the_number_is_shown_for_calling_and_that_is_written_down(bank: Any, chen: Any, morning: Any) -> None:
    lin = bank.actor("lin")
    a_list(bank, chen)
    entry, point = CallEntry.objects.get(), ContactPoint.objects.get(party=chen.party, kind="mobile")
    assert dial_call(entry, actor=lin, contact_id=point.pk).number.endswith("13800005678")
    audit = AuditEntry.objects.get(operation="engagement.dial_call", outcome="done")
    assert audit.arguments["reveal_purpose"] == "call"
    assert audit.customer_id == chen.pk
    assert Event.objects.filter(name="party.PersonalDataRevealed", customer_id=chen.pk).exists()
    morning(20, 30)
    with pytest.raises(RuleViolation):
        dial_call(entry, actor=lin, contact_id=point.pk)
    morning(10)
    with pytest.raises(NotFound):
        dial_call(entry, actor=lin, contact_id=point.pk + 999)


def test_a_customer_is_not_called_too_often_whatever_the_lists(bank: Any, chen: Any) -> None:
    lin = bank.actor("lin")
    a_list(bank, chen)
    a_list(bank, chen, why="生日")
    third = a_list(bank, chen, why="回访")
    for entry in CallEntry.objects.exclude(call_list=third):
        log_call(entry, actor=lin, result="refused")
    assert not queue(lin).lines
    assert take_call(actor=lin) is None
    point = ContactPoint.objects.get(party=chen.party, kind="mobile")
    with pytest.raises(RuleViolation):
        dial_call(third.entries.get(), actor=lin, contact_id=point.pk)


def test_a_line_is_dropped_for_a_reason(bank: Any, chen: Any) -> None:
    a_list(bank, chen)
    with pytest.raises(RuleViolation):
        drop_call(CallEntry.objects.get(), actor=bank.actor("lin"), reason=" ")
    drop_call(CallEntry.objects.get(), actor=bank.actor("lin"), reason="昨天刚来过网点")
    assert CallEntry.objects.get().state == EntryState.DROPPED
    assert Event.objects.get(name="engagement.CallDropped").payload["reason"] == "昨天刚来过网点"


# -- reading ------------------------------------------------------------------------------------------------------


def test_the_brief_says_what_not_to_do(bank: Any, chen: Any) -> None:
    lin = bank.actor("lin")
    a_list(bank, chen)
    record_contact(chen, actor=lin, data=ContactData(kind="phone", value="02166668888", do_not_use=True))
    log_call(CallEntry.objects.get(), actor=lin, result="not_now", note="下周再说")
    brief = call_brief(lin, CallEntry.objects.get().pk)
    assert (brief.name, brief.age) == ("陈秀兰", 67)
    assert [each.note for each in brief.earlier] == ["下周再说"]
    assert len(brief.beware) == 4  # a number not to be used, called once today, aged 67, never assessed
    assert AuditEntry.objects.filter(operation="engagement.view_calls", outcome="read", customer_id=chen.pk).exists()


def test_progress_by_state_result_and_manager(bank: Any, chen: Any) -> None:
    lin = bank.actor("lin")
    other = somebody(bank, "王建国", "13900001111")
    made = a_list(bank, chen, other, by="zhou")
    log_call(CallEntry.objects.get(customer=chen), actor=lin, result="interested")
    log_call(CallEntry.objects.get(customer=other), actor=lin, result="no_answer")
    found = progress(bank.actor("zhou"), made.pk)
    assert (found.total, found.finished, found.results) == (2, 1, {"interested": 1, "no_answer": 1})
    (line,) = found.managers
    assert line[0].startswith("林晓雯")
    assert line[1:] == (2, 1, 1)
    assert [each.call_list.pk for each in call_lists(lin)] == [made.pk]
    assert call_lists(bank.actor("mei")) == []


def test_now_is_the_institutions(morning: Any) -> None:
    morning(21)
    assert business_now().date() == DAY


# -- files, rules, pages -------------------------------------------------------------------------------------------


def test_a_file_makes_a_list_and_bad_rows_are_left_out_alone(bank: Any, chen: Any) -> None:
    lin = bank.actor("lin")
    wang = somebody(bank, "王建国", "13900001111")
    far = somebody(bank, "远在城西", "13900002222", lead="mei", unit="west")
    rows = [
        ("客户", "原因"),
        ("138 0000 5678", "大额转出"),
        (wang.customer_no.lower(), ""),
        ("310101195904129964", "重复"),
        ("陈秀兰", "姓名不算"),
        ("", "空行"),
        (far.customer_no, "别人的客户"),
        ("13811112222", "查无此号"),
    ]
    content = "\n".join(",".join(row) for row in rows).encode("gb18030")
    made, refused = load_call_list(
        actor=lin, content=content, name="名单.csv", title="导入", why="分行下发", ends_on=DAY
    )  # fmt: skip
    entries = CallEntry.objects.order_by("rank")
    assert [(each.customer_id, each.reason) for each in entries] == [(chen.pk, "大额转出"), (wang.pk, "分行下发")]
    assert made.call_list.source == "file"
    assert [line for line, _text in refused] == [4, 5, 6, 7, 8]
    with pytest.raises(RuleViolation):
        load_call_list(actor=lin, content=b"\x00\x01", name="x.exe", title="a", why="b", ends_on=DAY)


def test_rules_find_customers_and_say_why(bank: Any, chen: Any) -> None:
    lin = bank.actor("lin")
    until = DAY + dt.timedelta(days=200)
    made = make_list_by_rule(actor=lin, rule="birthdays", days=200, title="生日", why="生日祝福", ends_on=until)
    assert [str(each.reason) for each in made.call_list.entries.all()] == ["04-12 生日"]
    assert (made.call_list.source, made.call_list.rule) == ("rule", "birthdays")
    with pytest.raises(RuleViolation):  # nobody is dormant
        make_list_by_rule(actor=lin, rule="dormant", days=0, title="休眠", why="唤醒", ends_on=until)
    with pytest.raises(NotFound):
        make_list_by_rule(actor=lin, rule="nonsense", days=0, title="a", why="b", ends_on=until)
    codes = {each.code for each in sources_for(lin)}
    assert codes == {"maturing", "near", "drop", "birthdays", "dormant"}
    for code in codes - {"birthdays", "dormant"}:
        with pytest.raises(RuleViolation):  # nothing matures and nobody has assets: the rule runs and finds nobody
            make_list_by_rule(actor=lin, rule=code, days=30, title="a", why="b", ends_on=until)


def test_open_calls_go_with_the_customer(bank: Any, chen: Any) -> None:
    a_list(bank, chen)
    follow_portfolio(PortfolioAssigned(chen.pk, chen.customer_no, bank.posts["zhou"].pk, bank.posts["lin"].pk))
    assert CallEntry.objects.get().post_id == bank.posts["zhou"].pk
    assert not queue(bank.actor("lin")).lines


def test_the_screen_by_its_pages(bank: Any, chen: Any, client_of: Any) -> None:
    made = a_list(bank, chen, somebody(bank, "王建国", "13900001111"))
    Party.objects.filter(pk=chen.pk).update(language="bo")
    client = client_of("lin")
    assert client.post(reverse("engagement:next_call"), {"list": made.pk}).status_code == 302
    page = client.get(reverse("engagement:calls"))
    assert '<span class="chip">藏文</span>' in page.content.decode()
    assert "陈秀兰" in page.content.decode()
    assert "13800005678" not in page.content.decode()
    entry = CallEntry.objects.get(customer=chen)
    point = ContactPoint.objects.get(party=chen.party, kind="mobile")
    dial = reverse("engagement:dial_call", args=[entry.pk])
    shown = client.post(dial, {"contact": point.pk}, headers={"HX-Request": "true"})
    assert "13800005678" in shown.content.decode()
    result = reverse("engagement:call_result", args=[entry.pk])
    wrong = client.post(result, {"result": "nonsense", "note": "写了很多"})
    assert wrong.status_code == 422
    assert "写了很多" in wrong.content.decode()
    assert client.post(result, {"result": "refused", "next": "7"}).status_code == 302
    assert CallEntry.objects.get(held_by="1001").customer_id != chen.pk
    contact = Contact.objects.get()
    assert client.post(reverse("engagement:undo_call", args=[contact.pk])).status_code == 302
    assert CallEntry.objects.get(held_by="1001").customer_id == chen.pk
    assert client_of("mei").post(result, {"result": "refused"}).status_code == 404
    assert client_of("gao").get(reverse("engagement:calls")).status_code == 403


def test_query_budget_of_the_screen(bank: Any, chen: Any, client_of: Any) -> None:
    """The queue's length costs nothing: ten lines take as many reads as one."""
    lin, client = bank.actor("lin"), client_of("lin")
    a_list(bank, chen)
    take_call(actor=lin)
    counts = []
    for extra in (0, 9):
        more = [somebody(bank, f"客户{n}", f"139000033{n:02}") for n in range(extra)]
        if more:
            a_list(bank, *more, why="回访")
        client.get(reverse("engagement:calls"))
        reads = []
        for _again in range(2):  # once a minute a request also notes when the person was last seen
            with CaptureQueriesContext(connection) as caught:
                assert client.get(reverse("engagement:calls")).status_code == 200
            reads.append(len(caught))
        counts.append(min(reads))
    assert counts[1] <= counts[0] + 1, counts
    assert counts[0] <= 59, counts  # 15 of them for what fits this customer, 8 for what the other floors know


def test_lists_are_made_from_the_customer_list_and_exported(bank: Any, chen: Any, client_of: Any) -> None:
    client = client_of("lin")
    asked = client.post(reverse("engagement:pick_calls"), {"pk": [chen.pk]})
    assert asked.status_code == 200
    data = {"pk": [chen.pk], "title": "回访", "why": "新开户回访", "ends_on": DAY.isoformat()}
    assert client.post(reverse("engagement:pick_calls"), data).status_code == 302
    made = CallList.objects.get()
    assert client.get(reverse("engagement:call_lists")).status_code == 200
    assert "新开户回访" in client.get(reverse("engagement:call_list", args=[made.pk])).content.decode()
    export = reverse("engagement:export_calls", args=[made.pk])
    assert client.post(export, {"purpose": "", "format": "csv"}).status_code == 422
    file = client.post(export, {"purpose": "晨会", "format": "csv"})
    text = b"".join(file.streaming_content).decode()
    assert chen.customer_no in text
    assert "13800005678" not in text
    assert AuditEntry.objects.get(operation="engagement.export_calls", outcome="done").arguments["rows"] == 1
    assert client_of("mei").get(reverse("engagement:call_list", args=[made.pk])).status_code == 404
    assert client.post(reverse("engagement:close_call_list", args=[made.pk])).status_code == 302
    assert CallEntry.objects.get().state == EntryState.DROPPED


def test_calls_by_the_interface(bank: Any, chen: Any, client_of: Any) -> None:
    client = client_of("lin")

    def send(path: str, body: dict[str, Any]) -> Any:
        return client.post(f"/api/v1{path}", body, content_type="application/json")

    wanted = {"customer_id": chen.pk, "reason": "到期"}
    made = send("/call-lists", {"title": "t", "why": "w", "ends_on": str(DAY), "customers": [wanted]})
    assert made.status_code == 201, made.content
    (line,) = send("/calls/next", {}).json()["items"]
    assert line["reason"] == "到期"
    assert client.get("/api/v1/calls").json()["items"][0]["id"] == line["id"]
    point = ContactPoint.objects.get(party=chen.party, kind="mobile")
    assert send(f"/calls/{line['id']}/number", {"contact_id": point.pk}).json()["number"].endswith("5678")
    logged = send(f"/calls/{line['id']}/result", {"result": "no_answer"})
    assert logged.status_code == 201
    assert client.get("/api/v1/calls/today").json() == {"logged": 1, "reached": 0}
    assert client.delete(f"/api/v1/call-results/{logged.json()['id']}").status_code in (200, 204)
    assert send(f"/calls/{line['id']}/drop", {"reason": "刚来过"}).status_code in (200, 204)
    listed = client.get("/api/v1/call-lists").json()["items"][0]
    assert (listed["customers"], listed["finished"]) == (1, 1)
    assert client.get(f"/api/v1/call-lists/{listed['id']}").json()["states"] == {"dropped": 1}
    assert send(f"/call-lists/{listed['id']}/close", {}).status_code in (200, 204)
