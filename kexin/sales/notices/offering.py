"""Sending a customer what is to be read about a product: only behind an opinion for the purpose “message” (J-06)."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor, system
from kexin.core.calendar import business_date
from kexin.core.errors import NotFound, RuleViolation
from kexin.core.events import emit
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.party.models import Customer
from kexin.products.choices import ProductState
from kexin.products.models import Product
from kexin.sales.models import CustomerNotice, Notice
from kexin.sales.notices.choices import NoticeMatter, NoticeState, TellingState
from kexin.sales.notices.events import CustomerNoticed
from kexin.sales.notices.making import put_into_words, words_in_use
from kexin.sales.notices.policies import NoticePolicy
from kexin.sales.notices.sending import CLOCK, prompt
from kexin.suitability.matching.choices import MatchOutcome, Purpose, SaleChannel
from kexin.suitability.matching.operations import match
from kexin.suitability.models import SuitabilityDecision

SEND = "sales.send_product"


@dataclass(frozen=True, slots=True)
class Offered:
    """The opinion, and what the customer was sent; nothing where the opinion refuses."""

    decision: SuitabilityDecision
    telling: CustomerNotice | None


@operation(SEND, label=_("Send a customer information about a product"))
def send_product(customer: Customer, product: Product, *, actor: Actor) -> Offered:
    """The reviewed promotion of a product into the customer's portal, with a prompt by a channel that was agreed to.

    The opinion is given first and kept, whatever it says; where it refuses, nothing is sent. RuleViolation: no reviewed
    promotion in both languages, sent today already, not on sale.
    """
    row = Customer.objects.lock(customer, actor)
    found = Product.objects.filter(pk=product.pk, state=ProductState.ADMITTED).first()
    if found is None:
        if not Product.objects.filter(pk=product.pk).exists():
            raise NotFound
        raise RuleViolation(fields={"product": _("This product is not on sale.")})
    if words_in_use(found, NoticeMatter.OFFER) is None:
        raise RuleViolation(
            fields={"product": _("There is no reviewed promotion in both languages for this product or its class.")}
        )
    key = f"{NoticeMatter.OFFER.value}:{found.pk}:{row.pk}:{business_date().isoformat()}"
    if Notice.objects.filter(key=key).exists():
        raise RuleViolation(fields={"product": _("The customer was sent this today already.")})
    decision = match(row, found, actor=actor, purpose=Purpose.MESSAGE, channel=SaleChannel.ONLINE)
    if decision.outcome == MatchOutcome.REFUSE:
        return Offered(decision, None)
    now = timezone.now()
    notice = Notice(
        key=key, product=found, matter=NoticeMatter.OFFER, facts={"decision": decision.pk}, state=NoticeState.WAITING,
        made_at=now, made_on=business_date(), made_by=actor.name, policy_id=in_force(NoticePolicy).policy_version,
    )  # fmt: skip
    notice.save()
    put_into_words(notice)
    notice.state, notice.sent_at = NoticeState.SENT, now
    notice.save(update_fields=["state", "sent_at"])
    telling = CustomerNotice.objects.create(notice=notice, customer=row, state=TellingState.WRITTEN, told_at=now)
    prompt(notice, [telling], system(CLOCK))
    emit(CustomerNoticed(row.pk, row.customer_no, notice.pk, notice.matter, found.name, telling.channel))
    return Offered(decision, telling)
