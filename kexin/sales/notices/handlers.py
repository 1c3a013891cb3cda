"""Reactions: products change, prompts come through or fail. Told twice, done once."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from kexin.core.actor import system
from kexin.core.events import subscribe
from kexin.core.policy import in_force
from kexin.engagement.messages.events import MessageFailed, MessageSent
from kexin.products.choices import ProductAct, RatingState
from kexin.products.events import ProductRerated, ProductSuspended, ProductWithdrawn
from kexin.products.models import ProductStep, RiskRating, TradingTerms
from kexin.products.texts.events import TextApproved
from kexin.sales.aftercare.handlers import text_change
from kexin.sales.notices.choices import NoticeMatter
from kexin.sales.notices.making import make_notice
from kexin.sales.notices.policies import NoticePolicy, parse_matters
from kexin.sales.notices.sending import CLOCK, PURPOSE, note_prompt


def _told(matter: NoticeMatter) -> bool:
    return matter in parse_matters(in_force(NoticePolicy).automatic)


@subscribe(ProductRerated)
def notice_of_rerating(fact: ProductRerated) -> None:
    """The ruling grade changed; a first grade changes nothing for anybody."""
    if fact.before and _told(NoticeMatter.RERATED):
        rating = RiskRating.objects.filter(product=fact.product_id, state=RatingState.IN_FORCE).first()
        facts = {"before": f"R{fact.before}", "after": f"R{fact.after}"}
        ref = str(rating.pk if rating else 0)
        make_notice(fact.product_id, NoticeMatter.RERATED, ref, facts, actor=system(CLOCK))


@subscribe(ProductSuspended)
def notice_of_suspension(fact: ProductSuspended) -> None:
    """The sale was stopped."""
    _acted(NoticeMatter.SUSPENDED, ProductAct.SUSPENDED, fact.product_id)


@subscribe(ProductWithdrawn)
def notice_of_withdrawal(fact: ProductWithdrawn) -> None:
    """The sale was ended."""
    _acted(NoticeMatter.WITHDRAWN, ProductAct.WITHDRAWN, fact.product_id)


def _acted(matter: NoticeMatter, act: ProductAct, product_id: int) -> None:
    """The staff's reason stays inside: customers read the reviewed words and the day."""
    step = ProductStep.objects.filter(product=product_id, act=act).order_by("-pk").first()
    if step is not None and _told(matter):
        facts = {"day": timezone.localtime(step.done_at).date().isoformat()}
        make_notice(product_id, matter, str(step.pk), facts, actor=system(CLOCK))


@subscribe(TextApproved)
def notice_of_text(fact: TextApproved) -> None:
    """A text that was given to customers has a new version."""
    found = text_change(fact)
    if found is not None and _told(NoticeMatter.TEXT):
        products, ref, facts = found
        for product_id in products:
            make_notice(product_id, NoticeMatter.TEXT, ref, facts, actor=system(CLOCK))


def notices_of_maturity(today: dt.date) -> int:
    """Products that mature within the policy's days (called by the clock); how many notices stand for them."""
    if not _told(NoticeMatter.MATURITY):
        return 0
    until = today + dt.timedelta(days=in_force(NoticePolicy).maturity_days)
    rows = TradingTerms.objects.filter(matures_on__gte=today, matures_on__lte=until)
    found = [(pk, day) for pk, day in rows.values_list("product_id", "matures_on") if day is not None]
    for pk, day in found:
        make_notice(pk, NoticeMatter.MATURITY, day.isoformat(), {"day": day.isoformat()}, actor=system(CLOCK))
    return len(found)


@subscribe(MessageSent)
def prompt_sent(fact: MessageSent) -> None:
    """The carrier took the prompt."""
    if fact.purpose == PURPOSE:
        note_prompt(fact.message_id, actor=system(CLOCK))


@subscribe(MessageFailed)
def prompt_failed(fact: MessageFailed) -> None:
    """The prompt did not go."""
    if fact.purpose == PURPOSE:
        note_prompt(fact.message_id, actor=system(CLOCK), problem=fact.reason or "failed")
