"""The rooms: one's own and nothing else, by the purpose of the session, in two languages and two sizes."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client, override_settings
from django.urls import URLPattern, get_resolver, resolve
from django.urls.exceptions import Resolver404

from kexin.engagement.operations import add_document
from kexin.portal.operations import invite_customer
from kexin.portal.tests.conftest import PORTAL, Phone
from kexin.project import portal_settings

pytestmark = pytest.mark.django_db


def kept(bank: Any, store: Any, customer: Any, title: str, category: str, content: bytes) -> Any:
    return add_document(
        customer, actor=bank.actor("lin"), stored=store(customer, content), title=title, category=category
    )


def test_documents_of_the_own_file_and_the_right_kind(
    bank: Any,
    chen: Any,
    neighbour: Any,
    store: Any,
    invited: str,
    phone: Phone,
) -> None:
    contract = kept(bank, store, chen, "Agreement of March", "contract", b"%PDF-1.7\n one")
    copy = kept(bank, store, chen, "Passport copy", "identity", b"%PDF-1.7\n two")
    strange = kept(bank, store, neighbour, "Agreement of Gu", "contract", b"%PDF-1.7\n three")
    phone.enter(invited)
    page = phone.get("/documents/").content.decode()
    assert "Agreement of March" in page
    assert "Passport" not in page
    assert "Gu" not in page
    answer = phone.post(f"/documents/{contract.pk}/")
    assert b"".join(answer.streaming_content).startswith(b"%PDF")
    assert [phone.post(f"/documents/{each.pk}/").status_code for each in (copy, strange)] == [404, 404]


def test_a_purpose_opens_its_own_rooms_only(invited: str, phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    from kexin.portal import purposes

    purposes.register_purpose("narrow", "x", "x", "portal:home", ("portal.view_own_documents", "party.view_customer"))
    monkeypatch.setattr("kexin.portal.ui.session.operations_of", lambda code: purposes.operations_of("narrow"))
    phone.enter(invited)
    assert phone.get("/documents/").status_code == 200
    assert phone.get("/holdings/").status_code == 404
    del purposes.purposes["narrow"]


def test_the_staffs_cookie_opens_nothing_here_and_ours_nothing_there(
    client_of: Any, invited: str, phone: Phone
) -> None:
    staff = client_of("lin")
    stolen = Phone()
    stolen.client.cookies["kexin_session"] = staff.cookies["kexin_session"].value
    assert stolen.get("/home/").headers["Location"] == "/ended/"
    phone.enter(invited)
    browser = Client()
    browser.cookies["kexin_portal"] = phone.cookie
    assert "/accounts/login/" in browser.get("/customers/").headers["Location"]


def test_nothing_of_the_staff_is_served_here() -> None:
    with override_settings(**PORTAL):
        rooms = get_resolver("kexin.portal.ui.urls").url_patterns
        assert all(isinstance(each, URLPattern) and each.lookup_str.startswith("kexin.portal.") for each in rooms)
        for path in ("/customers/", "/api/v1/customers", "/accounts/login/", "/policies/", "/approvals/"):
            with pytest.raises(Resolver404):
                resolve(path, urlconf=portal_settings.ROOT_URLCONF)
    ours = [name for name in portal_settings.MIDDLEWARE if "people" in name or "auth" in name or "sessions" in name]
    assert ours == []


def test_every_room_is_closed_without_a_session_and_calm_about_nonsense(bank: Any, chen: Any) -> None:
    stranger = Phone()
    for path in ("/home/", "/holdings/", "/documents/"):
        assert stranger.get(path).headers["Location"] == "/ended/"
    assert stranger.post("/documents/1/").headers["Location"] == "/ended/"
    assert stranger.get("/nowhere/").status_code == 404
    stranger.client.cookies["kexin_portal"] = "x" * 43
    assert stranger.get("/home/").headers["Location"] == "/ended/"
    answer = stranger.get("/ended/")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]


def test_forms_need_their_token(invited: str) -> None:
    strict = Phone(enforce_csrf_checks=True)
    assert strict.open(invited).status_code == 403


def test_languages_and_large_letters(invited: str, phone: Phone) -> None:
    phone.enter(invited)
    assert "My holdings" in phone.get("/home/").content.decode()
    assert phone.post("/language/", {"language": "zh-hans", "next": "/home/"}).headers["Location"] == "/home/"
    page = phone.get("/home/").content.decode()
    assert "我的持有" in page
    assert "data-size" not in page
    phone.post("/size/", {"size": "large", "next": "https://elsewhere.example/"})
    assert 'data-size="large"' in phone.get("/home/").content.decode()
    away = phone.post("/size/", {"size": "usual", "next": "//elsewhere.example/"})
    assert away.headers["Location"] == "/"


def test_holdings_of_nobody_else(bank: Any, invited: str, phone: Phone) -> None:
    phone.enter(invited)
    assert "no deposits or products" in phone.get("/holdings/").content.decode()


def test_the_page_of_the_staff_shows_the_code_once(bank: Any, chen: Any, client_of: Any) -> None:
    lin = client_of("lin")
    page = lin.post(f"/customers/{chen.pk}/invite/", {"purpose": "look", "delivery": "qr"}).content.decode()
    assert "<svg" in page
    assert "/open#" in page
    again = lin.get(f"/customers/{chen.pk}/invite/").content.decode()
    assert "/open#" not in again
    assert client_of("mei").get(f"/customers/{chen.pk}/invite/").status_code == 404
    assert lin.post(f"/customers/{chen.pk}/invite/", {"purpose": "", "delivery": "qr"}).status_code == 422
    assert invite_customer(chen, actor=bank.actor("lin"), purpose="look", delivery="qr").link.pk
