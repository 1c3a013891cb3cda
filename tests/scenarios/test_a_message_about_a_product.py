"""Lin sends Mrs Chen something to read about a product: only reviewed words, only behind an opinion, only where she
agreed to be written to; what the opinion refuses is kept and nothing is sent (J-06)."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from kexin.core.actor import customer as acting
from kexin.core.errors import NotFound, RuleViolation
from kexin.core.fields import decrypt_rows
from kexin.core.models import AuditEntry, Event
from kexin.engagement.models import OutboundMessage
from kexin.party.consents.operations import record_consent
from kexin.party.data import ContactData
from kexin.party.models import Customer
from kexin.party.operations import record_contact
from kexin.people.models import Qualification
from kexin.products.models import Product
from kexin.sales.models import AftercareItem, CustomerNotice, Notice
from kexin.sales.notices.offering import send_product
from kexin.sales.notices.own import own_notices
from kexin.sales.notices.queries import notices
from kexin.suitability.models import SuitabilityDecision
from tests.notice_texts import reviewed
from tests.personas import Bank
from tests.product_people import hire
from tests.scenarios import test_a_sale_through_its_gates as story

product, tolerance = story.product, story.tolerance  # the same set-up
REQUIREMENTS = {
    "J-06": "a message about a product asks for an opinion first; reviewed words, consent, certified seller"
}
SCREENS = {"J-06": "客户·发送产品资料"}
OWN = ("sales.view_own_notices", "sales.open_own_notice", "party.view_customer")
pytestmark = pytest.mark.django_db


@pytest.fixture
def agreed(bank: Bank, chen: Customer, product: Product) -> Customer:
    """Mrs Chen agreed to be written to by SMS, and the promotion of wealth products is reviewed."""
    hire(bank)
    reviewed(bank, "promotion")
    record_contact(chen, actor=bank.actor("lin"), data=ContactData(kind="mobile", value="13900001111"))
    record_consent(chen, actor=bank.actor("lin"), channel="sms", granted=True, source="counter", evidence="表 7")
    return chen


def test_it_goes_to_her_messages_and_she_is_prompted_once(bank: Bank, agreed: Customer, product: Product) -> None:
    made = send_product(agreed, product, actor=bank.actor("lin"))
    assert (made.decision.purpose, made.decision.outcome) == ("message", "allow")
    assert made.telling is not None
    assert (made.telling.channel, made.telling.state) == ("sms", "written")
    mine = own_notices(acting(agreed.pk, agreed.customer_no, OWN, session="s", address=""))
    assert ["稳盈九十天" in each.notice.body for each in mine] == [True]
    sms = OutboundMessage.objects.get(customer=agreed)
    decrypt_rows(OutboundMessage, [sms], ("body",))
    assert "稳盈九十天" in str(sms.body)
    assert not notices(bank.actor("fang")).filter(matter="offer").exists()  # no notice to all holders
    assert Event.objects.filter(name="sales.CustomerNoticed", payload__matter="offer").count() == 1
    assert AuditEntry.objects.filter(operation="sales.send_product", customer_id=agreed.pk, outcome="done").exists()
    with pytest.raises(RuleViolation) as again:
        send_product(agreed, product, actor=bank.actor("lin"))
    assert "product" in again.value.fields
    assert (Notice.objects.count(), OutboundMessage.objects.count()) == (1, 1)


@pytest.mark.parametrize("why", ["too_risky", "no_consent", "not_certified", "private"])
def test_what_the_opinion_refuses_is_kept_and_nothing_is_sent(
    bank: Bank, agreed: Customer, product: Product, why: str
) -> None:
    if why == "too_risky":
        Product.objects.filter(pk=product.pk).update(own_grade=5, issuer_grade=5)
    elif why == "private":
        Product.objects.filter(pk=product.pk).update(offering="private")
    elif why == "not_certified":
        Qualification.objects.all().delete()
    else:
        record_consent(agreed, actor=bank.actor("lin"), channel="sms", granted=False, source="call")
    made = send_product(agreed, product, actor=bank.actor("lin"))
    assert (made.decision.outcome, made.telling) == ("refuse", None)
    assert SuitabilityDecision.objects.get().refusals
    assert not CustomerNotice.objects.exists()
    assert not OutboundMessage.objects.exists()


def test_without_reviewed_words_or_reach_nothing_happens(bank: Bank, chen: Customer, product: Product) -> None:
    with pytest.raises(RuleViolation) as unworded:
        send_product(chen, product, actor=bank.actor("lin"))
    assert "product" in unworded.value.fields
    with pytest.raises(NotFound):
        send_product(chen, product, actor=bank.actor("mei"))
    assert not SuitabilityDecision.objects.exists()


def test_the_page_says_what_became_of_it(
    bank: Bank, agreed: Customer, product: Product, client_of: Any, tolerance: dict[str, Any]
) -> None:
    browser, address = client_of("lin"), reverse("notices:offer", args=[agreed.pk])
    assert "稳盈九十天" in browser.get(address).content.decode()
    done = browser.post(address, {"product": product.pk}, follow=True)
    assert "已提示客户" in done.content.decode()
    wrong = browser.post(address, {"product": product.pk})
    assert wrong.status_code == 422
    CustomerNotice.objects.all().delete()
    Notice.objects.all().delete()
    Product.objects.filter(pk=product.pk).update(own_grade=5, issuer_grade=5)
    refused = browser.post(address, {"product": product.pk}, follow=True)
    assert "未发送" in refused.content.decode()
    assert not AftercareItem.objects.exists()
