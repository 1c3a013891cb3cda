"""A group is opened, cases join it and leave it, each with why. A person decides; the count only offers."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.errors import RuleViolation
from kexin.core.events import emit
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.people.models import Post
from kexin.service.complaints.choices import ComplaintNature, ComplaintState, GroupBy, GroupState
from kexin.service.complaints.events import ComplaintGroupEnded, ComplaintGroupJoined, ComplaintGroupLeft
from kexin.service.complaints.groups.policies import GroupPolicy
from kexin.service.complaints.groups.weighing import end_decision, owe_decision
from kexin.service.complaints.record import said, step
from kexin.service.models import Complaint, ComplaintGroup, ComplaintGroupMember
from kexin.service.requests.running import now
from kexin.service.rules import clean

OPEN, JOIN, LEAVE = "service.open_complaint_group", "service.join_complaint_group", "service.leave_complaint_group"
CLOSE = "service.close_complaint_group"
MOST = 500
LONGEST = 500


@operation(OPEN, label=_("Open a group complaint"), plain=("by", "key", "numbers"))
def open_complaint_group(
    *, actor: Actor, title: str, numbers: Sequence[str], reason: str, by: str = GroupBy.OTHER, key: str = ""
) -> ComplaintGroup:
    """Link cases about the same matter. ``numbers`` of at least two cases within reach; each keeps its own clock."""
    if by not in GroupBy.values:
        raise RuleViolation(fields={"by": _("Choose one of the list.")})
    name = said(title, "title", _("Say which matter it is, without naming a complainant."), 120)
    why = said(reason, "reason", _("Say why these cases belong together."), LONGEST)
    post = Post.objects.filter(pk=actor.post_id or 0).first()
    if post is None:
        raise RuleViolation(_("A group complaint is opened by somebody who holds a post."))
    cases = _cases(numbers, actor, OPEN)
    if len(cases) < 2:
        raise RuleViolation(fields={"numbers": _("At least two cases make a group.")})
    key_no = _next_key()
    group = ComplaintGroup.objects.create(
        pk=key_no,
        group_no=f"G{business_date().year}{key_no:06d}",
        title=name,
        by=by,
        key=clean(key)[:60],
        unit_id=post.unit_id,
        owner_post=post,
        opened_at=now(),
        opened_by=actor.name,
        policy_id=in_force(GroupPolicy).policy_version,
    )
    _join(group, cases, why, actor)
    return group


@operation(JOIN, label=_("Add cases to a group complaint"), plain=("numbers",))
def join_complaint_group(
    group: ComplaintGroup | int, *, actor: Actor, numbers: Sequence[str], reason: str
) -> ComplaintGroup:
    """More cases of the same matter."""
    row = _open_one(group, actor)
    why = said(reason, "reason", _("Say why these cases belong together."), LONGEST)
    cases = _cases(numbers, actor, JOIN)
    if not cases:
        raise RuleViolation(fields={"numbers": _("Choose at least one case.")})
    _join(row, cases, why, actor)
    _changed(row)
    return row


@operation(LEAVE, label=_("Take a case out of a group complaint"), plain=("number",))
def leave_complaint_group(group: ComplaintGroup | int, *, actor: Actor, number: str, reason: str) -> ComplaintGroup:
    """It goes its own way again; that it belonged there, and why no more, stays known."""
    row = _open_one(group, actor)
    why = said(reason, "reason", _("Say why it does not belong there."), LONGEST)
    seen = Complaint.objects.visible_to(actor, LEAVE).filter(complaint_no=number.strip().upper())
    member = row.members.select_for_update().filter(complaint__in=seen.values("pk"), left_at=None).first()
    if member is None:
        raise RuleViolation(fields={"number": _("This case does not belong to the group.")})
    member.left_at, member.left_by, member.left_reason = now(), actor.name, why
    member.save()
    step(member.complaint, "group-left", actor, f"{row.group_no}: {why}")
    case = member.complaint
    emit(ComplaintGroupLeft(case.customer_id, case.complaint_no, case.pk, row.pk, row.group_no))
    owe_decision(row, actor)
    _changed(row)
    return row


@operation(CLOSE, label=_("End a group complaint"))
def close_complaint_group(group: ComplaintGroup | int, *, actor: Actor, note: str) -> ComplaintGroup:
    """Nothing is looked at together any more; its cases go on by themselves."""
    row = _open_one(group, actor)
    row.close_note = said(note, "note", _("Say how the matter ended."), LONGEST)
    row.state, row.closed_at = GroupState.CLOSED, now()
    end_decision(row, actor.name)
    _changed(row)
    emit(ComplaintGroupEnded(row.group_no, row.pk))
    return row


def _open_one(group: ComplaintGroup | int, actor: Actor) -> ComplaintGroup:
    row = ComplaintGroup.objects.lock(group, actor)
    if row.state != GroupState.OPEN:
        raise RuleViolation(_("This group complaint has ended."))
    return row


def _changed(row: ComplaintGroup) -> None:
    row.version += 1
    row.save()


def _cases(numbers: Sequence[str], actor: Actor, right: str) -> list[Complaint]:
    """The cases by number, locked in one order. RuleViolation for one out of reach, ended, or of another kind."""
    wanted = list(dict.fromkeys(each.strip().upper() for each in numbers if each.strip()))
    if len(wanted) > MOST:
        raise RuleViolation(fields={"numbers": _("At most %(most)s cases at once.") % {"most": MOST}})
    seen = Complaint.objects.visible_to(actor, right).filter(complaint_no__in=wanted)
    rows = list(seen.select_for_update(of=("self",)).order_by("pk"))
    missing = sorted(set(wanted) - {each.complaint_no for each in rows})
    if missing:
        told = _("No such complaint within your reach: %(numbers)s") % {"numbers": " ".join(missing[:10])}
        raise RuleViolation(fields={"numbers": told})
    for each in rows:
        if each.nature != ComplaintNature.COMPLAINT:
            told = _("Only consumer complaints make a group: %(number)s is none.") % {"number": each.complaint_no}
            raise RuleViolation(fields={"numbers": told})
        if each.state in (ComplaintState.MERGED, ComplaintState.WITHDRAWN):
            told = _("%(number)s was withdrawn or goes on in another case.") % {"number": each.complaint_no}
            raise RuleViolation(fields={"numbers": told})
    return rows


def _join(group: ComplaintGroup, cases: list[Complaint], why: str, actor: Actor) -> None:
    known = ComplaintGroupMember.objects.filter(complaint__in=cases, left_at=None)
    taken = known.values_list("complaint__complaint_no", "group__group_no").first()
    if taken is not None:
        told = _("%(number)s belongs to group %(group)s already.") % {"number": taken[0], "group": taken[1]}
        raise RuleViolation(fields={"numbers": told})
    at = now()
    for case in cases:
        ComplaintGroupMember.objects.create(group=group, complaint=case, reason=why, joined_at=at, joined_by=actor.name)
        step(case, "group-joined", actor, f"{group.group_no}: {why}")
        emit(ComplaintGroupJoined(case.customer_id, case.complaint_no, case.pk, group.pk, group.group_no))
    owe_decision(group, actor)


def _next_key() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('service_complaintgroup', 'id'))")
        return int(cursor.fetchone()[0])
