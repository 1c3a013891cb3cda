"""Related requests: they have to do with each other, and stay two with an owner and clocks each."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.errors import NotFound, RuleViolation
from kexin.core.events import emit
from kexin.core.fields import decrypt_rows
from kexin.core.operation import operation
from kexin.core.query import query
from kexin.service.events import RequestsLinked
from kexin.service.models import RequestLink, ServiceRequest
from kexin.service.queries import VIEW
from kexin.service.requests.running import now
from kexin.service.rules import clean

LINKS = "service.link_requests"
LONGEST_WHY = 120


@operation(LINKS, label=_("Link a request with a related one"), plain=("other_no",))
def link_requests(request: ServiceRequest | int, *, actor: Actor, other_no: str, why: str) -> RequestLink:
    """Both within the actor's reach, of the same or of different customers; once between two."""
    row = ServiceRequest.objects.lock(request, actor)
    number, reason = other_no.strip().upper(), clean(why)[:LONGEST_WHY]
    other = ServiceRequest.objects.visible_to(actor, LINKS).filter(request_no=number).first()
    if other is None:
        raise RuleViolation(fields={"other_no": _("No such request within your reach.")})
    if other.pk == row.pk:
        raise RuleViolation(fields={"other_no": _("Choose another request.")})
    if not reason:
        raise RuleViolation(fields={"why": _("Say why.")})
    low, high = sorted((row, other), key=lambda each: each.pk)
    try:
        with transaction.atomic():
            made = RequestLink.objects.create(low=low, high=high, why=reason, made_by=actor.name, made_at=now())
    except IntegrityError as error:
        raise RuleViolation(fields={"other_no": _("These two are linked already.")}) from error
    emit(RequestsLinked(row.customer_id, row.request_no, row.pk, other.pk, other.request_no))
    return made


@operation("service.unlink_requests", label=_("End the link between two requests"))
def unlink_requests(request: ServiceRequest | int, *, actor: Actor, link_id: int) -> RequestLink:
    """It was a mistake; the link stays in the records as ended."""
    row = ServiceRequest.objects.lock(request, actor)
    links = RequestLink.objects.select_for_update().filter(pk=link_id, ended_at=None)
    link = links.filter(low=row).first() or links.filter(high=row).first()
    if link is None:
        raise NotFound
    link.ended_at, link.ended_by = now(), actor.name
    link.save(update_fields=["ended_at", "ended_by"])
    return link


@dataclass(frozen=True, slots=True)
class Related:
    """A related request that the reader may see."""

    link_id: int
    row: ServiceRequest
    why: str


@query(VIEW, label=_("See requests"))
def related_requests(actor: Actor, request: ServiceRequest) -> list[Related]:
    """What is linked with a request, as far as the reader's reach goes, the newest first."""
    found = {}
    for link in RequestLink.objects.filter(low=request, ended_at=None)[:50]:
        found[link.high_id] = link
    for link in RequestLink.objects.filter(high=request, ended_at=None)[:50]:
        found[link.low_id] = link
    if not found:
        return []
    rows = ServiceRequest.objects.visible_to(actor, VIEW).filter(pk__in=found).order_by("-opened_at", "-pk")
    return [
        Related(found[row.pk].pk, row, found[row.pk].why)
        for row in decrypt_rows(ServiceRequest, list(rows), ("subject",))
    ]
