"""What an actor can see: one rule for lists, pickers, search, counts, exports and API.

Scope belongs to a grant: only grants of the running operation count. One kind of grant is one plain column filter;
several kinds are UNION branches, never OR, so that each branch keeps its index.
"""

from __future__ import annotations

from typing import Any, Self, TypeVar, cast

from django.conf import settings
from django.db import models
from django.db.models import Q

from kexin.core import frame
from kexin.core.actor import Actor
from kexin.core.choices import Reach
from kexin.core.errors import Conflict, NotFound

M = TypeVar("M", bound=models.Model)


class ScopedQuerySet(models.QuerySet[M]):
    """A queryset that knows its columns of scope.

    ``scope_unit`` and ``scope_post`` name the columns of the unit and of the lead post; ``scope_through`` names a
    foreign key whose own scope decides instead. ``scope_customer`` names the column by which a row is a customer's
    own, for the time when the customer acts; without it customers see nothing. ``staff_only`` names columns that the
    role of the portal may not read (kexin/project/grants.sql): in its process they are never loaded.
    """

    scope_unit: str | None = "unit_id"
    scope_post: str | None = "lead_post_id"
    scope_through: str | None = None
    scope_customer: str | None = None
    staff_only: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        fresh = kwargs.get("query") is None and len(args) < 2
        super().__init__(*args, **kwargs)
        if fresh and self.staff_only and settings.KEXIN_PORTAL_PROCESS:
            self.query.add_deferred_loading(self.staff_only)

    def visible_to(self, actor: Actor, operation: str) -> Self:
        """The rows within the reach of ``actor`` for ``operation``."""
        if self.scope_through is not None:
            return self._through(actor, operation, self.scope_through)
        if actor.customer_id is not None:
            return self._own(actor, operation)
        filters = scope_filters(actor, operation, unit=self.scope_unit, post=self.scope_post)
        if filters is None:
            return self
        branches = [Q(**each) for each in filters]
        if actor.stand_ins and actor.may(operation):
            branches += self.delegated(actor, operation)
        if not branches:
            return self.none()
        if len(branches) == 1:
            return self.filter(branches[0])
        first, *rest = [self.model._default_manager.filter(each).order_by().values("pk") for each in branches]
        return self.filter(pk__in=first.union(*rest))

    def delegated(self, actor: Actor, operation: str) -> list[Q]:
        """What the actor's delegations add for a time: nothing, but for work items and the customers of that work."""
        return []

    def _own(self, actor: Actor, operation: str) -> Self:
        """What belongs to the customer who acts."""
        if self.scope_customer is None or not actor.may(operation):
            return self.none()
        return self.filter(**{self.scope_customer: actor.customer_id})

    def _through(self, actor: Actor, operation: str, path: str) -> Self:
        related = self.model._meta.get_field(path).related_model
        manager = cast(Any, related)._default_manager
        if scope_filters(actor, operation, unit="u", post="p") is None:
            return self
        return self.filter(**{f"{path}__in": manager.visible_to(actor, operation).order_by().values("pk")})

    def lock(self, target: M | int, actor: Actor, *, version: int | None = None) -> M:
        """The row itself, locked for this transaction, if within reach of the running operation.

        ``version`` is the row version the person saw: another one stands now → :class:`Conflict`.
        """
        act = frame.current.get()
        if act is None:
            raise RuntimeError("lock() is called inside an operation")
        pk = target.pk if isinstance(target, models.Model) else target
        row = self.visible_to(actor, act.operation).select_for_update(of=("self",)).filter(pk=pk).first()
        if row is None:
            raise NotFound
        if version is not None and getattr(row, "version", version) != version:
            raise Conflict(current={"version": getattr(row, "version", None)})
        return row

    def fetch(self, pk: int, actor: Actor, operation: str | None = None) -> M:
        """One row within reach for reading, or :class:`NotFound`."""
        act = frame.current.get()
        name = operation or (act.operation if act else "")
        row = self.visible_to(actor, name).filter(pk=pk).first()
        if row is None:
            raise NotFound
        return row


def scope_filters(
    actor: Actor, operation: str, *, unit: str | None, post: str | None
) -> list[dict[str, object]] | None:
    """Column filters whose union is the actor's reach; ``None`` means everything, an empty list nothing."""
    units: set[int] = set()
    posts: set[int] = set()
    for grant in actor.grants_for(operation):
        if grant.reach == Reach.ALL:
            return None
        if grant.reach == Reach.PORTFOLIO:
            if post is not None and grant.post_id is not None:
                posts.add(grant.post_id)
        elif unit is not None:
            units.update(grant.unit_ids)
    filters: list[dict[str, object]] = []
    if units:
        filters.append({f"{unit}__in": sorted(units)} if len(units) > 1 else {str(unit): next(iter(units))})
    if posts:
        filters.append({f"{post}__in": sorted(posts)} if len(posts) > 1 else {str(post): next(iter(posts))})
    return filters
