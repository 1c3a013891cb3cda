"""Every address × every role, with and without the second factor: never a crash, never another branch's customer, never
an anonymous page, never forbidden for want of the factor alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

PEOPLE = ["lin", "mei", "sun", "zhou", "wu", "he", "qian", "gao", "tang"]
OPEN_TO_ANYBODY = ("accounts/", "language/")
# Who is led to the second factor from the two great lists; all other addresses are held to the rule alone.
LEADING = {
    "customers/": {"lin", "mei", "sun", "zhou", "wu", "he", "qian"},
    "imports/": {"he", "qian"},
}


def _addresses(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[str]:
    for each in (resolver or get_resolver()).url_patterns:
        route = prefix + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from _addresses(each, route)
        elif isinstance(each, URLPattern):
            yield route


def _filled(route: str, customer_id: int) -> str:
    import re

    values = {
        "pk": str(customer_id),
        "row": "1",
        "record": "customer",
        "name": "profile",
        "list_name": "party.customers",
    }

    def value(match: re.Match[str]) -> str:
        kind, _, name = match.group(1).rpartition(":")
        return values.get(name, "1" if kind == "int" else "x")

    return "/" + re.sub(r"<([^>]+)>", value, route).replace("^", "").replace("$", "")


ROUTES = sorted({route for route in _addresses() if not route.startswith("^") and "\\" not in route})


@pytest.mark.django_db
def test_nobody_sees_a_page_without_signing_in(chen):
    browser = Client()
    for route in ROUTES:
        if route.startswith(OPEN_TO_ANYBODY):
            continue
        answer = browser.get(_filled(route, chen.pk))
        assert answer.status_code in (302, 401, 404, 405), route
        if answer.status_code == 302:
            assert "/accounts/login/" in answer.headers["Location"], route


@pytest.mark.parametrize("person", PEOPLE)
def test_no_address_crashes_and_none_is_forbidden_for_want_of_the_factor_alone(client_of, chen, person):
    """What opens with the second factor leads there without it, and nobody is led who lacks the right."""
    full, half = client_of(person), client_of(person, methods=("password",))
    for route in ROUTES:
        if "logout" in route:
            continue
        path = _filled(route, chen.pk)
        answer = full.get(path)
        assert answer.status_code < 500, f"{person}: {route}"
        if route.startswith("api/"):
            continue
        without = half.get(path)
        led = without.status_code == 302 and without.headers["Location"].startswith(reverse("people_second_factor"))
        if answer.status_code == 403:
            assert not led, f"{person}: {route} leads to the second factor and is forbidden behind it"
        elif without.status_code == 403:
            pytest.fail(f"{person}: {route} is forbidden without the second factor, {answer.status_code} with it")
        if route in LEADING:
            assert led is (person in LEADING[route]), f"{person}: {route}"


@pytest.mark.parametrize("person", ["mei", "gao", "tang"])
def test_a_customer_is_missing_for_those_out_of_reach(client_of, chen, person):
    browser = client_of(person)
    for route in ROUTES:
        if route.startswith("customers/<int:pk>/"):
            answer = browser.get(_filled(route, chen.pk))
            assert answer.status_code in (403, 404, 405), f"{person}: {route}"
            assert "陈秀兰" not in answer.content.decode(), f"{person}: {route}"
