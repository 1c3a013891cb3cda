"""The interface's document: unchanged unless meant, and readable as a page.

A difference is meant? Write the new one: ``KEXIN_WRITE_DOCUMENT=1 pytest tests/api/test_document.py``.
"""

from __future__ import annotations

import difflib
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils.translation import override

from kexin.core.api.shapes import Shown, Taken
from kexin.core.operation import doors
from kexin.core.ui.middleware import away_page
from kexin.project.api import api

KEPT = Path(__file__).with_name("openapi.json")


def document() -> dict:
    with override("en"):
        return json.loads(json.dumps(api.get_openapi_schema()))


def test_the_document_is_the_one_that_was_kept():
    now = json.dumps(document(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    if os.environ.get("KEXIN_WRITE_DOCUMENT"):
        KEPT.write_text(now, encoding="utf-8")
    kept = KEPT.read_text(encoding="utf-8")
    difference = list(difflib.unified_diff(kept.splitlines(), now.splitlines(), "kept", "now", lineterm="", n=2))
    assert not difference, "the interface changed:\n" + "\n".join(difference[:200])


def test_every_permission_is_a_door():
    for path, methods in document()["paths"].items():
        for method, endpoint in methods.items():
            assert endpoint["x-permission"] in doors or path == "/api/v1/me", f"{method} {path}"


def test_every_body_and_answer_has_an_example_and_every_endpoint_words():
    for path, methods in document()["paths"].items():
        for method, endpoint in methods.items():
            assert endpoint["summary"], path
            assert endpoint["description"], path
            holders = [endpoint.get("requestBody", {}), *endpoint["responses"].values()]
            for media in (each for holder in holders for each in holder.get("content", {}).values()):
                if media["schema"].get("format") != "binary":
                    assert "example" in media, f"{method} {path}"


def _shapes(base: type) -> Iterator[type]:
    for each in base.__subclasses__():
        yield each
        yield from _shapes(each)


def test_no_two_shapes_share_a_name():
    """The document knows shapes by name: a second one of the same name would silently replace the first."""
    by_name: dict[str, dict[str, object]] = {}
    for shape in {*_shapes(Shown), *_shapes(Taken)}:
        if shape.__module__.startswith("kexin.") and not shape.__name__.startswith("Page["):
            by_name.setdefault(shape.__name__, {})[shape.__module__] = shape.model_json_schema()
    clashing = {
        name: sorted(found)
        for name, found in by_name.items()
        if any(each != next(iter(found.values())) for each in found.values())
    }
    assert not {name: where for name, where in clashing.items() if name in document()["components"]["schemas"]}


def test_examples_name_no_field_that_is_not_there():
    text = json.dumps(document(), ensure_ascii=False)
    assert '"$defs"' not in text
    references = set(re.findall(r"#/components/schemas/([^\"]+)", text))
    assert references <= set(document()["components"]["schemas"])


@pytest.mark.django_db
def test_the_reference_is_a_page_in_both_languages(client_of, client):
    browser = client_of("lin")
    page = browser.get("/api/v1/docs")
    text = page.content.decode()
    assert "打开客户档案" in text or "查看客户列表" in text
    assert "/api/v1/customers/{customer_id}" in text
    assert "<script>" not in text
    assert " style=" not in text
    english = browser.get("/api/v1/docs", headers={"Accept-Language": "en"}).content.decode()
    assert "See the customer list" in english
    assert client.get("/api/v1/docs").status_code == 302


@pytest.mark.django_db
def test_the_document_is_served_to_callers_only(client_of, client):
    assert client_of("lin").get("/api/v1/openapi.json").json()["openapi"] == "3.1.0"
    assert client.get("/api/v1/openapi.json").status_code == 401


def told(part, at=""):
    """Every summary and description of a document with its place; examples are data and not words."""
    for name, each in part.items() if isinstance(part, dict) else enumerate(part):
        if name in ("summary", "description") and isinstance(each, str):
            yield f"{at}/{name}", each
        elif isinstance(each, dict | list) and name not in ("example", "examples"):
            yield from told(each, f"{at}/{name}")


def test_all_its_words_are_there_in_chinese():
    with override("zh-hans"):
        chinese = json.loads(json.dumps(api.get_openapi_schema()))
    words = list(told(chinese))
    assert len(words) > 500
    assert not [f"{place}: {text}" for place, text in words if not re.search("[\u4e00-\u9fff]", text)]
    assert not [place for place, text in told(document()) if re.search("[\u4e00-\u9fff]", text)]
    assert chinese["paths"].keys() == document()["paths"].keys()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "header", "words"),
    [
        ("", "", "See the customer list"),
        ("", "zh-CN,zh;q=0.9,en;q=0.8", "查看客户列表"),
        ("", "en-GB,zh;q=0.5", "See the customer list"),
        ("?lang=zh-hans", "en", "查看客户列表"),
        ("?lang=en", "zh-CN", "See the customer list"),
    ],
)
def test_the_document_speaks_the_language_asked_for(client_of, address, header, words):
    headers = {"Accept-Language": header} if header else {}
    found = client_of("lin").get(f"/api/v1/openapi.json{address}", headers=headers).json()
    assert found["paths"]["/api/v1/customers"]["get"]["summary"] == words


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/api/v1/nowhere", "/api/v2/customers", "/api/"])
def test_what_is_no_address_is_refused_like_everything_else(client_of, path):
    answer = client_of("lin").get(path)
    assert answer.status_code == 404
    assert answer.json()["code"] == "not-found"


@pytest.mark.django_db
def test_a_method_an_address_does_not_know(client_of):
    answer = client_of("lin").delete("/api/v1/customers")
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET, POST"
    assert answer.json()["code"] == "method-not-allowed"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "body", [b"", b"{", b"[1]", b'{"text": NaN}', b'{"text": "\\u0000"}', b'{"text": "\\ud800"}', b"[" * 5000]
)
def test_hostile_bodies_are_refused_in_plain_words(client_of, chen, body):
    path = f"/api/v1/customers/{chen.pk}/notes"
    answer = client_of("lin").post(path, data=body, content_type="application/json")
    assert answer.status_code in (400, 422)
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_while_the_database_is_away_a_programme_is_told_when_to_come_back(rf):
    answer = away_page(rf.get("/api/v1/customers"))
    assert answer.status_code == 503
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Retry-After"] == "5"
    assert json.loads(answer.content)["code"] == "away"
