"""Service accounts: granted by two persons, bounded in what, where, when and whence; counted."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from kexin.core.approval import decide_approval
from kexin.core.errors import NotPermitted, RuleViolation
from kexin.core.models import AuditEntry, History, ServiceAccount
from kexin.core.policy_operations import propose_policy
from kexin.core.service_accounts import AccountData, propose_service_account
from tests.api.conftest import Caller

pytestmark = pytest.mark.django_db
READ = ["party.view_customer", "party.view_customers"]


def data(bank, **more):
    values = {
        "name": "核心系统接口",
        "operations": READ,
        "reach": "all",
        "unit_id": bank.units["head"].pk,
        "expires_at": timezone.now() + dt.timedelta(days=30),
    }
    return AccountData(**(values | more))


def test_a_token_opens_nothing_before_a_second_person_approved(bank, chen):
    _account, approval, token = propose_service_account(actor=bank.actor("gao"), data=data(bank), reason="接入")
    caller = Caller(token)
    assert caller("GET", f"/customers/{chen.pk}").status_code == 401
    with pytest.raises(RuleViolation):
        decide_approval(approval, actor=bank.actor("gao"), approve=True)
    decide_approval(approval, actor=bank.actor("wu"), approve=True)
    assert caller("GET", f"/customers/{chen.pk}").status_code == 200


def test_a_rejected_account_stays_shut(bank, chen):
    account, approval, token = propose_service_account(actor=bank.actor("gao"), data=data(bank), reason="接入")
    decide_approval(approval, actor=bank.actor("wu"), approve=False, note="用途不明")
    assert Caller(token)("GET", f"/customers/{chen.pk}").status_code == 401
    account.refresh_from_db()
    assert account.status == "rejected"


def test_the_secret_is_nowhere(bank):
    account, _approval, token = propose_service_account(actor=bank.actor("gao"), data=data(bank), reason="接入")
    secret = token.split("_", 2)[2]
    account.refresh_from_db()
    assert secret.encode() not in bytes(account.secret_hash)
    kept = str(list(AuditEntry.objects.values())) + str(list(History.objects.values()))
    assert secret not in kept
    assert "secret_hash" not in str(list(History.objects.filter(table_name="core_serviceaccount").values("after")))


def test_it_acts_under_its_own_name_and_only_as_allowed(caller, chen):
    call = caller(READ)
    answer = call("GET", f"/customers/{chen.pk}")
    assert answer.json()["name"] == "陈*"
    assert call("PATCH", f"/customers/{chen.pk}", {"occupation": "教师"}, If_Match="*").status_code == 403
    account = ServiceAccount.objects.get()
    entry = AuditEntry.objects.filter(operation="party.view_customer", outcome="read").get()
    assert (entry.actor_kind, entry.actor_name) == ("service", f"service.{account.code}")
    assert account.last_used_at is not None


@pytest.mark.parametrize(
    ("reach", "unit", "status"), [("unit", "east", 200), ("subtree", "branch", 200), ("unit", "west", 404)]
)
def test_it_reaches_as_far_as_granted(caller, chen, reach, unit, status):
    assert caller(READ, reach=reach, unit=unit)("GET", f"/customers/{chen.pk}").status_code == status


def test_through_a_post_it_reaches_as_far_as_the_post(caller, chen):
    assert caller(READ, post="lin")("GET", f"/customers/{chen.pk}").json()["name"] == "陈秀兰"
    assert caller(READ, post="mei")("GET", f"/customers/{chen.pk}").status_code == 404


def test_it_holds_no_more_than_the_post(caller, chen):
    call = caller([*READ, "party.undo_merge"], post="lin")
    assert call("POST", "/merges/1/undoing", {"reason": "x"}).status_code == 403


def test_an_expired_or_revoked_token_is_refused(caller, browser_of, chen):
    call = caller(READ)
    with time_machine.travel(timezone.now() + dt.timedelta(days=31)):
        assert call("GET", f"/customers/{chen.pk}").status_code == 401
    account = ServiceAccount.objects.get()
    done = browser_of("gao")("POST", f"/service-accounts/{account.pk}/revocation", {"reason": "停用"})
    assert done.json()["status"] == "revoked"
    answer = call("GET", f"/customers/{chen.pk}")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_only_from_allowed_addresses(token_for, chen):
    token = token_for(READ, addresses=["10.8.0.0/16"])
    assert Caller(token, REMOTE_ADDR="10.8.3.4")("GET", "/customers").status_code == 200
    assert Caller(token, REMOTE_ADDR="10.9.0.1")("GET", "/customers").status_code == 401


@pytest.mark.parametrize("token", ["", "kx", "kx__", "kx_a_b", "kx_" + "x" * 300, "kx_é_b", "Zm9v"])
def test_a_wrong_token_is_refused_even_beside_a_session(client_of, bank, token):
    answer = client_of("lin").get(
        "/api/v1/customers", headers={"Authorization": f"Bearer {token}".encode().decode("latin-1")}
    )
    assert answer.status_code == 401


def test_guessing_is_put_off(bank, client):
    codes = [client.get("/api/v1/me", headers={"Authorization": "Bearer kx_a_b"}).status_code for _ in range(32)]
    assert codes[:25] == [401] * 25
    assert codes[-1] == 429


def test_too_many_requests_are_put_off(bank, caller):
    approval = propose_policy(
        actor=bank.actor("gao"),
        code="core.api",
        values={"requests_per_minute": 3, "refused_per_minute": 30, "idempotency_hours": 24, "token_days": 365},
        in_force_from=timezone.localdate(),
        legal_basis="",
        reason="压测",
    )
    decide_approval(approval, actor=bank.actor("wu"), approve=True)
    call = caller(READ)
    minute = (timezone.now() + dt.timedelta(days=1)).replace(second=0, microsecond=0)
    with time_machine.travel(minute + dt.timedelta(seconds=10), tick=False):
        answers = [call("GET", "/customers") for _ in range(4)]
    assert [each.status_code for each in answers] == [200, 200, 200, 429]
    assert answers[0].headers["RateLimit-Remaining"] == "2"
    assert answers[3].headers["Retry-After"] == "50"
    with time_machine.travel(minute + dt.timedelta(seconds=60), tick=False):
        assert call("GET", "/customers").status_code == 200


def test_powers_over_powers_and_forbidden_pairs_are_refused(bank):
    actor = bank.actor("gao")
    for operations in (["people.propose_grant"], ["party.approve_merge"], ["no.such"], []):
        with pytest.raises(RuleViolation):
            propose_service_account(actor=actor, data=data(bank, operations=operations), reason="接入")
    pair = ["people.create_user", "party.view_customer"]
    with pytest.raises(RuleViolation):
        propose_service_account(actor=actor, data=data(bank, operations=pair), reason="接入")
    late = timezone.now() + dt.timedelta(days=400)
    with pytest.raises(RuleViolation):
        propose_service_account(actor=actor, data=data(bank, expires_at=late), reason="接入")
    with pytest.raises(NotPermitted):
        propose_service_account(actor=bank.actor("lin"), data=data(bank), reason="接入")


def test_a_machine_decides_nothing(bank, caller, browser_of):
    made = browser_of("gao")(
        "POST",
        "/service-accounts",
        {
            "name": "报表",
            "operations": READ,
            "reach": "all",
            "unit_id": bank.units["head"].pk,
            "expires_at": (timezone.now() + dt.timedelta(days=9)).isoformat(),
            "reason": "报表取数",
        },
    )
    assert made.status_code == 202
    assert made.json()["token"].startswith("kx_")
    call = caller(["core.view_policies"])
    decided = call("POST", f"/approvals/{made.json()['approval']['id']}/decision", {"approve": True})
    assert decided.status_code == 403


def test_a_browser_writes_only_with_the_token_against_forged_requests(client_of, bank, chen):
    client = client_of("lin")
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies
    body = {"data": '{"text": "喜欢上午来访"}', "content_type": "application/json"}
    path = f"/api/v1/customers/{chen.pk}/notes"
    assert strict.post(path, **body).json()["code"] == "csrf"
    strict.get("/me/")
    token = strict.cookies["csrftoken"].value
    assert strict.post(path, **body, headers={"X-CSRFToken": token}).status_code == 201


def test_pages_of_service_accounts(client_of, bank, chen):
    client = client_of("gao")
    assert client.get("/service-accounts/").status_code == 200
    form = {
        "name": "核心系统接口",
        "operations": READ,
        "reach": "all",
        "unit_id": bank.units["head"].pk,
        "expires_on": (timezone.localdate() + dt.timedelta(days=20)).isoformat(),
        "addresses": "10.8.0.0/16\n10.9.0.1",
        "reason": "接入",
    }
    wrong = client.post("/service-accounts/propose/", form | {"addresses": "nowhere"})
    assert wrong.status_code == 422
    made = client.post("/service-accounts/propose/", form)
    account = ServiceAccount.objects.get()
    assert f"kx_{account.code}_" in made.content.decode()
    page = client.get(f"/service-accounts/{account.pk}/")
    assert f"kx_{account.code}_" not in page.content.decode()
    decide_approval(made.context["approval"], actor=bank.actor("wu"), approve=True)
    assert client.get(f"/service-accounts/{account.pk}/revoke/").status_code == 200
    client.post(f"/service-accounts/{account.pk}/revoke/", {"reason": "停用"})
    account.refresh_from_db()
    assert account.status == "revoked"
    assert client_of("lin").get("/service-accounts/").status_code == 403
