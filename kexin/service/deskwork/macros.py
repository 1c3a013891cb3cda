"""Macros (快捷办理): prepared words, note, stage and pause done to a request in one go.

A head drafts one for a unit; somebody else reviews it before anybody uses it; everybody in that unit and below does.
The words hold merge fields in braces that are filled from the request, and can be changed before they are kept.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import zone
from kexin.core.choices import Reach
from kexin.core.decision import ALLOWED, Decision, refused
from kexin.core.errors import NotFound, RuleViolation
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.core.query import query
from kexin.people.models import OrgUnit
from kexin.service.choices import ClockState, MacroState
from kexin.service.models import Macro, ServiceRequest
from kexin.service.policies import Kind, RequestPolicy, parse_kinds, parse_named
from kexin.service.queries import VIEW
from kexin.service.requests.callers import whose
from kexin.service.requests.handling import kind_of, move_request, note_request, owned, record_contact
from kexin.service.requests.pausing import pause_clock
from kexin.service.rules import clean

DRAFTS, REVIEWS, APPLIES, SEES = (
    "service.draft_macro",
    "service.review_macro",
    "service.apply_macro",
    "service.view_macros",
)
FIELDS = ("customer", "request_no", "due", "agent", "unit")
_BRACED = re.compile(r"\{([^{}]*)\}")
LONGEST = {"name": 40, "words": 2000, "note": 1000}


def may_draft(
    *, name: str, words: str, note: str, stage: str, pause: str, kinds: tuple[Kind, ...], reasons: tuple[str, ...]
) -> Decision:
    """Whole, within lengths, with known fields, for stages that every kind meant has. ``kinds``: those it is for."""
    decision = ALLOWED
    if not name:
        decision &= refused("name", _("Give it a name."), "name")
    for field, text in (("name", name), ("words", words), ("note", note)):
        if len(text) > LONGEST[field]:
            decision &= refused("long", _("At most %(most)s characters.") % {"most": LONGEST[field]}, field)
    unknown = sorted({each for each in _BRACED.findall(words) if each not in FIELDS})
    if unknown:
        decision &= refused("fields", _("Unknown field: %(field)s") % {"field": unknown[0]}, "words")
    if not kinds:
        decision &= refused("kind", _("Choose one of the list."), "kind")
    if stage and any(kind.stage(stage) is None for kind in kinds):
        decision &= refused("stage", _("This kind of request has no such stage."), "stage")
    if pause and pause not in reasons:
        decision &= refused("pause_reason", _("Choose one of the list."), "pause_reason")
    if not (words or note or stage or pause):
        decision &= refused("empty", _("It does nothing yet: words, a note, a stage or a pause."), "words")
    return decision


def filled(words: str, values: Mapping[str, str]) -> str:
    """The words with their fields filled; a field that is not known stays as it is written."""
    return _BRACED.sub(lambda found: values.get(found[1], found[0]), words)


@operation(DRAFTS, label=_("Draft a macro"), plain=("name", "kind", "stage", "pause_reason"))
def draft_macro(
    *,
    actor: Actor,
    unit: OrgUnit | int,
    name: str,
    kind: str = "",
    words: str = "",
    note: str = "",
    stage: str = "",
    pause_reason: str = "",
) -> Macro:
    """For a unit within reach. A changed one is drafted anew under another name, and the old one retired."""
    place = _unit(unit, actor)
    rules = in_force(RequestPolicy)
    every = parse_kinds(rules.kinds)
    said = {"name": clean(name), "words": clean(words), "note": clean(note)}
    may_draft(
        **said,
        stage=stage,
        pause=pause_reason,
        kinds=tuple(each for each in every if kind in ("", each.code)),
        reasons=tuple(each.code for each in parse_named(rules.pause_reasons)),
    ).enforce()
    try:
        with transaction.atomic():
            return Macro.objects.create(
                unit=place,
                kind=kind,
                stage=stage,
                pause_reason=pause_reason,
                drafted_by=actor.name,
                drafted_at=timezone.now(),
                **said,
            )
    except IntegrityError as error:
        raise RuleViolation(fields={"name": _("There is one of this name already.")}) from error


def _unit(unit: OrgUnit | int, actor: Actor) -> OrgUnit:
    pk = unit.pk if isinstance(unit, OrgUnit) else unit
    for grant in actor.grants_for(DRAFTS):
        if grant.reach == Reach.ALL or pk in grant.unit_ids:
            found = OrgUnit.objects.filter(pk=pk).first()
            if found is None:
                raise NotFound
            return found
    raise NotFound


@operation(REVIEWS, label=_("Review a macro"), plain=("agree",))
def review_macro(macro: Macro | int, *, actor: Actor, agree: bool, note: str = "") -> Macro:
    """By somebody else than who drafted it; a refusal needs a reason."""
    row, why = Macro.objects.lock(macro, actor), clean(note)[:200]
    if row.state != MacroState.DRAFT:
        raise RuleViolation(_("It does not wait for review."))
    if row.drafted_by == actor.name:
        raise RuleViolation(_("Somebody else reviews what you drafted."))
    if not agree and not why:
        raise RuleViolation(fields={"note": _("Say why.")})
    row.state = MacroState.ACTIVE if agree else MacroState.REFUSED
    row.reviewed_by, row.reviewed_at, row.review_note = actor.name, timezone.now(), why
    row.save()
    return row


@operation("service.retire_macro", label=_("Take a macro out of use"))
def retire_macro(macro: Macro | int, *, actor: Actor) -> Macro:
    """Nobody uses it any more; where it was used stays as it is."""
    row = Macro.objects.lock(macro, actor)
    if row.state not in (MacroState.DRAFT, MacroState.ACTIVE):
        raise RuleViolation(_("It is out of use already."))
    row.state = MacroState.RETIRED
    row.save(update_fields=["state"])
    return row


@operation(APPLIES, label=_("Use a macro on a request"), plain=("channel",))
def apply_macro(
    request: ServiceRequest | int, *, actor: Actor, macro: Macro | int, channel: str, words: str | None = None
) -> ServiceRequest:
    """All of it or nothing: the words told by ``channel`` (``words``: as changed), the note, the stage, the pause."""
    row = owned(request, actor)
    pk = macro.pk if isinstance(macro, Macro) else macro
    found = _usable(actor, row).filter(pk=pk).first()
    if found is None:
        raise NotFound
    said = clean(filled(found.words, merge_values(actor, row)) if words is None else words)
    if found.words:
        record_contact(row, actor=actor, channel=channel, text=said)
    if found.note:
        note_request(row, actor=actor, text=found.note)
    if found.stage and kind_of(row).stage(found.stage) is not None:
        row = move_request(row, actor=actor, stage=found.stage)
    if found.pause_reason:
        at = timezone.now()
        for clock in row.clocks.filter(round=row.round, state=ClockState.RUNNING, pausable=True, due_at__gte=at):
            pause_clock(row, actor=actor, code=clock.code, reason=found.pause_reason)
    Macro.objects.filter(pk=found.pk).update(used=F("used") + 1)
    row.refresh_from_db()
    return row


def merge_values(actor: Actor, row: ServiceRequest) -> dict[str, str]:
    """What the fields mean for a request: the customer's name as the actor may read it."""
    return {
        "customer": whose(actor, row),
        "request_no": row.request_no,
        "due": f"{row.due_at.astimezone(zone()):%Y-%m-%d %H:%M}",
        "agent": actor.label,
        "unit": row.unit.shown_name,
    }


def _usable(actor: Actor, row: ServiceRequest) -> QuerySet[Macro]:
    own = {each for each in (actor.unit_id, row.unit_id) if each is not None}
    paths = list(OrgUnit.objects.filter(pk__in=own).values_list("path", flat=True))
    return Macro.objects.usable_in(paths).filter(kind__in=("", row.kind)).order_by("name", "pk")


@query(APPLIES, label=_("Use a macro on a request"))
def usable_macros(actor: Actor, request: ServiceRequest) -> list[Macro]:
    """Reviewed ones of the actor's unit, the request's and those above, for its kind."""
    return list(_usable(actor, request)[:50])


@query(SEES, label=_("See macros"))
def macros(actor: Actor, *, state: str = "") -> QuerySet[Macro]:
    """Macros of units within reach, whatever their state."""
    rows = Macro.objects.visible_to(actor, SEES).select_related("unit")
    return rows.filter(state=state) if state in MacroState.values else rows


@query(VIEW, label=_("See requests"))
def macro_draft(actor: Actor, request: ServiceRequest, macro_id: int) -> tuple[Macro, str]:
    """One of them with its words filled for this request. NotFound."""
    found = _usable(actor, request).filter(pk=macro_id).first()
    if found is None:
        raise NotFound
    return found, filled(found.words, merge_values(actor, request))
