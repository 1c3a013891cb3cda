"""Every endpoint × every role: who lacks the right is refused, who has it is not; another branch is not there."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from kexin.core.actor import Actor
from kexin.core.operation import doors
from kexin.project.api import api

pytestmark = pytest.mark.django_db

CAST = ("lin", "mei", "sun", "zhou", "wu", "he", "qian", "gao", "tang")
ENDPOINTS = [
    (method.upper(), path, endpoint)
    for path, methods in api.get_openapi_schema()["paths"].items()
    for method, endpoint in methods.items()
]
SCHEMAS = api.get_openapi_schema()["components"]["schemas"]


def may(actor: Actor, permission: str) -> bool:
    return not permission or doors[permission].open_to_all or actor.may(permission)


def filled(path: str, endpoint: dict[str, Any], known: dict[str, Any]) -> str:
    """The address with records that exist, and the query parameters that must be there."""
    words = {
        "process": "admission",
        "item": "identity_verified",
        "kind": "working",
        "day": "2026-03-09",
        "year": "2026",
        "line": "all",
        "clock_code": "result",
    }
    words |= {"code": "core.reveal", **{name: str(value) for name, value in known.items()}}
    path = re.sub(r"{(\w+)}", lambda found: words.get(found[1], "999999"), path)
    needed = [each for each in endpoint["parameters"] if each["in"] == "query" and each["required"]]
    pairs = [f"{each['name']}={each['schema']['examples'][0]}" for each in needed]
    return path + ("?" + "&".join(pairs) if pairs else "")


def with_known(value: Any, known: dict[str, Any]) -> Any:
    if isinstance(value, dict):
        return {name: known.get(name, with_known(each, known)) for name, each in value.items()}
    return [with_known(each, known) for each in value] if isinstance(value, list) else value


def body_for(endpoint: dict[str, Any], known: dict[str, Any]) -> dict[str, Any]:
    content = endpoint.get("requestBody", {}).get("content", {})
    if "upload" in content.get("multipart/form-data", {}).get("example", {}):
        file = SimpleUploadedFile("customers.csv", "编号,姓名\n1,陈秀兰\n".encode(), "text/csv")
        return {"data": {"upload": file, "target": "party.customer"}}
    if "multipart/form-data" in content:
        file = SimpleUploadedFile("a.pdf", b"%PDF-1.7\n%%EOF\n", "application/pdf")
        return {"data": {"file": file, "title": "开户申请书", "category": "contract"}}
    if "application/json" not in content:
        return {}
    example = with_known(content["application/json"]["example"], known)
    return {"data": json.dumps(example), "content_type": "application/json"}


def ask(client: Any, method: str, path: str, endpoint: dict[str, Any], known: dict[str, Any]) -> Any:
    more = body_for(endpoint, known)
    send = getattr(client, method.lower())
    return send(filled(path, endpoint, known), headers={"If-Match": '"1"'}, **more)


@pytest.fixture
def known(bank, chen) -> dict[str, Any]:
    return {
        "customer_id": chen.pk,
        "unit_id": bank.units["east"].pk,
        "parent_id": bank.units["branch"].pk,
        "post_id": bank.posts["lin"].pk,
        "lead_post_id": bank.posts["lin"].pk,
        "delegate_post_id": bank.posts["zhou"].pk,
        "employee_id": bank.employees["lin"].pk,
        "document_id": chen.party.identitydocument_set.get().pk,
        "contact_id": chen.party.contactpoint_set.get().pk,
        "replaces": None,
    }


@pytest.mark.usefixtures("no_limit")
@pytest.mark.parametrize("name", CAST)
def test_each_role_may_do_what_it_holds_and_no_more(name, bank, client_of, known):
    client, actor = client_of(name), bank.actor(name)
    wrong = []
    for method, path, endpoint in ENDPOINTS:
        answer = ask(client, method, path, endpoint, known)
        allowed = may(actor, endpoint["x-permission"])
        if allowed and answer.status_code in (401, 403, 405, 500, 503):
            wrong.append(f"{method} {path}: allowed, answered {answer.status_code}")
        if not allowed and answer.status_code != 403:
            wrong.append(f"{method} {path}: not allowed, answered {answer.status_code}")
        if answer.status_code >= 400:
            assert answer.headers["Content-Type"] == "application/problem+json"
    assert not wrong, "\n".join(wrong)


@pytest.mark.usefixtures("no_limit")
@pytest.mark.parametrize("name", ["lin", "qian"])
def test_who_lacks_a_right_is_not_told_which_records_exist(name, bank, client_of, known):
    """Records that a body names are missing here: without the right the answer is still a refusal, not "no such …"."""
    client, actor = client_of(name), bank.actor(name)
    missing = known | {
        field: 999_999
        for schema in SCHEMAS.values()
        for field in schema.get("properties", {})
        if field.endswith("_id") and field not in ("customer_id", "unit_id")
    }
    asked = 0
    for method, path, endpoint in ENDPOINTS:
        if method != "GET" and not may(actor, endpoint["x-permission"]):
            answer = ask(client, method, path, endpoint, missing)
            assert answer.status_code == 403, (method, path, answer.content)
            asked += 1
    assert asked > 100


def test_a_customer_of_another_branch_is_nowhere(client_of, bank, known):
    client, actor = client_of("mei"), bank.actor("mei")
    asked = 0
    for method, path, endpoint in ENDPOINTS:
        if "{customer_id}" not in path:
            continue
        asked += 1
        expected = 404 if may(actor, endpoint["x-permission"]) else 403
        answer = ask(client, method, path, endpoint, known)
        assert answer.status_code == expected, f"{method} {path}: {answer.status_code} {answer.content!r}"
    assert asked > 25


def test_nobody_is_refused_everywhere(client, bank, known):
    for method, path, endpoint in ENDPOINTS:
        answer = ask(client, method, path, endpoint, known)
        assert answer.status_code == 401, f"{method} {path}: {answer.status_code}"
