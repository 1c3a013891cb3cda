"""What a page, a fragment and a form do where the second factor is missing."""

from __future__ import annotations

from django.urls import reverse


def test_htmx_leaves_the_whole_page(client_of, chen):
    answer = client_of("lin", methods=("password",)).get(f"/customers/{chen.pk}/", headers={"HX-Request": "true"})
    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"].startswith(reverse("people_second_factor"))


def test_a_form_sent_without_it_leads_there_and_does_nothing(client_of, bank):
    from kexin.core.models import ImportUpload

    browser = client_of("he", methods=("password",))
    answer = browser.post("/imports/new/", {"target": "party.customer"})
    assert answer.status_code == 302
    assert "second-factor" in answer.headers["Location"]
    assert not ImportUpload.objects.exists()


def test_the_way_back_is_the_page_asked_for(client_of, chen):
    answer = client_of("lin", methods=("password",)).get(f"/customers/{chen.pk}/?tab=history")
    assert answer.headers["Location"].endswith(f"next=%2Fcustomers%2F{chen.pk}%2F%3Ftab%3Dhistory")
