"""Every address × every role, once with and once without the second factor: which pages lead there."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.architecture.test_every_url import PEOPLE, ROUTES, _filled

# Who is led from the two great lists; all other addresses are held to the rule alone.
LEADING = {
    "customers/": {"lin", "mei", "sun", "zhou", "wu", "he", "qian"},
    "imports/": {"he", "qian"},
}


@pytest.mark.parametrize("person", PEOPLE)
def test_no_page_is_forbidden_for_want_of_the_factor_alone(client_of, chen, person):
    """What opens with the factor leads there without it, and nobody is led who lacks the right."""
    full, half = client_of(person), client_of(person, methods=("password",))
    for route in ROUTES:
        if "logout" in route or route.startswith("api/"):
            continue
        path = _filled(route, chen.pk)
        without, with_factor = half.get(path), full.get(path)
        led = without.status_code == 302 and without.headers["Location"].startswith(reverse("people_second_factor"))
        if with_factor.status_code == 403:
            assert not led, f"{person}: {route} leads to the second factor and is forbidden behind it"
        elif without.status_code == 403:
            pytest.fail(f"{person}: {route} is forbidden without the second factor, {with_factor.status_code} with it")
        if route in LEADING:
            assert led is (person in LEADING[route]), f"{person}: {route}"


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
