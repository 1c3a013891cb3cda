"""Work at the desk: putting requests aside, links, return visits, macros."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field

from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.lookup import existing
from kexin.core.api.shapes import Id, Moment, Page, Paging, Shown, Taken, one_of, page_of
from kexin.core.errors import NotFound
from kexin.service.api.requests import RequestShown, Words, _named, shown_request
from kexin.service.choices import Channel, FollowUpState, MacroState
from kexin.service.deskwork.following import SAID, follow_ups_of, plan_follow_up, settle_follow_up
from kexin.service.deskwork.linking import link_requests, related_requests, unlink_requests
from kexin.service.deskwork.macros import (
    APPLIES,
    DRAFTS,
    REVIEWS,
    SEES,
    apply_macro,
    draft_macro,
    macros,
    retire_macro,
    review_macro,
    usable_macros,
)
from kexin.service.deskwork.snoozing import snooze_request, wake_request
from kexin.service.models import FollowUp, Macro, RequestLink
from kexin.service.queries import VIEW

router = Endpoints("service-desk", _("Requests at the desk"))


class RequestSnoozeTaken(Taken):
    """Until when; no clock stands still."""

    until: Annotated[Moment, Field(examples=["2030-03-10T01:00:00Z"])]


class RequestLinkTaken(Taken):
    """With which request, and why."""

    other_no: str = Field(max_length=20, examples=["Q202600000001"])
    why: str = Field(min_length=1, max_length=120, examples=["同一张卡"])


class FollowUpTaken(Taken):
    """The day of the return visit."""

    due_on: dt.date = Field(examples=["2030-03-12"])


class FollowUpOutcomeTaken(Taken):
    """What came of it; ``next_on`` where nobody was reached."""

    outcome: Annotated[str, Field(pattern=f"^({'|'.join(each.value for each in SAID)})$", examples=["solved"])]
    channel: Annotated[one_of(Channel), Field(examples=["phone"])]  # type: ignore[valid-type]
    note: str = Field(default="", max_length=4000, examples=["可以正常取款了"])
    next_on: dt.date | None = Field(default=None, examples=[None])


class MacroTaken(Taken):
    """Words with fields in braces, a note, a stage, a reason for a pause; for a unit and those below."""

    unit: Id
    name: str = Field(min_length=1, max_length=40, examples=["请客户补充资料"])
    kind: Annotated[str, Field(pattern=r"^([a-z][a-z0-9_]{0,39})?$", examples=["consultation"])] = ""
    words: str = Field(default="", max_length=2000, examples=["{customer}，请补充身份证复印件。"])
    note: str = Field(default="", max_length=1000, examples=["等资料"])
    stage: Annotated[str, Field(pattern=r"^([a-z][a-z0-9_]{0,39})?$", examples=["needs"])] = ""
    pause_reason: Annotated[str, Field(pattern=r"^([a-z][a-z0-9_]{0,39})?$", examples=["awaits_customer"])] = ""


class MacroReviewTaken(Taken):
    """Agreed, or not with a reason."""

    agree: bool = Field(examples=[True])
    note: str = Field(default="", max_length=200, examples=[""])


class MacroUseTaken(Taken):
    """By which way the words were told; ``words``: as they were changed."""

    channel: Annotated[one_of(Channel), Field(examples=["phone"])]  # type: ignore[valid-type]
    words: Words | None = Field(default=None, examples=[None])


class RequestLinkShown(Shown):
    """A related request within reach."""

    link_id: Id
    request_id: Id
    request_no: str = Field(examples=["Q202600000001"])
    why: str = Field(examples=["同一张卡"])


class FollowUpShown(Shown):
    """A return visit after a request."""

    id: Id
    number: int = Field(description="Which attempt", examples=[1])
    due_on: dt.date = Field(examples=["2026-03-12"])
    state: str = Field(examples=[FollowUpState.PLANNED.value])
    note: str = Field(examples=[""])
    settled_at: Moment | None


class MacroShown(Shown):
    """A macro: what it does, whether it may be used."""

    id: Id
    unit_id: Id
    name: str = Field(examples=["请客户补充资料"])
    kind: str = Field(examples=["consultation"])
    words: str = Field(examples=["{customer}，请补充身份证复印件。"])
    note: str = Field(examples=["等资料"])
    stage: str = Field(examples=["needs"])
    pause_reason: str = Field(examples=["awaits_customer"])
    state: str = Field(examples=[MacroState.ACTIVE.value])
    drafted_by: str = Field(examples=["1004"])
    reviewed_by: str = Field(examples=["1005"])
    used: int = Field(examples=[3])


class MacrosWanted(Paging):
    """Which macros."""

    state: Annotated[str, Field(pattern=f"^({'|'.join(MacroState.values)}|)$", examples=["active"])] = ""


def _macro(row: Macro) -> MacroShown:
    return MacroShown(id=row.pk, **{name: getattr(row, name) for name in MacroShown.model_fields if name != "id"})


def _visit(row: FollowUp) -> FollowUpShown:
    return FollowUpShown(
        id=row.pk,
        number=row.number,
        due_on=row.due_on,
        state=row.state,
        note=str(row.note or ""),
        settled_at=row.settled_at,
    )


def _link(row: RequestLink, other_no: str, request_id: int) -> RequestLinkShown:
    other = row.high_id if row.low_id == request_id else row.low_id
    return RequestLinkShown(link_id=row.pk, request_id=other, request_no=other_no, why=row.why)


@router.write("POST", "/requests/{request_id}/snooze", "service.snooze_request")
def request_snoozed(request: ApiRequest, request_id: Id, data: RequestSnoozeTaken) -> RequestShown:
    """Put a request aside: it leaves the list of who is responsible; no clock stands still."""
    row = _named(request, "service.snooze_request", request_id)
    return shown_request(snooze_request(row, actor=request.actor, until=data.until))


@router.write("POST", "/requests/{request_id}/wake", "service.wake_request")
def request_woken(request: ApiRequest, request_id: Id) -> RequestShown:
    """Take it up again."""
    return shown_request(wake_request(_named(request, "service.wake_request", request_id), actor=request.actor))


@router.read("/requests/{request_id}/links", VIEW)
def list_request_links(request: ApiRequest, request_id: Id) -> list[RequestLinkShown]:
    """Related requests within reach."""
    row = _named(request, VIEW, request_id)
    return [
        RequestLinkShown(link_id=each.link_id, request_id=each.row.pk, request_no=each.row.request_no, why=each.why)
        for each in related_requests(request.actor, row)
    ]


@router.write("POST", "/requests/{request_id}/links", "service.link_requests", status=201)
def request_linked(request: ApiRequest, request_id: Id, data: RequestLinkTaken) -> RequestLinkShown:
    """Link it with a related one; both go on."""
    row = _named(request, "service.link_requests", request_id)
    made = link_requests(row, actor=request.actor, other_no=data.other_no, why=data.why)
    return _link(made, data.other_no.strip().upper(), row.pk)


@router.write("POST", "/requests/{request_id}/links/{link_id}/end", "service.unlink_requests")
def request_unlinked(request: ApiRequest, request_id: Id, link_id: Id) -> RequestLinkShown:
    """End a link made by mistake."""
    row = _named(request, "service.unlink_requests", request_id)
    return _link(unlink_requests(row, actor=request.actor, link_id=link_id), "", row.pk)


@router.read("/requests/{request_id}/follow-ups", VIEW)
def list_follow_ups(request: ApiRequest, request_id: Id) -> list[FollowUpShown]:
    """Return visits of a request, the newest first."""
    row = _named(request, VIEW, request_id)
    return [_visit(each) for each in follow_ups_of(request.actor, row)]


@router.write("POST", "/requests/{request_id}/follow-ups", "service.plan_follow_up", status=201)
def follow_up_planned(request: ApiRequest, request_id: Id, data: FollowUpTaken) -> FollowUpShown:
    """Plan a return visit after the result, or move the planned one."""
    row = _named(request, "service.plan_follow_up", request_id)
    return _visit(plan_follow_up(row, actor=request.actor, due_on=data.due_on))


@router.write("POST", "/requests/{request_id}/follow-ups/outcome", "service.settle_follow_up")
def follow_up_settled(request: ApiRequest, request_id: Id, data: FollowUpOutcomeTaken) -> FollowUpShown:
    """What came of the planned one: settled closes the request, not settled opens it again."""
    row = _named(request, "service.settle_follow_up", request_id)
    return _visit(settle_follow_up(row, actor=request.actor, **data.model_dump()))


@router.read("/macros", SEES)
def list_macros(request: ApiRequest, wanted: Query[MacrosWanted]) -> Page[MacroShown]:
    """Macros of units within reach, by name."""
    rows = macros(request.actor, state=wanted.state)
    items, following = page_of(request, rows, wanted, [("name", "asc"), ("pk", "asc")], _macro)
    return Page[MacroShown](items=items, next=following)


@router.write("POST", "/macros", DRAFTS, status=201)
def macro_drafted(request: ApiRequest, data: MacroTaken) -> MacroShown:
    """Draft one for a unit within reach; somebody else reviews it."""
    return _macro(draft_macro(actor=request.actor, **data.model_dump()))


@router.write("POST", "/macros/{macro_id}/review", REVIEWS)
def macro_reviewed(request: ApiRequest, macro_id: Id, data: MacroReviewTaken) -> MacroShown:
    """Agree to a draft, or not."""
    row = existing(request.actor, REVIEWS, Macro.objects.all(), macro_id)
    return _macro(review_macro(row, actor=request.actor, **data.model_dump()))


@router.write("POST", "/macros/{macro_id}/retirement", "service.retire_macro")
def macro_retired(request: ApiRequest, macro_id: Id) -> MacroShown:
    """Take it out of use."""
    row = existing(request.actor, "service.retire_macro", Macro.objects.all(), macro_id)
    return _macro(retire_macro(row, actor=request.actor))


@router.read("/requests/{request_id}/macros", APPLIES)
def list_usable_macros(request: ApiRequest, request_id: Id) -> list[MacroShown]:
    """Those that can be used on this request."""
    row = _named(request, APPLIES, request_id)
    return [_macro(each) for each in usable_macros(request.actor, row)]


@router.write("POST", "/requests/{request_id}/macros/{macro_id}", APPLIES)
def macro_used(request: ApiRequest, request_id: Id, macro_id: Id, data: MacroUseTaken) -> RequestShown:
    """All of it or nothing: words told, note, stage, pause."""
    row = _named(request, APPLIES, request_id)
    if not Macro.objects.filter(pk=macro_id).exists():
        raise NotFound
    return shown_request(apply_macro(row, actor=request.actor, macro=macro_id, channel=data.channel, words=data.words))
