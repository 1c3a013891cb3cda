"""Knowledge in the browser of staff: written, reviewed, found, within a budget of queries."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from kexin.core.models import Event
from kexin.service.knowledge.safe_text import as_html, plain
from kexin.service.knowledge.search import marked
from kexin.service.models import ArticleCategory, ArticleVersion, SearchMade
from kexin.service.requests.opening import open_request
from kexin.service.tests.test_articles import LOST, cards, house, publish  # noqa: F401  fixtures

pytestmark = pytest.mark.django_db


def url(name: str, *args: object) -> str:
    return reverse(f"knowledge:{name}", args=args)


def test_words_are_safe() -> None:
    html = str(as_html("# 挂失\n\n<script>x</script> [坏](javascript:alert) [好](https://x.cn) **重**\n\n- 一\n- 二"))
    assert "<script" not in html
    assert 'href="javascript' not in html
    assert '<a href="https://x.cn" rel="noopener noreferrer">' in html
    assert "<h3>挂失</h3>" in html
    assert "style=" not in str(as_html("|a|\n|:-|\n|b|\n\n![p](https://x.cn/p.png)"))
    assert plain("# 挂失\n\n- **一**\n- 二") == "挂失 一 二"
    assert str(marked("<b>挂失</b> lost cards", ["挂失", "card"])) == (
        "&lt;b&gt;<mark>挂失</mark>&lt;/b&gt; lost <mark>cards</mark>"
    )
    assert str(marked("无" * 200 + "挂失" + "无" * 200, ["挂失"], 60)).count("<mark>") == 1


def test_an_article_goes_from_form_to_review_to_search(
    house: Any,  # noqa: F811
    cards: ArticleCategory,  # noqa: F811
    client_of: Any,
    django_assert_max_num_queries: Any,
) -> None:
    sun, wu, lin = client_of("sun"), client_of("wu"), client_of("lin")
    given = {
        "kind": "answer", "audience": "customer", "category_id": str(cards.pk), "language": "zh",
        "title": "银行卡丢失怎么挂失", "body": LOST, "asked": "卡不见了怎么办\n\n我的卡被偷了",
    }  # fmt: skip
    wrong = sun.post(url("new"), given | {"body": "短"})
    assert wrong.status_code == 422
    answer = sun.post(url("new"), given)
    row = ArticleVersion.objects.get()
    assert row.asked == ["卡不见了怎么办", "我的卡被偷了"]
    assert answer.headers["Location"] == f"{url('article', row.article_id)}?lang=zh&v=1"
    assert lin.get(url("article", row.article_id)).status_code == 404
    sun.post(url("submit", row.pk))
    page = wu.get(url("review", row.pk)).content.decode()
    assert "<strong>挂失后</strong>" in page
    assert wu.post(url("review", row.pk), {"decision": "return", "version": "2"}).status_code == 422
    assert wu.post(url("review", row.pk), {"decision": "approve", "version": "2"}).status_code == 302
    assert Event.objects.filter(name="service.ArticleApproved").exists()
    with django_assert_max_num_queries(24):
        results = lin.get(url("list") + "?find=guashi").content.decode()
    assert "<mark>挂失</mark>" in results
    assert "理解为" in results
    kept = SearchMade.objects.get()
    with django_assert_max_num_queries(30):
        page = lin.get(f"{url('article', row.article_id)}?lang=zh&s={kept.pk}").content.decode()
    assert "有帮助吗" in page
    assert url("edit", row.pk) not in page
    kept.refresh_from_db()
    assert kept.opened_id == row.article_id
    lin.post(url("vote", row.article_id), {"lang": "zh", "useful": "0", "note": "没有境外电话"})
    assert "没用" in sun.get(url("article", row.article_id)).content.decode()
    assert "没有相符的知识" in lin.get(url("list") + "?find=火星旅行").content.decode()
    assert "火星旅行" in sun.get(url("dead_ends")).content.decode()
    with django_assert_max_num_queries(20):
        listed = lin.get(url("list") + f"?category={cards.pk}").content.decode()
    assert "银行卡丢失怎么挂失" in listed
    hits = lin.get("/palette/", {"q": "挂失"}).content.decode()
    assert "银行卡丢失怎么挂失" in hits


def test_everything_around_an_article_has_its_page(
    house: Any, cards: ArticleCategory, client_of: Any  # noqa: F811
) -> None:  # fmt: skip
    row = publish(house, cards)
    case = publish(house, cards, kind="case", audience="staff", title="一次挂失的教训", body="客户等了四十分钟才挂失。")
    sun, ning = client_of("sun"), client_of("wu")
    file = SimpleUploadedFile("挂失.pdf", b"%PDF-1.7 x", "application/pdf")
    assert sun.post(url("attach", row.article_id), {"file": file}).status_code == 302
    bad = SimpleUploadedFile("坏.exe", b"MZ", "application/pdf")
    assert sun.post(url("attach", row.article_id), {"file": bad}).status_code == 422
    kept = row.article.files.get()
    answer = client_of("lin").get(url("file", kept.pk))
    assert (answer.content, answer.headers["Content-Security-Policy"]) == (b"%PDF-1.7 x", "default-src 'none'; sandbox")
    sun.post(url("link", row.article_id), {"other_no": case.article.article_no})
    assert "一次挂失的教训" in sun.get(url("article", row.article_id)).content.decode()
    sun.post(url("unlink", row.article_id), {"other": str(case.article_id)})
    assert "一次挂失的教训" not in sun.get(url("article", row.article_id)).content.decode()
    sun.post(url("file_remove", kept.pk))
    assert sun.get(url("file", kept.pk)).status_code == 404
    page = sun.get(url("next", row.article_id) + "?lang=en")
    assert page.status_code == 200
    english = {"title": "Report a lost card", "body": "Call us at once, day and night.", "asked": "stolen card"}
    assert sun.post(url("next", row.article_id) + "?lang=en", english).status_code == 302
    assert ArticleVersion.objects.filter(article=row.article, language="en", number=1).exists()
    assert ning.post(url("withdraw", row.pk), {"reason": "号码有误"}).status_code == 302
    assert "号码有误" in sun.get(url("article", row.article_id) + "?lang=zh&v=1").content.decode()
    assert client_of("lin").get(url("withdraw", case.pk)).status_code == 403
    assert sun.get(url("categories")).status_code == 200
    sun.cookies["django_language"] = "en"
    assert "Knowledge" in sun.get(url("list")).content.decode()
    assert client_of("gao").get(url("list")).status_code == 403


def test_beside_a_request_stands_what_may_help(
    house: Any, cards: ArticleCategory, chen: Any, client_of: Any  # noqa: F811
) -> None:  # fmt: skip
    publish(house, cards)
    publish(house, cards, title="转账限额怎么调整", body="在手机银行的设置中调整转账限额。", asked=[])
    told = {"kind": "consultation", "category": "card", "channel": "phone"}
    row = open_request(chen, actor=house.actor("sun"), subject="银行卡丢失", text="在超市丢了卡，要挂失", **told)
    page = client_of("sun").get(reverse("service:request", args=[row.pk])).content.decode()
    assert url("beside_request", row.pk) in page
    beside = client_of("sun").get(url("beside_request", row.pk)).content.decode()
    assert "银行卡丢失怎么挂失" in beside
    assert "转账限额" not in beside
    assert client_of("mei").get(url("beside_request", row.pk)).status_code == 404
