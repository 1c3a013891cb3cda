"""Reactions to what happens to products and to customers. Told twice, done once."""

from __future__ import annotations

from typing import Any

from kexin.core.actor import system
from kexin.core.events import subscribe
from kexin.core.policy import in_force
from kexin.engagement.events import AppointmentClosed
from kexin.party.events import CustomersTransferred, PortfolioAssigned
from kexin.products.choices import ProductAct, RatingState
from kexin.products.events import ProductRerated, ProductSuspended, ProductWithdrawn
from kexin.products.models import Product, ProductStep, ProductText, RiskRating, TextVersion
from kexin.products.texts.choices import TextLanguage
from kexin.products.texts.events import TextApproved
from kexin.sales.aftercare.choices import CareMatter
from kexin.sales.aftercare.following import follow_aftercare
from kexin.sales.aftercare.policies import AftercarePolicy, parse_kinds
from kexin.sales.aftercare.settling import visited
from kexin.sales.aftercare.watching import CLOCK, product_changed


@subscribe(ProductRerated)
def care_for_rerated(fact: ProductRerated) -> None:
    """The ruling grade changed."""
    rating = RiskRating.objects.filter(product=fact.product_id, state=RatingState.IN_FORCE).first()
    facts = {"before": fact.before, "after": fact.after}
    product_changed(CareMatter.RERATED, [fact.product_id], str(rating.pk if rating else 0), facts)


@subscribe(ProductSuspended)
def care_for_suspended(fact: ProductSuspended) -> None:
    """The sale was stopped for the time being."""
    _acted(CareMatter.SUSPENDED, ProductAct.SUSPENDED, fact.product_id, fact.reason)


@subscribe(ProductWithdrawn)
def care_for_withdrawn(fact: ProductWithdrawn) -> None:
    """The sale was ended."""
    _acted(CareMatter.WITHDRAWN, ProductAct.WITHDRAWN, fact.product_id, fact.reason)


def _acted(matter: CareMatter, act: ProductAct, product_id: int, reason: str) -> None:
    step = ProductStep.objects.filter(product=product_id, act=act).order_by("-pk").first()
    product_changed(matter, [product_id], str(step.pk if step else 0), {"reason": reason})


@subscribe(TextApproved)
def care_for_text(fact: TextApproved) -> None:
    """A new version of a text replaces one that was given to customers."""
    found = text_change(fact)
    if found is not None:
        products, ref, facts = found
        product_changed(CareMatter.TEXT, products, ref, facts)


def text_change(fact: TextApproved) -> tuple[list[int], str, dict[str, Any]] | None:
    """Products, reference and facts of a change that customers are told of; the Chinese version is the binding one."""
    text = ProductText.objects.get(pk=fact.text_id)
    kinds = parse_kinds(in_force(AftercarePolicy).text_kinds)
    earlier = TextVersion.objects.filter(text=text, number__lt=fact.number).exclude(in_use_from=None)
    if text.kind not in kinds or text.language != TextLanguage.ZH or not earlier.exists():
        return None
    products = [text.product_id] if text.product_id else _of_class(text)
    facts = {"kind": text.kind, "title": text.title, "number": fact.number, "day": fact.in_use_from.isoformat()}
    return products, f"{text.pk}/{fact.number}", facts


def _of_class(text: ProductText) -> list[int]:
    """The products of a class that have no such text of their own."""
    own = ProductText.objects.filter(kind=text.kind, language=text.language).exclude(product=None).values("product")
    return list(
        Product.objects.filter(product_class=text.product_class).exclude(pk__in=own).values_list("pk", flat=True)
    )


@subscribe(AppointmentClosed)
def meeting_kept(fact: AppointmentClosed) -> None:
    """A meeting was kept: the visit that was asked for was made."""
    if fact.customer_id is not None and fact.state == "kept":
        visited(fact.customer_id, actor=system(CLOCK))


@subscribe(CustomersTransferred)
def transferred(fact: CustomersTransferred) -> None:
    """Customers went to another manager: what is owed to them goes along."""
    follow_aftercare(fact.customer_ids, actor=system(CLOCK), after=fact.receiver_post_id)


@subscribe(PortfolioAssigned)
def assigned(fact: PortfolioAssigned) -> None:
    """One customer was assigned, claimed or given back to the pool."""
    follow_aftercare((fact.customer_id,), actor=system(CLOCK), after=fact.post_id)
