"""What changed in a customer's file."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field

from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.shapes import Id, Moment, Page, Paging, Shown, page_of
from kexin.party.history import changes, told

router = Endpoints("history", _("History"))


class FieldChangeShown(Shown):
    """One column, before and after; masked as on the page."""

    label: str = Field(examples=["occupation"])
    before: str = Field(examples=["教师"])
    after: str = Field(examples=["退休教师"])


class ChangeShown(Shown):
    """One changed row: when, by whom, by which act."""

    at: Moment
    who: str = Field(examples=["林晓雯"])
    by: str = Field(examples=["Change a customer file"])
    what: str = Field(examples=["party"])
    action: str = Field(examples=["update"])
    fields: list[FieldChangeShown]


class HistoryPage(Page[ChangeShown]):
    """Changes, newest first, part of a list."""


@router.read("/customers/{customer_id}/history", "party.view_history")
def list_history(request: ApiRequest, customer_id: Id, wanted: Query[Paging]) -> HistoryPage:
    """Every change of the file that you may see, whoever made it and however."""
    customer, rows = changes(request.actor, customer_id)
    page, following = page_of(request, rows, wanted, [("at", "desc"), ("id", "desc")], lambda row: row)
    items = [
        ChangeShown(
            at=each.at,
            who=each.who,
            by=str(each.by),
            what=str(each.what),
            action=each.action,
            fields=[FieldChangeShown(label=str(f.label), before=f.before, after=f.after) for f in each.fields],
        )
        for each in told(request.actor, customer, page)
    ]
    return HistoryPage(items=items, next=following)
