"""Whose telephone it is: extensions and posts, as data."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Max, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.errors import NotFound, RuleViolation, type_text
from kexin.core.operation import operation
from kexin.core.query import query
from kexin.core.scope import scope_filters
from kexin.people.models import Post
from kexin.service.models import PhoneCall, PhoneExtension
from kexin.service.telephony.rules import LONGEST_EXTENSION, extension_of

ASSIGNS, VIEW_EXTENSIONS = "service.assign_extension", "service.view_extensions"


@operation(ASSIGNS, label=_("Give a telephone extension to a post"), plain=("extension",))
def assign_extension(*, actor: Actor, extension: str, post_id: int) -> PhoneExtension:
    """From now on calls of this extension are this post's. The post that had it gives it up."""
    number = extension_of(extension)
    wrong: dict[str, type_text] = {}
    if not number or len(extension.strip()) > LONGEST_EXTENSION:
        wrong["extension"] = _("An extension has 1 to %(most)s characters.") % {"most": LONGEST_EXTENSION}
    post = _post(actor, post_id)
    if post is None:
        wrong["post"] = _("Choose one of the list.")
    if wrong or post is None:
        raise RuleViolation(fields=wrong)
    now = timezone.now()
    before = PhoneExtension.objects.select_for_update(of=("self",)).filter(extension=number, ended_at=None).first()
    if before is not None and before.post_id == post.pk:
        return before
    if before is not None:
        if _post(actor, before.post_id) is None:
            raise RuleViolation(fields={"extension": _("It belongs to a post of another unit. Let it be freed there.")})
        _end(before, actor, now)
    return PhoneExtension.objects.create(extension=number, post=post, since=now, set_by=actor.name)


@operation("service.free_extension", label=_("Take a telephone extension back"))
def free_extension(extension: PhoneExtension | int, *, actor: Actor) -> PhoneExtension:
    """Calls of it belong to nobody until it is given to a post."""
    row = PhoneExtension.objects.lock(extension, actor)
    if row.ended_at is not None:
        raise NotFound
    _end(row, actor, timezone.now())
    return row


def _end(row: PhoneExtension, actor: Actor, now: dt.datetime) -> None:
    row.ended_at, row.ended_by = now, actor.name
    row.save(update_fields=["ended_at", "ended_by"])


def _post(actor: Actor, pk: int) -> Post | None:
    filters = scope_filters(actor, ASSIGNS, unit="unit_id", post="pk")
    rows = Post.objects.filter(pk=pk, closed_on=None)
    for each in filters if filters is not None else ():
        if rows.filter(**each).exists():
            return rows.first()
    return rows.first() if filters is None else None


@query(VIEW_EXTENSIONS, label=_("See telephone extensions"))
def extensions(actor: Actor) -> QuerySet[PhoneExtension]:
    """Extensions in use within reach, by number."""
    rows = PhoneExtension.objects.visible_to(actor, VIEW_EXTENSIONS).filter(ended_at=None)
    return rows.select_related("post__unit").order_by("extension")


@dataclass(frozen=True, slots=True)
class Unassigned:
    """An extension that rang and belongs to nobody."""

    extension: str
    calls: int
    last: dt.datetime


@query(VIEW_EXTENSIONS, label=_("See telephone extensions"))
def unassigned_extensions(actor: Actor) -> list[Unassigned]:
    """Extensions at which it rang in the last seven days and that belong to no post, the last first."""
    since = timezone.now() - dt.timedelta(days=7)
    known = PhoneExtension.objects.filter(ended_at=None).values("extension")
    rows = PhoneCall.objects.filter(began_at__gte=since).exclude(extension="").exclude(extension__in=known)
    found = rows.values("extension").annotate(calls=Count("pk"), last=Max("began_at")).order_by("-last")
    return [Unassigned(**row) for row in found[:20]]
