"""溯源整改: the cause of a case has an owner outside the complaint team, a measure, a date, and a verified effect."""

from __future__ import annotations

import datetime as dt

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kexin.core.actor import Actor
from kexin.core.calendar import add, business_date, zone
from kexin.core.errors import NotFound, RuleViolation
from kexin.core.events import emit
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.core.query import query
from kexin.core.values import Duration
from kexin.core.workflow import WorkKind, close_work, open_work, register_work_kind
from kexin.people.models import Post
from kexin.people.queries import held_on
from kexin.service.complaints.analysis.asking import VIEW_FIGURES
from kexin.service.complaints.analysis.effects import effect_of
from kexin.service.complaints.choices import ComplaintState, RemedyState
from kexin.service.complaints.events import RemediationOpened, RemediationVerified
from kexin.service.complaints.policies import ComplaintPolicy
from kexin.service.complaints.record import said
from kexin.service.models import Complaint, Remediation

VIEW_REMEDIES = "service.view_remediations"
OWNS = "service.finish_remediation"
WORK, VERIFY = "service.remediation", "service.remediation_effect"
SUBJECT = "service.Remediation"
_END = dt.time(23, 59)


@query(VIEW_REMEDIES, label=_("See root-cause remediations"), record="list", plain=("state",))
def remediations(actor: Actor, *, state: str = "") -> QuerySet[Remediation]:
    """Measures within reach; ``late``: unfinished past their day."""
    rows = Remediation.objects.visible_to(actor, VIEW_REMEDIES).select_related("owner_unit", "complaint")
    if state == "late":
        return rows.filter(state=RemedyState.OPEN, due_on__lt=business_date())
    return rows.filter(state=state) if state in RemedyState.values else rows


@query(VIEW_REMEDIES, label=_("See root-cause remediations"))
def remediation(actor: Actor, pk: int) -> Remediation:
    """One measure within reach. NotFound."""
    row = Remediation.objects.visible_to(actor, VIEW_REMEDIES).select_related("owner_unit", "complaint").filter(pk=pk)
    found = row.first()
    if found is None:
        raise NotFound
    return found


def owners() -> list[int]:
    """Posts that somebody holds today and that may own a cause."""
    held = held_on(business_date()).filter(post__closed_on=None, post__roles__role__grants__operation=OWNS)
    return list(held.order_by("post_id").values_list("post_id", flat=True).distinct())


@operation("service.open_remediation", label=_("Open the remedy of a cause"), plain=("cause",))
def open_remediation(
    complaint: Complaint | int, *, actor: Actor, cause: str, problem: str, post_id: int, due_on: dt.date
) -> Remediation:
    """From the findings on. The owner is no complaint officer, and reads no word of the complainant."""
    row = Complaint.objects.lock(complaint, actor)
    if row.state in (ComplaintState.ACCEPTED, ComplaintState.INVESTIGATING, ComplaintState.MERGED):
        raise RuleViolation(_("The cause is known after the investigation."))
    rules = in_force(ComplaintPolicy)
    if cause not in rules.facet("causes"):
        raise RuleViolation(fields={"cause": _("Choose one of the list.")})
    post = Post.objects.filter(pk=post_id if post_id in owners() else 0).first()
    if post is None:
        raise RuleViolation(fields={"post_id": _("Choose a post that somebody holds and that owns causes.")})
    if post.pk in (row.officer_post_id, row.investigator_post_id):
        raise RuleViolation(fields={"post_id": _("The owner stands outside the complaint team.")})
    latest = business_date() + dt.timedelta(days=rules.remedy_days)
    if not business_date() <= due_on <= latest:
        raise RuleViolation(fields={"due_on": _("Between today and %(day)s.") % {"day": latest.isoformat()}})
    made = Remediation.objects.create(
        complaint=row,
        cause=cause,
        problem=said(problem, "problem", _("Say what is wrong, without naming the complainant."), 500),
        owner_unit_id=post.unit_id,
        owner_post=post,
        due_on=due_on,
        opened_by=actor.name,
        opened_at=timezone.now(),
    )
    _owe(made)
    emit(RemediationOpened(row.complaint_no, row.pk, made.pk, cause, post.unit_id))
    return made


def _owe(row: Remediation) -> None:
    open_work(
        WORK,
        unit_id=row.owner_unit_id,
        owner_post_id=row.owner_post_id,
        due_at=dt.datetime.combine(row.due_on, _END, zone()),
        subject_kind=SUBJECT,
        subject_id=row.pk,
        details={"remediation_id": row.pk, "day": row.due_on.isoformat()},
    )


@operation(OWNS, label=_("Report a root-cause measure as done"))
def finish_remediation(remedy: Remediation | int, *, actor: Actor, measure: str, done: str) -> Remediation:
    """The owner says which measure was taken and what came of it; somebody else looks whether it works."""
    row = Remediation.objects.lock(remedy, actor)
    if row.state != RemedyState.OPEN:
        raise RuleViolation(_("This measure is not under way."))
    if row.owner_post_id not in actor.post_ids:
        raise RuleViolation(_("Only the owner of the cause reports the measure."))
    row.measure, row.done_note = said(measure, "measure", None, 1000), said(done, "done", None, 1000)
    row.state, row.done_by, row.done_at = RemedyState.DONE, actor.name, timezone.now()
    row.version += 1
    row.save()
    close_work(WORK, SUBJECT, row.pk, outcome="done", by=actor.name)
    officer = row.complaint.officer_post
    open_work(
        VERIFY,
        unit_id=officer.unit_id,
        owner_post_id=officer.pk,
        due_at=add(timezone.now(), Duration(in_force(ComplaintPolicy).remedy_days, "calendar_days")),
        subject_kind=SUBJECT,
        subject_id=row.pk,
        details={"remediation_id": row.pk},
    )
    return row


@operation("service.verify_remediation", label=_("Verify the effect of a root-cause measure"), plain=("effective",))
def verify_remediation(
    remedy: Remediation | int, *, actor: Actor, effective: bool, effect: str, due_on: dt.date | None = None
) -> Remediation:
    """Somebody else than who did it. Without effect the measure goes on, until a new day."""
    row = Remediation.objects.lock(remedy, actor)
    if row.state != RemedyState.DONE:
        raise RuleViolation(_("This measure was not reported as done."))
    if row.done_by == actor.name or row.owner_post_id in actor.post_ids:
        raise RuleViolation(_("Somebody else than the owner verifies the effect."))
    row.effect = said(effect, "effect", _("Write what you have seen."), 1000)
    if not effective and (due_on is None or due_on < business_date()):
        raise RuleViolation(fields={"due_on": _("Say until when it goes on.")})
    _keep_seen(row, actor)
    close_work(VERIFY, SUBJECT, row.pk, outcome="verified" if effective else "without", by=actor.name)
    row.version += 1
    if effective:
        row.state, row.verified_by, row.verified_at = RemedyState.VERIFIED, actor.name, timezone.now()
        row.save()
    else:
        assert due_on is not None
        row.state, row.due_on, row.done_by, row.done_at = RemedyState.OPEN, due_on, "", None
        row.save()
        _owe(row)
    emit(RemediationVerified(row.complaint.complaint_no, row.complaint_id, row.pk, effective))
    return row


def _keep_seen(row: Remediation, actor: Actor) -> None:
    """The numbers as whoever verifies them may see them stay with the verdict."""
    found = effect_of(actor, row) if actor.may(VIEW_FIGURES) else None
    row.cases_before = found.before.cases if found else None
    row.cases_after = found.after.cases if found else None
    row.days_compared = found.after.days if found else None


def register() -> None:
    """Declare the kinds of work, when the floor starts."""

    def page(item: object) -> str:
        return reverse("complaints:remediation", args=[item.subject_id])  # type: ignore[attr-defined]

    register_work_kind(
        WorkKind(
            WORK,
            _("Root-cause remediation"),
            lambda item: _t("Remedy the cause of complaints by %(day)s.") % item.details,
            page,
            icon="tool",
            outcomes={"done": pgettext_lazy("remediation", "Reported as done")},
            closable=False,
        )
    )
    register_work_kind(
        WorkKind(
            VERIFY,
            _("Effect of a remediation"),
            lambda item: _t("Look whether the measure works."),
            page,
            icon="eye-check",
            outcomes={
                "verified": pgettext_lazy("remediation", "Effect verified"),
                "without": pgettext_lazy("remediation", "Without effect"),
            },
            closable=False,
        )
    )
