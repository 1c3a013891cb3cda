"""Notices to customers for other systems."""

from __future__ import annotations

from typing import Annotated

from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field

from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.lookup import existing
from kexin.core.api.shapes import Id, Moment, Page, Paging, Shown, Taken, page_of
from kexin.party.models import Customer
from kexin.products.models import Product
from kexin.sales.models import CustomerNotice, Notice
from kexin.sales.notices.making import TELL, tell_holders
from kexin.sales.notices.offering import SEND, send_product
from kexin.sales.notices.queries import VIEW_NOTICES, VIEW_TOLD, NoticeLine, notice_line, notices, told_customers

router = Endpoints("notices", _("Notices to customers"))


class HolderNoticesWanted(Taken):
    """Which notices."""

    product_id: Id | None = None


class ToldWanted(Taken):
    """Which of the customers told: ``opened``, ``unopened``, or how the prompt went."""

    which: Annotated[
        str, Field(pattern="^(|opened|unopened|written|prompted|failed|untold)$", examples=["unopened"])
    ] = ""


class HolderNoticeShown(Shown):
    """A notice, in the words as they were sent; empty while they wait for a review."""

    id: Id
    product_id: Id
    matter: str = Field(examples=["rerated"])
    state: str = Field(examples=["sent"])
    title: str = Field(examples=["产品风险等级调整告知"])
    title_en: str = Field(examples=["Your product was re-rated"])
    body: str = Field(examples=["您持有的产品风险等级由 R2 调整为 R3。"])
    body_en: str = Field(examples=["The risk grade of your product went from R2 to R3."])
    made_at: Moment
    sent_at: Moment | None


class HolderNoticeFigures(HolderNoticeShown):
    """A notice with the figures of the whole bank."""

    told: int = Field(examples=[120], description="In how many portals it lies")
    opened: int = Field(examples=[37])
    failed: int = Field(examples=[1], description="Prompts that failed and are tried again")
    untold: int = Field(examples=[2], description="Customers left to their managers")


class CustomerNoticeShown(Shown):
    """One customer's notice: the prompt, and when it was opened on the portal."""

    id: Id
    customer_id: Id
    state: str = Field(examples=["prompted"])
    channel: str = Field(examples=["sms"])
    told_at: Moment
    opened_at: Moment | None


class ProductSent(Taken):
    """Which product the customer is to read about."""

    product_id: Id


class OfferShown(Shown):
    """The opinion that was given first, and how the customer is prompted; nothing was sent where it refuses."""

    decision_id: Id
    outcome: str = Field(examples=["allow"])
    sent: bool
    state: str = Field(examples=["written"], description="Of the prompt; empty where nothing was sent")
    channel: str = Field(examples=["sms"])


def _values(row: Notice) -> dict[str, object]:
    names = ("matter", "state", "title", "title_en", "body", "body_en", "made_at", "sent_at")
    return {"id": row.pk, "product_id": row.product.pk, **{name: getattr(row, name) for name in names}}


def _shown(row: Notice) -> HolderNoticeShown:
    return HolderNoticeShown.model_validate(_values(row))


def _figures(line: NoticeLine) -> HolderNoticeFigures:
    numbers = {"told": line.told, "opened": line.opened, "failed": line.failed, "untold": line.untold}
    return HolderNoticeFigures.model_validate({**_values(line.notice), **numbers})


def _told(row: CustomerNotice) -> CustomerNoticeShown:
    return CustomerNoticeShown(
        id=row.pk, customer_id=row.customer_id, state=row.state, channel=row.channel, told_at=row.told_at,
        opened_at=row.opened_at,
    )  # fmt: skip


@router.read("/holder-notices", VIEW_NOTICES)
def list_holder_notices(
    request: ApiRequest, paging: Query[Paging], wanted: Query[HolderNoticesWanted]
) -> Page[HolderNoticeShown]:
    """Notices, newest first."""
    rows = notices(request.actor, wanted.product_id)
    items, following = page_of(request, rows, paging, [("made_at", "desc"), ("pk", "desc")], _shown)
    return Page[HolderNoticeShown](items=items, next=following)


@router.read("/holder-notices/{notice_id}", VIEW_NOTICES, _("See a notice"))
def read_holder_notice(request: ApiRequest, notice_id: Id) -> HolderNoticeFigures:
    """One notice with how many were told and opened it."""
    return _figures(notice_line(request.actor, notice_id))


@router.read("/holder-notices/{notice_id}/customers", VIEW_TOLD)
def list_told_customers(
    request: ApiRequest, notice_id: Id, paging: Query[Paging], wanted: Query[ToldWanted]
) -> Page[CustomerNoticeShown]:
    """Customers within reach who were told, newest first."""
    rows = told_customers(request.actor, notice_id, wanted.which)
    items, following = page_of(request, rows, paging, [("told_at", "desc"), ("pk", "desc")], _told)
    return Page[CustomerNoticeShown](items=items, next=following)


@router.write("POST", "/product-alerts/{alert_id}/notice", TELL)
def notice_of_alert(request: ApiRequest, alert_id: Id) -> HolderNoticeShown:
    """Tell the holders of a product of a fall that gave an alert."""
    return _shown(tell_holders(alert_id, actor=request.actor))


@router.write("POST", "/customers/{customer_id}/product-information", SEND)
def send_product_information(request: ApiRequest, customer_id: Id, taken: ProductSent) -> OfferShown:
    """Send a customer the reviewed promotion of a product, behind an opinion for the purpose "message"."""
    row = existing(request.actor, SEND, Customer.objects.all(), customer_id)
    made = send_product(row, Product(pk=taken.product_id), actor=request.actor)
    told = made.telling
    return OfferShown(
        decision_id=made.decision.pk, outcome=made.decision.outcome, sent=told is not None,
        state=told.state if told else "", channel=told.channel if told else "",
    )  # fmt: skip
