"""Consents and restrictions by programme."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.shapes import Id, Moment, Shown, Taken, one_of
from kexin.party.choices import ConsentChannel, RestrictionCode
from kexin.party.consents.operations import lift_restriction, place_restriction, record_consent
from kexin.party.consents.queries import VIEW, VIEW_RESTRICTIONS, consents_of, restrictions_of
from kexin.party.models import Restriction

router = Endpoints("consents", _("Consents and restrictions"))


class ConsentShown(Shown):
    """The last word on one channel of offers."""

    channel: str = Field(examples=["sms"])
    granted: bool = Field(examples=[True])
    source: str = Field(description="Empty where nothing was ever said", examples=["portal"])
    at: Moment | None


class ConsentsShown(Shown):
    """Every channel."""

    items: list[ConsentShown]


class ConsentTaken(Taken):
    """What the customer said to staff."""

    channel: one_of(ConsentChannel)  # type: ignore[valid-type]
    granted: bool = Field(examples=[False])
    source: str = Field(pattern="^(counter|call)$", examples=["counter"])
    evidence: str = Field(default="", max_length=200, examples=["签名同意书 2026-118"])


def _consents(request: ApiRequest, customer_id: int) -> ConsentsShown:
    return ConsentsShown(
        items=[
            ConsentShown(
                channel=each.channel,
                granted=each.granted,
                source=each.row.source if each.row else "",
                at=each.row.at if each.row else None,
            )
            for each in consents_of(request.actor, customer_id)
        ]
    )


@router.read("/customers/{customer_id}/consents", VIEW, _("See what a customer agreed to"))
def read_consents(request: ApiRequest, customer_id: Id) -> ConsentsShown:
    """By which channels the customer may be addressed with offers."""
    return _consents(request, customer_id)


@router.write("POST", "/customers/{customer_id}/consents", "party.record_consent")
def add_consent(request: ApiRequest, customer_id: Id, data: ConsentTaken) -> ConsentsShown:
    """Record the customer's word; the same word again changes nothing."""
    record_consent(
        customer_id,
        actor=request.actor,
        channel=data.channel,
        granted=data.granted,
        source=data.source,
        evidence=data.evidence,
    )
    return _consents(request, customer_id)


class RestrictionShown(Shown):
    """What stops dealings with a customer."""

    id: Id
    code: str = Field(examples=["court"])
    reason: str = Field(examples=["法院冻结通知 (2026) 执字 88 号"])
    placed_by: str = Field(examples=["1005"])
    placed_at: Moment
    lifted_at: Moment | None


class RestrictionsShown(Shown):
    """Standing ones first."""

    items: list[RestrictionShown]


class RestrictionTaken(Taken):
    code: one_of(RestrictionCode)  # type: ignore[valid-type]
    reason: str = Field(min_length=1, max_length=300, examples=["法院冻结通知 (2026) 执字 88 号"])


class RestrictionLiftTaken(Taken):
    reason: str = Field(min_length=1, max_length=300, examples=["法院解除通知"])


def _restriction(row: Restriction) -> RestrictionShown:
    return RestrictionShown(
        id=row.pk,
        code=row.code,
        reason=row.reason,
        placed_by=row.placed_by,
        placed_at=row.placed_at,
        lifted_at=row.lifted_at,
    )


@router.read("/customers/{customer_id}/restrictions", VIEW_RESTRICTIONS)
def list_restrictions(request: ApiRequest, customer_id: Id) -> RestrictionsShown:
    """Of one customer."""
    return RestrictionsShown(items=[_restriction(row) for row in restrictions_of(request.actor, customer_id)])


@router.write("POST", "/customers/{customer_id}/restrictions", "party.place_restriction", status=201)
def add_restriction(request: ApiRequest, customer_id: Id, data: RestrictionTaken) -> RestrictionShown:
    """Stop sales to the customer; sellers are told nothing of it."""
    return _restriction(place_restriction(customer_id, actor=request.actor, code=data.code, reason=data.reason))


@router.write("POST", "/restrictions/{restriction_id}/lift", "party.lift_restriction")
def lift_one_restriction(request: ApiRequest, restriction_id: Id, data: RestrictionLiftTaken) -> RestrictionShown:
    """End it, with a reason."""
    return _restriction(lift_restriction(restriction_id, actor=request.actor, reason=data.reason))
