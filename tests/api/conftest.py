"""Callers of the interface: browsers of the cast, and service accounts made by two persons."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from kexin.core.approval import decide_approval
from kexin.core.policy_operations import propose_policy
from kexin.core.service_accounts import AccountData, propose_service_account
from tests.personas import Bank


class Caller:
    """A client that speaks JSON with a token."""

    def __init__(self, token: str, **extra: Any) -> None:
        self.client = Client(headers={"Authorization": f"Bearer {token}"}, **extra)

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        send = getattr(self.client, method.lower())
        more = {} if body is None else {"data": body, "content_type": "application/json"}
        return send(f"/api/v1{path}", headers=named, **more)


@pytest.fixture
def token_for(bank: Bank) -> Callable[..., str]:
    """``token_for(["party.view_customer"])``: the token of a service account proposed by Gao, approved by Wu."""

    def make(
        operations: list[str], reach: str = "all", unit: str = "head", post: str | None = None, **more: Any
    ) -> str:
        data = AccountData(
            name="核心系统接口",
            operations=operations,
            reach="portfolio" if post else reach,
            unit_id=bank.units[unit].pk,  # type: ignore[attr-defined]
            post_id=bank.posts[post].pk if post else None,  # type: ignore[attr-defined]
            expires_at=more.pop("expires_at", timezone.now() + dt.timedelta(days=30)),
            **more,
        )
        _account, approval, token = propose_service_account(actor=bank.actor("gao"), data=data, reason="接入核心系统")
        decide_approval(approval, actor=bank.actor("wu"), approve=True)
        return token

    return make


@pytest.fixture
def caller(token_for: Callable[..., str]) -> Callable[..., Caller]:
    """``caller(["party.view_customer"], reach="unit", unit="east")``."""

    def make(operations: list[str], **more: Any) -> Caller:
        return Caller(token_for(operations, **more))

    return make


@pytest.fixture
def browser_of(client_of: Callable[..., Client]) -> Callable[..., Callable[..., Any]]:
    """``browser_of("lin")("GET", "/customers")``: a signed-in person's own session."""

    def make(name: str) -> Callable[..., Any]:
        client = client_of(name)

        def send(method: str, path: str, body: Any = None, **headers: str) -> Any:
            named = {key.replace("_", "-"): value for key, value in headers.items()}
            more = {} if body is None else {"data": body, "content_type": "application/json"}
            return getattr(client, method.lower())(f"/api/v1{path}", headers=named, **more)

        return send

    return make


@pytest.fixture
def no_limit(bank: Bank) -> None:
    """The limit of requests is tested elsewhere; where every endpoint is asked it would hide the last ones."""
    approval = propose_policy(
        actor=bank.actor("gao"),
        code="core.api",
        values={"requests_per_minute": 999_999, "refused_per_minute": 30, "idempotency_hours": 24, "token_days": 365},
        in_force_from=timezone.localdate(),
        legal_basis="",
        reason="接口全量测试",
    )
    decide_approval(approval, actor=bank.actor("wu"), approve=True)
