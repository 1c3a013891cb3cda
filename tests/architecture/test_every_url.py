"""Every address × every role: never a crash, never another branch's customer, never an anonymous page."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

PEOPLE = ["lin", "mei", "sun", "zhou", "wu", "he", "qian", "gao", "tang"]
OPEN_TO_ANYBODY = ("accounts/", "language/")


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
def test_no_address_crashes_for_any_role(client_of, chen, person):
    browser = client_of(person)
    for route in ROUTES:
        if "logout" in route:
            continue
        answer = browser.get(_filled(route, chen.pk))
        assert answer.status_code < 500, f"{person}: {route}"


@pytest.mark.parametrize("person", ["mei", "gao", "tang"])
def test_a_customer_is_missing_for_those_out_of_reach(client_of, chen, person):
    browser = client_of(person)
    for route in ROUTES:
        if route.startswith("customers/<int:pk>/"):
            answer = browser.get(_filled(route, chen.pk))
            assert answer.status_code in (403, 404, 405), f"{person}: {route}"
            assert "陈秀兰" not in answer.content.decode(), f"{person}: {route}"
