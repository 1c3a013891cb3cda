"""What belongs to somebody's screen, by the interface: sessions, saved views, the workbench, many at once."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from kexin.core.api.problems import InvalidRequest
from kexin.core.models import AuditEntry, SavedView
from kexin.party.api.taken import CustomerNarrowing
from kexin.party.models import Customer

pytestmark = pytest.mark.django_db


@pytest.fixture
def twice(client_of):
    """Lin at two browsers whose sessions are known."""
    from allauth.usersessions.models import UserSession

    browsers = [client_of("lin"), client_of("lin")]
    for number, each in enumerate(browsers, start=1):
        UserSession.objects.get_or_create(
            session_key=each.session.session_key,
            defaults={
                "user_id": int(each.session["_auth_user_id"]),
                "ip": f"10.8.0.{number}",
                "user_agent": "Firefox",
            },
        )
    return browsers


def test_ones_own_sessions_are_seen_and_ended(twice, client_of):
    here, there = twice
    items = here.get("/api/v1/me/sessions").json()["items"]
    assert sorted(each["current"] for each in items) == [False, True]
    other = next(each for each in items if not each["current"])
    assert there.get("/api/v1/me").status_code == 200
    assert client_of("mei").delete(f"/api/v1/me/sessions/{other['id']}").status_code == 404
    assert here.delete(f"/api/v1/me/sessions/{other['id']}").status_code == 204
    assert there.get("/api/v1/me").status_code == 401
    assert len(here.get("/api/v1/me/sessions").json()["items"]) == 1


def test_an_employees_session_is_ended_by_who_may(twice, client_of, bank):
    path = f"/api/v1/employees/{bank.employees['lin'].pk}/sessions"
    gao = client_of("gao")
    items = gao.get(path).json()["items"]
    assert len(items) == 2
    assert client_of("mei").get(path).status_code == 403
    assert gao.delete(f"/api/v1/employees/{bank.employees['mei'].pk}/sessions/{items[0]['id']}").status_code == 404
    assert gao.delete(f"{path}/{items[0]['id']}").status_code == 204
    assert len(gao.get(path).json()["items"]) == 1
    assert AuditEntry.objects.filter(operation="people.end_session", outcome="done").count() == 1


def test_a_service_account_has_no_sessions_and_no_views(caller):
    call = caller(["party.view_customers"])
    assert call("GET", "/me/sessions").json() == {"items": []}
    view = {"list_name": "party.customers", "name": "老客户", "query": "age_from=70"}
    assert call("POST", "/views", view).status_code == 403
    assert not SavedView.objects.exists()


def test_a_view_is_kept_shared_renamed_and_deleted(browser_of, bank):
    lin, zhou, mei = browser_of("lin"), browser_of("zhou"), browser_of("mei")
    view = {"list_name": "party.customers", "name": "老客户", "query": "age_from=70"}
    made = lin("POST", "/views", view)
    assert made.status_code == 201
    assert lin("POST", "/views", view).status_code == 409
    path = f"/views/{made.json()['id']}"
    seen = "/views?list_name=party.customers"
    assert zhou("GET", seen).json()["items"] == []
    assert lin("PATCH", path, {"shared": True, "name": "七十岁以上"}).json()["name"] == "七十岁以上"
    shared = zhou("GET", seen).json()["items"]
    assert [(each["name"], each["query"], each["own"]) for each in shared] == [("七十岁以上", "age_from=70", False)]
    assert mei("GET", seen).json()["items"] == []
    for stranger in (zhou, mei):
        assert stranger("PATCH", path, {"name": "我的"}).status_code == 404
        assert stranger("DELETE", path).status_code == 404
    second = lin("POST", "/views", view | {"name": "潜在"}).json()["id"]
    assert lin("PATCH", f"/views/{second}", {"name": "七十岁以上"}).status_code == 409
    assert lin("DELETE", path).status_code == 204
    assert zhou("GET", seen).json()["items"] == []


def test_many_customers_are_assigned_and_refusals_are_told(browser_of, bank, chen):
    mine = bank.posts["lin"].pk
    body = {"customer_ids": [chen.pk, 999999, chen.pk], "lead_post_id": None, "reason": "调岗"}
    answer = browser_of("zhou")("POST", "/customers/assignments", body).json()
    assert answer["assigned"] == [chen.pk]
    assert [(each["customer_id"], each["code"]) for each in answer["refused"]] == [(999999, "not-found")]
    assert Customer.objects.get(pk=chen.pk).lead_post_id is None
    body = {"customer_ids": [chen.pk], "lead_post_id": mine, "reason": "调岗"}
    key = {"Idempotency_Key": "assign-1"}
    first = browser_of("zhou")("POST", "/customers/assignments", body, **key)
    again = browser_of("zhou")("POST", "/customers/assignments", body, **key)
    assert first.json() == again.json()
    assert again.headers["Idempotency-Replayed"] == "true"
    assert browser_of("qian")("POST", "/customers/assignments", body).status_code == 403
    assert browser_of("zhou")("POST", "/customers/assignments", body | {"customer_ids": []}).status_code == 422


def test_customers_are_assigned_by_the_filters_of_the_list(browser_of, bank, chen):
    zhou = browser_of("zhou")
    body = {"narrowing": {"age_from": 60}, "lead_post_id": None, "reason": "离岗"}
    assert zhou("POST", "/customers/assignments", body).json() == {"assigned": [chen.pk], "refused": []}
    assert Customer.objects.get(pk=chen.pk).lead_post_id is None
    nobody = body | {"narrowing": {"age_from": 129}}
    assert zhou("POST", "/customers/assignments", nobody).json() == {"assigned": [], "refused": []}
    assert browser_of("mei")("POST", "/customers/assignments", body).json().get("assigned", []) == []


def test_the_workbench_tells_work_and_figures(browser_of, bank, chen):
    twin = {"kind": "individual", "name": "陈秀兰", "born_on": "1959-04-12", "unit_id": chen.unit_id, "anyway": True}
    assert browser_of("lin")("POST", "/customers", twin | {"lead_post_id": bank.posts["lin"].pk}).status_code == 201
    steward = browser_of("he")("GET", "/workbench").json()
    assert [each["kind"] for each in steward["work"]] == ["party.duplicate_review"]
    assert steward["work"][0]["used"] < 0.1
    found = browser_of("lin")("GET", "/workbench").json()
    assert found["customers"] == 2
    assert found["assets"] is not None
    assert steward["assets"] is None
    assert chen.pk in [each["customer_id"] for each in found["changes"]]
    assert browser_of("lin")("GET", "/workbench?days=99").status_code == 422


def test_the_graph_and_who_looked(browser_of, chen):
    browser_of("lin")("GET", f"/customers/{chen.pk}")
    graph = browser_of("lin")("GET", f"/customers/{chen.pk}/neighbourhood").json()
    assert graph == {"members": [], "ties": []}
    watchers = browser_of("qian")("GET", f"/customers/{chen.pk}/watchers").json()["items"]
    assert "1001" in [each["actor"] for each in watchers]
    entries = browser_of("qian")("GET", "/audit?operation=party.view_customer").json()["items"]
    path = f"/audit/entries/{entries[0]['id']}"
    assert browser_of("qian")("GET", f"{path}?{urlencode({'at': entries[0]['at']})}").json() == entries[0]
    assert browser_of("qian")("GET", f"{path}?{urlencode({'at': '2020-01-01T00:00:00Z'})}").status_code == 404
    assert browser_of("qian")("GET", path).status_code == 422


def test_nobody_filters_by_figures_that_are_not_shown(browser_of, bank, chen):
    """The data officer sees files without balances: the list does not tell who has more than an amount."""
    assert browser_of("he")("GET", "/customers?text=陈").status_code == 200
    answer = browser_of("he")("GET", "/customers?assets_from=1")
    assert answer.status_code == 422
    assert "assets_from" in answer.json()["fields"]
    with pytest.raises(InvalidRequest):
        CustomerNarrowing(average_to=5).of(bank.actor("he"))
    assert CustomerNarrowing(average_to=5).of(bank.actor("lin")).average_to == 5
