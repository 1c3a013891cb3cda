"""Articles through their doors: two persons, validity, what search finds on a day, what the clock asks for."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from kexin.core.actor import Actor, system
from kexin.core.actor import customer as customer_actor
from kexin.core.errors import Conflict, NotFound, NotPermitted, RuleViolation
from kexin.core.models import AuditEntry, Event, WorkItem
from kexin.service.knowledge import arranging, searches, sweeping
from kexin.service.knowledge.index import rebuild
from kexin.service.knowledge.queries import (
    article_file,
    articles,
    dead_ends,
    help_article,
    search_articles,
    search_help,
)
from kexin.service.knowledge.writing import (
    change_article,
    confirm_article,
    draft_article,
    draft_article_version,
    review_article,
    submit_article,
    withdraw_article,
)
from kexin.service.models import ArticleCategory, ArticleEntry, ArticleVersion, SearchMade, SearchTerm

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 11, 20)
DAY = dt.timedelta(days=1)
LOST = "银行卡丢失请立即挂失：\n\n- 拨打客服电话\n- 到任一网点办理\n\n**挂失后**资金受到保护。"


@pytest.fixture
def house(bank: Any, settings: Any) -> Any:
    settings.KEXIN_BUSINESS_DATE = TODAY.isoformat()
    return bank


@pytest.fixture
def cards(house: Any) -> ArticleCategory:
    return ArticleCategory.objects.create(name="银行卡", name_en="Cards", path="")


def write(bank: Any, category: ArticleCategory, **more: Any) -> ArticleVersion:
    """A draft of Sun's."""
    if not category.path:
        category.path = f"{category.pk}/"
        category.save()
    values = {
        "kind": "answer", "audience": "customer", "language": "zh", "title": "银行卡丢失怎么挂失", "body": LOST,
        "asked": ["卡不见了怎么办", "我的银行卡被偷了"],
    } | more  # fmt: skip
    return draft_article(actor=bank.actor("sun"), category_id=category.pk, **values)


def publish(bank: Any, category: ArticleCategory, **more: Any) -> ArticleVersion:
    """Written by Sun, approved by Wu."""
    dates = {name: more.pop(name) for name in ("in_use_from", "until_on", "review_on") if name in more}
    row = write(bank, category, **more)
    submit_article(row.pk, actor=bank.actor("sun"))
    return review_article(row.pk, actor=bank.actor("wu"), approve=True, **dates)


def as_customer(row: Any) -> Actor:
    may = {"service.view_help", "service.vote_own_article"}
    return customer_actor(row.pk, row.customer_no, may, session="phone", address="10.0.0.7")


def found(bank: Any, text: str, who: str = "lin", **more: Any) -> list[str]:
    return [version.title for _found, version in search_articles(bank.actor(who), text, **more).hits]


def test_from_draft_to_use_with_two_persons(house: Any, cards: ArticleCategory) -> None:
    sun, wu = house.actor("sun"), house.actor("wu")
    row = write(house, cards)
    submit_article(row.pk, actor=sun)
    item = WorkItem.objects.get(kind="service.article_review", status="open")
    assert item.owner_post_id != house.posts["sun"].pk
    with pytest.raises(NotPermitted):
        review_article(row.pk, actor=sun, approve=True)
    with pytest.raises(RuleViolation) as why:
        review_article(row.pk, actor=wu, approve=False)
    assert set(why.value.fields) == {"note"}
    review_article(row.pk, actor=wu, approve=False, note="请写明电话")
    assert found(house, "挂失") == []
    change_article(row.pk, actor=sun, title=row.title, body=LOST + "\n\n电话 95500。", asked=row.asked)
    submit_article(row.pk, actor=sun)
    review_article(row.pk, actor=wu, approve=True)
    item.refresh_from_db()
    assert (item.status, item.outcome) == ("done", "returned")
    row.refresh_from_db()
    assert (row.state, row.in_use_from, row.review_on) == ("approved", TODAY, dt.date(2027, 11, 20))
    told = Event.objects.get(name="service.ArticleApproved")
    assert told.payload["sha256"] == row.sha256
    assert AuditEntry.objects.filter(operation="service.review_article", outcome="done").count() == 2
    assert found(house, "挂失") == ["银行卡丢失怎么挂失"]
    with transaction.atomic(), pytest.raises(DatabaseError):
        ArticleVersion.objects.filter(pk=row.pk).update(body="不同的话，不同的话。")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"kind": "poem"}, "kind"),
        ({"audience": "all"}, "audience"),
        ({"language": "fr"}, "language"),
        ({"title": "  "}, "title"),
        ({"title": "长" * 121}, "title"),
        ({"body": "短"}, "body"),
        ({"body": "长" * 40_001}, "body"),
        ({"asked": ["长" * 201]}, "asked"),
        ({"asked": [f"问{n}" for n in range(301)]}, "asked"),
    ],
)
def test_what_is_wrong_is_told_at_its_field(
    house: Any, cards: ArticleCategory, wrong: dict[str, Any], field: str
) -> None:
    with pytest.raises(RuleViolation) as refusal:
        write(house, cards, **wrong)
    assert set(refusal.value.fields) == {field}
    assert not ArticleVersion.objects.exists()


def test_a_new_version_replaces_the_old_one_on_its_day(house: Any, cards: ArticleCategory, settings: Any) -> None:
    first = publish(house, cards)
    sun, wu = house.actor("sun"), house.actor("wu")
    second = draft_article_version(first.article_id, actor=sun, language="zh", title="卡片挂失与补办")
    with pytest.raises(Conflict):
        draft_article_version(first.article_id, actor=sun, language="zh")
    submit_article(second.pk, actor=sun)
    review_article(second.pk, actor=wu, approve=True, in_use_from=TODAY + 3 * DAY, until_on=TODAY + 9 * DAY)
    assert found(house, "挂失") == ["银行卡丢失怎么挂失"]
    settings.KEXIN_BUSINESS_DATE = (TODAY + 3 * DAY).isoformat()
    assert found(house, "挂失") == ["卡片挂失与补办"]
    settings.KEXIN_BUSINESS_DATE = (TODAY + 10 * DAY).isoformat()
    assert found(house, "挂失") == []
    file = article_file(house.actor("lin"), first.article_id)
    assert [str(file.standing(each)) for each in file.versions] == ["expired", "replaced"]
    sweeping.sweep_articles(actor=system("clock.service"))
    assert not ArticleEntry.objects.exists()
    assert SearchTerm.objects.get(term="").entries == 0


def test_withdrawn_is_found_by_nobody_and_the_index_counts_right(house: Any, cards: ArticleCategory) -> None:
    row = publish(house, cards)
    publish(house, cards, title="信用卡还款日", body="还款日可以在手机银行修改一次。", asked=[])
    before = {each.term: each.entries for each in SearchTerm.objects.filter(entries__gt=0)}
    rebuild()
    assert {each.term: each.entries for each in SearchTerm.objects.all()} == before
    withdraw_article(row.pk, actor=house.actor("wu"), reason="号码有误")
    assert found(house, "挂失") == []
    assert SearchTerm.objects.get(term="").entries == 1
    with pytest.raises(RuleViolation):
        withdraw_article(row.pk, actor=house.actor("wu"), reason="又一次")


def test_typed_as_people_type(house: Any, cards: ArticleCategory) -> None:
    publish(house, cards)
    publish(
        house, cards, title="转账限额怎么调整", body="在手机银行的设置中调整每日转账限额。", asked=["转不了那么多钱"]
    )
    publish(
        house, cards, language="en", title="Report a lost card", body="Call us at once; your account is protected.",
        asked=["my card was stolen"],
    )  # fmt: skip
    for text, title in (
        ("卡丢了", "银行卡丢失怎么挂失"),
        ("guashi", "银行卡丢失怎么挂失"),
        ("yinhangka diushi", "银行卡丢失怎么挂失"),
        ("转帐限额", "转账限额怎么调整"),
        ("zhuanzhang", "转账限额怎么调整"),
        ("loosing stolen cards", "Report a lost card"),
        ("acount protcted", "Report a lost card"),
    ):
        assert found(house, text)[:1] == [title], text
    assert found(house, "转账", language="en") == []
    assert found(house, "？！") == []
    assert found(house, "'); DROP TABLE service_article; --")[:1] in ([], ["Report a lost card"])


def test_customers_find_only_what_was_written_for_them(house: Any, cards: ArticleCategory, chen: Any) -> None:
    own = publish(house, cards)
    staff = publish(
        house, cards, audience="staff", kind="script", title="挂失话术", body="先安抚客户，再核实身份，最后挂失。"
    )
    customer = as_customer(chen)
    hits = search_help(customer, "挂失").hits
    assert [version.pk for _found, version in hits] == [own.pk]
    with pytest.raises(NotFound):
        help_article(customer, staff.article_id, "zh")
    with pytest.raises(NotFound):
        arranging.vote_own_article(staff.article_id, actor=customer, language="zh", useful=True)
    arranging.vote_own_article(own.article_id, actor=customer, language="zh", useful=True)
    arranging.vote_own_article(own.article_id, actor=customer, language="zh", useful=False)
    assert article_file(house.actor("sun"), own.article_id).votes == {own.pk: (0, 1)}
    with pytest.raises(RuleViolation):
        arranging.place_article(staff.article_id, actor=system("set-up"), category_id=cards.pk, audience="customer")


def test_the_tree_moves_with_its_articles(house: Any, cards: ArticleCategory) -> None:
    act = {"actor": system("set-up")}
    services = arranging.add_article_category(name="服务", name_en="Service", **act)
    below = arranging.add_article_category(name="卡类", name_en="Card things", parent_id=services.pk, **act)
    row = publish(house, below)
    assert found(house, "挂失", category_id=services.pk) == [row.title]
    other = arranging.add_article_category(name="其他", name_en="Other", **act)
    arranging.change_article_category(below.pk, name="卡类", name_en="Cards", parent_id=other.pk, **act)
    assert found(house, "挂失", category_id=services.pk) == []
    assert found(house, "挂失", category_id=other.pk) == [row.title]
    with pytest.raises(RuleViolation) as loop:
        arranging.change_article_category(other.pk, name="其他", name_en="Other", parent_id=below.pk, **act)
    assert set(loop.value.fields) == {"parent_id"}
    with pytest.raises(RuleViolation):
        arranging.add_article_category(name="服务", name_en="Service", **act)


def test_files_are_what_they_say(house: Any, cards: ArticleCategory) -> None:
    row, sun = write(house, cards), house.actor("sun")
    pdf = b"%PDF-1.7 form"
    kept = arranging.attach_article_file(row.article_id, actor=sun, name="C:\\forms\\挂失.pdf", content=pdf)
    assert (kept.name, kept.media_type) == ("挂失.pdf", "application/pdf")
    for name, content in (
        ("a.pdf", b"MZ\x90"),
        ("a.exe", pdf),
        ("挂失二.pdf", pdf),
        ("b.pdf", b"%PDF-" + b"0" * 8_000_001),
    ):
        with pytest.raises(RuleViolation) as why:
            arranging.attach_article_file(row.article_id, actor=sun, name=name, content=content)
        assert set(why.value.fields) == {"file"}, name
    arranging.remove_article_file(kept.pk, actor=sun)
    assert article_file(sun, row.article_id).files == ()


def test_what_is_to_be_looked_at_becomes_work(house: Any, cards: ArticleCategory, settings: Any) -> None:
    row = publish(house, cards, review_on=TODAY + 20 * DAY)
    clock = system("clock.service")
    assert sweeping.sweep_articles(actor=clock) == 0
    settings.KEXIN_BUSINESS_DATE = (TODAY + 7 * DAY).isoformat()
    assert sweeping.sweep_articles(actor=clock) == 1
    item = WorkItem.objects.get(kind="service.article_look", status="open")
    assert item.owner_post_id == house.posts["sun"].pk
    assert [each.pk for each in articles(house.actor("sun"), waiting="due")] == [row.article_id]
    confirm_article(row.pk, actor=house.actor("sun"))
    item.refresh_from_db()
    assert (item.status, item.outcome) == ("done", "confirmed")
    with pytest.raises(NotPermitted):
        sweeping.sweep_articles(actor=house.actor("sun"))


def test_searches_that_led_nowhere_are_a_list_without_anybodys_numbers(
    house: Any, cards: ArticleCategory, time_machine: Any
) -> None:
    row, lin, sun = publish(house, cards), house.actor("lin"), house.actor("sun")
    for _n in range(2):
        searches.note_search(actor=lin, text="外币 兑换 13800138000", found=0)
    opened = searches.note_search(actor=lin, text="挂失", found=1)
    searches.note_search(actor=lin, text="补办", found=1)
    searches.note_opening(opened.pk, actor=lin, article_id=row.article_id)
    assert [(each.text, each.times) for each in dead_ends(sun)] == [("外币 兑换 ***", 2)]
    time_machine.move_to(timezone.now() + dt.timedelta(minutes=11))
    assert {each.text for each in dead_ends(sun)} == {"外币 兑换 ***", "补办"}
    with pytest.raises(NotPermitted):
        dead_ends(lin)
    settle = {"actor": system("set-up"), "text": "补办", "side": "staff"}
    with pytest.raises(RuleViolation):
        searches.settle_dead_end(why=" ", **settle)
    assert searches.settle_dead_end(why="已写入挂失条目", **settle) == 1
    assert {each.text for each in dead_ends(sun)} == {"外币 兑换 ***"}
    assert SearchMade.objects.count() == 4
