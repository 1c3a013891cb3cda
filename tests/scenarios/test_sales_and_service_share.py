"""Sales and service work from one file: what either notes is at once on the other's page, bell and call brief.

Mrs Chen telephones the service desk. Agent Sun notes it and hands it to wealth manager Lin; Lin reads it on the bell,
finds it in the brief of her next call, answers, and what she agrees on the telephone stands on Sun's page.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from kexin.core.actor import Actor, system
from kexin.core.approval import decide_approval
from kexin.core.calendar import business_date
from kexin.core.errors import NotFound, RuleViolation
from kexin.core.models import AuditEntry, Event, WorkItem
from kexin.engagement.appointment_queries import notices
from kexin.engagement.calls.lists import Wish, make_call_list
from kexin.engagement.calls.queries import call_brief
from kexin.engagement.calls.working import log_call, take_call
from kexin.engagement.models import Note
from kexin.engagement.operations import answer_note, hand_note, write_note
from kexin.engagement.queries import handed_note, notes
from kexin.engagement.ui.pulse import Pulse
from kexin.party.models import Customer, IdentityDocument
from kexin.people import operations
from kexin.products.models import Product
from kexin.sales.referrals.referring import answer_referral, close_referral, make_referral
from kexin.service.care.running import pause_care
from kexin.service.complaints.receiving import ComplaintData, receive_complaint
from kexin.service.requests.opening import open_request
from kexin.suitability.value.deciding import settle_all
from kexin.suitability.value.queries import value_file
from tests.complaint_people import hire_officers
from tests.holders import assessed
from tests.personas import Bank

REQUIREMENTS = {
    "E-14": (
        "the file, notes, calls, referrals and answers of sales and service are one and seen by the other side at once;"
        " risk tolerance, what fits and the class stand beside them"
    ),
    "F-26": (
        "what service hears is before sales at the next call, and what sales agrees before service",
        "a common strategy drawn from feedback is the institution's own",
    ),
    "E-19": (
        "before a call the manager reads holdings, tier, risk assessment, suitable products, the service plan of the"
        " class, open requests and complaints; service hands feedback that must be answered in time"
    ),
}
SCREENS = {"E-14": "客户页动态、电访简报、转介、提醒铃", "E-19": "电访简报、转交备注"}
ASKED = "来电问下月到期的三年期定期怎么续，女儿一起来"
SAID = "已约周五上午带女儿到店，请提醒带身份证"


@pytest.fixture
def morning(settings: Any) -> None:
    """A working day on which customers may be called."""
    settings.KEXIN_BUSINESS_DATE = "2026-11-20"


def test_what_service_hears_sales_knows_and_the_other_way_round(
    bank: Any, chen: Any, morning: None, client_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kexin.engagement.ui.pulse.KEPT", 0)
    lin, sun, post = bank.actor("lin"), bank.actor("sun"), bank.posts["lin"]
    pulse = Pulse()

    # what Sun writes stands on Lin's page at once
    write_note(chen, actor=sun, text="习惯上午接电话")
    assert [each.text for each in notes(lin, chen.pk)] == ["习惯上午接电话"]
    assert "习惯上午接电话" in panel(client_of("lin"), chen)

    # what she hands over rings on Lin's open pages and is owed within the hours of the policy
    quiet = pulse.token()
    page = client_of("sun").post(f"/engagement/customers/{chen.pk}/notes/hand/", {"to": post.pk, "text": ASKED})
    assert page.status_code == 302
    assert pulse.token() != quiet
    note = Note.objects.get(to_post=post)
    item = WorkItem.objects.open().get(kind="engagement.note_handed")
    assert (item.owner_post_id, item.customer_id, item.subject_id) == (post.pk, chen.pk, note.pk)
    assert [(each.kind, each.text) for each in notices(lin)] == [("handed", ASKED)]
    assert notices(sun) == []
    assert ASKED in client_of("lin").get("/notices/").content.decode()
    assert "转交备注" in client_of("lin").get("/").content.decode()
    assert "林晓雯" in panel(client_of("zhou"), chen)  # to whom it went
    assert not any(ASKED in str(each.payload) for each in Event.objects.all())

    # the brief of Lin's next call has it before her, with what the customer holds and what is open
    made = make_call_list(
        actor=lin, title="本周回访", why="到期", wishes=[Wish(chen.pk, "定期到期")], ends_on=dt.date(2026, 11, 27)
    )
    entry = take_call(actor=lin)
    assert entry is not None, made
    brief = call_brief(lin, entry.pk)
    assert [each.text for each in brief.notes] == [ASKED, "习惯上午接电话"]
    assert brief.assets is not None
    assert any("备注" in text for text, _due in brief.work)
    assert ASKED in client_of("lin").get("/calls/").content.decode()

    # Lin answers: once, and nobody else; Sun's bell tells it
    with pytest.raises(RuleViolation):
        answer_note(note, actor=bank.actor("zhou"), text="我来答")
    address = f"/engagement/notes/{note.pk}/handed/"
    assert client_of("lin").post(address, {"text": ""}).status_code == 422
    assert client_of("lin").post(address, {"text": SAID}).status_code == 302
    item.refresh_from_db()
    assert (item.status, item.outcome, item.closed_by) == ("done", "answered", lin.name)
    assert [(each.kind, each.text) for each in notices(sun)] == [("answered", SAID)]
    assert notices(lin) == []
    with pytest.raises(RuleViolation):
        answer_note(note, actor=lin, text="再答一次")
    told = client_of("sun").get(address).content.decode()
    assert ASKED in told
    assert SAID in told
    assert handed_note(sun, handed_note(sun, note.pk).answer.pk).note == note  # type: ignore[union-attr]

    # what Lin logs of her call stands on Sun's page
    log_call(entry, actor=lin, result="interested", note="答应周五来")
    assert "有意向" in panel(client_of("sun"), chen)
    names = list(Event.objects.filter(customer_id=chen.pk).order_by("id").values_list("name", flat=True))
    order = ("engagement.NoteHanded", "engagement.NoteAnswered", "engagement.CallLogged")
    assert [each for each in names if each in order] == list(order)
    done = AuditEntry.objects.filter(outcome="done")
    assert done.filter(operation="engagement.hand_note", actor_name=sun.name).count() == 1
    assert done.filter(operation="engagement.answer_note", actor_name=lin.name).count() == 1

    # the other way round: Lin asks service, by the interface
    answer = client_of("lin").post(
        f"/api/v1/customers/{chen.pk}/handed-notes",
        {"text": "请核对她的预留号码", "post_id": bank.posts["sun"].pk},
        content_type="application/json",
    )
    assert answer.status_code == 201, answer.content
    assert [each.text for each in notices(bank.actor("sun"))][-1] == "请核对她的预留号码"


def test_before_a_call_both_sides_know_what_the_other_knows(
    bank: Bank, chen: Customer, morning: None, client_of: Any
) -> None:
    lin, sun, page = bank.actor("lin"), bank.actor("sun"), reverse("party:customer", args=[chen.pk])
    Customer.objects.filter(pk=chen.pk).update(born_year=1981, birthday=301, status="active", assets=400_000)
    IdentityDocument.objects.filter(party=chen.pk).update(long_term=True, expires_on=None)
    entry = to_be_called(lin, chen)
    told, beware = brief_of(lin, entry)
    assert told["风险承受能力"] == ("未测评", f"{page}?tab=risk")
    assert told["适配产品"] == ("目前没有。", f"{page}?tab=fits")
    assert any("无有效的风险测评" in each for each in beware)

    # assessed and with a product that fits, referred from the lobby, with an open request and a pause of care
    chen = Customer.objects.get(pk=chen.pk)
    assessed(chen, 3)
    certified(bank)
    for code, name, grade in (("S1", "江岚一号", 1), ("S5", "江岚五号", 5)):
        Product.objects.create(
            code=code, name=name, product_class="wealth", regime="investment", state="admitted", own_grade=grade,
            issuer_grade=grade, minimum_amount=Decimal(10_000),
        )  # fmt: skip
    settle_all(business_date(), actor=system("clock.value"))
    referral = make_referral(
        chen, actor=sun, from_line="lobby", to_line="retail", need="到店咨询大额存单", unit_id=bank.units["east"].pk,
        product_line="deposits", receiver_post_id=bank.posts["lin"].pk,
    )  # fmt: skip
    asked = {"kind": "consultation", "category": "card", "channel": "phone"}
    request = open_request(chen, actor=sun, subject="网银登录不上", **asked)
    pause_care(chen, actor=sun, until=dt.date(2026, 12, 31), reason="本人要求")
    told, beware = brief_of(lin, entry)
    assert told["风险承受能力"][0].startswith("C3")
    assert told["适配产品"][0] == "1 只：江岚一号"
    assert value_file(lin, chen.pk).strategy in told["服务方案"][0]  # type: ignore[union-attr]
    assert told["转介"] == ("到店咨询大额存单 · 待答复", f"/referrals/{referral.pk}/")
    assert told["服务工单"][0].startswith("网银登录不上")
    assert told["服务工单"][1] == reverse("service:request", args=[request.pk])
    assert any("2026-12-31" in each for each in beware)
    assert not any("风险测评" in each for each in beware)
    screen = client_of("lin").get("/calls/").content.decode()
    for words in ("江岚一号", "到店咨询大额存单", "网银登录不上", "2026-12-31"):
        assert words in screen, words

    # what was done by one side is gone from the other's brief
    answer_referral(referral, actor=lin, accept=True)
    close_referral(referral, actor=lin, outcome="business", note="已办理")
    assert "转介" not in brief_of(lin, entry)[0]


def test_a_complaint_is_told_but_not_to_whom_it_is_about(bank: Bank, chen: Customer, morning: None) -> None:
    hire_officers(bank)
    lin, zhou = bank.actor("lin"), bank.actor("zhou")
    entry = to_be_called(lin, chen)
    said: dict[str, Any] = {"triage": "complaint", "channel": "phone", "source": "hotline", "text": "请核实"}
    case = receive_complaint(
        ComplaintData(**said, subject="柜面等候太久", subject_kind="other"), actor=bank.actor("sun"), customer=chen
    )
    told, beware = brief_of(lin, entry)
    assert told["消费投诉"][0].startswith("柜面等候太久")
    assert any(case.complaint_no in each for each in beware)

    other = ComplaintData(**said, subject="客户经理推销太多", subject_kind="staff", accused=("1001",))
    about = receive_complaint(other, actor=bank.actor("sun"), customer=chen)
    assert about.complaint_no not in str(brief_of(lin, entry))
    assert "推销太多" not in str(call_brief(lin, entry).known)
    assert "推销太多" in str(call_brief(zhou, entry).known)


def to_be_called(actor: Actor, chen: Customer) -> int:
    """The line of a list on which Mrs Chen stands, taken by the actor."""
    make_call_list(
        actor=actor, title="本周回访", why="到期", wishes=[Wish(chen.pk, "定期到期")], ends_on=dt.date(2026, 11, 27)
    )
    entry = take_call(actor=actor)
    assert entry is not None
    return entry.pk


def brief_of(actor: Actor, entry: int) -> tuple[dict[str, tuple[str, str]], list[str]]:
    """What the other floors say in the brief, by their labels, and what not to do."""
    found = call_brief(actor, entry)
    return {str(each.label): (str(each.text), each.href) for each in found.known}, [str(t) for _l, t in found.beware]


def certified(bank: Bank) -> None:
    """Lin may sell wealth products."""
    zhou, today = bank.actor("zhou"), business_date()
    operations.record_qualification(
        bank.employees["lin"], actor=zhou, kind="bank_wealth", number="W-7", issuer="协会",
        issued_on=today - dt.timedelta(days=30), valid_until=today + dt.timedelta(days=300), evidence="官网查询",
    )  # fmt: skip
    approval = operations.propose_authorisation(
        bank.employees["lin"], actor=zhou, classes=["wealth"], highest_grade=5, starts_on=today,
        ends_on=today + dt.timedelta(days=90), reason="通过考核",
    )  # fmt: skip
    decide_approval(approval, actor=bank.actor("wu"), approve=True)


def test_a_note_goes_only_to_who_can_read_it_and_follows_the_customer(bank: Any, chen: Any, client_of: Any) -> None:
    from kexin.engagement.following import follow_customers

    sun, mei = bank.actor("sun"), bank.posts["mei"]
    for post_id, why in ((mei.pk, "看不到该客户"), (bank.posts["sun"].pk, "本人岗位")):
        with pytest.raises(RuleViolation) as refused:
            hand_note(chen, actor=sun, text="请跟进", post_id=post_id)
        assert why in str(refused.value.fields["to"])
    with pytest.raises(NotFound):
        hand_note(chen, actor=bank.actor("mei"), text="请跟进")
    assert not Note.objects.exists()  # nothing half done

    note = hand_note(chen, actor=sun, text="请跟进")
    zhou = bank.posts["zhou"]
    follow_customers((chen.pk,), actor=system("clock.work"), before=bank.posts["lin"].pk, after=zhou.pk)
    assert WorkItem.objects.open().get(kind="engagement.note_handed").owner_post_id == zhou.pk
    assert answer_note(note, actor=bank.actor("zhou"), text="收到").answers == note


def panel(client: Any, customer: Any) -> str:
    """The timeline on the customer's page, as this person gets it."""
    text: str = client.get(reverse("core:panel", args=["customer", customer.pk, "timeline"])).content.decode()
    return text
