"""Investigation 调查: by somebody without interest in the case; the findings open its handling."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.errors import RuleViolation
from kexin.core.events import emit
from kexin.core.operation import operation
from kexin.people.models import Post
from kexin.people.queries import held_on
from kexin.service.complaints.choices import ComplaintState
from kexin.service.complaints.events import ComplaintAssigned, ComplaintInvestigated
from kexin.service.complaints.people import interest_in
from kexin.service.complaints.policies import FINDINGS
from kexin.service.complaints.record import locked, said, step, store
from kexin.service.complaints.rules import TABLE
from kexin.service.complaints.work import INVESTIGATE, owe_by, settle
from kexin.service.models import Complaint
from kexin.service.requests.running import meet, now
from kexin.service.rules import clean

ASSIGN, REPORT = "service.assign_investigator", "service.report_findings"


def investigators() -> list[int]:
    """Posts that somebody holds today and that may investigate."""
    held = held_on(business_date()).filter(post__closed_on=None, post__roles__role__grants__operation=REPORT)
    return list(held.order_by("post_id").values_list("post_id", flat=True).distinct())


@operation(ASSIGN, label=_("Assign an investigator"), plain=("post_id",))
def assign_investigator(complaint: Complaint | int, *, actor: Actor, post_id: int, reason: str = "") -> Complaint:
    """Who investigates has no interest in the case; every tie that speaks against somebody is told, and refused."""
    row = locked(complaint, actor)
    state = TABLE.after(row.state, "assign")
    found = interest_in(row, post_id) if post_id in investigators() else None
    if found is None:
        raise RuleViolation(fields={"post_id": _("Choose a post that somebody holds and that investigates.")})
    if not found.allowed:
        raise RuleViolation(fields={"post_id": " ".join(str(each.text) for each in found.reasons)})
    why = clean(reason)[:200]
    if row.investigator_post_id is not None and not why:
        raise RuleViolation(fields={"reason": _("Say why somebody else investigates now.")})
    post = Post.objects.get(pk=post_id)
    settle(INVESTIGATE, row, outcome="reassigned", by=actor.name, cancelled=True)
    row.state, row.investigator_post = state, post
    store(row)
    step(row, "assign", actor, why)
    clock = row.clocks.filter(round=row.round, met_by=FINDINGS, state="running").first()
    owe_by(INVESTIGATE, row, post, clock.due_at if clock is not None else row.legal_due_at)
    emit(ComplaintAssigned(row.customer_id, row.complaint_no, row.pk, post.pk))
    return row


@operation(REPORT, label=_("Report the findings of an investigation"))
def report_findings(complaint: Complaint | int, *, actor: Actor, findings: str) -> Complaint:
    """The assigned investigator alone; what was found opens the handling and stops its clock."""
    row, at = locked(complaint, actor), now()
    state = TABLE.after(row.state, "find")
    if row.investigator_post_id not in actor.post_ids:
        raise RuleViolation(_("Only the assigned investigator reports the findings."))
    row.findings, row.found_at, row.found_by = said(findings, "findings"), at, actor.name
    row.state = state
    assert row.state == ComplaintState.HANDLING
    store(row)
    step(row, "find", actor)
    settle(INVESTIGATE, row, outcome="found", by=actor.name)
    meet(row, FINDINGS, at, actor.name)
    emit(ComplaintInvestigated(row.customer_id, row.complaint_no, row.pk))
    return row
