"""Is the group a major complaint to be reported? Owed from the policy's size on; a person decides."""

from __future__ import annotations

from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kexin.core.actor import Actor
from kexin.core.calendar import add
from kexin.core.errors import RuleViolation
from kexin.core.events import emit
from kexin.core.models import WorkItem
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.core.values import Duration
from kexin.core.workflow import WorkKind, close_work, open_work, register_work_kind
from kexin.service.complaints.choices import GroupState, RegulatoryMajor
from kexin.service.complaints.events import ComplaintGroupDecided
from kexin.service.complaints.groups.policies import GroupPolicy
from kexin.service.complaints.groups.rules import GroupSum, MemberFacts, added_up, to_be_decided
from kexin.service.complaints.policies import ComplaintPolicy
from kexin.service.complaints.record import said
from kexin.service.models import ComplaintGroup
from kexin.service.rules import clean

DECIDE = "service.decide_complaint_group"
WORK, SUBJECT = "service.complaint_group", "service.ComplaintGroup"
LONGEST = 500


def sum_of(group: ComplaintGroup) -> GroupSum:
    """The group added up, every case of it, also those beyond a reader's reach: numbers name nobody."""
    names = ("state", "persons", "face_to_face", "amount", "joined_into_id")
    rows = group.members.filter(left_at=None).values_list(*(f"complaint__{each}" for each in names))
    return added_up(MemberFacts(*each) for each in rows)


def owe_decision(group: ComplaintGroup, actor: Actor) -> None:
    """Large enough and not decided: its owner decides. Grown smaller again, it is taken back."""
    found, rules = sum_of(group), in_force(GroupPolicy)
    large = to_be_decided(found, cases=rules.major_cases, persons=in_force(ComplaintPolicy).group_persons)
    if group.decided_at is not None:
        return
    if not large:
        end_decision(group, actor.name)
        return
    about = group.members.filter(left_at=None).values_list("complaint__accused", flat=True)
    kept_from = sorted({name for each in about for name in each})
    item = open_work(
        WORK,
        unit_id=group.unit_id,
        owner_post_id=group.owner_post_id,
        due_at=add(timezone.now(), Duration(rules.decide_hours, "working_hours")),
        subject_kind=SUBJECT,
        subject_id=group.pk,
        details={"group_no": group.group_no},
        kept_from=kept_from,
        policy_id=rules.policy_version,
    )
    if list(item.kept_from) != kept_from:
        WorkItem.objects.filter(pk=item.pk).update(kept_from=kept_from, version=F("version") + 1)


def end_decision(group: ComplaintGroup, by: str) -> None:
    """Nothing is to be decided any more."""
    close_work(WORK, SUBJECT, group.pk, outcome="ended", by=by, cancelled=True)


@operation(DECIDE, label=_("Decide whether a group complaint is reported"), plain=("regulatory_major", "reference"))
def decide_complaint_group(
    group: ComplaintGroup | int, *, actor: Actor, regulatory_major: str, reason: str, reference: str = ""
) -> ComplaintGroup:
    """Reported as a major consumer complaint, under the regulator's number; or not, with why. May be decided anew."""
    row = ComplaintGroup.objects.lock(group, actor)
    if row.state != GroupState.OPEN:
        raise RuleViolation(_("This group complaint has ended."))
    if regulatory_major not in RegulatoryMajor.values:
        raise RuleViolation(fields={"regulatory_major": _("Choose one of the list.")})
    number = clean(reference)[:60]
    if regulatory_major and not number:
        raise RuleViolation(fields={"reference": _("Enter under which number it was reported.")})
    row.decision_note = said(reason, "reason", _("Say why."), LONGEST)
    row.regulatory_major, row.reference = regulatory_major, number if regulatory_major else ""
    row.decided_by, row.decided_at = actor.name, timezone.now()
    row.version += 1
    row.save()
    close_work(WORK, SUBJECT, row.pk, outcome="reported" if regulatory_major else "not", by=actor.name)
    emit(ComplaintGroupDecided(row.group_no, row.pk, regulatory_major))
    return row


def _line(item: WorkItem) -> str:
    return _t("Decide whether group complaint %(group_no)s is reported as a major one.") % item.details


def register() -> None:
    """Declare the kind of work, when the floor starts."""
    register_work_kind(
        WorkKind(
            WORK,
            _("Group complaint to be decided"),
            _line,
            lambda item: reverse("complaints:group", args=[item.subject_id]),
            icon="users",
            outcomes={
                "reported": pgettext_lazy("complaint group", "Reported"),
                "not": pgettext_lazy("complaint group", "Not reported"),
                "ended": pgettext_lazy("complaint group", "No longer needed"),
            },
            closable=False,
        )
    )
