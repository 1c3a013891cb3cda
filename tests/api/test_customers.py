"""Customers by the interface: read, opened, changed, refused."""

from __future__ import annotations

import pytest

from kexin.core.models import AuditEntry
from kexin.party.models import Customer

pytestmark = pytest.mark.django_db

READ = ["party.view_customers", "party.view_customer", "party.search_customers"]


def new_customer(bank, **more):
    return {
        "kind": "individual",
        "name": "王建国",
        "sex": "M",
        "born_on": "1975-06-01",
        "unit_id": bank.units["east"].pk,
        "lead_post_id": bank.posts["lin"].pk,
        "contacts": [{"kind": "mobile", "value": "13900001111"}],
        **more,
    }


def test_a_manager_sees_whole_names_and_masked_numbers(browser_of, chen):
    answer = browser_of("lin")("GET", f"/customers/{chen.pk}")
    assert answer.status_code == 200
    assert answer.headers["ETag"] == f'"{chen.version}"'
    file = answer.json()
    assert file["name"] == "陈秀兰"
    assert file["born_on"] == "1959-04-12"
    assert file["documents"][0]["number"].endswith("9964")
    assert "*" in file["documents"][0]["number"]
    assert file["contacts"][0]["value"] == "138****5678"
    assert file["addresses"][0]["detail"].endswith("***")
    entry = AuditEntry.objects.filter(operation="party.view_customer", customer_id=chen.pk).get()
    assert entry.actor_name == "1001"


def test_somebody_not_in_charge_sees_the_name_masked(browser_of, chen):
    file = browser_of("qian")("GET", f"/customers/{chen.pk}").json()
    assert file["name"] == "陈*"
    assert file["born_on"] is None
    assert file["age"] == 67


def test_a_data_steward_sees_no_assets_and_cannot_sort_by_them(browser_of, chen):
    browser = browser_of("he")
    assert browser("GET", "/customers").json()["items"][0]["assets"] is None
    refused = browser("GET", "/customers?sort=-assets")
    assert refused.status_code == 422
    assert refused.json()["code"] == "invalid-request"


def test_another_branch_is_not_found(browser_of, chen):
    answer = browser_of("mei")("GET", f"/customers/{chen.pk}")
    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "not-found"
    assert browser_of("mei")("GET", "/customers").json()["items"] == []


def test_a_role_without_the_right_is_told_so(browser_of, chen):
    answer = browser_of("gao")("GET", f"/customers/{chen.pk}")
    assert answer.status_code == 403
    assert answer.json()["code"] == "not-permitted"


def test_a_session_without_second_factor_is_told_what_is_missing(client_of, chen):
    answer = client_of("lin", ("password",)).get(f"/api/v1/customers/{chen.pk}")
    assert answer.status_code == 403
    assert answer.json()["code"] == "second-factor-needed"


def test_pages_follow_each_other(browser_of, bank, chen):
    browser = browser_of("lin")
    for number in range(4):
        body = new_customer(bank, name=f"赵一{number}", contacts=[])
        assert browser("POST", "/customers", body).status_code == 201
    seen, path = [], "/customers?limit=2&sort=-customer_no"
    while path:
        answer = browser("GET", path)
        assert answer.status_code == 200, answer.json()
        seen += [line["customer_no"] for line in answer.json()["items"]]
        following = answer.json()["next"]
        assert (following is not None) == ('rel="next"' in answer.headers.get("Link", ""))
        path = f"/customers?limit=2&sort=-customer_no&cursor={following}" if following else ""
    assert seen == sorted(seen, reverse=True)
    assert len(set(seen)) == 5


def test_a_cursor_of_another_list_is_refused(browser_of, chen):
    answer = browser_of("lin")("GET", "/customers?cursor=forged")
    assert answer.status_code == 422
    assert "cursor" in answer.json()["fields"]


def test_search_finds_by_initials(browser_of, chen):
    found = browser_of("lin")("GET", "/customers/search?text=cxl").json()["items"]
    assert [line["id"] for line in found] == [chen.pk]


def test_opening_a_file(browser_of, bank):
    answer = browser_of("lin")("POST", "/customers", new_customer(bank))
    assert answer.status_code == 201
    file = answer.json()
    assert answer.headers["Location"] == f"/api/v1/customers/{file['id']}"
    assert file["status"] == "prospect"
    assert Customer.objects.get(pk=file["id"]).party.name == "王建国"


def test_wrong_values_are_named_by_field(browser_of, bank):
    body = new_customer(bank, born_on="2099-01-01", colour="red")
    answer = browser_of("lin")("POST", "/customers", body, Accept_Language="en")
    assert answer.status_code == 422
    assert answer.json()["fields"] == {"colour": "This field is not known here."}
    del body["colour"]
    answer = browser_of("lin")("POST", "/customers", body)
    assert answer.status_code == 422
    assert answer.json()["code"] == "rule-violation"
    assert list(answer.json()["fields"]) == ["born_on"]


def test_a_look_alike_is_reported_until_anyway(browser_of, bank, chen):
    body = new_customer(bank, name="陈秀兰", born_on="1959-04-12", contacts=[])
    answer = browser_of("lin")("POST", "/customers", body)
    assert answer.status_code == 409
    assert answer.json()["code"] == "duplicate-suspected"
    assert browser_of("lin")("POST", "/customers", {**body, "anyway": True}).status_code == 201


def test_a_change_says_which_state_it_changes(browser_of, chen):
    browser = browser_of("lin")
    path = f"/customers/{chen.pk}"
    assert browser("PATCH", path, {"occupation": "教师"}).status_code == 428
    changed = browser("PATCH", path, {"occupation": "教师"}, If_Match=f'"{chen.version}"')
    assert changed.status_code == 200
    assert browser("GET", path).json()["occupation"] == "教师"
    assert changed.headers["ETag"] == f'"{chen.version + 1}"'
    late = browser("PATCH", path, {"occupation": "医生"}, If_Match=f'"{chen.version}"')
    assert late.status_code == 412
    assert late.json()["current"] == {"version": chen.version + 1, "occupation": "教师"}
    assert browser("PATCH", path, {"occupation": "医生"}, If_Match="*").status_code == 200
    assert browser("GET", path).json()["occupation"] == "医生"


def test_who_may_write_and_not_read_is_answered_all_the_same(caller, bank):
    call = caller(["party.create_customer", "party.change_customer"])
    made = call("POST", "/customers", new_customer(bank))
    assert made.status_code == 201
    path = f"/customers/{made.json()['id']}"
    assert call("PATCH", path, {"occupation": "医生"}, If_Match=made.headers["ETag"]).status_code == 200
    assert call("GET", path).status_code == 403


def test_a_mistyped_filter_is_noticed(browser_of, chen):
    assert browser_of("lin")("GET", "/customers?stauts=active").status_code == 422


def test_export_is_masked_and_recorded(browser_of, chen):
    answer = browser_of("lin")("POST", "/customers/export", {"purpose": "季度回访"})
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert answer.headers["Content-Type"] == "text/csv"
    assert chen.customer_no in text
    assert AuditEntry.objects.filter(operation="party.export_customers", outcome="done").count() == 1
