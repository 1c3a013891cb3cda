"""What happened with a customer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field

from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.shapes import Id, Moment, Page, Paging, Shown, page_of
from kexin.core.errors import RuleViolation
from kexin.core.models import Event
from kexin.core.ui.keyset import Order
from kexin.engagement.queries import TimelineFilter, timeline_events
from kexin.engagement.timeline import GROUPS, rendering_of
from kexin.people.queries import post_labels

router = Endpoints("engagement", _("Documents, notes, timeline"))


class Fact(Shown):
    """One line of the timeline."""

    at: Moment
    event: str = Field(examples=["party.CustomerAdmitted"])
    label: str = Field(examples=["Admitted"])
    sentence: str = Field(examples=[""])
    group: str = Field(examples=["changes"])
    by: str = Field(examples=["1001"])


class Timeline(Page[Fact]):
    """Facts, newest first, part of a list."""


class TimelineWanted(Paging):
    """Which facts."""

    group: str = Field(default="", json_schema_extra={"enum": list(GROUPS)}, max_length=20)


@router.read("/customers/{customer_id}/timeline", "engagement.view_timeline")
def list_timeline(request: ApiRequest, customer_id: Id, wanted: Query[TimelineWanted]) -> Timeline:
    """What happened with a customer, as far as you may know it."""
    if wanted.group not in GROUPS:
        raise RuleViolation(fields={"group": _("One of: %(expected)s.") % {"expected": ", ".join(GROUPS)}})
    rows = timeline_events(request.actor, customer_id, TimelineFilter(wanted.group))
    labels: dict[int, str] = {}

    def prepare(page: Sequence[Event]) -> None:
        posts = {row.payload.get(key) for row in page for key in ("post_id", "before_post_id")} - {None}
        labels.update(post_labels(posts))

    order: Order = (("at", "desc"), ("id", "desc"))
    lines, following = page_of(request, rows, wanted, order, lambda row: _fact(row, labels), prepare)
    return Timeline(items=lines, next=following)


def _fact(row: Event, labels: Mapping[int, str]) -> Fact:
    rendering = rendering_of(row.name)
    assert rendering is not None  # the query asks for rendered events only
    payload = dict(row.payload)
    payload["post"] = labels.get(payload.get("post_id", 0), "")
    payload["before_post"] = labels.get(payload.get("before_post_id", 0), "")
    return Fact(
        at=row.at,
        event=row.name,
        label=str(rendering.label),
        sentence=str(rendering.sentence(payload)),
        group=rendering.group,
        by=row.actor_name,
    )
