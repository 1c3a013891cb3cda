"""The door: signing in, second factor by session, idle sessions, locks, first passwords, sessions ended from afar."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
import time_machine
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.usersessions.models import UserSession
from django.core.cache import cache
from django.test import Client, RequestFactory
from django.urls import reverse

from kexin.core.choices import Outcome
from kexin.core.models import AuditEntry
from kexin.people.models import User
from kexin.people.operations import end_session, reset_password, set_user_active
from kexin.people.queries import actor_for
from kexin.people.sign_in import SocialAccountAdapter
from tests.personas import PASSWORD, Bank

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., Client]


@pytest.fixture(autouse=True)
def _no_counts() -> None:
    cache.clear()


def sign_in(name: str, password: str = PASSWORD, client: Client | None = None) -> tuple[Client, object]:
    client = client or Client()
    return client, client.post(reverse("account_login"), {"login": name, "password": password})


def code_now(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def test_the_right_password_opens_and_is_audited(bank: Bank) -> None:
    client, answer = sign_in("1001")
    assert answer.status_code == 302  # type: ignore[attr-defined]
    assert client.get("/me/").status_code == 200
    entry = AuditEntry.objects.filter(operation="people.sign_in", actor_name="1001").latest("at")
    assert (entry.outcome, entry.arguments["methods"]) == (Outcome.DONE, ["password"])


def test_a_wrong_password_says_nothing_about_the_account_and_is_audited(bank: Bank) -> None:
    _client, wrong = sign_in("1001", "not-the-password")
    _client, unknown = sign_in("no-such-person", "not-the-password")
    first, second = ([str(e) for e in answer.context["form"].non_field_errors()] for answer in (wrong, unknown))  # type: ignore[attr-defined]
    assert first == second
    assert len(first) == 1
    names = AuditEntry.objects.filter(operation="people.sign_in", outcome=Outcome.REFUSED).values_list(
        "actor_name", flat=True
    )
    assert sorted(names) == ["1001", "unknown"]


def test_five_wrong_passwords_lock_the_account_even_for_the_right_one(bank: Bank) -> None:
    for _n in range(6):
        sign_in("1001", "not-the-password")
    cache.clear()  # another process knows nothing of the count, but the lock is a row
    client, _answer = sign_in("1001")
    assert client.get("/me/").status_code == 302
    user = User.objects.get(username="1001")
    assert user.locked_until is not None
    set_user_active(bank.employees["lin"], actor=bank.actor("gao"), active=True)
    client, _answer = sign_in("1001")
    assert client.get("/me/").status_code == 200


def test_customer_operations_need_a_second_factor_in_this_session(bank: Bank) -> None:
    user = bank.employees["lin"].user  # type: ignore[attr-defined]
    without, with_factor = actor_for(user, methods=("password",)), actor_for(user, methods=("password", "mfa"))
    for name in ("party.view_customers", "holdings.view_accounts", "engagement.write_note"):
        assert not without.may(name)
    assert with_factor.may("party.view_customers")
    assert without.may("core.view_work")


def test_pages_of_customers_lead_to_the_second_factor(bank: Bank, client_of: ClientOf) -> None:
    client = client_of("lin", methods=("password",))
    answer = client.get("/customers/?q=x")
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("people_second_factor"))
    page = client.get(answer["Location"])
    assert page.status_code == 200
    assert reverse("mfa_activate_totp") in page.content.decode()
    without = client_of("gao", methods=("password",))
    assert without.get(reverse("core:policies")).status_code == 200  # there are no customers there
    assert client_of("gao").get(reverse("people_second_factor"))["Location"] == "/"


def test_another_persons_methods_do_not_count(bank: Bank, client_of: ClientOf) -> None:
    client = client_of("lin")
    session = client.session
    session["account_authentication_methods_user"] = "0"
    session.save()
    assert client.get("/customers/").status_code == 302


def test_enrolling_an_app_counts_for_this_session_and_is_asked_at_the_next(bank: Bank) -> None:
    client, _answer = sign_in("1001")
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    page = client.get(reverse("mfa_activate_totp"))
    secret = page.context["form"].secret
    assert page.context["totp_svg_data_uri"].startswith("data:image/svg+xml;base64,")
    done = client.post(reverse("mfa_activate_totp"), {"code": code_now(secret)})
    assert done.status_code == 302
    assert client.get(reverse("people_second_factor")).status_code == 302  # nothing is missing now
    stored = User.objects.get(username="1001").authenticator_set.get(type="totp")
    assert secret not in str(stored.data)
    assert stored.wrap().instance.pk == stored.pk
    assert isinstance(stored.wrap(), TOTP)
    cache.clear()
    again, answer = sign_in("1001")
    assert answer["Location"].startswith(reverse("mfa_authenticate"))  # type: ignore[index]
    assert again.get("/me/").status_code == 302  # not signed in yet
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(minutes=2)):
        again.post(reverse("mfa_authenticate"), {"code": code_now(secret)})
        assert again.get("/me/").status_code == 200
        assert again.get(reverse("people_second_factor")).status_code == 302


def test_an_idle_session_ends(bank: Bank, client_of: ClientOf) -> None:
    client = client_of("lin")
    assert client.get("/me/").status_code == 200
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(minutes=31)):
        answer = client.get("/me/")
    assert answer.status_code == 302
    assert "idle=1" in answer["Location"]


def test_a_locked_account_is_refused_at_its_next_request(bank: Bank) -> None:
    client, _answer = sign_in("1001")
    set_user_active(bank.employees["lin"], actor=bank.actor("gao"), active=False)
    assert client.get("/me/").status_code == 302
    assert UserSession.objects.filter(user__username="1001").count() == 0
    _client, answer = sign_in("1001")
    assert "/me/" not in str(getattr(answer, "url", ""))


def test_the_administrators_password_must_be_changed_before_anything_else(bank: Bank) -> None:
    reset_password(bank.employees["lin"], actor=bank.actor("gao"), password="blue-ladder-39-fog")
    client, _answer = sign_in("1001", "blue-ladder-39-fog")
    change = reverse("account_change_password")
    assert client.get("/me/")["Location"] == change
    assert client.get(change).status_code == 200
    weak = client.post(
        change, {"oldpassword": "blue-ladder-39-fog", "password1": "password12", "password2": "password12"}
    )
    assert weak.status_code == 200
    new = "green-harbour-52-tin"
    client.post(change, {"oldpassword": "blue-ladder-39-fog", "password1": new, "password2": new})
    assert client.get("/me/").status_code == 200
    assert AuditEntry.objects.filter(operation="people.change_own_password", actor_name="1001").exists()


def test_the_administrator_ends_a_session_and_others_cannot(bank: Bank) -> None:
    client, _answer = sign_in("1001")
    session = UserSession.objects.get(user__username="1001")
    end_session(bank.employees["lin"], actor=bank.actor("gao"), session_id=session.pk)
    assert client.get("/me/").status_code == 302
    first, _answer = sign_in("1001")
    mei, _answer = sign_in("1002")
    mine = UserSession.objects.get(user__username="1001")
    assert mei.post(reverse("people_end_own_session", args=[mine.pk])).status_code == 404
    assert first.get("/me/").status_code == 200


def test_my_other_browser_is_signed_out_by_me(bank: Bank) -> None:
    here, _answer = sign_in("1001")
    there, _answer = sign_in("1001")
    other = UserSession.objects.exclude(session_key=here.session.session_key).get(user__username="1001")
    assert here.post(reverse("people_end_own_session", args=[other.pk])).status_code == 302
    assert there.get("/me/").status_code == 302
    assert here.get(reverse("usersessions_list")).status_code == 200


@pytest.mark.parametrize(
    "path",
    ["signup/", "email/", "confirm-email/", "password/set/", "password/reset/", "password/reset/done/",
     "login/code/confirm/", "3rdparty/", "3rdparty/signup/", "social/signup/", "2fa/webauthn/signup/"],
)  # fmt: skip
def test_doors_that_stay_shut(bank: Bank, client_of: ClientOf, path: str) -> None:
    assert client_of("lin").get(f"/accounts/{path}").status_code == 404
    assert Client().get(f"/accounts/{path}").status_code == 404


@pytest.mark.parametrize(
    "name", ["account_logout", "account_change_password", "account_reauthenticate", "mfa_index", "mfa_list_webauthn",
             "usersessions_list", "people_me"],
)  # fmt: skip
def test_security_pages_open_in_both_languages(bank: Bank, client_of: ClientOf, name: str) -> None:
    client = client_of("lin")
    for language in ("zh-hans", "en"):
        client.cookies["django_language"] = language
        assert client.get(reverse(name)).status_code == 200


def test_pages_that_change_factors_ask_for_the_password_again(bank: Bank, client_of: ClientOf) -> None:
    for name in ("mfa_activate_totp", "mfa_add_webauthn", "mfa_generate_recovery_codes"):
        answer = client_of("lin").get(reverse(name))
        assert answer["Location"].startswith(reverse("account_reauthenticate"))


def test_passkey_options_are_given_to_the_sign_in_page(bank: Bank) -> None:
    answer = Client().get(reverse("mfa_login_webauthn"), headers={"X-Requested-With": "XMLHttpRequest"})
    assert answer.json()["request_options"]["publicKey"]["challenge"]
    login = Client().get(reverse("account_login"), headers={"Accept-Language": "zh-hans"})
    assert "data-passkey" in login.content.decode()
    assert "style=" not in login.content.decode().replace("stylesheet", "")


def test_a_signed_in_request_costs_few_queries(bank: Bank, client_of: ClientOf, django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    client = client_of("zhou")
    client.get("/me/")
    with django_assert_max_num_queries(16):  # two of them what is on the page: certificates, what the post asks for
        client.get("/me/")


OIDC = {
    "openid_connect": {
        "APPS": [
            {"provider_id": "bank", "name": "行内统一认证", "client_id": "x", "settings": {"server_url": "https://idp"}}
        ]
    }
}


def test_the_identity_provider_has_a_button_only_when_configured(bank: Bank, settings) -> None:  # type: ignore[no-untyped-def]
    assert "行内统一认证" not in Client().get(reverse("account_login")).content.decode()
    settings.SOCIALACCOUNT_PROVIDERS = OIDC
    assert "行内统一认证" in Client().get(reverse("account_login")).content.decode()


def test_the_identity_provider_opens_existing_accounts_only(bank: Bank, settings) -> None:  # type: ignore[no-untyped-def]
    from allauth.socialaccount.models import SocialAccount, SocialLogin

    settings.SOCIALACCOUNT_PROVIDERS = OIDC
    adapter = SocialAccountAdapter()
    request = RequestFactory().get("/")
    for number, known in (("1001", True), ("9999", False)):
        account = SocialAccount(provider="bank", uid=f"u{number}", extra_data={"preferred_username": number})
        login = SocialLogin(user=User(), account=account)
        adapter.pre_social_login(request, login)
        assert SocialAccount.objects.filter(uid=f"u{number}", user__username=number).exists() is known
        assert not adapter.is_open_for_signup(request, login)
    User.objects.filter(username="1002").update(is_active=False)
    account = SocialAccount(provider="bank", uid="u1002", extra_data={"preferred_username": "1002"})
    adapter.pre_social_login(request, SocialLogin(user=User(), account=account))
    assert not SocialAccount.objects.filter(uid="u1002").exists()
