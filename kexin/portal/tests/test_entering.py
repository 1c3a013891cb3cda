"""Links and codes: the good way, and every way in which a link or code must not open anything."""

from __future__ import annotations

import datetime as dt
import uuid
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.utils import timezone

from kexin.core.errors import NotFound, NotPermitted, RuleViolation
from kexin.core.models import AuditEntry, Event
from kexin.engagement.models import OutboundMessage
from kexin.party.models import ContactPoint
from kexin.portal.models import Link, PortalCode, PortalSession
from kexin.portal.operations import invite_customer, revoke_link
from kexin.portal.tests.conftest import Phone, last_code, let_pass

pytestmark = pytest.mark.django_db


def events(name: str) -> list[dict[str, Any]]:
    return list(Event.objects.filter(name=f"portal.{name}").order_by("id").values_list("payload", flat=True))


def test_a_link_and_a_code_open_a_session(invited: str, phone: Phone, chen: Any) -> None:
    token = invited.partition("#")[2]
    assert phone.get("/open").status_code == 200
    assert phone.open(invited).headers["Location"].startswith("/code/")
    waiting = phone.cookie
    assert phone.get("/home/").headers["Location"] == "/code/"
    assert "138****" in phone.get("/code/").content.decode() or "****" in phone.get("/code/").content.decode()
    code = last_code()
    assert phone.post("/code/", {"code": f" {code[:3]} {code[3:]} "}).headers["Location"] == "/home/"
    assert phone.cookie != waiting, "whoever knew the cookie before the code knows nothing now"
    assert phone.get("/home/").status_code == 200

    session = PortalSession.objects.get()
    assert (session.state, session.proof, session.customer_id) == ("open", "code", chen.pk)
    assert [name for name in ("CustomerInvited", "PortalEntered") if len(events(name)) == 1] == [
        "CustomerInvited",
        "PortalEntered",
    ]
    entry = AuditEntry.objects.get(operation="portal.enter_code")
    assert (entry.actor_name, entry.customer_id, entry.arguments["opening"]) == ("portal.entrance", chen.pk, "done")
    kept = [
        *AuditEntry.objects.values_list("arguments", flat=True),
        *Event.objects.values_list("payload", flat=True),
        *Link.objects.values_list("digest", flat=True),
        *PortalSession.objects.values_list("digest", flat=True),
    ]
    assert not any(secret in str(each) for each in kept for secret in (token, code, phone.cookie))

    assert phone.post("/leave/").headers["Location"] == "/ended/"
    assert phone.get("/home/").headers["Location"] == "/ended/"
    assert len(events("PortalLeft")) == 1


def test_a_forwarded_or_replayed_link_opens_nothing(invited: str, phone: Phone, bank: Any) -> None:
    phone.enter(invited)
    other = Phone(REMOTE_ADDR="10.9.9.9")
    refused = other.open(invited)
    assert refused.status_code == 410
    assert "another device" in refused.content.decode()
    assert other.cookie == ""
    assert [each["reason"] for each in events("LinkRefused")] == ["used"]
    assert events("LinkRefused")[0]["address"] == "10.9.9.9"
    assert AuditEntry.objects.filter(operation="portal.open_link", arguments__opening="used").exists()
    assert phone.open(invited).headers["Location"] == "/home/", "the first device is inside already"
    assert phone.get("/home/").status_code == 200
    assert Link.objects.get().refusals == 2


def test_a_link_too_late_or_withdrawn_or_invented_opens_nothing(
    invited: str, phone: Phone, bank: Any, chen: Any
) -> None:
    Link.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    assert "Its time is over" in phone.open(invited).content.decode()
    second = invite_customer(chen, actor=bank.actor("lin"), purpose="look", delivery="qr")
    revoke_link(second.link, actor=bank.actor("lin"))
    assert "withdrawn" in phone.open(second.address).content.decode()
    for token in ("", "x", "é" * 50, "\x00", "a" * 10_000):
        assert phone.post("/open", {"token": token}).status_code == 410
    assert not PortalSession.objects.exists()
    assert [each["reason"] for each in events("LinkRefused")] == ["expired", "revoked"]


def test_a_newer_invitation_takes_the_place_of_the_older(invited: str, phone: Phone, bank: Any, chen: Any) -> None:
    newer = invite_customer(chen, actor=bank.actor("lin"), purpose="look", delivery="qr").address
    assert phone.open(invited).status_code == 410
    assert phone.open(newer).status_code == 302


def test_withdrawing_ends_the_session_it_opened(invited: str, phone: Phone, bank: Any) -> None:
    phone.enter(invited)
    revoke_link(Link.objects.get(), actor=bank.actor("lin"))
    assert phone.get("/home/").headers["Location"] == "/ended/"


def test_wrong_codes_close_the_session(invited: str, phone: Phone) -> None:
    phone.open(invited)
    right = last_code()
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"
    for _attempt in range(4):
        assert phone.post("/code/", {"code": wrong}).status_code == 422
    assert phone.post("/code/", {"code": "abc"}).status_code == 410
    assert phone.post("/code/", {"code": right}).headers["Location"] == "/ended/"
    assert PortalSession.objects.get().state == "ended"
    assert len(events("CodesExhausted")) == 1


def test_another_code_makes_the_first_worthless_and_is_limited(invited: str, phone: Phone) -> None:
    phone.open(invited)
    first = last_code()
    assert phone.post("/code/again/").headers["Location"] == "/code/?early"
    let_pass(seconds=61)
    assert phone.post("/code/again/").headers["Location"] == "/code/?done"
    second = last_code()
    if first != second:
        assert phone.post("/code/", {"code": first}).status_code == 422
    let_pass(seconds=61)
    assert phone.post("/code/again/").headers["Location"] == "/code/?done"
    let_pass(seconds=61)
    assert phone.post("/code/again/").headers["Location"] == "/code/?limit"
    assert OutboundMessage.objects.filter(purpose="portal.code").count() == 3
    let_pass(minutes=6)
    assert "expired" in phone.post("/code/", {"code": last_code()}).content.decode()
    assert PortalSession.objects.get().state == "pending"
    assert PortalCode.objects.filter(used_at__isnull=False).count() == 0


def test_an_idle_session_ends(invited: str, phone: Phone) -> None:
    phone.enter(invited)
    let_pass(minutes=16)
    assert phone.get("/home/").headers["Location"] == "/ended/"
    assert PortalSession.objects.get().state == "ended"


def test_without_a_mobile_number_no_code_can_be_sent(invited: str, phone: Phone, chen: Any) -> None:
    ContactPoint.objects.filter(party=chen.pk).update(do_not_use=True)
    assert phone.open(invited).headers["Location"] == "/code/?unreachable"
    assert "no mobile number" in phone.get("/code/?unreachable").content.decode()


def test_who_may_invite_whom(bank: Any, chen: Any) -> None:
    def invite(who: str, **more: Any) -> Any:
        return invite_customer(chen, actor=bank.actor(who), **({"purpose": "look", "delivery": "qr"} | more))

    with pytest.raises(NotFound):
        invite("mei")
    with pytest.raises(NotPermitted):
        invite("qian")
    with pytest.raises(RuleViolation):
        invite("lin", purpose="anything")
    with pytest.raises(RuleViolation):
        invite("lin", delivery="sms")  # the policy forbids links in short messages
    for _time in range(10):
        invite("lin")
    with pytest.raises(RuleViolation):
        invite("zhou")
    assert Link.objects.filter(revoked_at=None).count() == 1


# -- the institution's app -----------------------------------------------------------------------------------------


@pytest.fixture
def app_key(settings: Any, tmp_path: Path) -> Ed25519PrivateKey:
    key = Ed25519PrivateKey.generate()
    path = tmp_path / "app.pem"
    shape = (serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    path.write_bytes(key.public_key().public_bytes(*shape))
    settings.KEXIN_APP_KEY_FILE = str(path)
    return key


def claim(key: Any, customer_no: str, *, seconds: int = 60, **more: Any) -> str:
    now = dt.datetime.now(dt.UTC)
    said = {
        "sub": customer_no,
        "aud": "kexin-portal",
        "purpose": "look",
        "iat": now,
        "exp": now + dt.timedelta(seconds=seconds),
        "jti": uuid.uuid4().hex,
    }
    return jwt.encode(said | more, key, algorithm="EdDSA")


def test_the_app_signs_its_customer_in_once(app_key: Any, phone: Phone, bank: Any, chen: Any) -> None:
    invitation = invite_customer(chen, actor=bank.actor("lin"), purpose="look", delivery="app")
    assert invitation.address == ""
    assert OutboundMessage.objects.get().channel == "sms"
    token = claim(app_key, chen.customer_no)
    assert phone.post("/app", {"token": token}).headers["Location"] == "/home/"
    session = PortalSession.objects.get()
    assert (session.proof, session.link_id) == ("app", invitation.link.pk)
    assert phone.get("/home/").status_code == 200
    assert Phone().post("/app", {"token": token}).status_code == 410, "not a second time"
    assert [each["reason"] for each in events("LinkRefused")] == ["used"]


def test_what_the_app_did_not_sign_for_us_now_opens_nothing(app_key: Any, phone: Phone, chen: Any) -> None:
    number = chen.customer_no
    bad = [
        claim(Ed25519PrivateKey.generate(), number),
        claim(app_key, number, aud="another"),
        claim(app_key, number, seconds=3600),
        claim(app_key, number, jti="short"),
        claim(app_key, "C-unknown"),
        claim(app_key, number, purpose="anything"),
        claim(app_key, number, iat=dt.datetime(2020, 1, 1, tzinfo=dt.UTC), exp=dt.datetime(2020, 1, 2, tzinfo=dt.UTC)),
        jwt.encode({"sub": number}, key="", algorithm="none"),
        "rubbish",
    ]
    assert [phone.post("/app", {"token": each}).status_code for each in bad] == [410] * len(bad)
    assert not PortalSession.objects.exists()
