"""A customer's phone before the portal, beside the staff's browsers in the same test."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client, override_settings

from kexin.core.fields import decrypt_rows
from kexin.engagement.models import OutboundMessage
from kexin.engagement.tests.conftest import files, store  # noqa: F401  fixtures
from kexin.portal.models import PortalCode, PortalSession
from kexin.portal.operations import invite_customer
from kexin.project import portal_settings

PORTAL = {name: getattr(portal_settings, name) for name in portal_settings.OVERRIDES}


class Phone:
    """A browser that talks to the portal's process; each request under the portal's settings."""

    def __init__(self, language: str = "en", **more: Any) -> None:
        self.client = Client(HTTP_USER_AGENT="Test phone", HTTP_ACCEPT_LANGUAGE=language, **more)

    def get(self, path: str, **more: Any) -> Any:
        with override_settings(**PORTAL):
            answer = self.client.get(path, **more)
            if hasattr(answer, "render") and callable(answer.render):
                answer.render()
            return answer

    def post(self, path: str, data: Any = None, **more: Any) -> Any:
        with override_settings(**PORTAL):
            return self.client.post(path, data or {}, **more)

    @property
    def cookie(self) -> str:
        found = self.client.cookies.get("kexin_portal")
        return found.value if found is not None else ""

    def open(self, address: str) -> Any:
        """What the script of the page does with the part behind ``#``."""
        return self.post("/open", {"token": address.partition("#")[2]})

    def enter(self, address: str) -> Any:
        """Open a link and enter the code that was sent."""
        assert self.open(address).status_code == 302
        return self.post("/code/", {"code": last_code()})


def last_code() -> str:
    """The digits of the last short message."""
    row = OutboundMessage.objects.filter(purpose="portal.code").latest("pk")
    decrypt_rows(OutboundMessage, [row], ("body",))
    return "".join(each for each in str(row.body).split(" ")[0] if each.isdecimal())[:6]


def let_pass(**span: float) -> None:
    """Time goes by for codes and sessions: all that was kept becomes older."""
    gone = dt.timedelta(**span)
    for row in PortalCode.objects.all():
        PortalCode.objects.filter(pk=row.pk).update(made_at=row.made_at - gone, expires_at=row.expires_at - gone)
    for each in PortalSession.objects.all():
        PortalSession.objects.filter(pk=each.pk).update(seen_at=each.seen_at - gone, ends_at=each.ends_at - gone)


@pytest.fixture
def phone(bank: Any) -> Phone:
    return Phone()


@pytest.fixture
def invited(bank: Any, chen: Any) -> str:
    """The address that Mrs Chen scans, to look at her holdings and documents."""
    return invite_customer(chen, actor=bank.actor("lin"), purpose="look", delivery="qr").address


@pytest.fixture
def neighbour(bank: Any) -> Any:
    """Mr Gu, another customer of Lin's."""
    from kexin.party.data import ContactData, DocumentData, PartyData
    from kexin.party.operations import create_customer

    data = PartyData(
        kind="individual",
        name="顾明",
        born_on=dt.date(1990, 3, 7),
        documents=(DocumentData(type="CN-RIC", number="11010119900307803X"),),
        contacts=(ContactData(kind="mobile", value="13912345678"),),
    )
    return create_customer(actor=bank.actor("lin"), data=data, unit=bank.units["east"], lead_post=bank.posts["lin"])
