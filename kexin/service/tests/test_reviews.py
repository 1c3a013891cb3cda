"""Reviews from a file: each taken once, bad rows refused alone, whatever the heads are called."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook

from kexin.core.errors import NotPermitted, RuleViolation
from kexin.core.models import AuditEntry, WorkItem
from kexin.service.conversations import loading
from kexin.service.conversations.loading import load_reviews
from kexin.service.models import Conversation, ConversationMessage

pytestmark = pytest.mark.django_db
HEADS = ("平台", "昵称", "发布时间", "评分", "内容", "编号")
ROWS = [
    ("大众点评", "江边走走", "2026-03-08 19:20", "2", "排队一个小时，只开两个窗口", "r-1"),
    ("大众点评", "匿名用户", "2026/03/07", "5", "大堂经理很耐心", "r-2"),
    ("地图", "匿名用户", "2026年03月07日", "", "停车不方便", ""),
    ("地图", "张**", "", "4", "", "r-4"),
]


def csv(rows: list[tuple[str, ...]], heads: tuple[str, ...] = HEADS) -> bytes:
    return "\n".join(",".join(row) for row in (heads, *rows)).encode()


def xlsx(rows: list[tuple[str, ...]]) -> bytes:
    book, content = Workbook(), io.BytesIO()
    sheet = book.active
    assert sheet is not None
    for row in (HEADS, *rows):
        sheet.append(list(row))
    book.save(content)
    return content.getvalue()


def test_each_review_is_taken_once_however_often_the_file_comes(bank: Any, chen: Any) -> None:
    sun = bank.actor("sun")
    first = load_reviews(actor=sun, content=csv(ROWS), name="评价.csv")
    assert (first.taken, first.known, [line for line, _text in first.refused]) == (3, 0, [5])
    again = load_reviews(actor=sun, content=xlsx(ROWS), name="评价.xlsx")
    assert (again.taken, again.known, len(again.refused)) == (0, 3, 1)
    rows = list(Conversation.objects.order_by("pk"))
    assert [(row.channel, row.customer, row.state) for row in rows] == [("third", None, "open")] * 3
    assert rows[0].sender_name == "江边走走 · 大众点评"
    said = [str(each.text) for each in ConversationMessage.objects.order_by("pk")]
    assert said == [
        "【2 · 2026-03-08】排队一个小时，只开两个窗口", "【5 · 2026-03-07】大堂经理很耐心", "【2026-03-07】停车不方便",
    ]  # fmt: skip
    assert WorkItem.objects.open().filter(kind="service.answer").count() == 3
    entry = AuditEntry.objects.filter(operation="service.load_reviews").order_by("pk")[0]
    assert (entry.arguments["taken"], entry.arguments["refused"]) == (3, 1)
    assert "窗口" not in str(entry.arguments)
    more = load_reviews(
        actor=sun, content=csv([*ROWS, ("大众点评", "江边走走", "", "3", "后来好多了", "r-9")]), name="b.csv"
    )
    assert (more.taken, Conversation.objects.count()) == (1, 3)  # the same writer again


@pytest.mark.parametrize(
    "content",
    [b"", b"\x00\x01\x02", csv([("1",)], heads=("评分",)), csv([("x", "y")] * 3, heads=("作者", "时间"))],
)
def test_what_is_no_file_of_reviews_is_refused_whole(bank: Any, content: bytes) -> None:
    with pytest.raises(RuleViolation) as refusal:
        load_reviews(actor=bank.actor("sun"), content=content, name="x.csv")
    assert set(refusal.value.fields) == {"file"}
    assert not Conversation.objects.exists()


def test_too_many_rows_and_future_ones(bank: Any, chen: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    sun = bank.actor("sun")
    far = (dt.date.today() + dt.timedelta(days=3)).isoformat()
    found = load_reviews(actor=sun, content=csv([("s", "a", far, "", "好", "1")]), name="x.csv")
    assert (found.taken, len(found.refused)) == (0, 1)
    monkeypatch.setattr(loading, "MOST_ROWS", 2)
    with pytest.raises(RuleViolation):
        load_reviews(actor=sun, content=csv(ROWS), name="x.csv")
    assert not Conversation.objects.exists()
    with pytest.raises(NotPermitted):
        load_reviews(actor=bank.actor("lin"), content=csv(ROWS), name="x.csv")


def test_the_page(bank: Any, chen: Any, client_of: Any) -> None:
    desk = client_of("sun")
    assert desk.get("/conversations/reviews/").status_code == 200
    file = SimpleUploadedFile("评价.csv", csv(ROWS), "text/csv")
    answer = desk.post("/conversations/reviews/", {"file": file, "source": ""}, follow=True)
    page = answer.content.decode()
    assert "江边走走" in page
    assert desk.post("/conversations/reviews/", {"source": ""}).status_code == 422
    assert client_of("lin").get("/conversations/reviews/").status_code == 403
