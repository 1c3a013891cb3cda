"""Journey 4: a call forwarded by 12378 about a deposit that was insurance, from the desk to the archive.

Sun receives it and it goes on in the earlier call; the seller sees nothing; the dossier and the recording of the sale
are one click away; a settlement within authority; an extension before the fifteenth day; a letter that is refused until
it is whole; the customer reads it on her own phone, does not agree and asks for a review; the cause gets its owner.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from kexin.core.calendar import business_date
from kexin.core.models import WorkItem
from kexin.party.models import Customer
from kexin.portal.operations import invite_customer
from kexin.portal.tests.conftest import last_code
from kexin.products.models import Product
from kexin.service.models import Complaint, Remediation
from kexin.service.tasks import begin_review
from tests.browser.conftest import Visit, assert_accessible
from tests.browser.look import settle
from tests.browser.test_portal import PortalSite, phone, portal, shot
from tests.complaint_people import hire, hire_officers
from tests.personas import Bank
from tests.scenarios.test_a_sale_is_recorded import everything_is_inspected, recorded
from tests.scenarios.test_a_sale_through_its_gates import product, tolerance

__all__ = ["everything_is_inspected", "portal", "product", "tolerance"]
pytestmark = pytest.mark.xdist_group("dossier")
LOOKS = [("zh", "light", "1440"), ("en", "dark", "390")]
SAID = "去年到网点续存定期，柜员说利息更高；到期才知道买的是五年期保险，取不出来。"
FACTS = "经查，录音显示销售时以“跟定期差不多”介绍产品，未提示保险性质。"


class Case:
    """The case as several people open it in their browsers."""

    def __init__(self, visit: Visit, bank: Bank, look: dict[str, Any]) -> None:
        self.visit, self.bank, self.look, self.row = visit, bank, look, Complaint.objects.get(joined_into=None)
        self.name = f"{look['language']}-{look['width']}"
        self.last: Page | None = None

    def open(self, who: str, **more: Any) -> Page:
        """The page of the case in a browser of this person; the one before is closed, as nobody looks at it again."""
        if self.last is not None:
            self.last.close()
        self.last = self.visit(who, f"/complaints/{self.row.pk}/", **self.look, **more)
        return self.last

    def see(self, who: str, picture: str = "") -> Page:
        page = self.open(who)
        if picture:
            self.show(page, picture)
        return page

    def show(self, page: Page, picture: str) -> None:
        page.evaluate("scrollTo(0, 0)")
        shot(page, f"journey4-{picture}-{self.name}")
        assert_accessible(page)

    def act(self, who: str, act: str, said: dict[str, str], *, wrong: bool = False, picture: str = "") -> Page:
        """Open the act from the page of the case, fill its form, send it."""
        page = self.open(who, trouble=(422,))
        page.locator(f"a[href='/complaints/{self.row.pk}/{act}/']").first.click()
        fill(page, said)
        if picture:
            self.show(page, picture)
        page.locator("[data-submit]").click()
        settle(page)
        if wrong:
            expect(page.locator("[role=alert], .form-error, .field-problem").first).to_be_visible()
        else:
            expect(page).to_have_url(f"{page.url.split('/complaints/')[0]}/complaints/{self.row.pk}/")
        self.row.refresh_from_db()
        return page


def fill(page: Page, said: dict[str, str]) -> None:
    """Each field as its kind wants it: texts typed, lists chosen, radios checked."""
    for name, value in said.items():
        field = page.locator(f"[name='{name}']").first
        kind = field.evaluate("each => each.tomselect ? 'search' : each.type")
        if kind == "search":
            script = "([name, value]) => document.querySelector(`[name='${name}']`).tomselect.setValue(value)"
            page.evaluate(script, [name, value])
        elif kind.startswith("select"):
            field.select_option(value)
        elif kind in ("radio", "checkbox"):
            page.locator(f"[name='{name}'][value='{value}']").check()
        else:
            field.fill(value)


@pytest.mark.parametrize(("language", "theme", "width"), LOOKS)
def test_from_the_forwarded_call_to_the_archive(
    visit: Visit,
    chromium: Browser,
    portal: PortalSite,
    bank: Bank,
    chen: Customer,
    product: Product,
    language: str,
    theme: str,
    width: str,
) -> None:
    look: dict[str, Any] = {"language": language, "theme": theme, "width": width}
    zh, today = language == "zh", business_date()
    hire(hire_officers(bank), "cao", "1027", "曹敏", "Cao Min")
    posts: dict[str, Any] = bank.posts
    sale, _recording = recorded(bank, chen, product)
    Customer.objects.filter(pk=chen.pk).update(status="active")

    desk = visit("sun", f"/customers/{chen.pk}/complaints/new/", trouble=(422,), **look)
    about = {"subject": "存款变保险", "text": SAID, "demand": "退回本金", "amount": "50000", "subject_kind": "sale"}
    fill(desk, {**about, "subject_no": "S-404"})
    desk.locator("[data-submit]").click()
    expect(desk.get_by_text("该客户没有这笔销售" if zh else "No such sale of this customer")).to_be_visible()
    desk.locator("[name=subject_no]").fill(sale.sale_no)
    desk.locator("[data-submit]").click()
    settle(desk)
    case = Case(visit, bank, look)
    case.show(desk, "received")
    forwarded = visit("sun", f"/customers/{chen.pk}/complaints/new/?channel=phone", **look)
    due = dt.datetime.now(dt.UTC) + dt.timedelta(days=12)
    fill(forwarded, {
        **about, "source": "12378", "subject_no": sale.sale_no, "regulator_no": "NFRA-2026-77",
        "forwarded_on": today.isoformat(), "regulator_due_at": f"{due:%Y-%m-%dT%H:%M}",
    })  # fmt: skip
    case.show(forwarded, "forwarded")
    forwarded.locator("[data-submit]").click()
    settle(forwarded)
    assert forwarded.url.endswith(f"/complaints/{case.row.pk}/"), "it goes on in the earlier call"
    joined = Complaint.objects.get(joined_into=case.row)
    expect(forwarded.get_by_role("link", name=joined.complaint_no)).to_be_visible()
    case.show(forwarded, "joined")
    visit("lin", f"/complaints/{case.row.pk}/", expect=404, **look)
    seller = visit("lin", f"/customers/{chen.pk}/?tab=service", **look)
    settle(seller)
    expect(seller.get_by_text("存款变保险")).to_have_count(0)

    desk = case.see("sun")
    fill(desk, {"channel": "phone"})
    desk.locator("#contact-text").fill("已收到，两个工作日内告知调查情况。")
    desk.locator("button[name=outward][value='1']").click()
    settle(desk)
    assert case.row.clocks.get(code="response").state == "met"

    inbox = visit("ning", "/complaints/?state=unfinished", **look)
    case.show(inbox, "inbox")
    inbox.get_by_text("存款变保险").first.click()
    grade = case.row.suggested_grade
    case.act("ning", "grade", {"grade": grade}, picture="grade")
    officer = case.see("ning")
    expect(officer.get_by_role("link", name="该笔销售的双录" if zh else "Recording of the sale")).to_be_visible()
    officer.get_by_role("button", name="调取销售档案" if zh else "Attach the dossier of the sale").click()
    settle(officer)
    assert case.row.evidence.get().kind == "dossier"
    case.show(officer, "dossier")
    visit("ning", f"/complaints/{joined.pk}/receipt/", **look).locator("[data-submit]").click()
    tied = case.act("ning", "assign", {"post_id": str(posts["zhou"].pk)}, wrong=True, picture="assign")
    case.show(tied, "tied")
    case.act("ning", "assign", {"post_id": str(posts["bai"].pk)})
    case.act("bai", "findings", {"findings": FACTS}, picture="findings")

    case.act("ning", "settle", {"amount": "2000000", "terms": "全额"}, wrong=True)
    case.act("ning", "settle", {"amount": "3000", "terms": "退还已付手续费三千元。"}, picture="settle")
    case.act("wu", "settle-small", {"approve": "1"})
    papers = case.see("ning")
    papers.locator("#case-file").set_input_files(
        {"name": "agreement.png", "mimeType": "image/png", "buffer": b"\x89PNG\r\n\x1a\n" + b"x" * 200}
    )
    papers.locator("#files form[enctype] button").click()
    settle(papers)
    copy = case.row.evidence.exclude(kind="dossier").get()
    case.act(
        "ning", "settle-signed",
        {"agreement_no": "HJ-2026-1", "signed_on": today.isoformat(), "file_id": str(copy.pk), "reason": "wish"},
    )  # fmt: skip
    case.act("wu", "settle-paper", {"approve": "1"}, picture="copy")
    case.act("wu", "settle-paid", {"paid_on": today.isoformat(), "tax": "0", "reference": "P-1"})
    case.act("ning", "extend", {"reason": "等待保险公司回函"}, picture="extend")
    case.act("wu", "approve-extension", {"approve": "1"})
    case.act("sun", "tell-extension", {"channel": "sms", "text": "办理期限延长，原因已告知。"})
    assert (case.row.legal_due_at - case.row.received_at).days >= 29

    letter = {"outcome": "partly", "facts": FACTS}
    case.act("ning", "draft", letter, picture="draft")
    refused = case.act("ning", "submit", {}, wrong=True)
    case.show(refused, "incomplete")
    whole = {"basis": "《保险销售行为管理办法》", "reasons": "未充分告知产品性质。", "decision": "协助退保，退还本金。"}
    case.act("ning", "draft", {**letter, **whole})
    case.act("ning", "submit", {})
    case.act("wu", "review-reply", {"approve": "1"}, picture="review")
    case.see("sun", "handled")
    case.act("sun", "deliver", {"way": "post", "proof": "EMS 1029384756"}, picture="deliver")

    address = invite_customer(chen, actor=bank.actor("lin"), purpose="look", delivery="qr").address
    mine = phone(chromium, portal.base, theme, language)
    mine.goto(address)
    mine.get_by_label("验证码" if zh else "Code").fill(last_code())
    mine.locator("button.portal-do").click()
    mine.goto(f"{portal.base}/complaints/")
    case.show(mine, "own-list")
    mine.locator(f"a[href='/complaints/{case.row.pk}/']").click()
    case.show(mine, "own-answered")
    with mine.expect_download() as handed:
        mine.get_by_role("button", name="查看答复函" if zh else "Read our answer").click()
    assert handed.value.suggested_filename == f"{case.row.complaint_no}.pdf"
    mine.locator("[name=word]").fill("本金没有全部退回")
    mine.locator("button[name=agreed][value='0']").click()
    settle(mine)
    mine.locator("details.portal-group summary").first.click()
    mine.locator("[name=reason]").fill("录音请再听一遍")
    case.show(mine, "own-review")
    mine.locator("details.portal-group[open] button").click()
    settle(mine)
    case.show(mine, "own-asked")
    mine.context.close()

    begin_review(entry_id=case.row.entries.get(step="review").pk)
    case.row.refresh_from_db()
    assert (case.row.state, case.row.word) == ("closed", "disputed")
    case.act("cao", "decide-review", {"result": "upheld", "findings": "事实清楚，处理适当。"}, picture="reviewed")
    case.act("ning", "classify", {"place": "premises", "business": "agency", "causes": "risk_told"})
    day = today + dt.timedelta(days=20)
    remedy = {"cause": "risk_told", "problem": "柜面未提示保险性质", "post_id": str(posts["zhou"].pk)}
    case.act("ning", "remedy", {**remedy, "due_on": day.isoformat()}, picture="remedy")
    visit("ning", f"/complaints/{joined.pk}/reply-regulator/", **look).locator("[name=text]").fill("已书面答复消费者。")
    answered = visit("ning", f"/complaints/{joined.pk}/reply-regulator/", **look)
    answered.locator("[name=text]").fill("已书面答复消费者。")
    answered.locator("[data-submit]").click()
    settle(answered)
    case.act("ning", "archive", {})
    done = case.see("ning", "archived")
    expect(done.get_by_text("EMS 1029384756")).to_be_visible()
    assert (case.row.state, case.row.letters.get().proof) == ("archived", "EMS 1029384756")
    assert not [each for each in (*case.row.clocks.all(), *joined.clocks.all()) if each.is_late]
    joined.refresh_from_db()
    assert joined.regulator_replied_at is not None
    remedied = Remediation.objects.get()
    owner = visit("zhou", f"/remediations/{remedied.pk}/", **look)
    case.show(owner, "remediation")
    expect(owner.get_by_text("柜面未提示保险性质")).to_be_visible()
    expect(owner.get_by_text(SAID)).to_have_count(0)
    left = WorkItem.objects.open().exclude(kind__startswith="sales.").filter(details__complaint_id=case.row.pk)
    assert not left.exists(), list(left.values_list("kind", flat=True))
