"""Saved views of lists: a person's own, or shared with the unit."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.errors import Conflict, NotFound, NotPermitted, RuleViolation
from kexin.core.models import SavedView
from kexin.core.operation import operation
from kexin.core.query import query

MOST_VIEWS = 40  # per person and list: beyond it tabs help nobody


def _owner(actor: Actor) -> int:
    if actor.user_id is None:
        raise NotPermitted  # a service account has no screen
    return actor.user_id


@operation("core.save_view", label=_("Save a view of a list"), plain=("list_name",), open_to_all=True)
def save_view(*, actor: Actor, list_name: str, name: str, query_string: str, shared: bool = False) -> SavedView:
    """Keep filters, sort and columns under a name."""
    owner = _owner(actor)
    name = name.strip()[:60]
    if not name:
        raise RuleViolation(fields={"name": _("A name is needed.")})
    if SavedView.objects.filter(list_name=list_name, owner_user_id=owner).count() >= MOST_VIEWS:
        raise RuleViolation(_("You have as many saved views as this list takes; delete one first."))
    try:
        with transaction.atomic():
            return SavedView.objects.create(
                list_name=list_name,
                name=name,
                owner_user_id=owner,
                unit_id=actor.unit_id,
                shared=shared,
                query=query_string[:2000],
            )
    except IntegrityError as error:
        raise Conflict(fields={"name": _("You have a view of this name already.")}) from error


@operation("core.change_view", label=_("Change a saved view"), open_to_all=True)
def change_view(
    view_id: int,
    *,
    actor: Actor,
    name: str | None = None,
    query_string: str | None = None,
    shared: bool | None = None,
) -> SavedView:
    """Rename, renew, share or stop sharing one's own view; what is None stays."""
    row = SavedView.objects.select_for_update().filter(pk=view_id, owner_user_id=_owner(actor)).first()
    if row is None:
        raise NotFound
    if name is not None:
        row.name = name.strip()[:60]
        if not row.name:
            raise RuleViolation(fields={"name": _("A name is needed.")})
    if query_string is not None:
        row.query = query_string[:2000]
    if shared is not None:
        row.shared, row.unit_id = shared, actor.unit_id
    try:
        with transaction.atomic():
            row.save(update_fields=["name", "query", "shared", "unit_id"])
    except IntegrityError as error:
        raise Conflict(fields={"name": _("You have a view of this name already.")}) from error
    return row


@operation("core.delete_view", label=_("Delete a saved view"), open_to_all=True)
def delete_view(view_id: int, *, actor: Actor) -> None:
    """Delete one's own view."""
    deleted, _details = SavedView.objects.filter(pk=view_id, owner_user_id=_owner(actor)).delete()
    if not deleted:
        raise NotFound


@query("core.view_views", label=_("See saved views"), open_to_all=True)
def views_of(actor: Actor, list_name: str) -> list[SavedView]:
    """One's own views of a list and those shared in the unit."""
    rows = SavedView.objects.filter(list_name=list_name)
    return list(rows.filter(Q(owner_user_id=actor.user_id or 0) | Q(shared=True, unit_id=actor.unit_id)).order_by("pk"))
