"""WeCom: forbidden words found, and whose account is whose."""

from __future__ import annotations

from typing import Annotated

from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field

from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.lookup import existing
from kexin.core.api.shapes import Id, Moment, Page, Paging, Shown, Taken, page_of
from kexin.service.models import FlaggedWords, WecomAccount
from kexin.service.wecom.settling import (
    ASSIGNS,
    VIEW_ACCOUNTS,
    VIEW_FLAGGED,
    assign_wecom_account,
    flagged,
    flagged_words,
    settle_flagged_words,
    wecom_accounts,
)
from kexin.service.wecom.work import OUTCOMES, SETTLES

router = Endpoints("wecom", _("WeCom"))


class FlaggedWanted(Paging):
    """Open ones, or all of them; which part of the list."""

    open_only: bool = Field(default=True, examples=[True])


class FlaggedShown(Shown):
    """Words of staff to a customer with phrases that nobody may write."""

    id: Id
    conversation_id: Id
    message_id: Id
    unit_id: Id
    post_id: Id | None
    by: str = Field(examples=["1001"])
    phrases: list[str] = Field(examples=[["稳赚不赔"]])
    found_at: Moment
    outcome: str = Field(examples=[""])
    note: str = Field(examples=[""])
    settled_at: Moment | None


class FlaggedOpened(Shown):
    """The same with the words."""

    flag: FlaggedShown
    text: str = Field(examples=["这款稳赚不赔"])


class FlaggedSettled(Taken):
    """What was done."""

    outcome: Annotated[str, Field(pattern=f"^({'|'.join(OUTCOMES)})$", examples=["warned"])]
    note: str = Field(min_length=1, max_length=500, examples=["已约谈本人"])


class WecomAccountShown(Shown):
    """An account in use."""

    id: Id
    member: str = Field(examples=["LinXiaowen"])
    post_id: Id
    since: Moment


class WecomAccountTaken(Taken):
    """Which member, at which post."""

    member: str = Field(min_length=1, max_length=64, examples=["LinXiaowen"])
    post_id: Id


def _shown(row: FlaggedWords) -> FlaggedShown:
    return FlaggedShown(
        id=row.pk,
        conversation_id=row.message.conversation_id,
        message_id=row.message_id,
        unit_id=row.unit_id,
        post_id=row.post_id,
        by=row.message.by,
        phrases=row.phrases,
        found_at=row.found_at,
        outcome=row.outcome,
        note=row.note,
        settled_at=row.settled_at,
    )


def _account(row: WecomAccount) -> WecomAccountShown:
    return WecomAccountShown(id=row.pk, member=row.member, post_id=row.post_id, since=row.since)


@router.read("/forbidden-words", VIEW_FLAGGED)
def list_flagged_words(request: ApiRequest, wanted: Query[FlaggedWanted]) -> Page[FlaggedShown]:
    """What was found within reach, the last first; never one's own words."""
    rows = flagged_words(request.actor, open_only=wanted.open_only).order_by()
    items, following = page_of(request, rows, wanted, [("found_at", "desc"), ("pk", "desc")], _shown)
    return Page[FlaggedShown](items=items, next=following)


@router.read("/forbidden-words/{flag_id}", VIEW_FLAGGED)
def read_flagged_words(request: ApiRequest, flag_id: Id) -> FlaggedOpened:
    """One of them with its words."""
    found = flagged(request.actor, flag_id)
    return FlaggedOpened(flag=_shown(found.row), text=found.text)


@router.write("POST", "/forbidden-words/{flag_id}/settling", SETTLES)
def flagged_words_settled(request: ApiRequest, flag_id: Id, data: FlaggedSettled) -> FlaggedShown:
    """Say what was done."""
    row = existing(request.actor, SETTLES, FlaggedWords.objects.all(), flag_id)
    return _shown(settle_flagged_words(row, actor=request.actor, **data.model_dump()))


@router.read("/wecom-accounts", VIEW_ACCOUNTS)
def list_wecom_accounts(request: ApiRequest) -> list[WecomAccountShown]:
    """Accounts in use within reach."""
    return [_account(each) for each in wecom_accounts(request.actor)[:2000]]


@router.write("POST", "/wecom-accounts", ASSIGNS, status=201)
def wecom_account_assigned(request: ApiRequest, data: WecomAccountTaken) -> WecomAccountShown:
    """Give an account to a post."""
    return _account(assign_wecom_account(actor=request.actor, **data.model_dump()))
