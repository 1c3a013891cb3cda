"""Referrals between lines of business."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field

from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.lookup import existing
from kexin.core.api.shapes import Id, Moment, Page, Paging, Shown, Taken, Version, one_of, page_of
from kexin.core.fields import decrypt_rows
from kexin.party.choices import ProductLine
from kexin.party.models import Customer
from kexin.sales.models import Referral
from kexin.sales.referrals.choices import BusinessLine, ReferralOutcome, ReferralState
from kexin.sales.referrals.queries import TEXTS, VIEW, referral_file, referrals
from kexin.sales.referrals.referring import (
    answer_referral,
    attribute_referral,
    close_referral,
    make_referral,
    withdraw_referral,
)

router = Endpoints("referrals", _("Referrals"))
Percent = Annotated[Decimal, Field(ge=0, le=100, max_digits=5, decimal_places=2, examples=["20.00"])]


class ReferralTaken(Taken):
    """To whom a customer's need goes; without a post it lies in the pool of the unit."""

    from_line: one_of(BusinessLine)  # type: ignore[valid-type]
    to_line: Annotated[one_of(BusinessLine), Field(examples=["private"])]  # type: ignore[valid-type]
    need: str = Field(min_length=1, max_length=1000, examples=["客户金融资产超过六百万元，希望了解家族信托"])
    unit_id: Id
    receiver_post_id: Id | None = Field(default=None, examples=[None])
    share: Percent | None = Field(default=None, description="The giver's; empty: the usual one", examples=["20.00"])
    product_line: one_of(ProductLine) = "all"  # type: ignore[valid-type]


class ReferralAnswerTaken(Taken):
    """Taken over, or declined with a reason."""

    accept: bool = Field(examples=[True])
    reason: str = Field(default="", max_length=300, examples=[""])


class ReferralOutcomeTaken(Taken):
    """What became of it."""

    outcome: one_of(ReferralOutcome)  # type: ignore[valid-type]
    note: str = Field(default="", max_length=1000, examples=[""])


class ReferralsWanted(Paging):
    """Which referrals, which part of the list."""

    state: one_of(ReferralState) | None = None  # type: ignore[valid-type]
    side: Annotated[str, Field(pattern="^(given|received|)$", examples=["given"])] = ""


class ReferralShown(Shown):
    """A referral with its clock, its outcome and the agreed attribution."""

    id: Id
    referral_no: str = Field(examples=["R202600000001"])
    customer_id: Id
    from_line: str = Field(examples=["retail"])
    to_line: str = Field(examples=["private"])
    giver_post_id: Id
    unit_id: Id
    receiver_post_id: Id | None
    need: str = Field(examples=["希望了解家族信托"])
    share: Decimal = Field(examples=["20.00"])
    product_line: str = Field(examples=["all"])
    state: str = Field(examples=["waiting"])
    given_at: Moment
    due_at: Moment
    answered_at: Moment | None
    reason: str = Field(examples=[""])
    outcome: str = Field(examples=[""])
    outcome_note: str = Field(examples=[""])
    closed_at: Moment | None
    attributed_at: Moment | None
    version: Version


def _shown(row: Referral) -> ReferralShown:
    said: dict[str, Any] = {name: str(getattr(row, name) or "") for name in TEXTS}
    plain = {name: getattr(row, name) for name in ReferralShown.model_fields if name not in TEXTS and name != "id"}
    return ReferralShown(id=row.pk, **plain, **said)


def _named(request: ApiRequest, permission: str, pk: int) -> Referral:
    return existing(request.actor, permission, Referral.objects.all(), pk)


@router.read("/referrals", VIEW)
def list_referrals(request: ApiRequest, wanted: Query[ReferralsWanted]) -> Page[ReferralShown]:
    """Referrals given or received within reach, newest first."""
    rows = referrals(request.actor, state=wanted.state or "", side=wanted.side)
    order = [("given_at", "desc"), ("pk", "desc")]
    items, following = page_of(
        request, rows, wanted, order, _shown, lambda found: decrypt_rows(Referral, list(found), TEXTS)  # type: ignore[arg-type]
    )  # fmt: skip
    return Page[ReferralShown](items=items, next=following)


@router.read("/referrals/{referral_id}", VIEW)
def read_referral(request: ApiRequest, referral_id: Id) -> ReferralShown:
    """One referral."""
    return _shown(referral_file(request.actor, referral_id))


@router.write("POST", "/customers/{customer_id}/referrals", "sales.make_referral", status=201)
def give_referral(request: ApiRequest, customer_id: Id, data: ReferralTaken) -> ReferralShown:
    """Refer a customer to a post or to the pool of a unit."""
    customer = existing(request.actor, "sales.make_referral", Customer.objects.all(), customer_id)
    return _shown(make_referral(customer, actor=request.actor, **data.model_dump()))


@router.write("POST", "/referrals/{referral_id}/answer", "sales.answer_referral")
def referral_answered(request: ApiRequest, referral_id: Id, data: ReferralAnswerTaken) -> ReferralShown:
    """Take a referral over, or decline it."""
    row = _named(request, "sales.answer_referral", referral_id)
    return _shown(answer_referral(row, actor=request.actor, **data.model_dump()))


@router.write("POST", "/referrals/{referral_id}/outcome", "sales.close_referral")
def referral_outcome(request: ApiRequest, referral_id: Id, data: ReferralOutcomeTaken) -> ReferralShown:
    """Tell what became of a referral."""
    row = _named(request, "sales.close_referral", referral_id)
    return _shown(close_referral(row, actor=request.actor, **data.model_dump()))


@router.write("POST", "/referrals/{referral_id}/withdrawal", "sales.withdraw_referral")
def referral_taken_back(request: ApiRequest, referral_id: Id) -> ReferralShown:
    """Take one's own referral back before it is answered."""
    return _shown(withdraw_referral(_named(request, "sales.withdraw_referral", referral_id), actor=request.actor))


@router.write("POST", "/referrals/{referral_id}/shares", "sales.attribute_referral")
def referral_shares(request: ApiRequest, referral_id: Id) -> ReferralShown:
    """Enter the agreed attribution as shares of the customer, from today on."""
    return _shown(attribute_referral(_named(request, "sales.attribute_referral", referral_id), actor=request.actor))
