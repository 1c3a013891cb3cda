"""Saved views of lists, for the screens of people; a service account has none."""

from __future__ import annotations

from typing import Annotated

from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field

from kexin.core.actor import Actor
from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.shapes import Id, Moment, Shown, Taken
from kexin.core.models import SavedView
from kexin.core.saved_views import change_view, delete_view, save_view, views_of

router = Endpoints("views", _("Saved views"))
ListName = Annotated[str, Field(pattern="^[a-z]+[.][a-z_]+$", max_length=60, examples=["party.customers"])]
Address = Annotated[
    str,
    Field(max_length=2000, description="Filters, sort, columns as in the list's address", examples=["status=active"]),
]


class ViewShown(Shown):
    """A view of a list: one's own, or shared in one's unit."""

    id: Id
    list_name: str = Field(examples=["party.customers"])
    name: str = Field(examples=["七十岁以上"])
    query: Address
    shared: bool = Field(description="With the owner's unit")
    own: bool
    created_at: Moment


class Views(Shown):
    """In the order they were made."""

    items: list[ViewShown]


class ViewsWanted(Taken):
    """Of which list."""

    list_name: ListName


class ViewTaken(Taken):
    """A new view."""

    list_name: ListName
    name: str = Field(min_length=1, max_length=60, examples=["七十岁以上"])
    query: Address
    shared: bool = False


class ViewChanges(Taken):
    """What changes; what is left out stays."""

    name: str | None = Field(default=None, min_length=1, max_length=60, examples=["七十岁以上"])
    query: Address | None = None
    shared: bool | None = Field(default=None, examples=[True])


def _view(actor: Actor, row: SavedView) -> ViewShown:
    return ViewShown(
        id=row.pk,
        list_name=row.list_name,
        name=row.name,
        query=row.query,
        shared=row.shared,
        own=row.owner_user_id == actor.user_id,
        created_at=row.created_at,
    )


@router.read("/views", "core.view_views")
def list_views(request: ApiRequest, wanted: Query[ViewsWanted]) -> Views:
    """One's own views of a list and those shared in the unit."""
    return Views(items=[_view(request.actor, row) for row in views_of(request.actor, wanted.list_name)])


@router.write("POST", "/views", "core.save_view", status=201)
def add_view(request: ApiRequest, data: ViewTaken) -> ViewShown:
    """Keep filters, sort and columns of a list under a name. Only a person has views."""
    row = save_view(
        actor=request.actor, list_name=data.list_name, name=data.name, query_string=data.query, shared=data.shared
    )
    return _view(request.actor, row)


@router.write("PATCH", "/views/{view_id}", "core.change_view")
def edit_view(request: ApiRequest, view_id: Id, data: ViewChanges) -> ViewShown:
    """Rename, renew, share or stop sharing one's own view."""
    row = change_view(view_id, actor=request.actor, name=data.name, query_string=data.query, shared=data.shared)
    return _view(request.actor, row)


@router.write("DELETE", "/views/{view_id}", "core.delete_view")
def remove_view(request: ApiRequest, view_id: Id) -> None:
    """Delete one's own view."""
    delete_view(view_id, actor=request.actor)
