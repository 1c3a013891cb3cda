"""Mrs Chen agrees to messages and takes it back on her phone; what stops dealings with her is told to nobody who sells.

A consent is what its last word says; withdrawing needs one tap, no reason and no evidence (PIPL Art. 15). A message
about a product is refused without it; a service is not touched. A restriction stops every sale and reads as "cannot
be done now" (A-08, J-06).
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError
from django.urls import reverse

from kexin.core.actor import customer as customer_actor
from kexin.core.errors import Conflict, NotFound, NotPermitted, RuleViolation
from kexin.core.models import AuditEntry, Event
from kexin.engagement.timeline import rendering_of
from kexin.party.consents.operations import give_own_consent, lift_restriction, place_restriction, record_consent
from kexin.party.consents.queries import consents_of, own_consents, restrictions_of
from kexin.party.models import Consent, Restriction
from kexin.portal.purposes import operations_of
from kexin.suitability.matching import sources

REQUIREMENTS = {
    "A-08": ("consent to offers by channel, given and withdrawn by the customer", "consent to processing as a whole"),
    "J-06": ("consent and restrictions reach every decision", "scripts and call lists are shown elsewhere"),
}
SCREENS = {"A-08": "客户·资料·营销同意；客户端·我的同意", "J-06": "客户·资料·限制"}
pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 11, 20)


def me(chen: Any) -> Any:
    """Mrs Chen on her phone, looked up by a link."""
    return customer_actor(chen.pk, chen.customer_no, operations_of("look"), session="portal.1", address="10.0.0.7")


def granted(found: list[Any]) -> list[str]:
    return [each.channel for each in found if each.granted]


def test_given_and_withdrawn_with_one_tap(bank: Any, chen: Any, client_of: Any) -> None:
    lin = bank.actor("lin")
    assert granted(own_consents(me(chen))) == []
    give_own_consent(actor=me(chen), channel="sms", granted=True)
    give_own_consent(actor=me(chen), channel="sms", granted=True)  # a lost answer, sent again
    record_consent(chen, actor=lin, channel="phone", granted=True, source="counter", evidence="签名同意书 118")
    assert granted(consents_of(lin, chen.pk)) == ["phone", "sms"]
    assert sources.consents([chen.pk], TODAY) == {chen.pk: ("call_task", "message")}
    assert Consent.objects.count() == 2

    give_own_consent(actor=me(chen), channel="sms", granted=False)
    assert sources.consents([chen.pk], TODAY) == {chen.pk: ("call_task",)}
    rows = Consent.objects.filter(channel="sms").order_by("id")
    assert [(row.granted, row.source, row.policy is not None) for row in rows] == [
        (True, "portal", True), (False, "portal", True),
    ]  # fmt: skip
    names = list(Event.objects.filter(name__startswith="party.Consent").order_by("id").values_list("name", flat=True))
    assert names == ["party.ConsentGiven", "party.ConsentGiven", "party.ConsentWithdrawn"]
    entry = AuditEntry.objects.filter(operation="party.give_own_consent").latest("id")
    assert (entry.actor_kind, entry.arguments["channel"], entry.arguments["granted"]) == ("customer", "sms", False)
    page = client_of("lin").get(reverse("core:panel", args=["customer", chen.pk, "consents"])).content.decode()
    assert "已撤回" in page


def test_what_is_wrong_is_said_at_its_place(bank: Any, chen: Any) -> None:
    lin = bank.actor("lin")
    for field, given in (
        ("channel", {"channel": "fax", "granted": False, "source": "counter"}),
        ("source", {"channel": "sms", "granted": False, "source": "portal"}),
        ("evidence", {"channel": "sms", "granted": True, "source": "call"}),
    ):
        with pytest.raises(RuleViolation) as refused:
            record_consent(chen, actor=lin, evidence=" ", **given)  # type: ignore[arg-type]
        assert list(refused.value.fields) == [field]
    with pytest.raises(NotFound):
        record_consent(chen, actor=bank.actor("mei"), channel="sms", granted=False, source="call")
    with pytest.raises((NotFound, NotPermitted)):
        give_own_consent(actor=lin, channel="sms", granted=True)  # nobody agrees for the customer
    assert not Consent.objects.exists()


def test_a_word_once_given_cannot_be_rewritten(chen: Any) -> None:
    give_own_consent(actor=me(chen), channel="sms", granted=True)
    for change in ("UPDATE party_consent SET granted = false", "DELETE FROM party_consent"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change)


def test_a_restriction_stops_sales_and_is_told_to_compliance_alone(bank: Any, chen: Any, client_of: Any) -> None:
    wu, lin = bank.actor("wu"), bank.actor("lin")
    with pytest.raises(NotPermitted):
        place_restriction(chen, actor=lin, code="court", reason="x")
    with pytest.raises(RuleViolation):
        place_restriction(chen, actor=wu, code="court", reason=" ")
    row = place_restriction(chen, actor=wu, code="court", reason="法院冻结通知 88 号")
    with pytest.raises(Conflict):
        place_restriction(chen, actor=wu, code="court", reason="再次")
    assert sources.restrictions([chen.pk], TODAY) == {chen.pk: ("court",)}
    assert [each.pk for each in restrictions_of(wu, chen.pk)] == [row.pk]
    with pytest.raises(NotPermitted):
        restrictions_of(lin, chen.pk)
    hers = client_of("lin")
    for address in (f"{reverse('party:customer', args=[chen.pk])}?tab=profile", reverse("core:work")):
        assert "法院" not in hers.get(address).content.decode()
    assert hers.get(reverse("core:panel", args=["customer", chen.pk, "restrictions"])).status_code in (403, 404)
    assert rendering_of("party.RestrictionPlaced") is None

    lift_restriction(row, actor=wu, reason="法院解除通知")
    with pytest.raises(Conflict):
        lift_restriction(row.pk, actor=wu, reason="再次")
    assert sources.restrictions([chen.pk], TODAY) == {}
    kept = Restriction.objects.get()
    assert (kept.placed_by, kept.lifted_by, kept.lift_reason) == (wu.name, wu.name, "法院解除通知")
    assert (
        "法院解除通知"
        in client_of("wu").get(reverse("core:panel", args=["customer", chen.pk, "restrictions"])).content.decode()
    )
