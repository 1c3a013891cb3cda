"""Drafts by a model: off by default; what leaves names nobody; only cited articles; faults; a person confirms."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from kexin.core.actor import customer as customer_actor
from kexin.core.errors import RuleViolation
from kexin.core.models import AuditEntry, Event
from kexin.service.conversations.asking import write_own_words
from kexin.service.drafting import drafts
from kexin.service.drafting.policies import DraftPolicy
from kexin.service.drafting.rules import cited_in, fault_of, without_citations
from kexin.service.models import ArticleCategory, Conversation, ConversationMessage, WordsDraft
from kexin.service.tests.test_articles import cards, house, publish  # noqa: F401  fixtures

WORDS = "我是陈秀兰，电话13800138000，我的银行卡丢了怎么挂失？"


class Model:
    """A stand-in for the endpoint: ``moods`` say how it behaves, ``asked`` what it was told."""

    def __init__(self) -> None:
        outer = self
        self.moods: list[str] = []
        self.asked: list[str] = []
        self.let_go = threading.Event()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                said = self.rfile.read(int(self.headers["Content-Length"])).decode()
                assert self.path == "/v1/chat/completions"
                assert self.headers["Authorization"] == "Bearer key"
                outer.asked.append(said)
                mood = outer.moods.pop(0)
                if mood == "timeout":
                    outer.let_go.wait(5)
                    return None
                if mood == "500":
                    return self.say(500, {})
                if mood == "nonsense":
                    return self.say(200, ["?"])
                if mood == "refusal":
                    return self.say(200, {"choices": [{"message": {"content": None, "refusal": "no"}}]})
                return self.say(200, {"choices": [{"message": {"content": mood}}]})

            def say(self, status: int, content: Any) -> None:
                said = json.dumps(content).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

            def log_message(self, format: str, *args: Any) -> None:
                """Requests are not news."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1"


@pytest.fixture
def model(settings: Any) -> Iterator[Model]:
    stand_in = Model()
    settings.KEXIN_DRAFT_URL, settings.KEXIN_DRAFT_MODEL, settings.KEXIN_DRAFT_KEY = stand_in.url, "test", "key"
    yield stand_in
    stand_in.let_go.set()
    stand_in.server.shutdown()
    stand_in.server.server_close()


@pytest.fixture
def switched_on(monkeypatch: pytest.MonkeyPatch, house: Any) -> None:  # noqa: F811
    given = drafts.in_force

    def on(shape: Any) -> Any:
        found = given(shape)
        if shape is DraftPolicy:
            object.__setattr__(found, "enabled", True)
            object.__setattr__(found, "seconds", 1)
        return found

    monkeypatch.setattr(drafts, "in_force", on)


@pytest.fixture
def talk(house: Any, cards: ArticleCategory, chen: Any) -> Conversation:  # noqa: F811
    publish(house, cards)
    may = {"service.write_own_words", "service.view_own_conversations"}
    phone = customer_actor(chen.pk, chen.customer_no, may, session="phone", address="10.0.0.7")
    return write_own_words(actor=phone, text=WORDS).conversation


@pytest.mark.parametrize(
    ("kind", "text", "fault"),
    [
        ("reply", "请挂失 [K2026000001]。", ""),
        ("reply", "请挂失。", "uncited"),
        ("reply", "请挂失 [K2026999999]。", "invented"),
        ("reply", "NO_ANSWER", "unknown"),
        ("reply", " ", "empty"),
        ("reply", "长" * 101 + "[K2026000001]", "long"),
        ("reply", "稳赚 不赔 [K2026000001]", "promises"),
        ("summary", "客户问挂失。", ""),
    ],
)
def test_what_is_no_draft(kind: str, text: str, fault: str) -> None:
    assert fault_of(kind, text, ["K2026000001"], 100, ["稳赚不赔"]) == fault
    assert cited_in("a [K2026000001] b [K2026000001]") == ["K2026000001"]
    assert without_citations("请挂失 [K2026000001]。") == "请挂失。"


@pytest.mark.django_db
def test_off_by_default_and_nothing_leaves(house: Any, talk: Conversation, model: Model) -> None:  # noqa: F811
    lin = house.actor("lin")
    with pytest.raises(RuleViolation):
        drafts.draft_for(talk.pk, actor=lin, kind="reply")
    assert (model.asked, WordsDraft.objects.count()) == ([], 0)


@pytest.mark.django_db
def test_masked_before_it_leaves_cited_and_confirmed_by_a_person(
    house: Any, talk: Conversation, model: Model, switched_on: None  # noqa: F811
) -> None:  # fmt: skip
    lin = house.actor("lin")
    number = publish_number()
    model.moods = [f"〔姓名1〕您好，请立即拨打客服电话挂失 [{number}]。回拨〔号码1〕。"]
    row = drafts.draft_for(talk.pk, actor=lin, kind="reply")
    (left,) = model.asked
    for secret in ("陈秀兰", "秀兰", "13800138000"):
        assert secret not in json.loads(left)["messages"][1]["content"]
    assert "挂失后" in json.loads(left)["messages"][1]["content"]  # the approved article
    assert (row.state, row.cited) == ("ready", [number])
    (shown,) = drafts.drafts_of(lin, talk.pk)
    assert str(shown.draft_text).startswith("陈秀兰您好")
    assert "13800138000" not in str(shown.sent_text)
    event = Event.objects.get(name="service.WordsLeft").payload
    assert (event["host"], event["hidden"]) == ("127.0.0.1", 2)
    assert AuditEntry.objects.filter(operation="service.ask_draft", outcome="done").count() == 1
    assert ConversationMessage.objects.count() == 1  # nothing reached the customer
    with pytest.raises(RuleViolation):
        drafts.confirm_draft(row, actor=lin, text="请拨〔号码2〕")
    drafts.confirm_draft(row, actor=lin, text=f"陈女士您好，请立即拨打客服电话挂失 [{number}]。")
    answer = ConversationMessage.objects.order_by("-pk")[0]
    from kexin.core.fields import decrypt_rows

    decrypt_rows(ConversationMessage, [answer], ("text",))
    assert (answer.side, str(answer.text)) == ("out", "陈女士您好，请立即拨打客服电话挂失。")
    assert Event.objects.get(name="service.DraftConfirmed").payload["changed"] is True
    with pytest.raises(RuleViolation):
        drafts.drop_draft(row, actor=lin)


def publish_number() -> str:
    from kexin.service.models import Article

    return Article.objects.get().article_no


@pytest.mark.django_db
def test_every_fault_has_its_name_and_no_draft(
    house: Any, talk: Conversation, model: Model, switched_on: None  # noqa: F811
) -> None:  # fmt: skip
    lin = house.actor("lin")
    model.moods = ["timeout", "500", "nonsense", "refusal", "Sure! [K2026999999]", "NO_ANSWER"]
    faults = [drafts.draft_for(talk.pk, actor=lin, kind="reply").fault for _turn in range(6)]
    assert faults == ["timeout", "http-500", "unreadable", "refused", "invented", "unknown"]
    assert set(WordsDraft.objects.values_list("state", flat=True)) == {"failed"}
    model.moods = ["客户询问挂失，尚未答复。"]
    summary = drafts.draft_for(talk.pk, actor=lin, kind="summary")
    assert drafts.confirm_draft(summary, actor=lin, text="客户询问挂失。").state == "used"
    assert ConversationMessage.objects.count() == 1
    model.server.shutdown()
    model.server.server_close()
    assert drafts.draft_for(talk.pk, actor=lin, kind="summary").fault == "unreachable"
