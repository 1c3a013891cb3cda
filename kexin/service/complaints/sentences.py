"""How the facts of complaints read on a customer's timeline; who is complained about reads none of them."""

from __future__ import annotations

import functools

from django.db.models import Q, TextChoices
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.engagement.timeline import Payload, leave_out, register_timeline, register_veil
from kexin.service.choices import Channel
from kexin.service.complaints.choices import (
    ComplaintNature,
    ComplaintOutcome,
    ComplaintWord,
    Course,
    DeliveryWay,
    Grade,
    ReviewResult,
    Source,
)
from kexin.service.complaints.queries import VIEW
from kexin.service.models import Complaint

FACTS: list[str] = []


def label(choices: type[TextChoices], code: object) -> str:
    """The words of a code; the code itself where it is unknown."""
    return str(choices(code).label) if code in choices.values else str(code or "")


def number(payload: Payload) -> str:
    """The number of the case."""
    return str(payload.get("subject", ""))


def _received(payload: Payload) -> str:
    kind, source = label(ComplaintNature, payload.get("nature")), label(Source, payload.get("source"))
    return f"{number(payload)} · {kind} · {source} · {label(Grade, payload.get('grade'))}"


def _graded(payload: Payload) -> str:
    return f"{number(payload)} · {label(Grade, payload.get('grade'))}"


def _answered(payload: Payload) -> str:
    who = _t("we told the customer") if payload.get("outward") else _t("the customer told us")
    return f"{number(payload)} · {who} · {label(Channel, payload.get('channel'))}"


def _decided(payload: Payload) -> str:
    outcome, way = label(ComplaintOutcome, payload.get("outcome")), label(DeliveryWay, payload.get("way"))
    return f"{number(payload)} · {outcome} · {way}"


def _regulator(payload: Payload) -> str:
    what = _t("reply given") if payload.get("reply") else _t("receipt given")
    return f"{number(payload)} · {label(Source, payload.get('source'))} · {what}"


def _copy(payload: Payload) -> str:
    return _t("confirmed") if payload.get("confirmed") else _t("to be signed anew")


def hidden(actor: Actor, customer_id: int | None) -> Q:
    """Facts of this customer's cases (or of anybody's) that this reader must not know of."""
    seen = Complaint.objects.visible_to(actor, VIEW).order_by().values("pk")
    others = Complaint.objects.exclude(pk__in=seen).values("complaint_no")
    if customer_id is not None:
        others = others.filter(customer=customer_id)
    return Q(name__in=FACTS, subject__in=others)


def tell(name: str, *args: object) -> None:
    """Let a fact of complaints appear, for those who may see the case."""
    FACTS.append(f"service.{name}")
    functools.partial(register_timeline, group="contacts", operation=VIEW)(f"service.{name}", *args)  # type: ignore[arg-type]


def register() -> None:
    """Called once, when the floor is ready."""
    tell("ComplaintReceived", _("Complaint"), "message-exclamation", _received, "warn")
    tell("ComplaintGraded", _("Complaint graded"), "scale", _graded)
    tell("ComplaintAnswered", _("Words about a complaint"), "message", _answered)
    tell("ComplaintsJoined", _("Complaints joined"), "git-merge",
         lambda payload: f"{number(payload)} → {payload.get('into_no', '')}")  # fmt: skip
    tell("RegulatorAnswered", _("Regulator answered"), "building-bank", _regulator)
    tell("ComplaintWithdrawn", _("Complaint withdrawn"), "arrow-back-up", number)
    tell("ComplaintAssigned", _("Complaint under investigation"), "user-search", number)
    tell("ComplaintInvestigated", _("Complaint investigated"), "file-check", number)
    tell("ComplaintExtended", _("Limit of a complaint put off"), "calendar-plus",
         lambda payload: f"{number(payload)} · {_t('%(days)s days') % {'days': payload.get('days', '')}}")  # fmt: skip
    tell("ComplaintSuspended", _("Outside course of a complaint"), "player-pause",
         lambda payload: f"{number(payload)} · {label(Course, payload.get('course'))}")  # fmt: skip
    tell("ComplaintDecided", _("Reply to a complaint delivered"), "mail-check", _decided, "good")
    tell("ComplaintClosed", _("Complaint closed"), "circle-check",
         lambda payload: f"{number(payload)} · {label(ComplaintWord, payload.get('word'))}", "good")  # fmt: skip
    tell("ComplaintArchived", _("Complaint archived"), "archive", number)
    tell("ComplaintReopened", _("Complaint open again"), "rotate", number, "warn")
    tell("StatutoryReviewAsked", _("Statutory review asked for"), "gavel", number, "warn")
    tell("StatutoryReviewDecided", _("Statutory review decided"), "gavel",
         lambda payload: f"{number(payload)} · {label(ReviewResult, payload.get('result'))}")  # fmt: skip
    tell("SettlementCopyRecorded", _("Settlement signed on paper"), "file-text", number)
    tell("SettlementCopyDecided", _("Signed copy of a settlement looked at"), "file-check",
         lambda payload: f"{number(payload)} · {_copy(payload)}")  # fmt: skip
    tell("SettlementAgreed", _("Settlement of a complaint"), "heart-handshake", number)
    tell("ComplaintGroupJoined", _("Complaint joined a group complaint"), "users",
         lambda payload: f"{number(payload)} → {payload.get('group_no', '')}")  # fmt: skip
    tell("ComplaintGroupLeft", _("Complaint left a group complaint"), "users",
         lambda payload: f"{number(payload)} · {payload.get('group_no', '')}")  # fmt: skip
    leave_out("service.ComplaintGroupDecided")
    leave_out("service.ComplaintGroupEnded")
    leave_out("service.RemediationOpened")
    leave_out("service.RemediationVerified")
    leave_out("service.ComplaintReportMade")
    leave_out("service.ComplaintReportDecided")
    tell("ComplaintFileExported", _("File of a complaint exported"), "file-certificate", number)
    register_veil(hidden)
