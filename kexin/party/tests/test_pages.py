"""Customer pages through the browser's door: budgets, reach, forms, conflicts."""

from __future__ import annotations

import pytest

from kexin.party.data import PartyData
from kexin.party.models import Customer, Party
from kexin.party.operations import create_customer

PAGES = ["", "peek/", "edit/", "documents/new/", "contacts/new/", "addresses/new/", "relationships/new/"]
PANELS = ["relations", "graph", "profile", "basics", "lifecycle", "leads"]


def test_list_shows_the_portfolio_within_its_budget(client_of, chen, django_assert_max_num_queries):
    client = client_of("lin")
    client.get("/customers/")
    with django_assert_max_num_queries(15):
        page = client.get("/customers/")
    assert "陈秀兰" in page.content.decode()
    assert "陈秀兰" not in client_of("mei").get("/customers/").content.decode()


def test_customer_page_within_its_budget(client_of, chen, django_assert_max_num_queries):
    client = client_of("lin")
    client.get(f"/customers/{chen.pk}/")
    with django_assert_max_num_queries(15):
        page = client.get(f"/customers/{chen.pk}/")
    text = page.content.decode()
    assert "陈秀兰" in text
    assert "310101195904129964" not in text
    assert "310***********9964" in text


@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_for_its_manager_and_is_missing_for_another_branch(client_of, chen, page):
    address = f"/customers/{chen.pk}/{page}"
    assert client_of("lin").get(address).status_code == 200
    assert client_of("mei").get(address).status_code == 404


@pytest.mark.parametrize("panel", PANELS)
def test_every_panel_opens_within_its_budget(client_of, chen, panel, django_assert_max_num_queries):
    client = client_of("lin")
    with django_assert_max_num_queries(18):
        answer = client.get(f"/panel/customer/{chen.pk}/{panel}/")
    assert answer.status_code == 200
    assert client_of("mei").get(f"/panel/customer/{chen.pk}/{panel}/").status_code == 404


def test_names_are_masked_for_those_not_in_charge(client_of, chen):
    text = client_of("wu").get(f"/customers/{chen.pk}/").content.decode()
    assert "陈秀兰" not in text
    assert "陈*" in text


def test_new_customer_form_keeps_entries_and_names_the_field(client_of, bank):
    client = client_of("lin")
    data = {
        "kind": "individual",
        "name": "李静",
        "document_type": "CN-RIC",
        "document_number": "310101195904129965",
        "born_on": "2090-01-01",
        "unit": bank.units["east"].pk,
        "lead_post": bank.posts["lin"].pk,
    }
    page = client.post("/customers/new/", data)
    text = page.content.decode()
    assert page.status_code == 200
    assert 'value="李静"' in text
    assert "id_document_number_error" in text
    assert "id_born_on_error" in text
    assert not Party.objects.exists()
    data |= {"document_number": "310101195904129964", "born_on": "1959-04-12"}
    assert client.post("/customers/new/", data).status_code == 302
    assert Customer.objects.get().party.name == "李静"


def test_second_editor_sees_the_conflict_and_keeps_the_text(client_of, chen):
    lin, zhou = client_of("lin"), client_of("zhou")
    form = {"version": "1", "name": "陈秀兰", "sex": "F", "born_on": "1959-04-12", "nationality": "CN"}
    assert lin.post(f"/customers/{chen.pk}/edit/", form | {"occupation": "退休教师"}).status_code == 302
    answer = zhou.post(f"/customers/{chen.pk}/edit/", form | {"occupation": "医生"})
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "退休教师" in text
    assert 'value="医生"' in text
    assert Party.objects.get(pk=chen.pk).occupation == "退休教师"


def test_hostile_text_is_shown_as_text(client_of, chen):
    client = client_of("lin")
    hostile = "<script>alert(1)</script>\u202eABC😀"
    form = {"version": "1", "name": hostile, "sex": "F", "born_on": "1959-04-12", "nationality": "CN"}
    assert client.post(f"/customers/{chen.pk}/edit/", form).status_code == 302
    text = client.get(f"/customers/{chen.pk}/").content.decode()
    assert "<script>alert(1)" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;ABC😀" in text


def test_previous_and_next_follow_the_list_one_came_from(client_of, bank, chen):
    others = [
        create_customer(
            actor=bank.actor("lin"),
            data=PartyData(kind="individual", name=name),
            unit=bank.units["east"],
            lead_post=bank.posts["lin"],
        )
        for name in ("王澄", "吴敏")
    ]
    client = client_of("lin")
    assert f"/customers/{others[0].pk}/?from=sort%3D-number" in client.get("/customers/?sort=-number").content.decode()
    page = client.get(f"/customers/{others[0].pk}/?from=sort%3D-number")
    assert page.context["previous_url"] == f"/customers/{others[1].pk}/?from=sort%3D-number"
    assert page.context["next_url"] == f"/customers/{chen.pk}/?from=sort%3D-number"
    assert page.context["back_url"] == "/customers/?sort=-number"
    assert "next_url" not in client.get(f"/customers/{chen.pk}/").context


def test_countries_are_told_by_name_and_an_unknown_code_is_kept(client_of, chen):
    client = client_of("lin")
    form = {"version": "1", "name": "陈秀兰", "sex": "F", "born_on": "1959-04-12"}
    form |= {"nationality": "TW", "tax_residence": "CN, US"}
    assert client.post(f"/customers/{chen.pk}/edit/", form).status_code == 302
    for field, language, told in (
        ("nationality", "zh-hans", "中国台湾"),
        ("tax_residence", "zh-hans", "中国、美国"),
        ("tax_residence", "en", "China, United States"),
    ):
        client.cookies["django_language"] = language
        assert told in client.get(f"/customers/{chen.pk}/field/{field}/?cancel=1").content.decode()
    Party.objects.filter(pk=chen.pk).update(nationality="QZ")
    assert '<option value="QZ" selected>' in client.get(f"/customers/{chen.pk}/edit/").content.decode()
    answer = client.post(f"/customers/{chen.pk}/edit/", form | {"version": "2", "nationality": "QZ1"})
    assert answer.status_code == 200
    assert Party.objects.get(pk=chen.pk).nationality == "QZ"
